"""What Prometheus is asked: the alert's own readings now and a day before, the requests of the service and of its
neighbours in the service graph, and how the stack is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ongrid_gen.alerts.conditions import REQUEST_KINDS, SPAN_KINDS
from ongrid_gen.conventions import (
    CALLS,
    CLIENT,
    ERROR_STATUS,
    GRAPH_FAILED,
    GRAPH_TOTAL,
    LATENCY_BUCKET,
    SELF_KIND,
    SERVER,
    SERVICE_NAME,
    SPAN_KIND,
    STATUS_CODE,
    WATCHDOG,
)
from ongrid_gen.correlate.panel import METRICS, NO_CLIENT, NO_EXPRESSION, NO_SERVICE, RED, STACK, Found, Question, Skip
from ongrid_gen.correlate.reading import Reading
from ongrid_gen.querying.prometheus import Prometheus
from ongrid_gen.querying.times import STEPS
from ongrid_gen.runtime.fetch import Deadline
from ongrid_gen.text import Code, fill, promql_matcher, promql_string
from ongrid_gen.tracequery.base import Series, Window
from ongrid_gen.units import format_duration

Labels = Mapping[str, str]

DAY: Final = 86400.0
MOST_SERIES: Final = 10
POINTS: Final = 120

# The services that call, or are called by, those that are asked about; and those themselves.
NEAR: Final = """\
group by (service_name) (
  label_replace(<< total >>{<< client >>}, "service_name", "$1", "server", "(.+)")
  or label_replace(<< total >>{<< server >>}, "service_name", "$1", "client", "(.+)")
  or << calls >>{<< own >>}
)"""
RATE: Final = "sum by (service_name) (rate(<< calls >>{<< requests >>}[<< range >>]))\nand on (service_name) << near >>"
ERRORS: Final = """\
100 * sum by (service_name) (rate(<< calls >>{<< requests >>,<< failed >>}[<< range >>]))
  / (sum by (service_name) (rate(<< calls >>{<< requests >>}[<< range >>])) > 0)
and on (service_name) << near >>"""
DURATION: Final = """\
1000 * histogram_quantile(0.95, sum by (service_name, le) (rate(<< bucket >>{<< requests >>}[<< range >>])))
and on (service_name) << near >>"""
EDGE_RATE: Final = """\
sum by (client, server) (
  rate(<< total >>{<< client >>}[<< range >>]) or rate(<< total >>{<< server >>}[<< range >>])
)"""
EDGE_ERRORS: Final = """\
100 * sum by (client, server) (
  rate(<< broken >>{<< client >>}[<< range >>]) or rate(<< broken >>{<< server >>}[<< range >>])
) / (sum by (client, server) (
  rate(<< total >>{<< client >>}[<< range >>]) or rate(<< total >>{<< server >>}[<< range >>])
) > 0)"""
QUESTIONS: Final = (
    ("rate", "requests a second, of the service and its neighbours", RATE, "/s"),
    ("errors", "failed requests", ERRORS, "%"),
    ("duration", "p95 of the requests", DURATION, "ms"),
    ("call_rate", "calls a second, by edge of the service graph", EDGE_RATE, "/s"),
    ("call_errors", "failed calls, by edge of the service graph", EDGE_ERRORS, "%"),
)
UP: Final = "min by (job, instance) (min_over_time(up[<< range >>]))"
OWN_ALERTS: Final = "max by (alertname, severity) (max_over_time(ALERTS{<< of >>}[<< range >>]))"
LEAST_RANGE: Final = 60


def metric_questions(
    client: Prometheus | None, readings: Sequence[Reading], window: Window, firing: Sequence[Labels], why: str
) -> Iterator[Question]:
    """Yield the alert's own readings in the window, and in the same window a day before."""
    if not readings:
        none = Skip(NO_EXPRESSION, "nothing that Prometheus could be asked for says what this alert reads")
        yield Question(METRICS, "reading", "what the alert reads", "", window, None, none)
    for number, reading in enumerate(readings):
        name = "reading" if not number else f"reading_{number + 1}"
        yield over(client, METRICS, name, reading, window, why, firing)
        before = Window(window.start - DAY, window.end - DAY)
        words = f"{reading.words}, a day before"
        earlier = over(client, METRICS, f"{name}_yesterday", replace(reading, words=words), before, why, firing)
        yield replace(earlier, shift=DAY)


def red_questions(
    client: Prometheus | None, services: Sequence[str], window: Window, looks_back: int, why: str
) -> Iterator[Question]:
    """Yield rate, errors and duration of services and of what is beside them."""
    if not services:
        none = Skip(NO_SERVICE, "neither the alert nor what fires names a service")
        yield Question(RED, "rate", QUESTIONS[0][1], "", window, None, none)
        return
    values = values_of(services, looks_back)
    for name, words, form, unit in QUESTIONS:
        reading = Reading(words, fill(form, **values), unit)
        yield over(client, RED, name, reading, window, why)


def values_of(services: Sequence[str], looks_back: int) -> dict[str, Any]:
    """Return what the forms are filled with. Requests are spans of servers and consumers."""
    near = {
        "total": Code(GRAPH_TOTAL),
        "calls": Code(CALLS),
        "client": promql_matcher(CLIENT, services),
        "server": promql_matcher(SERVER, services),
        "own": promql_matcher(SERVICE_NAME, services),
    }
    return {
        **near,
        "near": Code(fill(NEAR, **near)),
        "broken": Code(GRAPH_FAILED),
        "bucket": Code(LATENCY_BUCKET),
        "requests": promql_matcher(SPAN_KIND, [SPAN_KINDS[kind] for kind in REQUEST_KINDS]),
        "failed": promql_matcher(STATUS_CODE, [ERROR_STATUS]),
        "range": Code(format_duration(looks_back)),
    }


def stack_questions(client: Prometheus | None, window: Window, why: str) -> Iterator[Question]:
    """Yield what was down in the window, and which alerts of the stack itself fired."""
    length = Code(format_duration(max(LEAST_RANGE, int(window.seconds))))
    own = f'{promql_matcher("kind", [SELF_KIND])},alertstate="firing",alertname!={promql_string(WATCHDOG)}'
    up = Reading("whether each target was up all the time", fill(UP, range=length), "")
    alerts = Reading("alerts of the stack itself that fired", fill(OWN_ALERTS, of=Code(own), range=length), "")
    yield at_end(client, "up", up, window, why)
    yield replace(at_end(client, "own_alerts", alerts, window, why), empty="none of them fired")


def over(
    client: Prometheus | None, panel: str, name: str, reading: Reading, window: Window, why: str,
    firing: Sequence[Labels] = (),
) -> Question:  # fmt: skip
    """Return a question for a query over a window."""

    def ask(deadline: Deadline) -> Found:
        assert client is not None
        return series_found(client, reading.query, window, deadline, firing)

    return Question(panel, name, reading.words, reading.query, window, None if client is None else ask,
                    no_client(client, why), reading)  # fmt: skip


def at_end(client: Prometheus | None, name: str, reading: Reading, window: Window, why: str) -> Question:
    """Return a question for a query at the end of a window. What has no series is an answer too."""

    def ask(deadline: Deadline) -> Found:
        assert client is not None
        found = client.at(reading.query, window.end, deadline)
        return Found(series=tuple(sorted(found, key=lambda one: sorted(one.labels.items()))))

    return Question(STACK, name, reading.words, reading.query, window, None if client is None else ask,
                    no_client(client, why), reading)  # fmt: skip


def no_client(client: Prometheus | None, why: str) -> Skip | None:
    """Return why nothing is asked."""
    return Skip(NO_CLIENT, why) if client is None else None


def series_found(client: Prometheus, query: str, window: Window, deadline: Deadline, firing: Sequence[Labels]) -> Found:
    """Return the series, those that fire first, then the largest; of many the first ones."""
    series = [one for one in client.over(query, window, step_for(window), deadline) if one.points]
    ranked = sorted(series, key=lambda one: (not is_firing(one, firing), -peak(one), sorted(one.labels.items())))
    more = len(ranked) - MOST_SERIES
    notes = (f"and {more} more series",) if more > 0 else ()
    return Found(series=tuple(ranked[:MOST_SERIES]), notes=notes)


def is_firing(series: Series, firing: Sequence[Labels]) -> bool:
    """Tell whether a series has the labels of one that fires."""
    return any(series.labels and series.labels.items() <= labels.items() for labels in firing)


def peak(series: Series) -> float:
    """Return the largest value of a series; what is no number is the least."""
    return max((value for _, value in series.points if value == value), default=float("-inf"))


def step_for(window: Window) -> int:
    """Return the seconds from point to point: few enough points for a page."""
    return next((step for longest, step in STEPS if window.seconds <= longest), int(window.seconds / POINTS))

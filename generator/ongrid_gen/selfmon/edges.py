"""The agents at the edges watched, by what they push of themselves (`components/own_metrics.py`).

A site's edges are known, so one that is silent is told by name, also when it never spoke. What stands in a queue at an
edge is not lost; what an application was refused, or what the gateway refused for good, is.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ongrid_gen.alerts.wording import per_cent
from ongrid_gen.conventions import AGENT_JOB, GATEWAY_HOST
from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import WARNING, Watch, filled
from ongrid_gen.selfmon.cases import Burst, Case, Phases, counter, gauge, steady
from ongrid_gen.selfmon.counters import EACH, LONG, growing
from ongrid_gen.text import fill, promql_string

COMPONENT: Final = "edges"
AGENT: Final = f'job="{AGENT_JOB}"'
SIZE: Final = f'otelcol_exporter_queue_size{{{AGENT},data_type="traces"}}'
CAPACITY: Final = f'otelcol_exporter_queue_capacity{{{AGENT},data_type="traces"}}'
REFUSED: Final = f"otelcol_receiver_refused_spans{{{AGENT}}}"
DROPPED: Final = f"otelcol_exporter_send_failed_spans{{{AGENT}}}"
GATEWAY_UP: Final = f'up{{job="{GATEWAY_HOST}",instance="{GATEWAY_HOST}:8888"}}'
ABSENT: Final = "absent_over_time(otelcol_process_uptime{job=<< job >>,instance=<< edge >>}[2m])"
# Without the gateway nobody is heard, and that is told already.
SILENT: Final = '(<< absent >>)\nand on () up{job="gateway"} == 1'
# The collector counts a failure from its first event on. That is new when the edge was heard ten minutes ago and had
# not counted any, or when its agent is younger than that; not when it was only not heard.
FIRST: Final = """\
sum by (instance) (increase(<< counter >>[10m])) > 0
or sum by (instance) (<< counter >> unless << counter >> offset 10m) > 0
  and on (instance) (
    otelcol_process_uptime{job="agent"} offset 10m or otelcol_process_uptime{job="agent"} < 600
  )"""


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch."""
    yield silent(site)
    yield refusing(site)
    yield dropping(site)
    yield queue_filling(site)


def uptime(edge: str) -> str:
    """Return the series by which an edge is heard."""
    return f"otelcol_process_uptime{{{AGENT},instance={promql_string(edge)}}}"


def silent(site: Site) -> Watch:
    """Three minutes of silence are twelve reports that did not come."""
    first, *others = [edge.name for edge in site.edges]
    absent = "\nor ".join(
        fill(ABSENT, job=promql_string(AGENT_JOB), edge=promql_string(edge.name)) for edge in site.edges
    )
    heard = [steady(uptime(edge), 5000) for edge in others]
    labels = {"job": AGENT_JOB, "instance": first}
    speaks = Case("speaks of an edge that is heard no more",
                  [gauge(uptime(first), 5000, None, after=9000), *heard, steady(GATEWAY_UP)],
                  labels, delay=1)  # fmt: skip
    return Watch(
        name="EdgeSilent",
        severity=WARNING,
        minutes=3,
        expr=filled(SILENT, absent=absent),
        summary="The agent of the edge {{ $labels.instance }} is not heard",
        meaning="It reports every 15 seconds by the way that its spans take, and nothing comes. Spans of its machine "
        "wait there, or nobody takes them.",
        remedy="On that machine: see whether the agent runs, and read the end of its log. What it cannot deliver waits "
        "in its queue on disk; what applications sent while it did not run is lost.",
        look=f"time() - max by (instance) (timestamp(otelcol_process_uptime{{{AGENT}}}))",
        causes=(
            "The machine or the agent is down.",
            "The network between the edge and the gateway is cut.",
            "The edge was taken away: remove it from `edges` in the spec.",
            "It was never started: its folder in the bundle is `edge/<name>/`.",
            "The gateway refuses it, or cannot write to Prometheus: read the gateway's log.",
        ),
        quiet="any silence while the gateway is down",
        cases=(
            speaks,
            Case("speaks of an edge that never spoke", [*heard, steady(GATEWAY_UP)], labels, healthy=0, always=True),
            replace(speaks, name="is quiet while the gateway is down", quiet=True, labels={},
                    series=[gauge(uptime(first), 5000, None, after=9000), *heard, gauge(GATEWAY_UP, 1, 0)]),
        ),
    )  # fmt: skip


def refusing(site: Site) -> Watch:
    """Most SDKs try again for some seconds, and then throw the spans away."""
    edge = site.edges[0].name
    series = f'{REFUSED[:-1]},instance={promql_string(edge)},receiver="otlp",transport="http"}}'
    return Watch(
        name="EdgeRefusing",
        severity=WARNING,
        minutes=2,
        expr=filled(FIRST, counter=REFUSED),
        summary='The edge {{ $labels.instance }} refused applications {{ printf "%.0f" $value }} spans',
        meaning="The agent's queue is full, its disk is full, or it has no memory. Applications try again for a short "
        "time only: these spans are soon lost.",
        remedy="Make the gateway reachable from that machine again; see whether its disk has room.",
        look=f"sum by (instance, receiver) (rate({REFUSED}[5m]))",
        causes=(
            "The gateway was away for longer than the queue lasts: raise `gateway.queue.size`.",
            "The disk of the edge is full.",
            "A burst beyond the memory of the agent.",
        ),
        cases=born_at(edge, series, 2),
    )


def dropping(site: Site) -> Watch:
    """What the gateway refuses for good is dropped, whatever queue and retry say."""
    edge = site.edges[0].name
    series = f'{DROPPED[:-1]},instance={promql_string(edge)},exporter="otlp_http/gateway"}}'
    return Watch(
        name="EdgeDropping",
        severity=WARNING,
        minutes=0,
        expr=filled(FIRST, counter=DROPPED),
        summary='The edge {{ $labels.instance }} dropped {{ printf "%.0f" $value }} spans that the gateway refused',
        meaning="The gateway answered that it will never take them. These spans are lost.",
        remedy="Read the agent's log: it repeats the gateway's answer.",
        look=f"sum by (instance) (increase({DROPPED}[1h]))",
        causes=(
            "The edge's credential is wrong or was taken back.",
            "A batch larger than the gateway accepts.",
            "The address leads to something that is not the gateway.",
        ),
        cases=born_at(edge, series, 0),
    )


def born_at(edge: str, series: str, hold: int) -> tuple[Case, ...]:
    """Return the cases of a counter of an edge that does not exist before its first event."""
    labels = {"instance": edge}
    old, young = Phases(uptime(edge), 5000, 5000, 5000, 5000, counts=False), steady(uptime(edge), 60)
    born = counter(series, None, Burst(EACH))
    once = Case("speaks of the first event, with which the counter is born", [old, born], labels, told=str(EACH),
                healthy=LONG, fault=1, lasting=9 - hold)  # fmt: skip
    unheard = Phases(uptime(edge), None, 5000, 5000, 5000, counts=False)
    return (
        growing(series, labels, hold),
        once,
        replace(once, name="speaks of it in an agent that is young", healthy=3, series=[young, born]),
        Case("is quiet when the edge is heard again and has an old count", [unheard, born],
             healthy=LONG, fault=5 - hold, quiet=True),
    )  # fmt: skip


def queue_filling(site: Site) -> Watch:
    """The capacity is `gateway.queue.size`, as the agent reports it."""
    edge, size = site.edges[0].name, site.gateway.queue_size
    of = f'instance={promql_string(edge)},exporter="otlp_http/gateway"}}'
    capacity = steady(f"{CAPACITY[:-1]},{of}", size)
    share = f"max by (instance) ({SIZE} / ({CAPACITY} > 0))"
    return Watch(
        name="EdgeQueueFilling",
        severity=WARNING,
        minutes=2,
        expr=f"{share} > 0.8",
        summary="The queue of the edge {{ $labels.instance }} is {{ $value | humanizePercentage }} full",
        meaning=f"Spans wait at the edge for the gateway. When {size} wait, applications are refused.",
        remedy="See whether the gateway takes spans, and whether its own queue is full.",
        look=share,
        causes=("The gateway refuses or is slow.", "The line of the edge is too slow for its traffic.", "A burst."),
        quiet="up to 80 % of `gateway.queue.size`",
        cases=(
            Case("speaks above four fifths",
                 [capacity, gauge(f"{SIZE[:-1]},{of}", 0, size, border=size * 8 // 10)],
                 {"instance": edge}, told=per_cent(1), border=5),
        ),
    )  # fmt: skip

"""When an alert fired, as Prometheus remembers it, and the time around that which is looked at.

Prometheus keeps a sample of `ALERTS` for each evaluation in which an alert was pending or fired. Where it
cannot tell, Alertmanager knows what fires now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.correlate.subject import Subject
from ongrid_gen.model import Site
from ongrid_gen.querying.prometheus import Prometheus
from ongrid_gen.querying.times import moment_of
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.text import Code, fill, promql_matcher
from ongrid_gen.tracequery.base import Series, Window

DAY: Final = 86400
LONGEST: Final = 240 * 60
USUAL: Final = 30 * 60
# What the evaluations of one firing are at most apart: an evaluation may be missed.
MISSED: Final = 4
LEAST_GAP: Final = 60.0
KEPT: Final = 5
FIRING: Final = "firing"
PENDING: Final = "pending"
RESOLVED: Final = "resolved"
INACTIVE: Final = "inactive"
UNKNOWN: Final = "unknown"
ALERTS: Final = "ALERTS{<< of >>}[<< back >>s]"
STATE: Final = "alertstate"
OWN: Final = frozenset({"__name__", STATE})


@dataclass(frozen=True, slots=True)
class Firing:
    """One time an alert fired. Moments are seconds since 1970, None where there is none.

    `began` is when its condition was first true, `since` when it first fired, `until` the last moment of either that is
    known. `labels` are those of its series, a few at most.
    """

    state: str
    began: float | None = None
    since: float | None = None
    until: float | None = None
    labels: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which an alert was pending or fired: its first and last sample, and the first that fired."""

    began: float
    until: float
    since: float | None


def query_of(subject: Subject) -> str:
    """Return what is asked: every moment of a day and a bit in which the alert was pending or fired."""
    of = Code(",".join(promql_matcher(name, [value]) for name, value in subject.labels.items()))
    return fill(ALERTS, of=of, back=DAY + LONGEST)


def firing_at(client: Prometheus, subject: Subject, site: Site, at: float, now: float, deadline: Deadline) -> Firing:
    """Return when the alert fired last, as seen at a moment; inactive when it did not within a day."""
    asked = min(now, at + LONGEST)
    found = client.at(query_of(subject), asked, deadline)
    gap = max(LEAST_GAP, float(MISSED * site.alerting.interval))
    return chosen(found, gap, at, asked)


def chosen(found: Sequence[Series], gap: float, at: float, asked: float) -> Firing:
    """Return the stretch that a moment is in, or the last one before it; where there is none, the first after it.

    A stretch that fired goes before one that never did.
    """
    stretches = [one for one in spans_of(found, gap) if one.until >= at - DAY]
    fired = [one for one in stretches if one.since is not None] or stretches
    if not fired:
        return Firing(INACTIVE)
    before = [one for one in fired if one.began <= at]
    span = before[-1] if before else fired[0]
    over = asked - span.until > gap
    state = RESOLVED if over else FIRING if span.since is not None else PENDING
    if over and span.since is None:
        state = INACTIVE
    return Firing(state, span.began, span.since, span.until, labels_in(found, span))


def active_in(alertmanager: Endpoint, subject: Subject, now: float, deadline: Deadline) -> Firing | None:
    """Return when the alert that fires now began, as Alertmanager knows it; None when it does not."""
    name = subject.labels["alertname"]
    answer = alertmanager.json("/api/v2/alerts", deadline, filter=str(promql_matcher("alertname", [name])))
    found = [
        (moment_of(str(dig(one, "startsAt"))), {str(key): str(value) for key, value in items(dig(one, "labels"))})
        for _, one in items(answer)
    ]
    ours = sorted(((at, labels) for at, labels in found if subject.labels.items() <= labels.items()), key=first)
    if not ours:
        return None
    return Firing(FIRING, ours[0][0], ours[0][0], now, tuple(labels for _, labels in ours[:KEPT]))


def first(pair: tuple[float, Mapping[str, str]]) -> float:
    """Return the moment of a pair."""
    return pair[0]


def spans_of(found: Sequence[Series], gap: float) -> list[Span]:
    """Return the stretches of all series together, in the order of time."""
    moments = sorted((at, one.labels.get(STATE) == FIRING) for one in found for at, _ in one.points)
    spans: list[Span] = []
    for at, fires in moments:
        last = spans[-1] if spans and at - spans[-1].until <= gap else None
        if last is None:
            spans.append(Span(at, at, at if fires else None))
        else:
            since = last.since if last.since is not None else at if fires else None
            spans[-1] = Span(last.began, at, since)
    return spans


def labels_in(found: Sequence[Series], span: Span) -> tuple[Mapping[str, str], ...]:
    """Return the labels of the series that fired in a stretch, else of those that were pending; the longest first."""
    inside = [(sum(span.began <= at <= span.until for at, _ in one.points), one) for one in found]
    there = [(count, one) for count, one in inside if count]
    fired = [pair for pair in there if pair[1].labels.get(STATE) == FIRING] or there
    most = sorted(fired, key=lambda pair: (-pair[0], sorted(pair[1].labels.items())))
    return tuple({name: value for name, value in one.labels.items() if name not in OWN} for _, one in most[:KEPT])


@dataclass(frozen=True, slots=True)
class Around:
    """The time that is looked at. `cut` says that an alert fires for longer than can be looked at.

    `suspect` is the part of it in which the requests lie that made the alert fire.
    """

    window: Window
    suspect: Window
    cut: bool = False


def around(firing: Firing, looks_back: Decimal, length: float, at: float, now: float) -> Around:
    """Return the time around a firing: so long, half of it before the alert began; longer where it fired longer."""
    length = min(length, LONGEST)
    if firing.began is None or firing.until is None:
        window = Window(at - length, at)
        return Around(window, window)
    start = firing.began - length / 2
    end = min(now, max(firing.until, firing.began + length / 2))
    cut = end - start > LONGEST
    end = max(min(end, start + LONGEST), start + 1)
    begins = max(start, firing.began - float(looks_back))
    return Around(Window(start, end), Window(begins, max(begins + 1, min(end, firing.until))), cut)

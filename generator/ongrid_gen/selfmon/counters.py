"""The cases of the two forms of failing counters: there from the start, or born at its first event.

Counters in a test begin at 0, and Prometheus never extrapolates below 0: an increase is the exact number of events.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ongrid_gen.selfmon.base import GATEWAY
from ongrid_gen.selfmon.cases import Burst, Case, Phases, counter, steady

EACH: Final = 36  # a whole number of events also when stretched from 4 to 5 minutes and from 9 to 10
OLD: Final = -100_000
LONG: Final = 11  # longer than the ten minutes in which a counter is new


def growing(series: str, labels: Mapping[str, str], hold: int, window: int = 10) -> Case:
    """Return the case of a counter that stands, grows, and stands again. `window` is the increase's, in minutes."""
    return Case(
        "speaks of growth, until it is out of the window",
        [counter(series, 0, EACH)],
        labels,
        told=str(EACH * (hold + 1)),
        last=str(EACH * window // (window - 1)),
        lasting=window - 2,
    )


def newborn(series: str, labels: Mapping[str, str], job: str, target: str, hold: int) -> tuple[Case, ...]:
    """Return the cases of a counter that does not exist before its first event. `target` are the labels of its job."""
    up, born = steady(f"up{{{target}}}"), counter(series, None, Burst(EACH))
    once = Case("speaks of the first event, with which the counter is born", [up, born], labels, told=str(EACH),
                healthy=LONG, fault=1, lasting=9 - hold)  # fmt: skip
    returns = [counter(series, None, Burst(EACH)), Phases(f"up{{{target}}}", None, 1, 1, 1, counts=False)]
    return (
        growing(series, labels, hold),
        once,
        replace(once, name="speaks of it in a process that is young", healthy=3,
                series=[up, born, aged(job, target, young=True)]),
        Case("is quiet when Prometheus comes back and finds an old count", [*returns, aged(job, target, young=False)],
             healthy=LONG, fault=5 - hold, quiet=True),
    )  # fmt: skip


def aged(job: str, target: str, *, young: bool) -> Phases:
    """Return the series that tells how old a process is: when it was started, or for the collector its uptime."""
    if job == GATEWAY:
        return steady(f"otelcol_process_uptime{{{target}}}", 60 if young else -OLD)
    return steady(f"process_start_time_seconds{{{target}}}", 0 if young else OLD)

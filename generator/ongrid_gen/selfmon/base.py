"""What a watch of the stack over itself is, and the forms that its expressions take.

`critical` is only what makes the span metrics untrue as a whole, because it mutes every trace alert by inhibition. What
leaves some alerts working (a failing rule, a lost notification) is a `warning`: to mute the rest would make it worse.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol

from ongrid_gen.conventions import TEMPO_HTTP
from ongrid_gen.model import Site
from ongrid_gen.selfmon.cases import Case
from ongrid_gen.text import Code, fill, promql_string

if TYPE_CHECKING:  # components import the rules
    from ongrid_gen.components.tempo.base import Dialect

CRITICAL: Final = "critical"
WARNING: Final = "warning"
# The severity of the watchdog, which is no fault.
NONE: Final = "none"

GATEWAY: Final = "gateway"
TEMPO: Final = "tempo"
TEMPO_METRICS: Final = "tempo-metrics"
PROMETHEUS: Final = "prometheus"
ALERTMANAGER: Final = "alertmanager"

DOWN: Final = "up{job=<< job >>} == 0 or absent(up{job=<< job >>})"
GROWN: Final = "sum by (<< by >>) (increase(<< counter >>[<< window >>m])) > 0"
# A counter that is born at its first event has no earlier sample to grow from. It is new when the target was scraped
# ten minutes ago and did not have it, or when the process itself is younger; not when only Prometheus was away.
BORN: Final = """\
sum by (<< by >>) (increase(<< counter >>[10m])) > 0
or sum by (<< by >>) (<< counter >> unless << counter >> offset 10m) > 0
  and on () (up{job=<< job >>} offset 10m == 1 or << age >> < 600)"""


class Watcher(Protocol):
    """A module that watches one component."""

    COMPONENT: str

    def watches(self, site: Site) -> Iterator["Watch"]:
        """Yield every watch."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One alert of the stack's own. `minutes` is its `for`; `summary` is a Go template with the value and its unit.

    `meaning` and `remedy` are sentences, `look` is the first query. `pushed` says that it reads series that Tempo
    pushes, so that it waits as the site's own alerts do.
    """

    name: str
    severity: str
    minutes: int
    expr: str
    summary: str
    meaning: str
    remedy: str
    look: str
    causes: tuple[str, ...]
    cases: tuple[Case, ...]
    quiet: str = ""
    pushed: bool = False


def down(job: str) -> str:
    """Return the expression of a target that cannot be scraped, or that nobody scrapes."""
    return fill(DOWN, job=promql_string(job))


def grown(counter: str, by: str, window: int = 10) -> str:
    """Return the expression of a counter, there from the start, that grew in `window` minutes."""
    return filled(GROWN, counter=counter, by=by, window=window)


def born(counter: str, by: str, job: str) -> str:
    """Return the expression of a counter that grew or was born in ten minutes."""
    return filled(BORN, counter=counter, by=by, job=str(promql_string(job)), age=age(job))


def age(job: str) -> str:
    """Return the age of a process in seconds; the collector tells it in its own way."""
    if job == GATEWAY:
        return f"otelcol_process_uptime{{job={promql_string(job)}}}"
    return f"time() - process_start_time_seconds{{job={promql_string(job)}}}"


def filled(text: str, **values: str | int | Decimal) -> str:
    """Fill a form with numbers and with pieces of PromQL that are written in this package."""
    return fill(text, **{name: Code(value) if isinstance(value, str) else value for name, value in values.items()})


def counting(site: Site) -> str:
    """Return the job of the Tempo that makes the span metrics."""
    return TEMPO if site.sampling.tail is None else TEMPO_METRICS


def of(job: str, site: Site) -> str:
    """Return the selector of the series of one Tempo: empty where there is but one."""
    return "" if site.sampling.tail is None else f"{{job={promql_string(job)}}}"


def target(job: str) -> dict[str, str]:
    """Return the labels of what is scraped from a Tempo."""
    return {"job": job, "instance": f"{job}:{TEMPO_HTTP}"}


def labelled(labels: Mapping[str, str]) -> str:
    """Return labels as they stand in the braces of a series."""
    return ",".join(f'{name}="{value}"' for name, value in labels.items())


def dialect(site: Site) -> "Dialect":
    """Return the module that knows the site's version of Tempo, and the names of its metrics."""
    from ongrid_gen.components.tempo import dialect_of  # components import the rules

    return dialect_of(site)

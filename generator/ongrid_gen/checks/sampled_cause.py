"""OG081: the traces that an alert leads to are among those that sampling keeps."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts import service_dependency_error_rate, trace_error_rate, trace_latency
from ongrid_gen.alerts.conditions import threshold_seconds
from ongrid_gen.components.sampling import policies
from ongrid_gen.model import Site, TailSampling
from ongrid_gen.problems import Path, Problem, Severity
from ongrid_gen.units import format_duration, plain

CODE: Final = "OG081"
TAIL: Final[Path] = ("sampling", "tail")
ALL: Final = 100  # per cent
SHORTEST: Final = Decimal("0.001")  # the sampler counts milliseconds
FAILING: Final = (trace_error_rate.KIND, service_dependency_error_rate.KIND)


@dataclass(frozen=True, slots=True)
class Cause:
    """What an alert or SLO fires on: failed requests of a service, or those slower than a threshold in seconds."""

    who: str
    path: Path
    service: str | None
    slower_than: Decimal | None


def check(site: Site) -> Iterator[Problem]:
    """The alert is true, as all traces are counted; but its link leads to a few of its requests, or to none."""
    tail = site.sampling.tail
    if tail is None:
        return
    if not any(policies(tail)):
        yield Problem(CODE, (*TAIL, "keep"), "nothing is kept: no reason, and 0 per cent of the rest",
                      "write what is to be kept, such as `percent: 5`")  # fmt: skip
        return
    lost = [cause for cause in causes(site) if is_lost(cause, tail)]
    slowest = min((one for one in lost if one.slower_than is not None), key=lambda one: one.slower_than or 0,
                  default=None)  # fmt: skip
    failing = next((one for one in lost if one.slower_than is None), None)
    if failing is not None:
        yield of_errors(failing)
    if slowest is not None:
        yield of_latency(slowest, tail)
    if site.sampling.head < 1 and tail.errors:
        left = plain((1 - site.sampling.head) * ALL)
        yield Problem(
            CODE, ("sampling", "head", "ratio"),
            f"applications leave out {left} % of the traces before the gateway can keep those with errors",
            "write `ratio: 1`: `tail` keeps what is worth it", Severity.WARNING, related=((*TAIL, "keep"),),
        )  # fmt: skip


def of_errors(cause: Cause) -> Problem:
    """Return the problem of an alert on errors that are not kept."""
    message = f"{cause.who} fires on failed requests, whose traces are not kept for that"
    return Problem(CODE, (*TAIL, "keep", "errors"), message, "write `errors: true`", Severity.WARNING,
                   related=(cause.path,))  # fmt: skip


def of_latency(cause: Cause, tail: TailSampling) -> Problem:
    """Return the problem of an alert on requests that are slow, and not slow enough to be kept."""
    least = format_duration(cause.slower_than or 0)
    path = (*TAIL, "keep", "slower_than") if tail.slower_than is not None else TAIL
    kept = f"those over {format_duration(tail.slower_than)}" if tail.slower_than is not None else "none for that"
    return Problem(
        CODE, path, f"{cause.who} fires on requests that take longer than {least}; of their traces {kept} are kept",
        f"write `slower_than: {least}`" + (" or less" if tail.slower_than else " into `keep`"), Severity.WARNING,
        related=(cause.path,), on_key=tail.slower_than is None,
    )  # fmt: skip


def causes(site: Site) -> Iterator[Cause]:
    """Yield what the site's alerts and SLOs fire on."""
    for alert in site.alerts:
        service = alert.service if alert.kind != service_dependency_error_rate.KIND else alert.params.get("server")
        if alert.kind in FAILING:
            yield Cause(f"alert `{alert.name}`", alert.path, service, None)
        if alert.kind == trace_latency.KIND:
            yield Cause(
                f"alert `{alert.name}`", alert.path_to("threshold_ms"), service, threshold(threshold_seconds(alert))
            )
    for slo in site.slos:
        slower = None if slo.threshold is None else threshold(slo.threshold)
        yield Cause(f"SLO `{slo.name}`", slo.path, slo.service, slower)


def threshold(seconds: Decimal) -> Decimal:
    """Return a threshold as the sampler can have it."""
    return max(seconds, SHORTEST)


def is_lost(cause: Cause, tail: TailSampling) -> bool:
    """Tell whether traces of a cause are kept by chance only."""
    own = next((one for one in tail.services if one.service == cause.service), None)
    percent = own.percent if own is not None and own.percent is not None else tail.percent
    if percent == ALL:
        return False
    if cause.slower_than is None:
        return not tail.errors
    kept = [one for one in (tail.slower_than, own.slower_than if own else None) if one is not None]
    return min(kept, default=cause.slower_than + 1) > cause.slower_than

"""Labels and annotations of an SLO's alerts. Every text exists twice: as a Go template, and as that renders."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal

from ongrid_gen.alerts.links import Spans, runbook_link, trace_search
from ongrid_gen.alerts.wording import Say, go_string, owner_label
from ongrid_gen.conventions import AFFECTS, BURN_KIND, KIND, SERVICE, SERVICE_NAME, SEVERITY, SLO, TIER
from ongrid_gen.model import Site, Slo
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import ABSENT_FOR, Pair, absent_window, allowed, hold, pairs
from ongrid_gen.slos.selection import request_labels, selectors
from ongrid_gen.units import format_duration, plain


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says of the moment: the share of bad requests in a window of so many seconds, and the budget left."""

    share: Callable[[Decimal], str]
    left: str


def query_reading(slo: Slo, site: Site) -> Reading:
    """Return the readings as Go templates. `query_offset` applies to the recordings, not to the query, so it is said.

    The value of the alert itself is that of whichever pair fired, so the texts do not use it.
    """
    own = selectors(slo)["own"]
    shift = f" offset {format_duration(site.alerting.query_offset)}" if site.alerting.query_offset else ""

    def asked(query: str, shown: str) -> str:
        found = f"{{{{ with query {go_string(query + shift)} }}}}{{{{ . | first | value | {shown} }}}}"
        return found + "{{ else }}unknown{{ end }}"

    return Reading(
        lambda window: asked(f"{names.ratio(window)}{own}", "humanizePercentage"),
        asked(f"100 * {names.budget_left(slo)}{own}", 'printf "%.1f%%"'),
    )


def per_cent(share: Decimal) -> str:
    """Return a share in per cent."""
    return f"{plain(share * 100)}%"


def requests_named(slo: Slo, say: Say) -> str:
    """Return the service, and the operation if there is one."""
    return " ".join(say(value) for value in request_labels(slo).values())


def bad_words(slo: Slo) -> str:
    """Return what makes a request bad."""
    return "fail" if slo.threshold is None else f"take longer than {plain(slo.threshold * 1000)} ms"


def objective_words(slo: Slo, say: Say) -> str:
    """Return the objective as a sentence."""
    return (
        f"At most {per_cent(allowed(slo))} of the requests of {requests_named(slo, say)} may {bad_words(slo)} in "
        f"{format_duration(slo.period)}."
    )


def pair_words(pair: Pair) -> str:
    """Return when a pair fires."""
    long, short = format_duration(pair.long), format_duration(pair.short)
    return f"more than {per_cent(pair.limit)} in {long} and in {short}, {plain(pair.factor)} times the budget's pace"


def guard_words(slo: Slo) -> str:
    """Return the guard as a sentence; empty when there is none."""
    return f" Quiet below {slo.min_errors} such requests in the long window." if slo.min_errors else ""


def condition(slo: Slo, tier: str) -> str:
    """Return when a tier fires, as a sentence."""
    held = f", for {format_duration(hold(slo, tier))}" if hold(slo, tier) else ""
    rates = "; or ".join(map(pair_words, pairs(slo, tier)))
    return f"Fires when too many requests {bad_words(slo)}: {rates}{held}.{guard_words(slo)}"


def common_labels(slo: Slo, site: Site, kept: Collection[str], kind: str, severity: str) -> dict[str, str]:
    """Return the static labels, without those that the expression keeps and those of the whole site (R16)."""
    free = {name: value for name, value in slo.labels.items() if name not in site.external_labels}
    found = {**free, KIND: kind, SEVERITY: severity, SLO: slo.name, SERVICE: slo.service, AFFECTS: slo.service}
    found |= {**request_labels(slo), **owner_label(site, slo.service)}
    return {name: value for name, value in found.items() if name not in kept}


def burn_labels(slo: Slo, tier: str, site: Site) -> dict[str, str]:
    """Return the static labels of a tier's alert."""
    labels = common_labels(slo, site, request_labels(slo), BURN_KIND, names.SEVERITIES[tier])
    return {**labels, TIER: tier}


def absent_labels(slo: Slo, site: Site) -> dict[str, str]:
    """Return the labels of the alert about missing traffic, whose expression keeps none."""
    return common_labels(slo, site, (), names.ABSENT_KIND, "warning")


def missing_labels(slo: Slo, site: Site) -> dict[str, str]:
    """Return the static labels of the alert about the missing bound, which is one of the whole service."""
    return common_labels(slo, site, (SERVICE_NAME,), BURN_KIND, "warning")


def burn_annotations(slo: Slo, tier: str, site: Site, say: Say, reading: Reading) -> dict[str, str]:
    """Return the annotations of a tier's alert: what each pair reads beside what it allows, and the budget left."""
    read = [
        f"{reading.share(pair.long)} in {format_duration(pair.long)} and {reading.share(pair.short)} in "
        f"{format_duration(pair.short)} (limit {per_cent(pair.limit)})"
        for pair in pairs(slo, tier)
    ]
    spans = Spans(slo.service, slo.operation, slower_than=slo.threshold, failed=slo.threshold is None)
    return {
        "summary": f"{slo.name}: requests of {requests_named(slo, say)} that {bad_words(slo)}: {'; '.join(read)}",
        "description": f"{condition(slo, tier)} {objective_words(slo, say)} Of that budget {reading.left} is left.",
        "runbook": say(runbook_link(site, names.runbook_path(slo))),
        "traces": trace_search(site, spans),
    }


def absent_annotations(slo: Slo, site: Site, say: Say) -> dict[str, str]:
    """Return the annotations of the alert about missing traffic."""
    window = format_duration(absent_window(site))
    return {
        "summary": f"{slo.name}: no requests of {requests_named(slo, say)} in {window}",
        "description": f"Without requests the objective looks perfect. Fires when there were none in {window}, for "
        f"{format_duration(ABSENT_FOR)}. Either nobody calls, or the spans do not arrive, or the name is misspelt.",
        "runbook": say(runbook_link(site, names.runbook_path(slo))),
    }


def missing_annotations(slo: Slo, site: Site, say: Say) -> dict[str, str]:
    """Return the annotations of the alert about the missing bound."""
    bound = plain(slo.threshold or Decimal(0))
    return {
        "summary": f"{slo.name} is blind: no histogram bucket of {say(slo.service)} ends at {bound} s",
        "description": f"Tempo counts requests of {say(slo.service)}, but without the bucket bound {bound} (seconds) "
        "in metrics_generator.processor.span_metrics.histogram_buckets. Apply the rendered tempo.yaml and restart "
        "Tempo.",
        "runbook": say(runbook_link(site, names.runbook_path(slo))),
    }

"""What is asked about: an alert of the spec, a tier of an SLO (`<slo>/page`), or an alert of the stack itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ongrid_gen import selfmon
from ongrid_gen.alerts import kind_of, rules_of, service_dependency_error_rate, trace_latency
from ongrid_gen.alerts.conditions import REQUEST_KINDS, is_ongrid, threshold_seconds
from ongrid_gen.conventions import BURN_KIND, CLIENT, SELF_KIND, SERVER, SERVICE, SERVICE_NAME, SLO
from ongrid_gen.correlate.reading import Reading, burning, readings_of
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Alert, Site, Slo
from ongrid_gen.selfmon.base import Watch
from ongrid_gen.slos import names, wording
from ongrid_gen.slos.burn import pairs, tiers
from ongrid_gen.suggest import nearest

# How far back an alert of the stack looks, in seconds, where nothing says it.
OWN_WINDOW = Decimal(300)
MOST_SERVICES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An alert, and how what belongs to it is known. Times in seconds.

    `labels` tell it from others where Prometheus keeps what fires. `looks_back` is how long before it fires the cause
    may be. `service` is None where only the firing alert knows it, or none is meant.
    """

    name: str
    kind: str
    severity: str
    condition: str
    labels: Mapping[str, str]
    readings: tuple[Reading, ...]
    looks_back: Decimal
    service: str | None = None
    operation: str | None = None
    span_kinds: tuple[str, ...] = ()
    slower_than: Decimal | None = None
    named_by: tuple[str, ...] = field(default=(SERVICE_NAME, SERVICE))

    def services(self, firing: tuple[Mapping[str, str], ...]) -> tuple[str, ...]:
        """Return whose requests these are: the service it names, else those that the firing alert names."""
        if self.service is not None:
            return (self.service,)
        found = [labels[name] for labels in firing for name in self.named_by if labels.get(name)]
        return tuple(dict.fromkeys(found))[:MOST_SERVICES]


def subject_of(site: Site, name: str) -> Subject:
    """Return what a name stands for. CommandError, with the nearest there is, for none."""
    alert = site.alert(name)
    if alert is not None:
        return of_alert(alert, site)
    slo_name, _, tier = name.rpartition(names.TIER_MARK)
    slo = site.slo(slo_name)
    if slo is not None and tier in tiers(slo):
        return of_slo(slo, tier, site)
    for watches in selfmon.components(site).values():
        for watch in watches:
            if watch.name == name:
                return of_watch(watch)
    raise CommandError(unknown(site, name))


def subject_names(site: Site) -> list[str]:
    """Return every name that can be asked about, but those of the stack's own alerts."""
    burns = [names.drilled(slo, tier) for slo in site.slos for tier in tiers(slo)]
    return [*(alert.name for alert in site.alerts), *burns]


def unknown(site: Site, name: str) -> str:
    """Return the sentence that says what there is instead."""
    known = [*subject_names(site), *sorted(selfmon.names(site))]
    near = nearest(name, known)
    meant = f"did you mean `{near}`?" if near else f"there are: {', '.join(subject_names(site)) or 'none'}"
    return f"no alert `{name}` in the spec; {meant}"


def of_alert(alert: Alert, site: Site) -> Subject:
    """Return an alert of the spec."""
    of_requests = alert.service is not None
    of_calls = alert.kind == service_dependency_error_rate.KIND
    return Subject(
        name=alert.name,
        kind=alert.kind,
        severity=alert.severity,
        condition=kind_of(alert).explain(alert, site).condition,
        labels={"alertname": rules_of(alert, site)[0].name},
        readings=readings_of(alert, site),
        looks_back=alert.window + alert.for_,
        service=alert.service,
        operation=alert.params.get("operation"),
        span_kinds=tuple(alert.params.get("span_kind", REQUEST_KINDS)) if of_requests and not is_ongrid(site) else (),
        slower_than=threshold_seconds(alert) if alert.kind == trace_latency.KIND else None,
        named_by=(SERVER, CLIENT) if of_calls else (SERVICE_NAME, SERVICE),
    )


def of_slo(slo: Slo, tier: str, site: Site) -> Subject:
    """Return a tier of an SLO."""
    return Subject(
        name=names.drilled(slo, tier),
        kind=BURN_KIND,
        severity=names.SEVERITIES[tier],
        condition=wording.condition(slo, tier),
        labels={"alertname": names.ALERTS[tier], SLO: slo.name},
        readings=burning(slo, tier),
        looks_back=max(pair.short for pair in pairs(slo, tier)),
        service=slo.service,
        operation=slo.operation,
        span_kinds=slo.span_kind,
        slower_than=slo.threshold,
    )


def of_watch(watch: Watch) -> Subject:
    """Return an alert of the stack itself: it has no service, and its first query is what it reads."""
    return Subject(
        name=watch.name,
        kind=SELF_KIND,
        severity=watch.severity,
        condition=watch.meaning,
        labels={"alertname": watch.name},
        readings=(Reading("its first query", watch.look, ""),) if watch.look else (),
        looks_back=OWN_WINDOW + watch.minutes * 60,
    )

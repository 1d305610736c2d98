"""OG033: labels of the site, of an alert and of an SLO are not ones that mean something already."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts import metric_raw
from ongrid_gen.alerts.expressions import is_sound
from ongrid_gen.conventions import KIND, RESERVED_LABELS, SEVERITY
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Problem

CODE: Final = "OG033"
RAW: Final = metric_raw.KIND


def check(site: Site) -> Iterator[Problem]:
    """A label set twice makes two series one (Prometheus then drops the rule) or changes whom a route finds."""
    for label in site.labels:
        if label in RESERVED_LABELS:
            yield Problem(
                code=CODE,
                path=("labels", label),
                message=f"label `{label}` of the site is set by the stack itself",
                hint="choose another name",
                on_key=True,
            )
    for alert in site.alerts:
        for label in alert.labels:
            if label in RESERVED_LABELS or label in site.external_labels:
                yield Problem(
                    code=CODE,
                    path=(*alert.path_to("labels"), label),
                    message=f"label `{label}` of alert `{alert.name}` is set by the stack itself",
                    hint="choose another name",
                    on_key=True,
                )
        yield from kept_labels(alert, site)
    for slo in site.slos:
        for label in slo.labels:
            if label in RESERVED_LABELS or label in site.external_labels:
                yield Problem(
                    code=CODE,
                    path=(*slo.path, "labels", label),
                    message=f"label `{label}` of SLO `{slo.name}` is set by the stack itself",
                    hint="choose another name",
                    on_key=True,
                )


def kept_labels(alert: Alert, site: Site) -> Iterator[Problem]:
    """Yield the labels that come from the series and would be set again, or that no series may bring."""
    if not is_sound(alert):
        return
    by = tuple(alert.params["by"]) if "by" in alert.params else metric_raw.kept(alert) if alert.kind == RAW else ()
    for label in by:
        if label in alert.labels and label not in RESERVED_LABELS:
            yield Problem(
                code=CODE,
                path=(*alert.path_to("labels"), label),
                message=f"label `{label}` of alert `{alert.name}` comes from its series already: set again, it makes "
                "two alerts one, and Prometheus drops the rule",
                hint="choose another name",
                on_key=True,
            )
        if label in (KIND, SEVERITY, "alertname", *site.external_labels) and "by" in alert.params:
            yield Problem(
                code=CODE,
                path=alert.path_to("by"),
                message=f"label `{label}` in `by` of alert `{alert.name}` is set by the stack itself",
                hint=f"remove `{label}`",
            )

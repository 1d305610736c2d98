"""OG033: labels of the site, of an alert and of an SLO are not ones that mean something already."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.conventions import RESERVED_LABELS
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG033"


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

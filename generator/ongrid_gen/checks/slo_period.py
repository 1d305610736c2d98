"""OG044: the requests of an SLO's whole period are kept."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.units import format_duration

CODE: Final = "OG044"


def check(site: Site) -> Iterator[Problem]:
    """The budget left is reckoned from what Prometheus keeps: with less, old failures are forgiven too early."""
    retention = site.prometheus.retention
    for slo in site.slos:
        if slo.period > retention:
            yield Problem(
                code=CODE,
                path=(*slo.path, "period"),
                message=f"SLO `{slo.name}` holds over {format_duration(slo.period)}, but Prometheus keeps "
                f"{format_duration(retention)}: the budget left covers only that",
                hint=f"write `prometheus: {{retention: {format_duration(slo.period)}}}`",
                severity=Severity.WARNING,
                related=(("prometheus", "retention"),),
            )

"""OG026: an operation that an alert or drill names is one that the service lists, if it lists any."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG026"


def check(site: Site) -> Iterator[Problem]:
    """A misspelt operation selects no series, so the alert is silent for ever."""
    for path, who, service_name, operation in named_operations(site):
        service = site.service(service_name)
        if service is not None and service.operations and operation not in service.operations:
            yield Problem(
                code=CODE,
                path=path,
                message=f"{who} `{operation}`, which is not among the operations of `{service_name}`",
                hint=did_you_mean(operation, service.operations),
            )


def named_operations(site: Site) -> Iterator[tuple[Path, str, str, str]]:
    """Yield every place that names an operation: path, who, service, operation."""
    for alert in site.alerts:
        if "operation" in alert.params and alert.service is not None:
            operation = str(alert.params["operation"])
            yield alert.path_to("operation"), f"alert `{alert.name}` watches", alert.service, operation
    for slo in site.slos:
        if slo.operation is not None:
            yield (*slo.path, "operation"), f"SLO `{slo.name}` watches", slo.service, slo.operation
    for index, drill in enumerate(site.drills):
        yield (*drill.path, "send", "operation"), f"drill {index} sends", drill.service, drill.operation

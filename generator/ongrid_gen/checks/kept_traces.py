"""OG019: the traces that an alert leads to are still kept when somebody looks."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts.signal import KINDS as METRIC_KINDS
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.units import format_duration

CODE: Final = "OG019"


def check(site: Site) -> Iterator[Problem]:
    """The link in a notification opens an empty page: the requests that fired the alert were deleted before."""
    retention = site.tempo.retention
    for alert in site.alerts:
        oldest = alert.window + alert.for_
        if alert.kind not in METRIC_KINDS and oldest > retention:
            yield Problem(
                code=CODE,
                path=("tempo", "retention"),
                message=f"alert `{alert.name}` fires on requests of the last {format_duration(oldest)}, and Tempo "
                f"keeps traces for {format_duration(retention)}",
                hint=f"write `retention: {format_duration(oldest)}` or more",
                severity=Severity.WARNING,
                related=(alert.path_to("window"),),
            )
            return  # one says it

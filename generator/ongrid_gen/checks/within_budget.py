"""OG059: what is expected to be stored is within the budget."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ongrid_gen.alerts.expressions import is_sound
from ongrid_gen.estimate import Figure, amount, series_figures, span_figures
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG059"
SHORTER: Final = ", shorten `tempo.retention`"


def check(site: Site) -> Iterator[Problem]:
    """More spans or bytes than the budget allows fill the disk, and with it the traces of everybody."""
    for figure in figures(site):
        if figure.is_over and figure.limit is not None:
            yield Problem(
                code=CODE,
                path=figure.path,
                message=f"{figure.what}: {amount(figure.value, figure.unit)} are expected, and "
                f"{amount(figure.limit, figure.unit)} are allowed",
                hint=f"raise it{SHORTER if figure.unit == 'bytes' else ''} or send less; `ongrid-gen estimate` shows "
                "the sum",
                severity=Severity.WARNING,
            )


def figures(site: Site) -> Iterator[Figure]:
    """Yield what the spec sets a budget for. Of series only when it does: they are counted by rendering all rules."""
    yield from span_figures(site)
    if site.budget.series is not None:
        sound = replace(site, alerts=tuple(alert for alert in site.alerts if is_sound(alert)))
        yield from (figure for figure in series_figures(sound) if figure.path == ("budget", "series"))

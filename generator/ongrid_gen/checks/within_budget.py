"""OG059: what is expected to be stored is within the budget."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.estimate import amount, span_figures
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG059"
SHORTER: Final = ", shorten `tempo.retention`"


def check(site: Site) -> Iterator[Problem]:
    """More spans or bytes than the budget allows fill the disk, and with it the traces of everybody."""
    for figure in span_figures(site):
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

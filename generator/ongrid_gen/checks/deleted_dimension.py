"""OG079: a dimension of the metrics is an attribute that still exists when Tempo counts."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import dimensions
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG079"


def check(site: Site) -> Iterator[Problem]:
    """Agents and gateway delete it before Tempo sees the span: its label is empty, and queries for it find nothing."""
    for dimension, path in dimensions(site):
        if dimension in site.privacy.delete:
            yield Problem(
                code=CODE,
                path=path,
                message=f"`{dimension}` is deleted by `privacy` before it can become a label",
                hint="remove it",
                related=(("privacy", "delete", site.privacy.delete.index(dimension)),),
            )

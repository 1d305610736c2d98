"""OG079: a dimension of the metrics, and what sampling looks for, are attributes that still exist then."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import dimensions
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG079"


def check(site: Site) -> Iterator[Problem]:
    """Agents and gateway delete it before: its label is empty, no trace is kept for it, and nothing says so."""
    tail = site.sampling.tail
    wanted = [(name, path, "become a label") for name, path in dimensions(site)]
    wanted += [(one.key, one.path, "keep a trace") for one in (tail.attributes if tail is not None else ())]
    for name, path, what in wanted:
        if name in site.privacy.delete:
            yield Problem(
                code=CODE,
                path=path,
                message=f"`{name}` is deleted by `privacy` before it can {what}",
                hint="remove it",
                related=(("privacy", "delete", site.privacy.delete.index(name)),),
            )

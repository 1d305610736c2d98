"""OG051: a scrape job has a name of its own."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.components.prometheus import OWN_JOBS
from ongrid_gen.model import Scrape, Site
from ongrid_gen.problems import Problem

CODE: Final = "OG051"


def check(site: Site) -> Iterator[Problem]:
    """Prometheus refuses a configuration in which two jobs share a name."""
    seen: dict[str, Scrape] = {}
    for scrape in site.prometheus.scrape:
        first = seen.setdefault(scrape.job, scrape)
        if scrape.job in OWN_JOBS or first is not scrape:
            whose = "the stack's own" if scrape.job in OWN_JOBS else "another job's"
            yield Problem(
                code=CODE,
                path=(*scrape.path, "job"),
                message=f"scrape job `{scrape.job}`: this name is {whose}",
                hint="choose another name",
                related=() if first is scrape else ((*first.path, "job"),),
            )

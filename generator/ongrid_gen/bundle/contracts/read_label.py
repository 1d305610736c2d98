"""OG049: a label that a query asks for is one that its series have."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.contracts.service_dimension import with_service
from ongrid_gen.bundle.exposed import pushing, span_series
from ongrid_gen.bundle.network import SCRAPES, is_prometheus
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.checks.known_label import jobs_of
from ongrid_gen.problems import Problem
from ongrid_gen.series import asked_in_vain

CODE: Final = "OG049"


def check(wiring: Wiring) -> Iterator[Problem]:
    """A matcher on a label that no series has selects nothing; `by` on one throws what it should keep together."""
    series = span_series(wiring)
    jobs = [*scrape_jobs(wiring), *pushing(wiring)]
    for query, written in wiring.sound_queries:
        for one in asked_in_vain(written, with_service(series)) if series is not None else ():
            yield Problem(CODE, query.path, f"{query.who}: {one.message}", one.hint, within=query.within(one.within))
        for job in jobs_of(written) if jobs else ():
            if job not in jobs:
                yield Problem(CODE, query.path, f"{query.who}: no scrape job is called `{job}`",
                              did_you_mean(job, jobs), within=query.within(written.place(job)))  # fmt: skip


def scrape_jobs(wiring: Wiring) -> list[str]:
    """Return the names of the jobs, which their series have as a label."""
    return [str(dig(job, "job_name")) for service in wiring.running(is_prometheus)
            for _, job in items(service.settings.get(SCRAPES))]  # fmt: skip

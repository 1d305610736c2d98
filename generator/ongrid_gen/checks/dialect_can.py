"""OG025: the chosen version can do what the spec asks for."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG025"


def check(site: Site) -> Iterator[Problem]:
    """A key that the version of Tempo has no word for would be accepted and do nothing."""
    if site.images.stand_ins or site.tempo.dialect != "1.5":
        return  # with stand-ins `up` prints the differences: the spec asks for another version
    wanted: list[tuple[Path, bool, str]] = [
        (("metrics", "size"), site.metrics.size, "such series"),
        (("metrics", "service_graph", "messaging_latency"), site.metrics.messaging_latency, "such series"),
        (("tempo", "storage", "prefix"), "prefix" in site.tempo.storage, "such key"),
        (("queries",), bool(site.queries), "TraceQL"),
    ]
    for path, asked, lacks in wanted:
        if asked:
            yield Problem(
                code=CODE,
                path=path,
                message=f"Tempo {site.tempo.dialect} has no {lacks}: `{'.'.join(map(str, path))}` does nothing",
                hint='leave it out, or choose `versions: {tempo: "2.10"}`',
                severity=Severity.WARNING,
            )

"""OG082: traces and the key go to the bucket encrypted."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem, Severity

CODE: Final = "OG082"


def check(site: Site) -> Iterator[Problem]:
    """Every trace travels to the bucket, and whoever is on the way reads it."""
    storage = site.tempo.storage
    if storage.get("tls") is False:
        yield Problem(
            code=CODE,
            path=("tempo", "storage", "tls"),
            message=f"traces go to {storage['endpoint']} unencrypted: whoever is on the way reads them",
            hint="write `tls: true`; or say in `suppress` why nobody is on the way",
            severity=Severity.WARNING,
        )

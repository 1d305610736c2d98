"""Finds out which Tempo answers. What runs is asked, not the spec: the wrong one ignores a query without a word."""

import re
from typing import Final

from ongrid_gen.bundle.plain import dig
from ongrid_gen.runtime.fetch import Deadline, Endpoint, FetchError
from ongrid_gen.traceql import VERSIONS
from ongrid_gen.tracequery.base import Backend
from ongrid_gen.tracequery.tempo import NOT_FOUND, Tempo
from ongrid_gen.tracequery.tempo_tags import TempoTags

PAGE: Final = re.compile(r"\bversion v?(\d+\.\d+\S*)")
NUMBERS: Final = re.compile(r"v?(\d+)\.(\d+)")


def connect(endpoint: Endpoint, deadline: Deadline) -> Backend:
    """Return the client of the Tempo at an address. FetchError when it does not say which it is."""
    version = version_at(endpoint, deadline)
    numbers = NUMBERS.match(version)
    if numbers is not None and int(numbers[1]) < 2:
        return TempoTags(endpoint, version)
    return Tempo(endpoint, version, VERSIONS[0] if numbers is not None and int(numbers[1]) == 2 else VERSIONS[-1])


def version_at(endpoint: Endpoint, deadline: Deadline) -> str:
    """Return what a Tempo says that it is; from 2.0 on there is an interface for it."""
    try:
        return str(dig(endpoint.json("/api/status/buildinfo", deadline), "version") or "unknown")
    except FetchError as error:
        if error.status != NOT_FOUND:
            raise
    found = PAGE.search(endpoint.read("/status/version", deadline).decode(errors="replace"))
    if found is None:
        raise FetchError(f"{endpoint.url}: no Tempo answers there: it does not tell its version")
    return found[1]

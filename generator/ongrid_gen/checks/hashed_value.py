"""OG084: nothing reads the value of an attribute that is hashed."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ongrid_gen.checks.base import dimensions
from ongrid_gen.components.privacy import HASHED
from ongrid_gen.components.tempo import dialect_of
from ongrid_gen.conventions import EDGE, SERVICE_NAME_DIMENSION
from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG084"
# What the stack itself reads: whose span it is, and who stands at the other end of a call.
READ: Final = (SERVICE_NAME_DIMENSION, EDGE, "deployment.environment", "peer.service", "db.name", "db.system")
EQUAL: Final = ("=", "!=")


def check(site: Site) -> Iterator[Problem]:
    """Behind the agents there are only hashes: no trace is kept for the value, no query finds it, no service has it."""
    hashed = {key: ("privacy", "hash", index) for index, key in enumerate(site.privacy.hash)}
    for key in READ:
        if key in hashed:
            yield Problem(CODE, hashed[key], f"`{key}` cannot be hashed: series, rules and the service graph are made "
                          "of its values", "remove it")  # fmt: skip
    tail = site.sampling.tail
    for one in tail.attributes if tail is not None else ():
        if one.key in hashed:
            yield Problem(CODE, one.path, f"traces are to be kept by the value of `{one.key}`, which is hashed before",
                          "remove it", related=(hashed[one.key],))  # fmt: skip
    for name, path in dimensions(site):
        if name in hashed:
            yield Problem(CODE, path, f"`{name}` is hashed: each of its many values would be series of its own",
                          "leave it out: it stays on the spans, where TraceQL finds it", Severity.WARNING,
                          related=(hashed[name],))  # fmt: skip
    yield from queries(site, hashed)


def queries(site: Site, hashed: Mapping[str, Path]) -> Iterator[Problem]:
    """Yield the queries that look for a plain value."""
    dialect = dialect_of(site)
    if not hashed or not site.queries or not dialect.TRACEQL:
        return
    from ongrid_gen.traceql import TraceqlError, comparisons, read  # as in OG007
    from ongrid_gen.traceql.tree import Attribute, Literal

    for name, query in site.queries.items():
        try:
            written = read(query, dialect.VERSION)
        except TraceqlError:
            continue  # OG007 speaks of it
        for one in comparisons(written.tree):
            sides = (one.left, one.right)
            key = next((side.name for side in sides if isinstance(side, Attribute) and side.name in hashed), None)
            value = next((side for side in sides if isinstance(side, Literal)), None)
            if key is not None and value is not None and one.op in EQUAL and not re.search(HASHED, value.value):
                yield Problem(CODE, ("queries", name), f"query `{name}` looks for a value of `{key}`, which is hashed: "
                              "it finds nothing", "write the hash of the value", Severity.WARNING,
                              related=(hashed[key],), within=(value.start, value.end))  # fmt: skip

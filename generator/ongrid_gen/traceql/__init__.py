"""The one place that reads TraceQL. The parser's library is imported when the first query is read."""

from ongrid_gen.traceql.compose import conjoin
from ongrid_gen.traceql.errors import TraceqlError
from ongrid_gen.traceql.read import Written, read
from ongrid_gen.traceql.tree import comparisons, filters, used, walk
from ongrid_gen.traceql.words import VERSIONS, WITHOUT

__all__ = [
    "VERSIONS", "WITHOUT", "TraceqlError", "Written", "comparisons", "conjoin", "filters", "read", "used", "walk",
]  # fmt: skip

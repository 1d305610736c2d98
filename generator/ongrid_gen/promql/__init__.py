"""The one place that reads PromQL. The parser is a library in Rust, imported when the first expression is read."""

from ongrid_gen.promql.nothing import UnknownError, on_nothing
from ongrid_gen.promql.read import PromqlError, Written, read
from ongrid_gen.promql.same import is_same
from ongrid_gen.promql.tree import Selector, calls, kept_labels, ranges, selector_of, selectors, sort_of, top, walk

__all__ = [
    "PromqlError", "Selector", "UnknownError", "Written", "calls", "is_same", "kept_labels", "on_nothing", "ranges",
    "read", "selector_of", "selectors", "sort_of", "top", "walk",
]  # fmt: skip

"""The one place that reads PromQL. The parser is a library in Rust, imported when the first expression is read."""

from ongrid_gen.promql.read import PromqlError, Written, read
from ongrid_gen.promql.tree import Selector, calls, ranges, selectors, walk

__all__ = ["PromqlError", "Selector", "Written", "calls", "ranges", "read", "selectors", "walk"]

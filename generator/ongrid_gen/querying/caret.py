"""What is wrong with a query, as a problem with a place in its own text."""

import re
from typing import Final

from ongrid_gen.load import Document
from ongrid_gen.problems import Problem
from ongrid_gen.promql import PromqlError
from ongrid_gen.traceql import TraceqlError
from ongrid_gen.yamlio import Loaded

BREAK: Final = re.compile("\r\n|\r|\n")
NAME: Final = "query"
# The codes that the same mistakes have in a spec.
TRACEQL: Final = "OG007"
PROMQL: Final = "OG045"


def document_of(text: str) -> Document:
    """Return a query as a document that problems can be shown in."""
    return Document(NAME, BREAK.split(text), None, [], Loaded(text))


def problem_of(text: str, error: TraceqlError | PromqlError) -> Problem:
    """Return why a query is refused, on the line where that begins."""
    before = BREAK.split(text[: error.start])
    part = BREAK.split(text[error.start : error.end])[0]
    column = len(before[-1]) + 1
    code = TRACEQL if isinstance(error, TraceqlError) else PROMQL
    return Problem(code, (), error.message, error.hint, at=(len(before), column, column + max(1, len(part))))

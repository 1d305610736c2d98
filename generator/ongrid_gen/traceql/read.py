"""Reads a query as Tempo does, or says what is wrong with it and where. The parser is made when the first is read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from ongrid_gen.traceql.errors import TraceqlError
from ongrid_gen.traceql.explain import explained
from ongrid_gen.traceql.strange import first_word, lonely, strange, word
from ongrid_gen.traceql.tokens import Token, tokens, unmatched
from ongrid_gen.traceql.tree import Query
from ongrid_gen.traceql.versions import refuse
from ongrid_gen.traceql.words import VERSIONS, WITHOUT

# What Tempo reads at most (`query_frontend.max_query_expression_size_bytes`).
LONGEST: Final = 128 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """A query that was read: its tree, its tokens, and the text they came from."""

    text: str
    tree: Query = field(repr=False)
    tokens: tuple[Token, ...] = field(repr=False)

    @property
    def is_metrics(self) -> bool:
        """Whether it gives series, not traces."""
        return self.tree.metrics is not None


@cache
def read(text: str, version: str = VERSIONS[0]) -> Written:
    """Return the query. TraceqlError when that version of Tempo would refuse it."""
    if version == WITHOUT:
        raise TraceqlError(f"Tempo {version} has no TraceQL: it answers with traces that nothing filtered", 0,
                           max(1, len(text)), f"search by tags, or run Tempo {' or '.join(VERSIONS)}")  # fmt: skip
    written = parsed(text)
    refuse(written.tree, version)
    return written


@cache
def parsed(text: str) -> Written:
    """Return the query as some version of Tempo takes it."""
    if len(text.encode()) > LONGEST:
        raise TraceqlError(f"it is longer than {LONGEST} bytes, which Tempo does not read", 0, len(text))
    found = tokens(text)
    if not found:
        raise TraceqlError("it is empty", 0, max(1, len(text)), "write `{ }` for every span")
    for token in found:
        if error := strange(token):
            raise error
    bracket, closing = unmatched(found)
    at = first_word(found)
    if bracket is not None and (at is None or bracket.text not in "({" or closing[1:]):
        raise lonely(bracket, closing)
    try:
        return Written(text, tree_of(text, found, at), tuple(found))
    except RecursionError:
        raise TraceqlError("it nests too deep", found[0].start, found[-1].end) from None


def tree_of(text: str, found: list[Token], at: int | None) -> Query:
    """Return the tree; `at` is the first word that names nothing."""
    from lark.exceptions import UnexpectedToken

    try:
        tree: Query = parser().parse(found)
    except UnexpectedToken as error:
        stop = len(found) if error.token.type == "$END" else starts(found).index(error.token.start_pos)
        if at is not None and at <= stop + 1:
            raise word(text, found, at) from None
        raise explained(text, found, stop) from None
    if at is not None:
        raise word(text, found, at)
    return tree


def starts(found: list[Token]) -> list[int]:
    """Return where tokens begin."""
    return [token.start for token in found]


@cache
def parser() -> Any:
    """Return the parser."""
    from lark import Lark
    from lark import Token as Terminal
    from lark.lexer import Lexer

    from ongrid_gen.traceql.build import Build
    from ongrid_gen.traceql.grammar import GRAMMAR

    class Ready(Lexer):
        """Hands on the tokens that were cut before."""

        def __init__(self, lexer_conf: Any) -> None:
            del lexer_conf

        def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Terminal]:
            del parser_state
            for one in lexer_state:
                yield Terminal(one.sort, one.text, start_pos=one.start, end_pos=one.end)

    return Lark(GRAMMAR, parser="lalr", lexer=Ready, transformer=Build())

"""What differs between the versions of Tempo: the grammar is that of 3.0, and each refuses what it does not take."""

from ongrid_gen.traceql.errors import TraceqlError
from ongrid_gen.traceql.tree import Best, Binary, Kept, Literal, Query, used, walk
from ongrid_gen.traceql.words import REGEX


def refuse(query: Query, version: str) -> None:
    """Refuse what a version does not take. TraceqlError says which one does."""
    if version == "2.10":
        refuse_chains(query)
        refuse_divisions(query)
    else:
        refuse_matching_fields(query)


def refuse_chains(query: Query) -> None:
    """Series can be compared, and chosen more than once, from 3.0 on."""
    for number, one in enumerate(query.second):
        if isinstance(one, Kept):
            raise TraceqlError("Tempo 2.10 cannot compare series; 3.0 can", one.start, one.end,
                               "leave the comparison out, or write an alert for it")  # fmt: skip
        if isinstance(one, Best) and number:
            raise TraceqlError("Tempo 2.10 takes one `topk` or `bottomk`; 3.0 takes more", one.start, one.end,
                               "leave one of them out")  # fmt: skip


def refuse_divisions(query: Query) -> None:
    """Numbers are reckoned while 2.10 reads them, and it stumbles over a division by zero."""
    for one in walk(query):
        if isinstance(one, Binary) and one.op in ("/", "%") and not used(one) and of_wholes(one):
            raise TraceqlError("Tempo 2.10 cannot divide by zero", one.start, one.end, "remove it")


def of_wholes(division: Binary) -> bool:
    """Tell whether a division is of a whole number by the whole number 0."""
    by = division.right
    return division.left.type == "int" and isinstance(by, Literal) and by.type == "int" and not by.text.strip("0")


def refuse_matching_fields(query: Query) -> None:
    """A regular expression must be written out from 3.0 on; 2.10 takes it from an attribute too."""
    for one in walk(query):
        if isinstance(one, Binary) and one.op in REGEX and not isinstance(one.right, Literal):
            raise TraceqlError("Tempo 3.0 wants the regular expression itself here; 2.10 takes an attribute too",
                               one.right.start, one.right.end, "write it in quotes")  # fmt: skip

"""The words of TraceQL, as Tempo 2.10.8 and 3.0.3 know them (read in their lexer and grammar)."""

from collections.abc import Mapping
from typing import Final

# The versions of Tempo whose TraceQL is known, and the one that has none.
VERSIONS: Final = ("2.10", "3.0")
WITHOUT: Final = "1.5"

# What a span says of itself, and of what type it is; the long name is the older one.
INTRINSICS: Final[Mapping[str, str]] = {
    "duration": "duration", "name": "string", "status": "status", "statusMessage": "string", "kind": "kind",
    "parent": "nil", "rootName": "string", "rootServiceName": "string", "traceDuration": "duration",
    "nestedSetLeft": "int", "nestedSetRight": "int", "nestedSetParent": "int",
    "trace:duration": "duration", "trace:rootName": "string", "trace:rootService": "string", "trace:id": "string",
    "span:duration": "duration", "span:name": "string", "span:kind": "kind", "span:status": "status",
    "span:statusMessage": "string", "span:id": "string", "span:parentID": "string", "span:childCount": "int",
    "event:name": "string", "event:timeSinceStart": "duration", "link:traceID": "string", "link:spanID": "string",
    # Tempo looks at the type of these two only when it runs
    "instrumentation:name": "attribute", "instrumentation:version": "attribute",
}  # fmt: skip
# The same thing by its other name.
SAME: Final[Mapping[str, str]] = {
    "span:duration": "duration", "span:name": "name", "span:kind": "kind", "span:status": "status",
    "span:statusMessage": "statusMessage", "trace:duration": "traceDuration", "trace:rootName": "rootName",
    "trace:rootService": "rootServiceName",
}  # fmt: skip
SCOPES: Final = ("span", "resource", "event", "link", "instrumentation")
STATUSES: Final = ("ok", "error", "unset")
KINDS: Final = ("unspecified", "internal", "server", "client", "producer", "consumer")
AGGREGATES: Final = ("count", "avg", "max", "min", "sum")
METRICS: Final = (
    "rate", "count_over_time", "min_over_time", "max_over_time", "avg_over_time", "sum_over_time",
    "quantile_over_time", "histogram_over_time", "compare",
)  # fmt: skip
FUNCTIONS: Final = (*AGGREGATES, *METRICS, "by", "coalesce", "select", "topk", "bottomk", "with")
# Words that mean something only behind `trace:`, `span:`, `event:` or `link:`, but are taken all the same.
TAKEN: Final = ("childCount", "rootService", "id", "traceID", "spanID", "parentID", "timeSinceStart", "version")
# Names of numbers.
NUMBERS: Final = ("minInt", "maxInt")

# The terminal of the grammar that a word is; any other word is a WORD.
TERMINALS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("true", "false"), "BOOL"), **dict.fromkeys(STATUSES, "STATUS"), **dict.fromkeys(KINDS, "KIND"),
    "nil": "NIL", "count": "COUNT", **dict.fromkeys(AGGREGATES[1:], "AGGREGATE"),
    "by": "BY", "coalesce": "COALESCE", "select": "SELECT", **dict.fromkeys(METRICS[:2], "RATE"),
    **dict.fromkeys(METRICS[2:6], "OVER_TIME"), "histogram_over_time": "OVER_TIME", "quantile_over_time": "QUANTILE",
    "compare": "COMPARE", "topk": "BEST", "bottomk": "BEST", "with": "WITH",
    **dict.fromkeys((name for name in INTRINSICS if ":" not in name), "INTRINSIC"), **dict.fromkeys(TAKEN, "TAKEN"),
}  # fmt: skip
SIGNS: Final[Mapping[str, str]] = {
    "{": "LBRACE", "}": "RBRACE", "(": "LPAR", ")": "RPAR", ",": "COMMA", "|": "PIPE",
    "&&": "AND", "||": "OR", "=": "EQUAL", "!=": "EQUAL", "<": "ORDER", "<=": "AT", ">": "ORDER", ">=": "AT",
    "=~": "LIKE", "!~": "UNLIKE", "+": "PLUS", "-": "MINUS", "*": "TIMES", "/": "TIMES", "%": "TIMES", "^": "TIMES",
    "!": "NOT",
    **dict.fromkeys((">>", "<<", "~", "!>", "!<", "!>>", "!<<", "&>", "&<", "&~", "&>>", "&<<"), "RELATED"),
}  # fmt: skip

# How tightly an operator binds. `&&` and `||` are alike, both in braces and between them, so that
# `a || b && c` is `(a || b) && c`. All group from the left, but `^`.
BINDS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("&&", "||"), 1),
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "=~", "!~"), 2),
    **dict.fromkeys((text for text, sort in SIGNS.items() if sort == "RELATED"), 2),
    **dict.fromkeys("+-", 3), "!": 4, **dict.fromkeys("*/%", 5), "^": 6,
}  # fmt: skip
COMPARISONS: Final = ("=", "!=", "<", "<=", ">", ">=")
REGEX: Final = ("=~", "!~")

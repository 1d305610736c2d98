"""Whether two texts are one expression, however they are written: Prometheus prints what it loaded in its own way."""

from ongrid_gen.promql.read import PromqlError, read
from ongrid_gen.promql.tokens import tokens


def is_same(one: str, other: str) -> bool:
    """Tell whether two texts are the same expression. What cannot be read is the same only as itself."""
    if one == other:
        return True
    try:
        return canonical(one) == canonical(other)
    except PromqlError:
        return False


def canonical(text: str) -> str:
    """Return an expression as the library prints it, matchers sorted: their order means nothing."""
    parts: list[str] = []
    matchers: list[str] | None = None
    for token in tokens(read(text).tree.prettify()):
        if token.text == "{":
            matchers = [""]
        elif token.text == "}" and matchers is not None:
            parts.append("{" + ",".join(sorted(filter(None, matchers))) + "}")
            matchers = None
        elif matchers is None:
            parts.append(token.text)
        elif token.text == ",":
            matchers.append("")
        else:
            matchers[-1] += token.text
    return " ".join(parts)

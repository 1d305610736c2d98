"""What can happen to a text or to the data that it says: bytes flipped, cut out, put in; nodes replaced and removed."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Step = str | int
# Texts that some reader takes for something of its own.
MARKED = st.sampled_from(
    [
        "",
        " ",
        "$",
        "${",
        "${x:-",
        "[",
        "http://[",
        "a:b:c:d",
        "::",
        "/",
        "..",
        "0",
        "-",
        "{{",
        "{{ .x }}",
        "x" * 5000,
        "9" * 5000,
        "²",
        "1e999",
        "(" * 3000,
        "((((a+)+)+)+)+$",
        "'",
        '"',
        "\\",
        "traces_",
        "up{",
        "--config.file",
        "*",
        "null",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | MARKED | st.text(max_size=8)
DECIMALS = st.decimals(-1000, 1000, allow_nan=False, places=2)
ANYTHING = st.recursive(
    SCALARS | DECIMALS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | MARKED, inner, max_size=3),
    max_leaves=5,
)
BYTES = st.sampled_from(
    [
        b"\x00",
        b"\xff",
        b"\n",
        b"\t",
        b":",
        b"- ",
        b"{",
        b"}",
        b"[",
        b"'",
        b'"',
        b"#",
        b"&a ",
        b"*a",
        b"!t ",
        b"---\n",
        b"|",
        b"%",
        b"\xed\x95",
        b"\xef\xbb\xbf",
        b"~",
        b"<<: ",
    ]
) | st.binary(min_size=1, max_size=3)


def places(data: Any) -> list[tuple[Step, ...]]:
    """Return the path of everything below the top."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path for key, value in entries for path in ((key,), *((key, *below) for below in places(value)))]


@st.composite
def damaged(draw: st.DrawFn, data: Any) -> Any:
    """Return data of which one to three nodes are something else, or gone."""
    data = deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        found = places(data)
        if not found:
            return draw(ANYTHING)
        *above, last = draw(st.sampled_from(found))
        parent = data
        for step in above:
            parent = parent[step]
        if draw(st.integers(0, 3)):
            parent[last] = draw(ANYTHING)
        else:
            del parent[last]
    return data


@st.composite
def garbled(draw: st.DrawFn, text: bytes) -> bytes:
    """Return bytes of which some were flipped, cut out or put in."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        if draw(st.booleans()):
            text = text[:at] + draw(BYTES) + text[at:]
        else:
            text = text[:at] + draw(st.just(b"") | BYTES) + text[at + draw(st.sampled_from([1, 1, 2, 7, 100])) :]
    return text

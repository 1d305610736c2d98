"""Secrets that stand in a spec in clear: how they are recognised, and how a line is shown without them."""

import re
from functools import lru_cache
from typing import Final

SECRET: Final = "OG908"
PASSWORD_IN_URL: Final = re.compile(r"(?<=://)[^\s/@\"']+(?=@)")
SECRET_WORDS: Final = frozenset(
    {"password", "passwd", "passphrase", "pwd", "token", "secret", "secrets", "credential", "credentials",
     "authorization", "apikey", "bearer"}
)  # fmt: skip
SECRET_PAIRS: Final = frozenset(
    {("api", "key"), ("access", "key"), ("private", "key"), ("signing", "key"), ("routing", "key"),
     ("integration", "key"), ("service", "key")}
)  # fmt: skip
WORD: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
ELSEWHERE: Final = re.compile(r"secrets/[^/]+|/run/secrets/.+|\$\{env:[A-Za-z_][A-Za-z0-9_]*\}")
# The address of a container, as the files of a bundle are full of them; a webhook's has a path that is its secret.
INSIDE: Final = re.compile(r"https?://[A-Za-z0-9_-]+(?::\d+)?(?:/api/v1/\w+)?/?")
ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

WRITTEN_PAIR: Final = re.compile(
    r"""(?<![A-Za-z0-9_.-])(["']?)(?P<key>[A-Za-z][A-Za-z0-9_.-]*)\1\s*:\s+(?P<value>"[^"]*"?|'[^']*'?|[^\s,{}\[\]"'][^,}\]]*)"""
)


def has_password(text: str) -> bool:
    """Tell whether a text is an address with a user or a password in it."""
    return "://" in text and PASSWORD_IN_URL.search(text) is not None


def is_secret_key(key: str) -> bool:
    """Tell whether a key bears the name of a secret: its last word counts, a `token_type` is none."""
    words = tuple(word.lower() for word in WORD.findall(key))
    return bool(SECRET_WORDS.intersection(words[-1:])) or words[-2:] in SECRET_PAIRS


def is_literal(text: str) -> bool:
    """Tell whether a text is a secret itself, not the file or the variable that holds it."""
    return ELSEWHERE.fullmatch(text) is None


def wants_file(key: str) -> bool:
    """Tell whether a key takes the name of a file that holds a secret, or the address such a file would hold."""
    return key == "url" or key.endswith("_file")


def is_no_file(key: str, text: str) -> bool:
    """Tell whether what stands where the name of a file belongs is the secret itself.

    An address always is. A key, token or password seldom looks like a file: it has no ending and no folder, or a `:`.
    """
    if ADDRESS.match(text):
        return True
    return key != "url_file" and key.endswith("_file") and (":" in text or not ("/" in text or "." in text))


@lru_cache(maxsize=16)
def redacted(line: str) -> str:
    """Return a line with what looks like a secret starred out, sign for sign, so that columns stay."""
    return WRITTEN_PAIR.sub(redacted_pair, PASSWORD_IN_URL.sub(lambda match: "*" * len(match[0]), line))


def redacted_pair(match: re.Match[str]) -> str:
    """Return a key and its value, the value starred out when it is a secret."""
    key, value = match["key"], match["value"].strip("\"'")
    address = wants_file(key) and is_no_file(key, value) and INSIDE.fullmatch(value) is None
    secret = address or (is_secret_key(key) and is_literal(value))
    return match[0][: -len(match["value"])] + "*" * len(match["value"]) if secret else match[0]

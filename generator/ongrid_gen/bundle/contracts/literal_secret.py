"""OG908: a secret stands in a file of its own, not in a configuration."""

from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.bundle.plain import items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem
from ongrid_gen.redact import SECRET, has_password, is_literal, is_secret_key

CODE: Final = SECRET
# Where in a receiver an address is the password.
ADDRESSES: Final = {"webhook_configs": "url", "slack_configs": "api_url", "discord_configs": "webhook_url",
                    "msteams_configs": "webhook_url", "msteamsv2_configs": "webhook_url"}  # fmt: skip


def check(wiring: Wiring) -> Iterator[Problem]:
    """A bundle is copied, committed and mailed; whoever reads it can write to the channel, or log in."""
    for file in wiring.bundle.documents:
        yield from literal(wiring.bundle.data(file), (file,))


def literal(data: Any, path: Path) -> Iterator[Problem]:
    """Yield the secrets below a place. Their text is in no message."""
    if isinstance(data, str) and (has_password(data) or is_secret(path, data)):
        where = next((step for step in reversed(path) if isinstance(step, str)), "")
        yield Problem(CODE, path, f"`{where}` is a secret in clear", "put it into a file, and name that file here")
    for key, value in items(data):
        yield from literal(value, (*path, key))


def is_secret(path: Path, text: str) -> bool:
    """Tell whether a text is a secret by the key that it stands under."""
    key = path[-1]
    if not text or not isinstance(key, str):
        return False
    channel = str(path[3]) if path[1:2] == ("receivers",) and len(path) > 4 else ""
    return ADDRESSES.get(channel) == key or (is_secret_key(key) and is_literal(text))

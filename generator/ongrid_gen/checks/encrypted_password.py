"""OG055: a password goes to the mail server encrypted."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG055"
ALWAYS_ENCRYPTED: Final = ":465"


def check(site: Site) -> Iterator[Problem]:
    """Without encryption Alertmanager sends no password to another machine: no mail would ever leave."""
    for channel in site.notify.channels:
        settings = channel.settings
        if channel.type != "email" or settings["require_tls"] or "username" not in settings:
            continue
        if not settings["smarthost"].endswith(ALWAYS_ENCRYPTED):
            yield Problem(
                code=CODE,
                path=(*channel.path, "require_tls"),
                message=f"channel `{channel.name}` logs in at the mail server without encryption, which is refused",
                hint="write `require_tls: true`",
            )

"""OG027: a route, the default or the heartbeat names a channel that exists."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.model import Site
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG027"


def check(site: Site) -> Iterator[Problem]:
    """Alertmanager refuses its whole configuration when one receiver does not exist: then nobody is told anything."""
    known = [channel.name for channel in site.notify.channels]
    named: list[tuple[Path, str, str]] = [
        ((*route.path, "channel"), "a route leads to", route.channel) for route in site.notify.routes
    ]
    if site.notify.default is not None:
        named.append((("notify", "default"), "the default is", site.notify.default))
    if site.notify.heartbeat is not None:
        beat = site.notify.heartbeat
        named.append(((*beat.path, "channel"), "the heartbeat goes to", beat.channel))
    for path, what, name in named:
        if name not in known:
            yield Problem(
                code=CODE,
                path=path,
                message=f"{what} `{name}`, which is not in `notify.channels`",
                hint=did_you_mean(name, known),
            )

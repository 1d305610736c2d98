"""The route tree: who hears of what, and when nobody does.

Under the root stand the heartbeat, which nothing mutes, and one node for everything else; a drill puts its own route
first. In it every route of the spec continues to the next, and the node's own receiver hears what none of them took.

A maintenance window is a copy of the routes under its matcher, with its interval on every node, as children do not
inherit it. An alert must be in exactly one copy, the one that is muted by every window that finds it: windows that
find the same alert are nested, and what is in one copy does not continue to the next.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ongrid_gen.conventions import KIND, SELF_KIND, WATCHDOG
from ongrid_gen.model import Maintenance, Site
from ongrid_gen.model import Route as SpecRoute
from ongrid_gen.routing import ALERTNAME, Match
from ongrid_gen.text import promql_string
from ongrid_gen.units import format_duration

Node = dict[str, Any]

# No channel can have these names: both are no slugs.
NOBODY: Final = "(nobody)"
HEARTBEAT: Final = "(heartbeat)"


def root(site: Site) -> Node:
    """Return the whole tree."""
    notify = site.notify
    return {
        "receiver": notify.default or NOBODY,
        "group_by": list(notify.group_by),
        "group_wait": format_duration(notify.group_wait),
        "group_interval": format_duration(notify.group_interval),
        "repeat_interval": format_duration(notify.repeat),
        "routes": [heartbeat(site), node(site, site.maintenance, {}, {})],
    }


def heartbeat(site: Site) -> Node:
    """Return the route of the alert that always fires. Nobody else hears it, and no window mutes it.

    It is told at every `group_interval`: Alertmanager only asks then whether the time to repeat has come, and it is
    told a little later than it asked. An equal time would make every second beat fail.
    """
    beat = site.notify.heartbeat
    of = matchers({ALERTNAME: WATCHDOG, KIND: SELF_KIND})
    if beat is None:
        return {"matchers": of, "receiver": NOBODY}
    return {
        "matchers": of,
        "receiver": HEARTBEAT,
        "group_by": [ALERTNAME],
        "group_wait": "0s",
        "group_interval": format_duration(beat.interval),
        "repeat_interval": format_duration(beat.interval / 2),
    }


def node(site: Site, windows: Sequence[Maintenance], known: Match, more: Match) -> Node:
    """Return the node of alerts with the labels `known`, of which its parents do not check `more`.

    `windows` are those that may find such an alert: the ones that are left open become nodes below.
    """
    muted = [window for window in windows if within(window.match, known)]
    left = [window for window in windows if window not in muted and not contradicts(window.match, known)]
    below: list[Node] = []
    for index, window in enumerate(left):
        inside = {**known, **window.match}
        if taken(left[:index], inside):
            continue
        rest = {label: value for label, value in window.match.items() if label not in known}
        below.append(node(site, [*muted, *left[index:]], inside, rest))
    for one in site.notify.routes:
        if not contradicts(one.match, known) and not taken(left, {**known, **one.match}):
            below.append(route(one, muted))
    return {
        **({"matchers": matchers(more)} if more else {}),
        **mute(muted),
        **({"routes": below} if below else {}),
    }


def taken(windows: Sequence[Maintenance], known: Match) -> bool:
    """Tell whether the node of one of these windows takes every alert with the labels `known`."""
    return any(within(window.match, known) for window in windows)


def route(one: SpecRoute, muted: Sequence[Maintenance]) -> Node:
    """Return a route of the spec; what it leaves open is as at the root."""
    return {
        **({"matchers": matchers(one.match)} if one.match else {}),
        "receiver": one.channel,
        **({"group_by": list(one.group_by)} if one.group_by is not None else {}),
        **({"repeat_interval": format_duration(one.repeat)} if one.repeat is not None else {}),
        **mute(muted),
        "continue": True,
    }


def mute(windows: Sequence[Maintenance]) -> Node:
    """Return the key that keeps a node quiet in these windows."""
    return {"mute_time_intervals": [window.name for window in windows]} if windows else {}


def matchers(match: Match) -> list[str]:
    """Return matchers as Alertmanager spells them."""
    return [f"{label}={promql_string(value)}" for label, value in match.items()]


def within(match: Match, known: Mapping[str, str]) -> bool:
    """Tell whether everything with the labels `known` is found."""
    return match.items() <= known.items()


def contradicts(match: Match, known: Mapping[str, str]) -> bool:
    """Tell whether nothing with the labels `known` is found: one of them has another value."""
    return any(label in known and known[label] != value for label, value in match.items())

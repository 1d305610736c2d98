"""Alertmanager tells the drill's sink too, for as long as the drill lasts.

The bundle's alertmanager.yaml is replaced by one with a receiver and first routes more, reloaded, and put back
afterwards. The routes continue: the channels of the spec are notified as well, unless asked not to.
"""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from ongrid_gen.components import alertmanager
from ongrid_gen.components.base import yaml_file
from ongrid_gen.model import Site
from ongrid_gen.runtime import api
from ongrid_gen.runtime.stack import Stack
from ongrid_gen.text import promql_matcher
from ongrid_gen.wait import until
from ongrid_gen.write import replace

RECEIVER: Final = "ongrid-gen-drill"


def with_sink(site: Site, url: str, alerts: list[Mapping[str, str]], *, only: bool) -> dict[str, Any]:
    """Return the site's Alertmanager configuration that tells the sink of alerts with these labels, quickly.

    The other routes keep their place in the tree: what fires already is not notified again.
    """
    config = alertmanager.config(site)
    route = config["route"]
    first = [
        {
            "matchers": [str(promql_matcher(label, [value])) for label, value in labels.items()],
            "receiver": RECEIVER,
            "group_by": ["..."],
            "group_wait": "1s",
            "group_interval": "5s",
            "continue": not only,
        }
        for labels in alerts
    ]
    route["routes"] = [*first, *route["routes"]]
    config["receivers"].append({"name": RECEIVER, "webhook_configs": [{"url": url, "send_resolved": True}]})
    return config


@contextmanager
def delivering(stack: Stack, url: str, alerts: list[Mapping[str, str]], *, only: bool) -> Iterator[None]:
    """Let Alertmanager tell the sink while inside; whatever happens, put the rendered file back."""
    path = stack.bundle / alertmanager.CONFIG
    rendered = alertmanager.files(stack.site)[alertmanager.CONFIG]
    changed = with_sink(stack.site, url, alerts, only=only)
    with terminated_as_interrupt():
        try:
            replace(path, yaml_file(changed, stack.site))
            reload(stack.alertmanager, RECEIVER, present=True)
            yield
        finally:
            replace(path, rendered)
            reload(stack.alertmanager, RECEIVER, present=False)


def reload(address: str, receiver: str, *, present: bool) -> None:
    """Reload Alertmanager, and wait until it really runs the new file: an answer of 200 proves nothing."""
    api.post(f"{address}/-/reload")
    until(
        lambda: (receiver in api.get(f"{address}/api/v2/status")["config"]["original"]) is present,
        seconds=20,
        what=f"Alertmanager to run the configuration {'with' if present else 'without'} the drill's receiver",
    )


@contextmanager
def terminated_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end the drill as ^C does, so that what it changed is put back."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread: whoever runs us handles signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

"""A compose file of ours in the other forms that Compose reads: long for short, list for mapping, text for list."""

import shlex
from typing import Any


def other_forms(data: Any) -> Any:
    """Return the same file in the other forms."""
    services = {
        name: {key: FORMS.get(key, same)(value) for key, value in service.items() if key != "mem_limit"}
        | deploy(service)
        for name, service in data["services"].items()
    }
    return {**data, "services": services}


def same(value: Any) -> Any:
    """Return what has one form only."""
    return value


def volume(text: str) -> Any:
    """Return a mount in the long form."""
    source, target, *mode = text.split(":")
    kind = "bind" if source.startswith(".") else "volume"
    return {"type": kind, "source": source, "target": f"${{TARGET:-{target}}}", **({"read_only": True} if mode else {})}


def port(text: str) -> Any:
    """Return a published port in the long form."""
    address, published, target = text.rsplit(":", 2)
    return {"target": int(target), "published": published, "host_ip": f"${{BIND:-{address.strip('[]')}}}"}


def deploy(service: Any) -> Any:
    """Return a limit of memory as Swarm says it."""
    return {"deploy": {"resources": {"limits": {"memory": service["mem_limit"]}}}} if "mem_limit" in service else {}


FORMS: Any = {
    "command": lambda words: shlex.join(words),
    "environment": lambda given: [f"{name}={value}" for name, value in given.items()],
    "labels": lambda given: [f"{name}={value}" for name, value in given.items()],
    "volumes": lambda given: [volume(text) for text in given],
    "ports": lambda given: [port(text) for text in given],
    "networks": lambda given: list(given) if isinstance(given, dict) else dict.fromkeys(given),
    "secrets": lambda given: [{"source": name} if isinstance(name, str) else name for name in given],
}

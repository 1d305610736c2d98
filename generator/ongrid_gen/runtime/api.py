"""The interfaces of the running components, read with deadlines: Prometheus, Alertmanager, Tempo."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from ongrid_gen.errors import CommandError
from ongrid_gen.yamlio import parse

TIMEOUT = 10.0


class ApiError(CommandError):
    """A component did not answer, or not with what was asked; the message names the address."""


def get(url: str, *, timeout: float = TIMEOUT, **parameters: str) -> Any:
    """Return the JSON at an address."""
    full = f"{url}?{urllib.parse.urlencode(parameters)}" if parameters else url
    return json.loads(read(urllib.request.Request(full), timeout))


def post(url: str, *, timeout: float = TIMEOUT) -> bytes:
    """Post nothing, as a reload wants it, and return what is answered."""
    return read(urllib.request.Request(url, data=b"", method="POST"), timeout)


def read(request: urllib.request.Request, timeout: float) -> bytes:
    """Return the body of an answer; ApiError for anything but success."""
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            body: bytes = answer.read()
            return body
    except urllib.error.HTTPError as error:
        text = error.read(500).decode(errors="replace").strip()
        raise ApiError(f"{request.full_url}: HTTP {error.code} {text}") from None
    except (OSError, ValueError) as error:
        raise ApiError(f"{request.full_url}: {error}") from None


def promql(prometheus: str, expression: str) -> list[dict[str, Any]]:
    """Return the result of an instant query: a list of `metric` and `value`."""
    data = get(f"{prometheus}/api/v1/query", query=expression)
    result: list[dict[str, Any]] = data["data"]["result"]
    return result


def alerts(prometheus: str) -> list[dict[str, Any]]:
    """Return the pending and firing alerts: `labels`, `annotations`, `state`, `activeAt`, `value`."""
    found: list[dict[str, Any]] = get(f"{prometheus}/api/v1/alerts")["data"]["alerts"]
    return found


def targets(prometheus: str) -> list[dict[str, Any]]:
    """Return what Prometheus scrapes and how that went."""
    found: list[dict[str, Any]] = get(f"{prometheus}/api/v1/targets", state="active")["data"]["activeTargets"]
    return found


def rule_groups(prometheus: str) -> list[dict[str, Any]]:
    """Return the groups of rules that Prometheus evaluates: `name`, `file`, `interval`, `rules`."""
    found: list[dict[str, Any]] = get(f"{prometheus}/api/v1/rules")["data"]["groups"]
    return found


def prometheus_config(prometheus: str) -> dict[str, Any]:
    """Return the configuration that Prometheus runs, every default filled in."""
    return mapping(get(f"{prometheus}/api/v1/status/config")["data"]["yaml"])


def tempo_config(tempo: str) -> dict[str, Any]:
    """Return the configuration that Tempo runs, every default filled in. 1.5 begins with a line that is no YAML."""
    page = read(urllib.request.Request(f"{tempo}/status/config"), TIMEOUT).decode()
    return mapping(page.split("---\n", 1)[-1])


def mapping(text: str) -> dict[str, Any]:
    """Return a program's own YAML as data; empty when it is no mapping."""
    data = parse(text)
    return data if isinstance(data, dict) else {}


def metrics(address: str) -> dict[str, float]:
    """Return the metrics without labels that a program tells of itself."""
    lines = read(urllib.request.Request(f"{address}/metrics"), TIMEOUT).decode().splitlines()
    pairs = (line.split() for line in lines if line and not line.startswith("#") and "{" not in line)
    return {pair[0]: float(pair[1]) for pair in pairs if len(pair) > 1}


def trace(tempo: str, trace_id: str) -> dict[str, Any] | None:
    """Return one trace by its ID, or None when Tempo does not have it (404, or an empty trace)."""
    try:
        found: dict[str, Any] = get(f"{tempo}/api/traces/{trace_id}")
    except ApiError as error:
        if "HTTP 404" in str(error):
            return None
        raise
    return found if found.get("batches") or found.get("resourceSpans") else None

"""Links of a notification: the search for the traces behind an alert, and its runbook.

Grafana's Explore where there is a Grafana, else Tempo's own search, which answers in JSON. A link is static text but
for a service that only the firing alert knows.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import quote, quote_plus

from ongrid_gen.conventions import RUNBOOKS, TEMPO_UID
from ongrid_gen.model import Site
from ongrid_gen.text import promql_string, traceql_string
from ongrid_gen.units import plain

LATER: Final = "0service0"  # stands for the service until the rest of the link is encoded


@dataclass(frozen=True, slots=True)
class Spans:
    """Which spans an alert is about; `slower_than` in seconds. Without a service it is a label of the alert."""

    service: str | None
    operation: str | None = None
    slower_than: Decimal | None = None
    failed: bool = False


def trace_search(site: Site, spans: Spans, service_label: str = "service", service: str | None = None) -> str:
    """Return the address of the search, as a Go template when the service is a label; with `service`, as that renders.

    `service_label` is the label of the alert that names the service when `spans` does not.
    """
    link = address(site, spans)
    found = f"{{{{ $labels.{service_label} | urlquery }}}}" if service is None else quote_plus(service)
    return link.replace(LATER, found)


def address(site: Site, spans: Spans) -> str:
    """Return the address, with `LATER` for a service that only the alert knows."""
    from ongrid_gen.components.tempo import dialect_of  # components import alerts

    knows_traceql = dialect_of(site).TRACEQL
    if not site.grafana.enabled:
        base = f"http://localhost:{site.tempo.port}/api/search?limit=20"
        return f"{base}&q={quote(traceql(spans), safe='')}" if knows_traceql else base + by_tags(spans)
    query = {"refId": "A", "datasource": {"type": "tempo", "uid": TEMPO_UID}, "limit": 20}
    if knows_traceql:
        query |= {"queryType": "traceql", "query": traceql(spans)}
    else:
        query |= {"queryType": "nativeSearch", "serviceName": spans.service or LATER}
        query |= {"spanName": spans.operation} if spans.operation else {}
        query |= {"minDuration": f"{plain(spans.slower_than * 1000)}ms"} if spans.slower_than else {}
    pane = {"datasource": TEMPO_UID, "queries": [query], "range": {"from": "now-1h", "to": "now"}}
    panes = json.dumps({"traces": pane}, ensure_ascii=False, separators=(",", ":"))
    return f"{site.grafana.url}/explore?schemaVersion=1&orgId=1&panes={quote(panes, safe='')}"


def traceql(spans: Spans) -> str:
    """Return the TraceQL of an alert's spans."""
    parts = [f"resource.service.name = {traceql_string(spans.service or LATER)}"]
    parts += [f"name = {traceql_string(spans.operation)}"] if spans.operation else []
    parts += [f"duration > {plain(spans.slower_than * 1000)}ms"] if spans.slower_than else []
    parts += ["status = error"] if spans.failed else []
    return f"{{ {' && '.join(parts)} }}"


def by_tags(spans: Spans) -> str:
    """Return the parameters of Tempo's search by tags, which versions without TraceQL have."""
    tags = [f"service.name={promql_string(spans.service or LATER)}"]
    tags += [f"name={promql_string(spans.operation)}"] if spans.operation else []
    tags += ["status.code=error"] if spans.failed else []
    slower = f"&minDuration={plain(spans.slower_than * 1000)}ms" if spans.slower_than else ""
    return f"&tags={quote(' '.join(tags), safe='')}{slower}"


def runbook_link(site: Site, path: str) -> str:
    """Return where people read a runbook of the bundle: below the site's own address, else its path in the bundle."""
    if site.alerting.runbooks is None:
        return path
    return f"{site.alerting.runbooks}/{quote(path.removeprefix(f'{RUNBOOKS}/'))}"

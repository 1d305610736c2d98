"""A dashboard as Grafana's JSON. Keys from its published schema; what is its default is left out."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ongrid_gen.conventions import DASHBOARD_TAG, LOKI_UID, PROMETHEUS_UID, TEMPO_UID
from ongrid_gen.dashboards.base import Board, Choice, Lookup, Panel, Query, Row, Sort
from ongrid_gen.dashboards.layout import COLUMNS, Numbers, placed

Data = dict[str, Any]

SCHEMA: Final = 39  # of Grafana 11; later ones migrate it when they load it
WIDTH: Final = 140
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PROMETHEUS: Final = {"type": "prometheus", "uid": PROMETHEUS_UID}
LOKI: Final = {"type": "loki", "uid": LOKI_UID}
TEMPO: Final = {"type": "tempo", "uid": TEMPO_UID}
FIRING: Final = 'ALERTS{{alertstate="firing"{of}}}'
# How each sort of panel is drawn, besides what all have.
DRAWN: Final[dict[Sort, Data]] = {
    Sort.LINES: {
        "legend": {"showLegend": True, "displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull"]},
        "tooltip": {"mode": "multi"},
    },
    Sort.NUMBER: {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value",
        "graphMode": "area",
    },
    Sort.TABLE: {"showHeader": True, "cellHeight": "sm"},
    Sort.HEATMAP: {
        "calculate": False,
        "yAxis": {"unit": "s"},
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
        "exemplars": {"color": "rgba(31,120,193,0.9)"},
        "tooltip": {"mode": "single", "yHistogram": True},
    },
    Sort.GRAPH: {},
}


def dashboard(board: Board) -> Data:
    """Return a dashboard as data."""
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.about,
        "tags": [DASHBOARD_TAG],
        "schemaVersion": SCHEMA,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "links": [others()],
        "annotations": {"list": [firing(board.firing)] if board.firing else []},
        "templating": {"list": [variable(one) for one in board.variables]},
        "panels": list(panels(board.rows)),
    }


def text(data: Data) -> str:
    """Return JSON to read: what fits on a line is on one line."""
    return f"{written(data, '')}\n"


def written(data: Any, indent: str) -> str:
    """Return one value, at an indent."""
    short = as_json(data)
    if not isinstance(data, dict | list) or not data or len(indent) + len(short) <= WIDTH:
        return short
    deeper = f"{indent}  "
    if isinstance(data, dict):
        inside = [f"{as_json(key)}: {written(value, deeper)}" for key, value in data.items()]
    else:
        inside = [written(value, deeper) for value in data]
    opened, closed = "{}" if isinstance(data, dict) else "[]"
    return f"{opened}\n{deeper}" + f",\n{deeper}".join(inside) + f"\n{indent}{closed}"


def as_json(data: Any) -> str:
    """Return JSON on a line; what nobody sees in a text, such as a byte order mark, is escaped."""
    text = json.dumps(data, ensure_ascii=False)
    if text.isprintable():
        return text
    # what is beyond \uFFFF would take two escapes, which YAML does not know
    return "".join(one if one.isprintable() or one > "\uffff" else json.dumps(one)[1:-1] for one in text)


def others() -> Data:
    """Return the menu of the other dashboards; it keeps the time, and the variables that they share."""
    return {
        "title": "Dashboards", "type": "dashboards", "tags": [DASHBOARD_TAG], "icon": "external link", "url": "",
        "tooltip": "", "asDropdown": True, "targetBlank": False, "includeVars": True, "keepTime": True,
    }  # fmt: skip


def firing(matchers: str) -> Data:
    """Return the marks of the times in which alerts fired."""
    expr = FIRING.format(of=f",{matchers}")
    return {"name": "Alerts", "datasource": PROMETHEUS, "enable": True, "iconColor": "red", "expr": expr,
            "titleFormat": "{{alertname}}", "tagKeys": "severity,service"}  # fmt: skip


def variable(one: Choice | Lookup) -> Data:
    """Return a variable: names of the site, of which one is chosen, or values of a label, of which all are."""
    if isinstance(one, Choice):
        names = [{"text": name, "value": name, "selected": not number} for number, name in enumerate(one.values)]
        return {"name": one.name, "label": one.label, "type": "custom", "query": ",".join(one.values),
                "current": names[0], "options": names}  # fmt: skip
    query = f"label_values({one.series}, {one.of})"
    return {
        "name": one.name, "label": one.label, "type": "query", "datasource": PROMETHEUS, "query": query,
        "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }  # fmt: skip


def panels(rows: Sequence[Row]) -> Iterator[Data]:
    """Yield rows and panels in their order; the panels of a folded row are inside it."""
    numbers, top = Numbers(), 0
    for row in rows:
        found = {"id": numbers.of(f"row {row.title}"), "type": "row", "title": row.title, "collapsed": row.folded,
                 "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": top}}  # fmt: skip
        inside = [panel(one, numbers.of(one.identity), at) for one, at in placed(row.panels, top + 1)]
        yield {**found, "panels": inside if row.folded else []}
        yield from () if row.folded else inside
        top = max((one["gridPos"]["y"] + one["gridPos"]["h"] for one in inside), default=top + 1)


def panel(one: Panel, number: int, place: dict[str, int]) -> Data:
    """Return a panel."""
    source = LOKI if one.logs else TEMPO if one.sort is Sort.GRAPH else PROMETHEUS
    found: Data = {"id": number, "type": one.sort.value, "title": one.title}
    if one.about:
        found["description"] = one.about
    found |= {
        "gridPos": place,
        "datasource": source,
        "fieldConfig": {"defaults": field(one), "overrides": []},
        "options": DRAWN[one.sort],
        "targets": list(targets(one)),
    }
    if one.sort is Sort.TABLE:
        found["transformations"] = [{"id": "organize", "options": {"excludeByName": {"Time": True, "Value": True}}}]
    return found


def field(one: Panel) -> Data:
    """Return how the numbers of a panel are shown."""
    if one.sort in (Sort.GRAPH, Sort.TABLE):
        return {}
    found: Data = {"unit": one.unit.value}
    if one.least is not None:
        found["min"] = one.least
    if one.sort is Sort.LINES:
        style = {"thresholdsStyle": {"mode": "dashed"}} if one.lines else {}
        found["custom"] = {"fillOpacity": 8, "showPoints": "never", **style}
    if one.lines or one.sort is Sort.NUMBER:  # a number has Grafana's own threshold, 80, when it is given none
        found["thresholds"] = thresholds(one)
    if one.links:
        found["links"] = [{"title": title, "url": url} for title, url in one.links]
    return found


def thresholds(one: Panel) -> Data:
    """Return the lines of a panel."""
    steps = sorted((float(line.value), line.color.value) for line in one.lines)
    above = [{"color": color, "value": value} for value, color in steps]
    return {"mode": "absolute", "steps": [{"color": "green", "value": None}, *above]}


def targets(one: Panel) -> Iterator[Data]:
    """Yield the queries of a panel."""
    if one.sort is Sort.GRAPH:
        yield {"refId": "A", "queryType": "serviceMap"}
    for letter, query in zip(LETTERS, one.queries, strict=False):
        yield target(one, query, letter)


def target(one: Panel, query: Query, letter: str) -> Data:
    """Return one query."""
    found: Data = {"refId": letter, "expr": query.expr}
    if query.legend:
        found["legendFormat"] = query.legend
    if one.sort is Sort.TABLE:
        found |= {"instant": True, "range": False, "format": "table"}
    elif one.sort is Sort.HEATMAP:
        found |= {"range": True, "format": "heatmap"}
    else:
        found["range"] = True
    if query.exemplars:
        found["exemplar"] = True
    return found

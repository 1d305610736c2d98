"""Stage 3: a validated document becomes data in which nothing is left out. Every default is the schema's."""

from decimal import Decimal
from typing import Any, Final

from ongrid_gen.load import Document
from ongrid_gen.schema import alert_schema, channel_schema, site_schema, storage_schema
from ongrid_gen.units import format_duration, parse_duration

STAND_IN_TEMPO: Final = "1.5"
SCRAPE_SLACK: Final = Decimal(15)  # seconds between a remote write and its samples being there to query
FIRST_OPERATION: Final = "GET /drill"

Data = dict[str, Any]


def normalise(document: Document, *, stand_ins: bool = False) -> Data:
    """Return the document's data with every default filled in. The document itself stays as it is.

    With `stand_ins`, Tempo is rendered in the dialect of the one that can be built here.
    """
    if not isinstance(document.data, dict):
        raise TypeError("only a validated document can be normalised")
    data: Data = unshared(document.data)
    data["alerts"] = [flatten(alert) for alert in data.get("alerts", [])]
    for alert in data["alerts"]:
        fill(alert, alert_schema(alert["kind"]))  # first: a kind may have a default of its own for a shared key
    for channel in data.get("notify", {}).get("channels", []):
        fill(channel, channel_schema(channel["type"]))
    fill(data, site_schema())
    storage = data["tempo"]["storage"]
    fill(storage, storage_schema(storage["backend"]))
    for alert in data["alerts"]:
        alert.setdefault("keep_firing_for", alert["window"])
    for drill in data["drills"]:
        fill_drill(drill, data["services"])
    fill_site(data, stand_ins=stand_ins)
    return data


def unshared(value: Any) -> Any:
    """Return a copy in which nothing occurs twice. (`copy.deepcopy` keeps what a YAML alias repeats one object.)"""
    if isinstance(value, dict):
        return {key: unshared(item) for key, item in value.items()}
    return [unshared(item) for item in value] if isinstance(value, list) else value


def flatten(alert: Data) -> Data:
    """Return an alert with the conditions of its envelope beside its name; `conditions_json` stays as well.

    Ongrid stores the conditions of `metric_threshold` as a list, all others as a mapping. What it calls `for_seconds`,
    or says in each condition, is our `for`.
    """
    inside = unshared(alert.get("conditions_json", {}))
    if isinstance(inside, list):
        inside = {"conditions": inside}
    held = next((one["for"] for one in inside.get("conditions", ()) if "for" in one), None)
    if "for_seconds" in inside:
        held = format_duration(inside["for_seconds"])
    return {**({} if held is None else {"for": held}), **alert, **inside}


def fill_drill(drill: Data, services: list[Data]) -> None:
    """Fill in the operation: the first one of the service that answers."""
    send = drill["send"]
    known: list[str] = next((service["operations"] for service in services if service["name"] == send["service"]), [])
    send.setdefault("operation", known[0] if known else FIRST_OPERATION)


def fill_site(data: Data, *, stand_ins: bool) -> None:
    """Fill in what no schema can say."""
    behind = parse_duration(data["metrics"]["interval"]) + SCRAPE_SLACK
    data["alerting"].setdefault("query_offset", format_duration(behind))
    data["images"]["stand_ins"] = stand_ins
    if stand_ins:
        data["versions"]["tempo"] = STAND_IN_TEMPO


def fill(value: Any, schema: Data) -> None:
    """Fill in the defaults of a schema, all the way down."""
    if isinstance(value, dict):
        for key, part in schema.get("properties", {}).items():
            if part is True:
                continue  # a fragment only names the keys that all alerts share
            if key not in value and "default" in part:
                value[key] = unshared(part["default"])
            if key in value:
                fill(value[key], part)
    elif isinstance(value, list):
        for item in value:
            fill(item, schema.get("items", {}))  # a list may also be an envelope, already spread out

"""What was found as JSON data, and held to a size: a reader that pays by the character gets the beginning of all of it.

The keys are a contract.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from ongrid_gen.correlate.panel import LOGS, PANELS, STACK, Answer, skipped
from ongrid_gen.correlate.run import Incident
from ongrid_gen.querying.data import hit_data, line_data, value_text, window_data
from ongrid_gen.querying.tables import clipped, moment
from ongrid_gen.tracequery.base import Series
from ongrid_gen.units import plain

LARGEST: Final = 100_000
TEXT: Final = 200
LABELS: Final = 20
FEWEST_LINES: Final = 10
FEWEST_TRACES: Final = 5
# How the list of what was left out calls it.
CUT_LOGS, CUT_TRACES, CUT_POINTS, CUT_ALL = "logs", "traces", "points", "panels"


def document(incidents: Sequence[Incident], largest: int = LARGEST) -> dict[str, Any]:
    """Return one incident, or several as a list, of which each may be as large as its share of the whole."""
    if len(incidents) == 1:
        return within(incident_data(incidents[0]), largest)
    share = (largest - TEXT) // max(1, len(incidents))
    found = [within(incident_data(one), share) for one in incidents]
    return {"incidents": found, "truncated": sorted({name for one in found for name in one["truncated"]})}


def text_of(data: Any) -> str:
    """Return data as the JSON whose size is held."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def size_of(data: Any) -> int:
    """Return how many bytes that is."""
    return len(text_of(data).encode(errors="replace"))


def within(data: dict[str, Any], largest: int) -> dict[str, Any]:
    """Return the data, cut until it is small enough: lines, then traces, then points, then whole panels."""
    steps: tuple[tuple[str, Callable[[], bool]], ...] = (
        (CUT_LOGS, partial(cut_parts, data, "lines", FEWEST_LINES)),
        (CUT_TRACES, partial(cut_parts, data, "traces", FEWEST_TRACES)),
        (CUT_POINTS, partial(drop_points, data)),
        (CUT_LOGS, partial(cut_parts, data, "lines", 0)),
        (CUT_TRACES, partial(cut_parts, data, "traces", 0)),
        (CUT_ALL, partial(drop_parts, data)),
    )
    for name, cut in steps:
        if size_of(data) <= largest:
            return data
        if cut() and name not in data["truncated"]:
            data["truncated"].append(name)
    return data


def cut_parts(data: dict[str, Any], key: str, most: int) -> bool:
    """Leave the first so many lines or traces of each question. Tell whether anything went."""
    changed = False
    for name in PANELS:
        for part in data[name]["asked"]:
            if len(part.get(key, ())) > most:
                del part[key][most:]
                changed = True
    return changed


def drop_points(data: dict[str, Any]) -> bool:
    """Leave of each series its last value, its smallest and its largest."""
    changed = False
    for name in PANELS:
        for part in data[name]["asked"]:
            for one in part.get("series", ()):
                changed = bool(one.pop("points", None)) or changed
    return changed


def drop_parts(data: dict[str, Any]) -> bool:
    """Leave nothing but what the alert is and why panels hold nothing."""
    for name in PANELS:
        data[name]["asked"] = []
    data["incident"]["firing"] = []
    return True


def incident_data(incident: Incident) -> dict[str, Any]:
    """Return what is around one alert."""
    subject, around = incident.subject, incident.around
    found: dict[str, Any] = {
        "incident": {
            "alert": text(subject.name),
            "kind": subject.kind,
            "severity": subject.severity,
            "condition": text(subject.condition),
            "services": [text(one) for one in incident.services],
            "operation": None if subject.operation is None else text(subject.operation),
            "state": incident.firing.state,
            "began": at(incident.firing.began),
            "first_fired_at": at(incident.firing.since),
            "last_seen_at": at(incident.firing.until),
            "firing": [labels_data(labels) for labels in incident.firing.labels],
        },
        "window": {**window_data(around.window), "cut": around.cut},
        "suspect": window_data(around.suspect),
    }
    found |= {name: panel_data(incident.of(name), lasting=name != STACK) for name in PANELS}
    missing = [{"panel": name, **skip} for name in PANELS if (skip := found[name].get("skipped"))]
    if incident.firing_skip is not None:
        skip = incident.firing_skip
        missing.insert(0, {"panel": "firing", "reason": skip.reason, "why": text(skip.why)})
    return {**found, "skipped": missing, "truncated": [], "took_ms": round(1000 * incident.seconds)}


def panel_data(answers: Sequence[Answer], *, lasting: bool) -> dict[str, Any]:
    """Return a panel: what was asked, with what came of it; `skipped` when nothing did."""
    skip = skipped(answers)
    found: dict[str, Any] = {} if skip is None else {"skipped": {"reason": skip.reason, "why": text(skip.why)}}
    return {**found, "asked": [answer_data(one, lasting=lasting) for one in answers]}


def answer_data(answer: Answer, *, lasting: bool) -> dict[str, Any]:
    """Return what came of a question. Without `lasting` a series is one value."""
    question, reading = answer.question, answer.question.reading
    found: dict[str, Any] = {"name": question.name, "what": text(question.words), "query": question.query}
    if reading is not None and reading.unit:
        found["unit"] = reading.unit
    if reading is not None and reading.threshold is not None:
        found |= {"operator": reading.operator, "threshold": float(reading.threshold)}
    if answer.skip is not None:
        found["skipped"] = {"reason": answer.skip.reason, "why": text(answer.skip.why)}
    if answer.found.series:
        found["series"] = [series_data(one, lasting=lasting) for one in answer.found.series]
    if answer.found.traces:
        found["traces"] = [trace_data(answer, number) for number in range(len(answer.found.traces))]
    if answer.found.lines or (question.panel == LOGS and answer.skip is None):
        found["lines"] = [
            {**line_data(one), "line": text(one.text), "labels": labels_data(one.labels)} for one in answer.found.lines
        ]
    if answer.found.notes:
        found["notes"] = list(answer.found.notes)
    return {**found, "took_ms": round(1000 * answer.seconds)}


def series_data(series: Series, *, lasting: bool) -> dict[str, Any]:
    """Return a series: its last value, and over a time its smallest and largest and the points."""
    values = [value for _, value in series.points]
    found: dict[str, Any] = {"labels": labels_data(series.labels), "last": value_text(values[-1]) if values else None}
    if lasting and values:
        found |= {"min": value_text(min(values)), "max": value_text(max(values)),
                  "points": [[round(moment, 3), value_text(value)] for moment, value in series.points]}  # fmt: skip
    return found


def trace_data(answer: Answer, number: int) -> dict[str, Any]:
    """Return a trace, and what it waited for where that is known."""
    hit = answer.found.traces[number]
    waited = answer.found.waited.get(hit.trace_id)
    found = {**hit_data(hit), "service": text(hit.service), "operation": text(hit.operation)}
    return {**found, "waited_for": text(waited)} if waited else found


def labels_data(labels: Any) -> dict[str, str]:
    """Return labels, a long value cut."""
    return {text(str(name)): text(str(value)) for name, value in list(labels.items())[:LABELS]}


def text(value: str) -> str:
    """Return a text that anybody may have written: on one line, and not too long."""
    return clipped(" ".join(value[: 2 * TEXT].split()), TEXT)


def at(seconds: float | None) -> str | None:
    """Return a moment."""
    return None if seconds is None else moment(seconds)


def limit_words(operator: str, threshold: Any, unit: str) -> str:
    """Return a threshold as a person reads it."""
    return f"{operator} {plain(threshold)}{'' if unit in ('%', '/s', '') else ' '}{unit}"

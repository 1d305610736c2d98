"""The two tools as plain functions: what they are given, what they refuse, what they answer, by when, how large."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ongrid_gen.commands.asked import published
from ongrid_gen.commands.common import Spec
from ongrid_gen.commands.correlate import clients_of
from ongrid_gen.conventions import DEVICE_ID
from ongrid_gen.correlate import subject_of
from ongrid_gen.correlate.data import LARGEST, document, size_of, text_of
from ongrid_gen.correlate.run import MOST_AT_ONCE, Asked, correlate_all
from ongrid_gen.mcptools.scope import refuse_other_device
from ongrid_gen.querying.data import hits_data, window_data
from ongrid_gen.querying.times import HOUR, duration_of, moment_of, window_of
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.traceql import read
from ongrid_gen.tracequery import MOST, AskedError, Filters, Search, Window, connect
from ongrid_gen.tracequery.tempo import Tempo

SEARCH_SECONDS: Final = 30.0
CORRELATE_SECONDS: Final = 20.0
LONGEST_QUERY: Final = 8192
LONGEST_NAME: Final = 1024
MINUTES: Final = (1, 240)


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools for the stack of one spec; `given` are addresses that are asked instead of the stack's."""

    spec: Spec
    out: Path | None
    given: dict[str, str | None]
    headers: dict[str, str]

    def query_traceql(
        self, query: str | None, device_id: str | None, service: str | None, operation: str | None, start: str | None,
        end: str | None, limit: int, min_duration: str | None, max_duration: str | None,
    ) -> str:  # fmt: skip
        """Search traces. AskedError, or TraceqlError, for what cannot be asked."""
        for name, value in (("query", query), ("device_id", device_id), ("service", service), ("operation", operation)):
            if value is not None and len(value) > (LONGEST_QUERY if name == "query" else LONGEST_NAME):
                raise AskedError(f"`{name}` is too long")
        filters = Filters(
            service=service, operation=operation, min_duration=duration_of(min_duration),
            max_duration=duration_of(max_duration), resource={} if device_id is None else {DEVICE_ID: device_id},
        )  # fmt: skip
        if not 1 <= limit <= MOST:
            raise AskedError(f"the limit must be from 1 to {MOST}, not {limit}")
        search = Search(window=time_of(start, end), filters=filters, expression=query or None, limit=limit)
        deadline = Deadline.after(SEARCH_SECONDS)
        backend = connect(self.tempo(), deadline)
        if query and device_id is not None and isinstance(backend, Tempo):
            refuse_other_device(read(query, backend.grammar), device_id)
        hits = backend.search(search, deadline)
        found = {"backend": backend.name, "window": window_data(search.window), **hits_data(hits), "truncated": False}
        if isinstance(backend, Tempo):
            found["query"] = backend.query_of(search)
        return text_of(shortened(found))

    def tempo(self) -> Endpoint:
        """Return where Tempo answers."""
        url = self.given.get("tempo")
        return Endpoint(published(self.spec, "tempo", self.out)) if url is None else Endpoint(url, self.headers)

    def correlate_incident(
        self, incident_id: str | None, incident_ids: Sequence[str] | None, window_minutes: int
    ) -> str:
        """Return what happened around alerts, by name. AskedError for none, too many, or too long a time."""
        names = list(dict.fromkeys([*([incident_id] if incident_id else []), *(incident_ids or ())]))
        if not 1 <= len(names) <= MOST_AT_ONCE:
            raise AskedError(f"give incident_id, or 1 to {MOST_AT_ONCE} incident_ids: names of alerts")
        if not MINUTES[0] <= window_minutes <= MINUTES[1]:
            raise AskedError(f"window_minutes must be from {MINUTES[0]} to {MINUTES[1]}, not {window_minutes}")
        subjects = [subject_of(self.spec.site, name[:LONGEST_NAME]) for name in names]
        clients = clients_of(self.spec, self.out, self.given, self.headers)
        incidents = correlate_all(
            Asked(self.spec.site, clients, 60.0 * window_minutes), subjects, Deadline.after(CORRELATE_SECONDS)
        )
        return text_of(document(incidents, LARGEST))


def time_of(start: str | None, end: str | None) -> Window:
    """Return the time: an hour until the end, or until now, where nothing else is said."""
    if start is not None and end is None:
        return window_of(None, start, None)
    if start is None and end is not None:
        until = moment_of(end)
        return Window(until - HOUR, until)
    return window_of(None, start, end)


def shortened(found: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that is small enough: without the oldest traces."""
    while size_of(found) > LARGEST and found["traces"]:
        keep = len(found["traces"]) * 3 // 4
        found |= {"traces": found["traces"][:keep], "truncated": True, "complete": False}
    return found

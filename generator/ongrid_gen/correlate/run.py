"""Asks all of it at once, with one deadline: whoever does not answer by then is told, not waited for.

First when the alert fired (that bounds all other questions), beside it which Tempo answers; then everything else; then
what needs the traces: their lines, and what the slowest of them waited for.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from ongrid_gen.conventions import DEVICE_ID
from ongrid_gen.correlate import logs, metrics, traces
from ongrid_gen.correlate.firing import UNKNOWN, USUAL, Around, Firing, active_in, around, firing_at
from ongrid_gen.correlate.panel import (
    LATE,
    NO_CLIENT,
    QUERY_FAILED,
    Answer,
    Question,
    Skip,
    answered,
)
from ongrid_gen.correlate.subject import Subject
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Site
from ongrid_gen.querying.loki import Loki
from ongrid_gen.querying.prometheus import Prometheus
from ongrid_gen.runtime.fetch import Deadline, Endpoint, LateError
from ongrid_gen.tracequery import AskedError, Backend, Hit, connect

MOST_AT_ONCE: Final = 16
IN_PARALLEL: Final = 4
THREADS: Final = 24
# Of the deadline, what finding out when the alert fired may take: a Prometheus that hangs must leave time for the rest.
FIRST: Final = 0.3
# The shortest and the longest range of the rates beside the alert's own, in seconds.
RATE_RANGES: Final = (120, 600)


@dataclass(frozen=True, slots=True)
class Clients:
    """Where each backend answers; None, with a sentence in `why` by its name, where it cannot be asked."""

    prometheus: Endpoint | None
    tempo: Endpoint | None
    loki: Endpoint | None
    why: Mapping[str, str]
    alertmanager: Endpoint | None = None

    def reason(self, name: str) -> str:
        """Return why a backend is not asked."""
        return self.why.get(name, f"nobody says where {name} answers")


@dataclass(frozen=True, slots=True)
class Incident:
    """An alert, when it fired, the time around that, and every answer. `firing_skip` says why it is not known when."""

    subject: Subject
    firing: Firing
    firing_skip: Skip | None
    around: Around
    services: tuple[str, ...]
    answers: tuple[Answer, ...]
    seconds: float
    first_seconds: float

    def of(self, panel: str) -> list[Answer]:
        """Return the answers of a panel."""
        return [one for one in self.answers if one.question.panel == panel]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about, and how: so many seconds around it, as seen at a moment (seconds since 1970)."""

    site: Site
    clients: Clients
    length: float = USUAL
    at: float | None = None


def correlate_all(asked: Asked, subjects: Sequence[Subject], deadline: Deadline) -> list[Incident]:
    """Return what is around several alerts, a few at a time. AskedError for too many."""
    if not 1 <= len(subjects) <= MOST_AT_ONCE:
        raise AskedError(f"ask about 1 to {MOST_AT_ONCE} alerts at once, not {len(subjects)}")
    with ThreadPoolExecutor(IN_PARALLEL) as pool:
        return list(pool.map(lambda subject: correlate(asked, subject, deadline), subjects))


def correlate(asked: Asked, subject: Subject, deadline: Deadline) -> Incident:
    """Return what is around an alert, by the deadline."""
    began, now = time.monotonic(), time.time()
    at = now if asked.at is None else min(now, asked.at)
    with ThreadPoolExecutor(THREADS) as pool:
        first = Deadline.after(FIRST * deadline.left)
        connecting = pool.submit(backend_of, asked.clients, deadline)
        active = pool.submit(active_firing, asked, subject, now, first)
        firing, firing_skip = found_firing(asked, subject, at, now, first)
        if firing.began is None and (other := active.result()) is not None:
            firing, firing_skip = other, None
        first_seconds = time.monotonic() - began
        time_around = around(firing, subject.looks_back, asked.length, at, now)
        services = subject.services(firing.labels)
        plan = Plan(asked, subject, firing, time_around, services)
        pending = [pool.submit(answered, one, deadline) for one in plan.at_once()]
        store, skip = connecting.result()
        searches = [pool.submit(answered, one, deadline) for one in plan.searches(store, skip)]
        found = [one.result() for one in searches]
        ids = list(dict.fromkeys(hit.trace_id for answer in found for hit in answer.found.traces))
        pending.append(pool.submit(answered, plan.lines_of(ids), deadline))
        opened = {hit.trace_id: pool.submit(waited, store, hit, deadline) for hit in traces.worth_opening(found)}
        told = {trace_id: text for trace_id, one in opened.items() if (text := one.result())}
        answers = [*(with_waits(one, told) for one in found), *(one.result() for one in pending)]
    return Incident(subject, firing, firing_skip, time_around, services, tuple(answers), time.monotonic() - began,
                    first_seconds)  # fmt: skip


def backend_of(clients: Clients, deadline: Deadline) -> tuple[Backend | None, Skip]:
    """Return the client of the store of traces; None and why when there is none, or it does not answer."""
    if clients.tempo is None:
        return None, Skip(NO_CLIENT, clients.reason("tempo"))
    try:
        return connect(clients.tempo, deadline), Skip(NO_CLIENT, "")
    except LateError as error:
        return None, Skip(LATE, str(error))
    except CommandError as error:
        return None, Skip(QUERY_FAILED, str(error))


def found_firing(
    asked: Asked, subject: Subject, at: float, now: float, deadline: Deadline
) -> tuple[Firing, Skip | None]:
    """Return when the alert fired; unknown, and why, when Prometheus does not tell."""
    if asked.clients.prometheus is None:
        return Firing(UNKNOWN), Skip(NO_CLIENT, asked.clients.reason("prometheus"))
    try:
        return firing_at(Prometheus(asked.clients.prometheus), subject, asked.site, at, now, deadline), None
    except LateError as error:
        return Firing(UNKNOWN), Skip(LATE, str(error))
    except CommandError as error:
        return Firing(UNKNOWN), Skip(QUERY_FAILED, str(error))


def active_firing(asked: Asked, subject: Subject, now: float, deadline: Deadline) -> Firing | None:
    """Return when the alert that fires now began, as Alertmanager knows it; None when it does not.

    It knows no past. It is believed where Prometheus is away, or where another program evaluates the alert.
    """
    if asked.clients.alertmanager is None or (asked.at is not None and asked.at < now):
        return None
    try:
        return active_in(asked.clients.alertmanager, subject, now, deadline)
    except CommandError:
        return None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every question about an alert."""

    asked: Asked
    subject: Subject
    firing: Firing
    around: Around
    services: tuple[str, ...]

    @property
    def prometheus(self) -> Prometheus | None:
        """The client of Prometheus."""
        endpoint = self.asked.clients.prometheus
        return Prometheus(endpoint) if endpoint is not None else None

    @property
    def loki(self) -> Loki | None:
        """The client of Loki."""
        endpoint = self.asked.clients.loki
        return Loki(endpoint) if endpoint is not None else None

    @property
    def device(self) -> str | None:
        """The device that a firing alert without a service names."""
        return next((labels[DEVICE_ID] for labels in self.firing.labels if labels.get(DEVICE_ID)), None)

    def at_once(self) -> Iterator[Question]:
        """Yield what can be asked before any trace is known."""
        client, window, why = self.prometheus, self.around.window, self.asked.clients.reason("prometheus")
        looks_back = min(max(int(self.subject.looks_back), RATE_RANGES[0]), RATE_RANGES[1])
        yield from metrics.metric_questions(client, self.subject.readings, window, self.firing.labels, why)
        yield from metrics.red_questions(client, self.services, window, looks_back, why)
        yield from metrics.stack_questions(client, window, why)
        yield logs.errors(self.loki, self.services, self.around.suspect, self.asked.clients.reason("loki"))

    def searches(self, backend: Backend | None, skip: Skip) -> Iterator[Question]:
        """Yield the searches for traces."""
        found = traces.trace_questions(backend, self.subject, self.services, self.device, self.around.suspect, skip.why)
        for one in found:
            yield one if backend is not None else replace(one, skip=skip)

    def lines_of(self, trace_ids: Sequence[str]) -> Question:
        """Return the question for the lines of traces."""
        return logs.of_traces(self.loki, trace_ids, self.around.window, self.asked.clients.reason("loki"))


def waited(backend: Backend | None, hit: Hit, deadline: Deadline) -> str:
    """Return what a trace waited for; nothing when that cannot be had: it is an extra."""
    try:
        return traces.waited_for(backend, hit, deadline) if backend is not None else ""
    except CommandError:
        return ""


def with_waits(answer: Answer, told: Mapping[str, str]) -> Answer:
    """Return an answer with what its traces waited for."""
    own = {hit.trace_id: told[hit.trace_id] for hit in answer.found.traces if hit.trace_id in told}
    return replace(answer, found=replace(answer.found, waited=own)) if own else answer

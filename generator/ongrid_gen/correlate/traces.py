"""Which traces are asked for: the slow ones and the failing ones, held to what the alert is about; and what one of them
waited for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ongrid_gen.conventions import DEVICE_ID
from ongrid_gen.correlate.panel import NO_CLIENT, TRACES, Answer, Found, Question, Skip
from ongrid_gen.correlate.subject import Subject
from ongrid_gen.querying.tables import took
from ongrid_gen.runtime.fetch import Deadline
from ongrid_gen.tracequery import Backend, Filters, Hit, Search, Window, critical_path
from ongrid_gen.tracequery.condition import condition
from ongrid_gen.tracequery.tempo import Tempo

SLOW: Final = "slow"
FAILING: Final = "failing"
SHOWN: Final = 10
# From how many of the latest the slowest are picked. A store without TraceQL is read trace by trace, so it gives fewer.
OF_LATEST: Final = 100
READ: Final = 8
# Of how many traces it is told what was waited for.
OPENED: Final = 3


def trace_questions(
    backend: Backend | None, subject: Subject, services: Sequence[str], device: str | None, window: Window, why: str
) -> Iterator[Question]:
    """Yield the searches. Without a service only failing traces of the device, or of all, are worth a search."""
    for number, service in enumerate([*services] or [None]):
        suffix = "" if not number else f"_{number + 1}"
        base = Filters(
            service=service,
            operation=subject.operation if service is not None else None,
            kinds=subject.span_kinds if service is not None else (),
            resource={} if device is None or service is not None else {DEVICE_ID: device},
        )
        who = " ".join(part for part in (service, subject.operation) if part) or "any service"
        failed = replace(base, status="error")
        yield search(backend, f"{FAILING}{suffix}", f"failing traces of {who}", failed, window, why)
        if service is not None:
            over = subject.slower_than
            slow = replace(base, min_duration=over)
            least = f", those over {took(int(over * 1_000_000_000))}" if over is not None else ""
            yield search(backend, f"{SLOW}{suffix}", f"slowest traces of {who}{least}", slow, window, why)


def search(backend: Backend | None, name: str, words: str, filters: Filters, window: Window, why: str) -> Question:
    """Return a question for traces, the slowest of which are kept, or of failing ones the latest."""
    query = f"{{ {condition(filters)} }}"
    if backend is None:
        return Question(TRACES, name, words, query, window, None, Skip(NO_CLIENT, why))
    slow = name.startswith(SLOW)
    limit = READ if backend.language is None else OF_LATEST if slow else SHOWN
    asked = Search(window=window, filters=filters, limit=limit)

    def ask(deadline: Deadline) -> Found:
        hits = backend.search(asked, deadline)
        kept = sorted(hits.traces, key=lambda hit: (-hit.duration, hit.trace_id)) if slow else hits.traces
        notes = () if hits.complete else (f"of the latest {len(hits.traces)}" if slow else "there are more",)
        return Found(traces=tuple(kept[:SHOWN]), notes=notes)

    return Question(TRACES, name, words, sent(backend, asked, query), window, ask)


def sent(backend: Backend, asked: Search, query: str) -> str:
    """Return the query as it is sent; for a store without a language, what a span must hold."""
    return backend.query_of(asked) if isinstance(backend, Tempo) else query


def worth_opening(answers: Sequence[Answer]) -> list[Hit]:
    """Return which traces are opened: the first of each search in turn, none twice."""
    columns = [answer.found.traces for answer in answers if answer.question.panel == TRACES]
    rows = [hits[number] for number in range(OPENED) for hits in columns if number < len(hits)]
    return list({hit.trace_id: hit for hit in rows}.values())[:OPENED]


def waited_for(backend: Backend, hit: Hit, deadline: Deadline) -> str:
    """Return what a trace waited for longest; nothing when it cannot be had."""
    trace = backend.trace(hit.trace_id, deadline)
    if trace is None:
        return ""
    path = critical_path(trace)
    if not path.waited:
        return ""
    number, time = max(path.waited.items(), key=lambda pair: (pair[1], -pair[0]))
    span = path.tree.spans[number]
    share = 100 * time / (sum(path.waited.values()) or 1)
    return f"{took(time)} ({share:.0f} %) in {span.service} {span.operation}" + (
        f": {span.message}" if span.status == "error" and span.message else ""
    )

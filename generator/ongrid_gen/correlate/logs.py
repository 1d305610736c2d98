"""Which lines are asked for: those of the traces that were found, and error lines besides."""

from collections.abc import Sequence
from typing import Final

from ongrid_gen.conventions import SERVICE_NAME
from ongrid_gen.correlate.panel import LOGS, NO_CLIENT, NO_DATA, NO_SERVICE, Found, Question, Skip
from ongrid_gen.querying.loki import Line, Loki
from ongrid_gen.runtime.fetch import Deadline
from ongrid_gen.text import Code, fill, promql_matcher
from ongrid_gen.tracequery.base import Window

LINES: Final = 50
STEP: Final = 60
OF_TRACES: Final = '{<< anyone >>=~".+"} | << ids >>'
# Loki tells the level of a line that says none (`detected_level`); what came by OTLP says its severity.
ERRORS: Final = '{<< own >>} | detected_level=~"error|critical|fatal" or severity_text=~"(?i)(error|critical|fatal).*"'


def of_traces(client: Loki | None, trace_ids: Sequence[str], window: Window, why: str) -> Question:
    """Return the question for lines of traces, whichever service wrote them."""
    words = "lines of the traces above"
    if client is None:
        return Question(LOGS, "of_traces", words, "", window, None, Skip(NO_CLIENT, why))
    if not trace_ids:
        return Question(LOGS, "of_traces", words, "", window, None, Skip(NO_DATA, "no trace was found"))
    query = fill(OF_TRACES, anyone=Code(SERVICE_NAME), ids=promql_matcher("trace_id", trace_ids))
    return lines(client, "of_traces", words, query, window)


def errors(client: Loki | None, services: Sequence[str], window: Window, why: str) -> Question:
    """Return the question for error lines of services."""
    words = "error lines of the service" if len(services) < 2 else "error lines of the services"
    if client is None:
        return Question(LOGS, "errors", words, "", window, None, Skip(NO_CLIENT, why))
    if not services:
        none = Skip(NO_SERVICE, "neither the alert nor what fires names a service")
        return Question(LOGS, "errors", words, "", window, None, none)
    return lines(client, "errors", words, fill(ERRORS, own=promql_matcher(SERVICE_NAME, services)), window)


def lines(client: Loki, name: str, words: str, query: str, window: Window) -> Question:
    """Return a question for lines, the latest first."""

    def ask(deadline: Deadline) -> Found:
        found = client.ask(query, window, STEP, LINES, deadline)
        kept = tuple(one for one in found if isinstance(one, Line))
        return Found(lines=kept, notes=("there are more",) if len(kept) == LINES else ())

    return Question(LOGS, name, words, query, window, ask)

"""What is asked around an alert, and what came of it. A question that has no answer says why, by a stable reason."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ongrid_gen.correlate.reading import Reading
from ongrid_gen.errors import CommandError
from ongrid_gen.querying.loki import Line
from ongrid_gen.runtime.fetch import Deadline, LateError
from ongrid_gen.tracequery.base import Hit, Series, Window

NO_CLIENT: Final = "no_client"
QUERY_FAILED: Final = "query_failed"
NO_EXPRESSION: Final = "no_expression"
NO_SERVICE: Final = "no_service"
NO_DATA: Final = "no_data"
LATE: Final = "deadline"
REASONS: Final = (NO_CLIENT, QUERY_FAILED, NO_EXPRESSION, NO_SERVICE, NO_DATA, LATE)

METRICS: Final = "metric_panel"
RED: Final = "red_panel"
TRACES: Final = "trace_panel"
LOGS: Final = "log_panel"
STACK: Final = "stack_panel"
PANELS: Final = (METRICS, RED, TRACES, LOGS, STACK)


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a question has no answer: one of `REASONS`, and a sentence."""

    reason: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What came back: series, traces or lines. `notes` are sentences, such as that there may be more."""

    series: tuple[Series, ...] = ()
    traces: tuple[Hit, ...] = ()
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    waited: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.series or self.traces or self.lines)


Ask = Callable[[Deadline], Found]


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask: its panel, a name that stays, words for people, the query as it is sent, in which time.

    `shift` is how many seconds earlier than the window of the whole that is; `empty` says what no answer means.
    """

    panel: str
    name: str
    words: str
    query: str
    window: Window
    ask: Ask | None
    skip: Skip | None = None
    reading: Reading | None = None
    shift: float = 0.0
    empty: str = "the answer is empty"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question, and after how many seconds."""

    question: Question
    found: Found
    skip: Skip | None
    seconds: float


def answered(question: Question, deadline: Deadline) -> Answer:
    """Ask, and return what came of it by the deadline."""
    if question.ask is None:
        return Answer(question, Found(), question.skip, 0.0)
    began = time.monotonic()
    try:
        found, skip = question.ask(deadline), None
        if not found:
            skip = Skip(NO_DATA, question.empty)
    except LateError as error:
        found, skip = Found(), Skip(LATE, str(error))
    except (CommandError, ValueError) as error:
        found, skip = Found(), Skip(QUERY_FAILED, str(error))
    return Answer(question, found, skip, time.monotonic() - began)


def skipped(answers: Sequence[Answer]) -> Skip | None:
    """Return why a panel holds nothing; None when it holds something. Of several reasons the gravest counts."""
    if not answers or any(one.skip is None for one in answers):
        return None
    ranks = (LATE, QUERY_FAILED, NO_CLIENT, NO_SERVICE, NO_EXPRESSION, NO_DATA)
    return min((one.skip for one in answers if one.skip), key=lambda skip: ranks.index(skip.reason))

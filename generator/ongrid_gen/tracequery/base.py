"""What can be asked of a store of traces, and what it answers, in words that are nobody's own.

A client of a store is a `Backend`. What it cannot do it refuses (`UnsupportedError`): it never answers another
question instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol, runtime_checkable

from ongrid_gen.errors import CommandError
from ongrid_gen.runtime.fetch import Deadline
from ongrid_gen.suggest import listed

STATUSES: Final = ("ok", "error", "unset")
KINDS: Final = ("internal", "server", "client", "producer", "consumer")
MOST: Final = 1000
USUAL: Final = 50
# The longest time that one search spans, in seconds: what Tempo takes, as it is configured here.
LONGEST: Final = 168 * 3600
HEX: Final = frozenset("0123456789abcdefABCDEF")
TRACE_ID: Final = 32
SERVICE: Final = "service.name"


class AskedError(CommandError):
    """A question that no store could answer: a limit out of bounds, a time that ends before it begins."""


class UnsupportedError(CommandError):
    """A question that this store cannot answer as it was asked; the message says what it can."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time from and to, in seconds since 1970."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not 0 < self.start < self.end:
            raise AskedError("the time must begin before it ends")

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What one and the same span must hold, all of it. Durations are seconds, bounds included.

    `kinds` are alternatives; `resource` are attributes of what sent the span, as text.
    """

    service: str | None = None
    operation: str | None = None
    status: str | None = None
    min_duration: Decimal | None = None
    max_duration: Decimal | None = None
    kinds: tuple[str, ...] = ()
    resource: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.status is not None and self.status not in STATUSES:
            raise AskedError(f"`{self.status}` is no status; there are: {listed(STATUSES)}")
        if odd := [kind for kind in self.kinds if kind not in KINDS]:
            raise AskedError(f"`{odd[0]}` is no kind of span; there are: {listed(KINDS)}")
        bounds = [bound for bound in (self.min_duration, self.max_duration) if bound is not None]
        if any(bound < 0 for bound in bounds) or bounds != sorted(bounds):
            raise AskedError("the shortest duration must not be longer than the longest one")
        if self.service is not None and SERVICE in self.resource:
            raise AskedError(f"say the service once: `{SERVICE}` is it")
        if "" in (self.service, self.operation, *self.resource):
            raise AskedError("an empty name finds nothing")

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Traces of which a span holds the filters, or that an expression in the store's own language selects, or both."""

    window: Window
    filters: Filters = field(default_factory=Filters)
    expression: str | None = None
    limit: int = USUAL

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST:
            raise AskedError(f"the limit must be from 1 to {MOST}, not {self.limit}")
        if self.window.seconds > LONGEST:
            raise AskedError(f"one search spans at most {LONGEST // 3600} h")
        if self.expression is None and not self.filters:
            raise AskedError("say what to search for: a query, or at least one filter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A trace that was found. `start` and `duration` are nanoseconds; `matched` spans hold what was asked."""

    trace_id: str
    service: str
    operation: str
    start: int
    duration: int
    matched: int


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found, the latest first. `complete` is false when there may be more."""

    traces: tuple[Hit, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a span; `at` is nanoseconds since 1970."""

    name: str
    at: int
    attributes: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span; `start` and `end` are nanoseconds since 1970, `parent_id` is empty for a root."""

    span_id: str
    parent_id: str
    service: str
    operation: str
    kind: str
    start: int
    end: int
    status: str
    message: str
    attributes: Mapping[str, object]
    resource: Mapping[str, object]
    events: tuple[Event, ...]

    @property
    def duration(self) -> int:
        """How long it took, in nanoseconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace, its spans in the order in which they began. There is at least one."""

    trace_id: str
    spans: tuple[Span, ...]

    @property
    def start(self) -> int:
        """When its first span began."""
        return min(span.start for span in self.spans)

    @property
    def end(self) -> int:
        """When its last span ended."""
        return max(span.end for span in self.spans)


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers over time: labels, and points of seconds since 1970 and value."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


@runtime_checkable
class Backend(Protocol):
    """A store of traces that can be asked.

    `name` says what answers, with its version. `language` is what its expressions are written in, None when it has
    none. `values` are those that a tag has: `service`, `operation`, `resource.x` or `span.x`.
    """

    @property
    def name(self) -> str:
        """What answers."""

    @property
    def language(self) -> str | None:
        """What expressions are written in."""

    def search(self, search: Search, deadline: Deadline) -> Hits:
        """Return the traces that hold what was asked."""

    def trace(self, trace_id: str, deadline: Deadline) -> Trace | None:
        """Return a trace, None when the store does not have it."""

    def values(self, tag: str, window: Window, deadline: Deadline) -> list[str]:
        """Return the values of a tag, sorted."""

    def series(self, expression: str, window: Window, step: int, deadline: Deadline) -> list[Series]:
        """Return what an expression makes of spans, a point each `step` seconds."""


def trace_id_of(text: str) -> str:
    """Return an ID as it is written in full: 32 small digits. AskedError when it is none."""
    found = text.strip()
    if not found or len(found) > TRACE_ID or not HEX.issuperset(found) or not found.strip("0"):
        raise AskedError(f"`{text}` is no ID of a trace: it has up to 32 digits from 0 to f")
    return found.lower().rjust(TRACE_ID, "0")

"""The border matrix on the real stack: 5 % over a threshold fires, 5 % under and too little traffic do not.

Every cell is a service with traffic of its own, all in one run. Exactly at a threshold: requests are sent in blocks, a
whole block in one message, so every push of Tempo holds the same share; and that share is one half, whose rates divide
to 0.5 to the last bit. A latency threshold is also met exactly by requests that take as long as the bucket bound, which
includes them. A drop that is exactly the allowed one cannot be had from live traffic, as nobody decides which push a
request is counted in: the generated rule tests prove that one.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from integration.conftest import Running, stack_of
from ongrid_gen.drill.traffic import HEALTHY, Sender, Traffic, request_trace
from ongrid_gen.runtime import api
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

BEFORE = 215  # seconds: a window, `compare_to`, and every delay on the way
AFTER = 110  # a window, `for`, and every delay; the old rate is still compared with
FAST, SLOW = HEALTHY, Decimal("0.9")


@dataclass(slots=True)
class Blocks(Sender):
    """Sends whole blocks of requests, each in one message: `rate` is blocks a second."""

    block: tuple[tuple[Decimal, bool], ...] = field(default=((FAST, False),))

    def send(self, number: int) -> None:
        """Send a number of blocks, a message each."""
        for _ in range(number):
            spans = []
            for index, (duration, failed) in enumerate(self.block):
                one = Traffic(self.traffic.service, "GET /", self.traffic.client, duration)
                trace_id = time.time_ns().to_bytes(12, "big") + index.to_bytes(4, "big")
                spans += request_trace(one, trace_id, failed=failed, end=time.time_ns())
            self._post(ExportTraceServiceRequest(resource_spans=spans).SerializeToString())


@dataclass(frozen=True)
class Cell:
    """Traffic of one service: blocks of so many bad requests among all; `after` is the rate after `BEFORE` seconds."""

    fires: bool
    bad: int = 0
    of: int = 1
    rate: float = 1
    after: float | None = None
    duration: Decimal = FAST
    slow: int = 0

    def block(self) -> tuple[tuple[Decimal, bool], ...]:
        """Return the requests of a block: how long each takes, and whether it fails."""
        return tuple((SLOW if number < self.slow else self.duration, number < self.bad) for number in range(self.of))


TWELFTH = 1 / 12  # a request in 12 s: seven in a window of 90 s
SHARES = {
    "over": Cell(True, bad=21, of=40),
    "under": Cell(False, bad=19, of=40),
    "at": Cell(False, bad=1, of=2, rate=5),
    "at-or-more": Cell(True, bad=1, of=2, rate=5),
    "few": Cell(False, bad=1, rate=TWELFTH),
}
CELLS = {
    **{f"err-{name}": cell for name, cell in SHARES.items()},
    **{f"dep-{name}": cell for name, cell in SHARES.items()},
    "lat-over": Cell(True, rate=5, duration=Decimal("0.84")),
    "lat-under": Cell(False, rate=5, duration=Decimal("0.76")),
    "lat-at": Cell(False, rate=5, duration=Decimal("0.8")),
    "lat-share": Cell(False, of=2, rate=5, slow=1),
    "lat-share-or-more": Cell(True, of=2, rate=5, slow=1),
    "lat-few": Cell(False, rate=TWELFTH, duration=SLOW),
    "drop-over": Cell(True, rate=40, after=19),
    "drop-under": Cell(False, rate=40, after=21),
    "drop-few": Cell(False, rate=TWELFTH * 2, after=0),
    "drop-vanished": Cell(True, rate=40, after=0),
    "abs-stopped": Cell(True, rate=5, after=0),
    "abs-rare": Cell(False, rate=1 / 50),
}
WITHOUT_TRAFFIC = {"err-none": False, "dep-none": False, "lat-none": False, "drop-none": False, "abs-never": True,
                   "abs-never-seen": False}  # fmt: skip


@dataclass
class Matrix:
    """What was seen: the alerts that ever fired, and requests counted by service."""

    fired: set[str]
    counted: dict[str, float]


@pytest.fixture(scope="module")
def matrix(scratch: Path, stand_ins: bool) -> Iterator[Matrix]:
    with stack_of("borders.yaml", scratch, stand_ins=stand_ins) as running, ExitStack() as stack:
        endpoint = running.stack.otlp_http()
        senders: dict[str, Blocks] = {}
        for name, cell in CELLS.items():
            client = "web" if name.startswith("dep-") else None
            traffic = Traffic(name, "GET /", client, rate=cell.rate)
            senders[name] = stack.enter_context(Blocks(endpoint, traffic, block=cell.block()))
            senders[name]._due = 1.0  # the rare ones begin with one too
        fired: set[str] = set()
        watch(running, fired, BEFORE)
        early = {name for name in fired if CELLS.get(name, Cell(False)).after is not None}
        assert not early, f"fired before their traffic changed: {early}"
        for name, cell in CELLS.items():
            if cell.after is not None:
                traffic = Traffic(name, "GET /", rate=cell.after)
                senders[name].traffic = traffic
        watch(
            running, fired, AFTER, stop={name for name, cell in CELLS.items() if cell.fires and cell.after is not None}
        )
        query = "sum by (service_name) (traces_spanmetrics_calls_total)"
        counted = {
            one["metric"]["service_name"]: float(one["value"][1]) for one in api.promql(running.stack.prometheus, query)
        }
        yield Matrix(fired, counted)


def watch(running: Running, fired: set[str], seconds: float, stop: set[str] | None = None) -> None:
    """Note what fires for some seconds; after them wait for what is still to come in `stop`, half as long again."""

    def look() -> None:
        fired.update(one["labels"]["alertname"] for one in api.alerts(running.stack.prometheus)
                     if one["state"] == "firing")  # fmt: skip

    end = time.monotonic() + seconds
    until(lambda: look() or time.monotonic() > end, seconds=seconds + 60, what="the time to pass")
    if stop:
        until(lambda: look() or stop <= fired, seconds=seconds / 2, what=f"{stop - fired} to fire")


@pytest.mark.parametrize("name", [*CELLS, *WITHOUT_TRAFFIC])
def test_it_fires_where_it_must_and_nowhere_else(matrix: Matrix, name: str) -> None:
    wanted = CELLS[name].fires if name in CELLS else WITHOUT_TRAFFIC[name]
    assert (name in matrix.fired) is wanted
    assert (matrix.counted.get(name, 0) > 0) is (name in CELLS), "the traffic did not arrive as meant"

"""Where the tail sampler ends: a buffer that is full, spans that come late, a gateway killed before it has decided.

Whatever becomes of the traces, every request is counted.
"""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from integration.conftest import Running, stack_of
from integration.outages import counted, found, kill_and_start
from integration.test_sampling import DECIDED, asked, post, served, value
from ongrid_gen.wait import until

pytestmark = pytest.mark.integration

WAIT: Final = 30  # seconds until a decision: long enough to see a trace counted, and to kill the gateway before it
MOST: Final = 500  # traces that it holds
MORE: Final = 900
FEW: Final = 40


def narrow(spec: str) -> str:
    """Give the sampler a small buffer, and nothing to keep but errors."""
    return spec.replace(
        "tail: {wait: 3s, keep: {errors: true, slower_than: 1s, percent: 5}}",
        f"tail: {{wait: {WAIT}s, traces: {MOST}, keep: {{errors: true, percent: 0}}}}",
    )


@pytest.fixture(scope="module")
def limited(scratch: Path, stand_ins: bool) -> Iterator[Running]:
    """The stack of `sampled.yaml` with a small buffer."""
    with stack_of("sampled.yaml", scratch, stand_ins=stand_ins, spec_change=narrow) as one:
        assert one.site.sampling.tail is not None
        assert MOST == one.site.sampling.tail.traces
        yield one


def fresh(number: int) -> list[bytes]:
    """Return new trace IDs."""
    return [random.randbytes(16) for _ in range(number)]


def decided(running: Running) -> float:
    """Return on how many traces the gateway has decided, as Prometheus knows it."""
    return value(running, f"sum({DECIDED}_global_count_traces_sampled)")


def test_a_span_that_comes_late_follows_the_decision(limited: Running) -> None:
    failed, fine = fresh(2)
    now = time.time_ns()
    post(limited, [served(failed, now, failed=True), served(fine, now, failed=False)])
    until(lambda: decided(limited) == 2, seconds=WAIT + 60, what="the gateway to decide")
    now = time.time_ns()
    post(limited, [asked(failed, now, slow=False), served(fine, now, failed=True)])
    late = f"sum({DECIDED}_early_releases_from_cache_decision)"
    until(lambda: value(limited, late) == 2, seconds=60, what="both late spans to be told")
    until(lambda: found(limited.stack.tempo, failed.hex()), seconds=60, what="what was kept to be found")
    until(lambda: counted(limited, "shop-web") == 1, seconds=60, what="the late span to be counted")
    assert 3 == counted(limited, "orders-api")
    assert not found(limited.stack.tempo, fine.hex())


def test_a_gateway_killed_with_undecided_traces_has_counted_them(limited: Running) -> None:
    before, ids, now = counted(limited, "orders-api"), fresh(FEW), time.time_ns()
    post(limited, [served(one, now, failed=True) for one in ids])
    until(lambda: counted(limited, "orders-api") == before + FEW, seconds=WAIT - 5, what="the requests to be counted")
    kill_and_start(limited.stack.centre, "gateway")
    after = fresh(1)
    until(lambda: limited.stack.centre.fine() >= {"gateway"}, seconds=60, what="the gateway to run")
    post(limited, [served(after[0], time.time_ns(), failed=True)])
    until(lambda: found(limited.stack.tempo, after[0].hex()), seconds=WAIT + 90, what="a later trace to be kept")
    # the bound that is promised: they are counted, and not one of them is stored
    assert before + FEW + 1 == counted(limited, "orders-api")
    assert [one for one in ids if found(limited.stack.tempo, one.hex())] == []


def test_a_full_buffer_is_counted_and_told(limited: Running) -> None:
    before, ids = counted(limited, "orders-api"), fresh(MORE)
    for first in range(0, MORE, 100):
        now = time.time_ns()
        post(limited, [served(one, now, failed=False) for one in ids[first : first + 100]])
    labels = {"alertname": "SamplingDroppedUndecided"}
    until(lambda: limited.sink.found("firing", labels, 0) is not None, seconds=120, what="the alert to be delivered")
    early = f"sum({DECIDED}_sampling_trace_dropped_too_early)"
    until(lambda: value(limited, early) >= MORE - MOST - FEW, seconds=60, what="all that was dropped to be told")
    assert value(limited, early) <= MORE
    until(lambda: counted(limited, "orders-api") == before + MORE, seconds=60, what="all requests to be counted")

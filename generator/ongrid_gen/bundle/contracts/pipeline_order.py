"""OG008: the processors of a pipeline stand in an order that works."""

from collections.abc import Iterator, Sequence
from typing import Final

from ongrid_gen.bundle.network import is_collector
from ongrid_gen.bundle.plain import dig, items, listed
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG008"
LIMITER, BATCH, SAMPLING = "memory_limiter", "batch", "tail_sampling"


def check(wiring: Wiring) -> Iterator[Problem]:
    """A limiter that is not first refuses too late; a batch before tail sampling tears traces apart."""
    for service in wiring.running(is_collector):
        connectors = {str(name) for name, _ in items(service.settings.get("connectors"))}
        for name, pipeline in items(dig(service.settings, "service", "pipelines")):
            order = [str(one).split("/")[0] for one in listed(dig(pipeline, "processors"))]
            goes_on = connectors.issuperset(str(one) for one in listed(dig(pipeline, "receivers")))
            path = (service.config, "service", "pipelines", name, "processors")
            yield from of_pipeline(order, path, goes_on=goes_on)


def of_pipeline(order: Sequence[str], path: Path, *, goes_on: bool) -> Iterator[Problem]:
    """Yield what stands in the wrong place. What goes on with that of another pipeline was limited there."""
    if LIMITER not in order and not goes_on:
        yield Problem(CODE, path, f"no `{LIMITER}`: under load the kernel kills the collector, with all it holds",
                      f"begin with `{LIMITER}`", on_key=True)  # fmt: skip
    elif LIMITER in order and order[0] != LIMITER:
        yield Problem(CODE, (*path, order.index(LIMITER)), f"`{LIMITER}` stands behind `{order[0]}`: what comes in is "
                      "taken before anybody can refuse it", "put it first")  # fmt: skip
    if BATCH in order and SAMPLING in order and order.index(BATCH) < order.index(SAMPLING):
        yield Problem(CODE, (*path, order.index(BATCH)), f"`{BATCH}` stands before `{SAMPLING}`, which then decides on "
                      "pieces of traces", f"put it behind `{SAMPLING}`")  # fmt: skip

"""Ongrid's closed set: metrics of node_exporter that a spec may name instead of an expression."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ongrid_gen.text import Code, fill, promql_string

GIB: Final = Decimal(1 << 30)
PER_CENT: Final = "%"
BYTES: Final = "B"
BYTES_A_SECOND: Final = "B/s"
LOAD: Final = ""
OTHER: Final = ""

Matcher = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Metric:
    """One of the set. `operation` is how its expression already puts together the series of a thing, if it does.

    `window` is that of its rate, if it is a counter. `floor` is the difference, in the metric's unit, that is no
    anomaly on any machine, unless the spec says otherwise.
    """

    words: str
    unit: str
    expr: str
    names: tuple[str, ...]
    floor: Decimal
    operation: str | None = None
    matchers: Mapping[str, str] = field(default_factory=dict)
    window: str | None = None


def load_average(minutes: int) -> Metric:
    """Return a load average."""
    name = f"node_load{minutes}"
    return Metric(f"load over {minutes} min", LOAD, f"{name}<< braces >>", (name,), Decimal(1))


def network(words: str, direction: str) -> Metric:
    """Return one direction of the network."""
    name = f"node_network_{direction}_bytes_total"
    return Metric(words, BYTES_A_SECOND, f"sum by (<< by >>) (rate({name}<< braces >>[1m]))", (name,),
                  Decimal(1_000_000), "sum", window="1m")  # fmt: skip


CPU: Final = "node_cpu_seconds_total"
MEM_FREE: Final = "node_memory_MemAvailable_bytes"
MEM_SIZE: Final = "node_memory_MemTotal_bytes"
DISK_FREE: Final = "node_filesystem_avail_bytes"
DISK_SIZE: Final = "node_filesystem_size_bytes"

METRICS: Final[Mapping[str, Metric]] = {
    "cpu_pct": Metric(
        "CPU in use", PER_CENT, f"100 * (1 - avg by (<< by >>) (rate({CPU}<< braces >>[5m])))", (CPU,),
        Decimal(10), "avg", {"mode": "idle"}, "5m",
    ),
    "mem_pct": Metric(
        "memory in use", PER_CENT, f"100 * (1 - {MEM_FREE}<< braces >> / {MEM_SIZE}<< braces >>)",
        (MEM_FREE, MEM_SIZE), Decimal(5),
    ),
    "disk_used_pct": Metric(
        "disk in use", PER_CENT, f"100 * (1 - {DISK_FREE}<< braces >> / {DISK_SIZE}<< braces >>)",
        (DISK_FREE, DISK_SIZE), Decimal(2), None, {"mountpoint": "/"},
    ),
    "disk_avail_bytes": Metric(
        "disk space left", BYTES, f"{DISK_FREE}<< braces >>", (DISK_FREE,), GIB, None, {"mountpoint": "/"},
    ),
    "load1": load_average(1),
    "load5": load_average(5),
    "load15": load_average(15),
    "net_rx_bps": network("network in", "receive"),
    "net_tx_bps": network("network out", "transmit"),
}  # fmt: skip


def matchers_in(metric: Metric, selector: Sequence[Matcher]) -> list[Matcher]:
    """Return all matchers of a metric. One of the spec takes the place of our own on the same label."""
    named = {label for label, _, _ in selector}
    return [*((label, "=", value) for label, value in metric.matchers.items() if label not in named), *selector]


def expression(metric: Metric, selector: Sequence[Matcher], by: Code) -> Code:
    """Return the metric's expression."""
    inside = ",".join(f"{label}{sign}{promql_string(value)}" for label, sign, value in matchers_in(metric, selector))
    return Code(fill(metric.expr, by=by, braces=Code(f"{{{inside}}}" if inside else "")))

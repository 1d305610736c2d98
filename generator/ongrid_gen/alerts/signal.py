"""What a metric alert watches: one number for each thing, recorded first so that its history can be looked at.

Ongrid evaluates the expression again for every point of a subquery; a recording is the same number, counted once for
all alerts that watch it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.closed_set import METRICS, OTHER, Matcher, Metric, expression
from ongrid_gen.alerts.names import METRICS_GROUP
from ongrid_gen.model import Alert
from ongrid_gen.problems import Path
from ongrid_gen.promql import read, selectors
from ongrid_gen.rules import Record
from ongrid_gen.text import Code

GROUP: Final = METRICS_GROUP
KINDS: Final = frozenset({"metric_raw", "metric_threshold", "metric_anomaly", "metric_forecast"})
DEVICE: Final = "device_id"
BELOW: Final = ("<", "<=")


@dataclass(frozen=True, slots=True)
class Signal:
    """A recorded number. `by` tells the things apart; `words` says what it is, `unit` what it is counted in."""

    name: str
    expr: str
    by: tuple[str, ...]
    words: str
    unit: str
    floor: Decimal | None

    def record(self, path: Path) -> Record:
        """Return the recording rule."""
        return Record(path, self.name, self.expr)

    @property
    def kept(self) -> Code:
        """The labels that stay, for `by ()` and `on ()`."""
        return Code(", ".join(self.by))


def by_of(alert: Alert) -> tuple[str, ...]:
    """Return the labels that tell apart what an alert watches."""
    return tuple(alert.params["by"])


def signal_of(data: Mapping[str, Any], by: Sequence[str], operator: str = ">") -> Signal:
    """Return what a condition watches. Of several series of one thing the worst counts: the least, for `<`."""
    metric = METRICS[data["metric"]] if "metric" in data else None
    matchers = matchers_of(data.get("selector", {}))
    kept = Code(", ".join(by))
    inner = Code(read(data["expr"]).code) if metric is None else expression(metric, matchers, kept)
    operation = (metric and metric.operation) or ("min" if operator in BELOW else "max")
    outer = str(inner) if metric and metric.operation else f"{operation} by ({kept}) (\n{indented(inner)}\n)"
    return Signal(
        name=f"{level(by)}:{middle(data, by, outer, plain=metric is not None and not matchers)}:{operation}",
        expr=outer,
        by=tuple(by),
        words="its expression" if metric is None else words_of(metric, matchers),
        unit=OTHER if metric is None else metric.unit,
        floor=None if metric is None else metric.floor,
    )


def level(by: Sequence[str]) -> str:
    """Return the first part of a recording's name: the labels it keeps."""
    return "device" if tuple(by) == (DEVICE,) else "_".join(by)


def middle(data: Mapping[str, Any], by: Sequence[str], expr: str, *, plain: bool) -> str:
    """Return the second part: the metric, with a hash where names alone do not tell two recordings apart."""
    name = str(data.get("metric", "expr"))
    if plain and len(by) == 1 and by[0] != level((DEVICE,)):
        return name
    return f"{name}_{hashlib.sha256(f'{by} {expr}'.encode()).hexdigest()[:8]}"


def matchers_of(selector: Mapping[str, str] | str) -> tuple[Matcher, ...]:
    """Return the matchers of a selector: our map of labels, or Ongrid's text such as `{mountpoint="/"}`."""
    if isinstance(selector, str):
        return next(selectors(read(braced(selector)).tree)).matchers if selector.strip() else ()
    return tuple((label, "=", value) for label, value in selector.items())


def braced(selector: str) -> str:
    """Return Ongrid's selector as a whole expression; its braces are often left out."""
    text = selector.strip()
    return f"x{text}" if text.startswith("{") else f"x{{{text}}}"


def words_of(metric: Metric, matchers: Sequence[Matcher]) -> str:
    """Return what is watched, in words."""
    limits = ", ".join(f"{label}{sign}{value}" for label, sign, value in matchers)
    return f"{metric.words} ({limits})" if limits else metric.words


def indented(text: str) -> str:
    """Return text two spaces to the right; a line break inside a string is an escape in PromQL, so none is changed."""
    return "\n".join(f"  {line}" for line in text.splitlines())

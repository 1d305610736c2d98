"""The PromQL that users wrote into a site, and where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ongrid_gen.alerts.signal import KINDS, braced
from ongrid_gen.model import LISTED, Alert, Site
from ongrid_gen.problems import Path
from ongrid_gen.promql import PromqlError, Written, read


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of the spec: whose it is, where it stands, its text.

    `shift` is how many characters further on a place of the text is in what the spec says.
    """

    alert: Alert
    path: Path
    text: str
    shift: int = 0

    @property
    def who(self) -> str:
        """The object as messages name it."""
        return f"alert `{self.alert.name}`"

    def in_spec(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text of the spec a part of the expression is."""
        return max(0, start + self.shift), max(1, end + self.shift)

    @property
    def written(self) -> Written:
        """The expression, read. PromqlError when it is not sound."""
        return read(self.text)


def conditions_of(alert: Alert) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield what an alert watches, each with the path below which its keys stand."""
    if alert.kind not in KINDS:
        return
    if LISTED in alert.params:
        for index, condition in enumerate(alert.params[LISTED]):
            yield (*alert.path_to(LISTED), index), condition
    else:
        yield (
            (*alert.path, "conditions_json") if "expr" in alert.nested or "metric" in alert.nested else alert.path,
            (alert.params),
        )


def written_in(alert: Alert) -> Iterator[Expression]:
    """Yield the expressions of an alert."""
    for path, condition in conditions_of(alert):
        if "expr" in condition:
            yield Expression(alert, (*path, "expr"), condition["expr"])


def selectors_in(alert: Alert) -> Iterator[Expression]:
    """Yield the selectors that an alert spells as text, each as a whole expression."""
    for path, condition in conditions_of(alert):
        selector = condition.get("selector")
        if isinstance(selector, str) and selector.strip():
            text = braced(selector)
            shift = selector.index(selector.strip()) - text.index(selector.strip())
            yield Expression(alert, (*path, "selector"), text, shift)


def is_sound(alert: Alert) -> bool:
    """Tell whether everything that an alert spells in PromQL can be read, so that it has rules."""
    for _, condition in conditions_of(alert):
        if ("metric" in condition) == ("expr" in condition):
            return False
        if alert.kind == "metric_anomaly" and "expr" in condition and "floor" not in condition:
            return False
    try:
        for one in (*written_in(alert), *selectors_in(alert)):
            one.written  # noqa: B018 - reading is the point
    except PromqlError:
        return False
    return True


def sound_expressions(site: Site) -> Iterator[Expression]:
    """Yield every expression of the alerts that can be read."""
    for alert in site.alerts:
        if is_sound(alert):
            yield from written_in(alert)

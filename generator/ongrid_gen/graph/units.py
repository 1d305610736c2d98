"""What is drawn as one box of rules: a rule for itself, alerts that are alike, the recordings of a file."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.routes import Alert
from ongrid_gen.conventions import COMPONENT, KIND, SERVICE, SERVICE_NAME, SEVERITY, SLO
from ongrid_gen.graph.model import Node, Sort
from ongrid_gen.graph.rules import Rule
from ongrid_gen.graph.words import listed

Key = tuple[str, ...]
# So many names of a box's alerts stand in it; the others are in its note.
NAMES: Final = 3
ANY: Final = "any service"


@dataclass(frozen=True)
class Unit:
    """Rules that are drawn as one box, and that box."""

    node: Node
    rules: tuple[Rule, ...]
    alerts: tuple[Alert, ...] = ()


def single(alert: Alert, rule: Rule, name: str) -> Unit:
    """Return an alert for itself."""
    kind, about, slo = alike(alert)
    lines = [" · ".join(filter(None, (kind, slo or about))), how_bad(alert, rule)]
    lines += ["the expression cannot be read"] if rule.written is None else []
    note = f"{rule.file}\n{dig(rule.data, 'expr')}"
    return Unit(Node(name, Sort.ALERT, alert.name, tuple(filter(None, lines)), note), (rule,), (alert,))


def several(alerts: Sequence[Alert], rules: Sequence[Rule], key: Key) -> Unit:
    """Return alerts that are alike."""
    names = [f"{alert.name} ({rule.file})" for alert, rule in zip(alerts, rules, strict=True)]
    heading = (key[0], key[-1] or key[1]) if len(key) > 1 else key
    lines = [f"{len(alerts)} alerts", *counted([alert.name for alert in alerts])]
    node = Node(group_id(key), Sort.ALERT, " · ".join(filter(None, heading)), tuple(lines), "\n".join(names))
    return Unit(node, tuple(rules), tuple(alerts))


def recordings(rules: Sequence[Rule], *, whole: bool) -> Unit:
    """Return a recording for itself, or those of a file."""
    first = rules[0]
    name = recording_id(first, whole=whole)
    if whole:
        labels = tuple(f"{label} = {value}" for label, value in items(dig(first.data, "labels")))
        return Unit(
            Node(name, Sort.RECORDING, first.name, labels, f"{first.file}\n{dig(first.data, 'expr')}"), (first,)
        )
    names = dict.fromkeys(rule.name for rule in rules)
    lines = (f"{len(rules)} recording{'s' if len(rules) > 1 else ''}", *counted([rule.name for rule in rules]))
    node = Node(name, Sort.RECORDING, PurePosixPath(first.file).stem, lines, "\n".join([first.file, *names]))
    return Unit(node, tuple(rules))


def recording_id(rule: Rule, *, whole: bool) -> str:
    """Return the id of the box that a recording is in."""
    return f"recording:{place(rule.path)}" if whole else f"recordings:{rule.file}"


def place(path: Iterable[str | int]) -> str:
    """Return a place in the bundle as a text."""
    return ":".join(str(step) for step in path if step not in ("groups", "rules"))


def group_id(key: Key) -> str:
    """Return the id of a group of alerts."""
    return "alerts:" + ":".join(key)


def counted(names: Sequence[str]) -> list[str]:
    """Return names as lines, each once, with how often it is there."""
    found = [f"{name} ×{times}" if times > 1 else name for name, times in Counter(names).items()]
    return listed(found, NAMES)


def how_bad(alert: Alert, rule: Rule) -> str:
    """Return the severity of an alert, and how long it waits."""
    wait = dig(rule.data, "for")
    return ", ".join(filter(None, (alert.labels.get(SEVERITY) or "", f"for {wait}" if wait else "")))


def alike(alert: Alert) -> Key:
    """Return what alerts of one box have in common: kind, service or component, SLO; without a kind, the file."""
    kind = alert.labels.get(KIND)
    if not kind:
        return (PurePosixPath(str(alert.path[0])).stem, "", "")
    about = next((alert.labels[one] for one in (SERVICE, SERVICE_NAME, COMPONENT) if one in alert.labels), "")
    return (kind, ANY if about is None else about, alert.labels.get(SLO) or "")


def of_kind(alert: Alert) -> Key:
    """Return what the alerts of one box have in common where there are too many services."""
    return alike(alert)[:1]


def by_key(alerts: Iterable[Alert], key: Callable[[Alert], Key]) -> dict[Key, list[Alert]]:
    """Return alerts by what they have in common, in the order in which they come."""
    found: dict[Key, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(key(alert), []).append(alert)
    return found

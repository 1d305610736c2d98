"""What the kinds that read logs have in common: which lines count, how they are worded, and when one is seen.

Loki evaluates them. It takes `keep_firing_for` and `query_offset` without a word and does nothing with them (3.7), so
neither is ever written. What it counts it tells apart by stream and by level, so sums stand around everything.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.base import Counted, Explanation, Plot, Timing
from ongrid_gen.alerts.conditions import range_of, service_of
from ongrid_gen.alerts.names import service_group
from ongrid_gen.alerts.wording import Say, annotations, as_templates, own_labels, owner_label
from ongrid_gen.conventions import AFFECTS, SERVICE, SERVICE_NAME
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code, fill, logql_string, markdown_escape, promql_matcher

# The kinds whose rules Loki evaluates.
KINDS: Final = frozenset({"log_match", "log_volume"})
LINES: Final = "sum by (service_name) (count_over_time({<< of >>}<< filters >> [<< range >>]<< ago >>))"
SHOWN: Final = "{<< of >>}<< filters >>"


def group(alert: Alert) -> str:
    """Return the service's group."""
    return service_group(service_of(alert))


def bounds(alert: Alert) -> Sequence[Decimal]:
    """Return no bound: the alert counts."""
    del alert
    return []


def records(alert: Alert, site: Site) -> list[Record]:
    """Return no recording: Loki records into another store only."""
    del alert, site
    return []


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return no unit test: promtool does not read LogQL. The drill is the proof."""
    del alert, site
    return []


def patterns(alert: Alert) -> list[str]:
    """Return the regular expressions of which a line must match every one."""
    found = alert.params.get("pattern", [])
    return [found] if isinstance(found, str) else list(found)


def matches(alert: Alert, line: str) -> bool:
    """Tell whether a line counts."""
    return all(occurs(pattern, line) for pattern in patterns(alert))


def occurs(pattern: str, line: str) -> bool:
    """Tell whether a pattern matches anywhere in a line, as Loki has it: not the whole of it."""
    from jsonschema_rs import Draft202012Validator, RegexOptions

    return bool(Draft202012Validator({"pattern": pattern}, pattern_options=RegexOptions()).is_valid(line))


def example(alert: Alert) -> str | None:
    """Return a line that counts: that of the spec, or the patterns themselves where they match; None without one."""
    line = str(alert.params.get("example", " ".join(patterns(alert)) or "a line"))
    return line if matches(alert, line) else None


def selection(alert: Alert) -> dict[str, Code]:
    """Return what selects the lines: matchers of the stream, and a filter for each pattern, one behind the other."""
    return {
        "of": promql_matcher(SERVICE_NAME, [service_of(alert)]),
        "filters": Code("".join(f" |~ {logql_string(pattern)}" for pattern in patterns(alert))),
    }


def lines(alert: Alert, ago: str = "") -> Code:
    """Return the lines of the window, or of one that ended a while before."""
    offset = f" offset {ago}" if ago else ""
    return Code(fill(LINES, **selection(alert), range=range_of(alert), ago=Code(offset)))


def shown(alert: Alert) -> Code:
    """Return the query that shows the lines themselves."""
    return Code(fill(SHOWN, **selection(alert)))


def rule(alert: Alert, site: Site, expr: str, measured: str, condition: str, say: Say) -> Rule:
    """Return the one rule of an alert."""
    return Rule(
        alert.path,
        alert.name,
        expr,
        alert.for_,
        Decimal(0),
        as_templates(labels(alert, site)),
        annotations(alert, site, measured, condition, say),
    )


def labels(alert: Alert, site: Site) -> dict[str, str]:
    """Return the labels that are static. `service_name` is that of the stream."""
    return {
        **own_labels(alert, site, [SERVICE_NAME]),
        SERVICE: service_of(alert),
        AFFECTS: service_of(alert),
        **owner_label(site, alert.service),
    }


def which(alert: Alert, say: Say) -> str:
    """Return which lines count, in words."""
    found = patterns(alert)
    if not found:
        return "lines"
    every = " and ".join(f"`{say(pattern)}`" for pattern in found)
    return f"lines that match {every}"


def way_there(site: Site) -> tuple[tuple[str, Decimal], ...]:
    """Return the waits between a line and an evaluation that sees it."""
    return (
        ("agent batch", site.gateway.batch_timeout),
        ("gateway batch", site.gateway.batch_timeout),
        ("one evaluation interval", site.alerting.interval),
    )


def soonest(alert: Alert, site: Site, counted: Decimal) -> Timing:
    """Return the earliest time to firing, `counted` seconds being what it takes to have enough lines."""
    return Timing((("until there are enough lines", counted), *way_there(site), ("`for`", alert.for_)))


def over(alert: Alert, site: Site) -> Timing:
    """Return the longest time from the last line to the alert's end."""
    return Timing((("until the window holds too few", alert.window), *way_there(site)))


def explanation(alert: Alert, site: Site, condition: str, quiet: Sequence[str]) -> Explanation:
    """Return an alert in words."""
    return Explanation(
        condition,
        [SERVICE_NAME],
        quiet,
        soonest(alert, site, Decimal(0)),
        over=over(alert, site),
        onset="the line that is one too many",
        ended="the last such line",
    )


def plot(alert: Alert, *others: tuple[str, str], limits: Sequence[Decimal] = ()) -> Plot:
    """Return what is drawn of an alert: how many lines there are, and what that is compared with."""
    return Plot([(lines(alert), "lines"), *others], Counted.OTHER, limits, logs=True)


def page(alert: Alert, site: Site, firing: str) -> Mapping[str, Code | Decimal]:
    """Return the values of a runbook: which lines, the query of them, of their number, and the one that fires."""
    return {
        "watched": markdown_escape(f"{which(alert, str)} of {service_of(alert)}"),
        "service": markdown_escape(service_of(alert)),
        "spec": markdown_escape(site.spec_name),
        "lines": shown(alert),
        "number": lines(alert),
        "firing": Code(firing),
    }

"""OG050: the windows of metric alerts hold samples enough, and their times fit together."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.expressions import Expression, conditions_of, sound_expressions
from ongrid_gen.alerts.watching import SAMPLES_OF_A_RATE, SCRAPE_INTERVAL
from ongrid_gen.checks.window_floor import floor, half_minutes
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Path, Problem
from ongrid_gen.promql import ranges, selector_of, sort_of
from ongrid_gen.units import format_duration, parse_duration

CODE: Final = "OG050"
SCRAPED: Final = SAMPLES_OF_A_RATE * SCRAPE_INTERVAL
HISTORIES: Final = ("baseline_window", "fit_window")


def check(site: Site) -> Iterator[Problem]:
    """A range with fewer than two samples gives nothing, and what is forgotten before `for` is over never fires."""
    for expression in sound_expressions(site):
        yield from ranged(expression, site)
    for alert in site.alerts:
        for path, condition in conditions_of(alert):
            yield from windows(alert, path, condition, site)
            yield from samples(alert, path, condition, site)
            yield from times(alert, path, condition, site)


def ranged(expression: Expression, site: Site) -> Iterator[Problem]:
    """Yield the ranges of an expression that are too short."""
    for node, length, _ in ranges(expression.written.tree):
        selector = selector_of(node)
        if sort_of(node) != "MatrixSelector" or selector is None:
            continue
        least = floor(site) if (selector.metric or "").startswith("traces_") else SCRAPED
        if length < least:
            yield Problem(
                code=CODE,
                path=expression.path,
                message=f"{expression.who}: a range of {format_duration(length)} is too short for samples that may be "
                f"late; {format_duration(least)} is the least",
                hint=f"write `{format_duration(half_minutes(least))}` or more",
                within=expression.written.place_of_range(length),
            )


def windows(alert: Alert, path: Path, condition: Mapping[str, Any], site: Site) -> Iterator[Problem]:
    """Yield the windows over recorded numbers that are too short."""
    interval = site.alerting.interval
    for key in ("window", "ignore_last", *HISTORIES):
        if key not in condition or (alert.kind == "metric_raw"):
            continue
        least = (
            max(SCRAPED, 4 * interval)
            if key in HISTORIES
            else interval
            if key == "ignore_last"
            else max(SCRAPED, interval)
        )
        if parse_duration(condition[key]) < least:
            yield Problem(
                code=CODE,
                path=(*path, key),
                message=f"alert `{alert.name}`: `{key}` {condition[key]} is too short: a number is recorded each "
                f"{format_duration(interval)}, and scraped each {format_duration(SCRAPE_INTERVAL)}",
                hint=f"write `{format_duration(least)}` or more",
            )


def samples(alert: Alert, path: Path, condition: Mapping[str, Any], site: Site) -> Iterator[Problem]:
    """Yield a number of samples that no window holds."""
    key = next((key for key in HISTORIES if key in condition), None)
    if key is None or "min_samples" not in condition:
        return
    length = parse_duration(condition[key])
    most = int(length / site.alerting.interval)
    if condition["min_samples"] > most:
        yield Problem(
            code=CODE,
            path=(*path, "min_samples"),
            message=f"alert `{alert.name}` can never fire: {format_duration(length)} holds {most} "
            f"samples, one each {format_duration(site.alerting.interval)}",
            hint=f"write `min_samples: {most}` or less",
        )


def times(alert: Alert, path: Path, condition: Mapping[str, Any], site: Site) -> Iterator[Problem]:
    """Yield a `for` that the alert cannot outlast, or that is said in two ways."""
    longest = parse_duration(condition["ignore_last"]) - site.alerting.interval if "ignore_last" in condition else None
    if longest is not None and alert.for_ > max(longest, Decimal(0)):
        yield Problem(
            code=CODE,
            path=(*path, "ignore_last"),
            message=f"alert `{alert.name}`: what is judged becomes the baseline before `for` "
            f"({format_duration(alert.for_)}) is over",
            hint=f"write `ignore_last: {format_duration(alert.for_ + site.alerting.interval)}` or more",
        )
    for key, said in (("for", condition.get("for")), ("for_seconds", condition.get("for_seconds"))):
        if condition is alert.params and key == "for":
            continue
        seconds = None if said is None else Decimal(said) if key == "for_seconds" else parse_duration(said)
        if seconds is not None and seconds != alert.for_:
            yield Problem(
                code=CODE,
                path=(*path, key),
                message=f"alert `{alert.name}` waits {format_duration(alert.for_)}, but here it says "
                f"{format_duration(seconds)}; an alert waits once",
                hint=f"remove `{key}` here",
                on_key=True,
            )

"""OG047: what metric alerts look back at is still kept."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.expressions import conditions_of, sound_expressions
from ongrid_gen.model import Site
from ongrid_gen.problems import Problem
from ongrid_gen.promql import ranges
from ongrid_gen.units import format_duration, parse_duration

CODE: Final = "OG047"
HINT: Final = "shorten it, or raise `prometheus.retention`"
KEYS: Final = ("window", "baseline_window", "fit_window")


def check(site: Site) -> Iterator[Problem]:
    """Prometheus deletes what is older than its retention; a longer range silently sees less."""
    retention = site.prometheus.retention
    kept = f"Prometheus keeps {format_duration(retention)}"
    for expression in sound_expressions(site):
        for _, length, reach in ranges(expression.written.tree):
            if reach > retention:
                yield Problem(
                    code=CODE,
                    path=expression.path,
                    message=f"{expression.who}: a range reaches {format_duration(reach)} back; {kept}",
                    hint=HINT,
                    within=expression.written.place_of_range(length),
                )
    for alert in site.alerts:
        for path, condition in conditions_of(alert):
            skipped = parse_duration(condition["ignore_last"]) if "ignore_last" in condition else Decimal(0)
            for key in KEYS:
                reach = parse_duration(condition[key]) + skipped if key in condition else Decimal(0)
                if reach > retention:
                    yield Problem(
                        code=CODE,
                        path=(*path, key),
                        message=f"alert `{alert.name}`: `{key}` reaches {format_duration(reach)} back; {kept}",
                        hint=HINT,
                    )

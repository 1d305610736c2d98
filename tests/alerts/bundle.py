"""Rules and tests of a site on disk, as promtool wants to find them."""

from pathlib import Path

import yaml

from ongrid_gen import alerts
from ongrid_gen.alerts.base import Rule
from ongrid_gen.model import Site
from ongrid_gen.units import format_duration


def rule_entry(rule: Rule) -> dict[str, object]:
    """Return one rule as Prometheus reads it."""
    times = (("for", rule.for_), ("keep_firing_for", rule.keep_firing_for))
    return {
        "alert": rule.name,
        "expr": rule.expr,
        **{key: format_duration(seconds) for key, seconds in times if seconds},
        "labels": dict(rule.labels),
        "annotations": dict(rule.annotations),
    }


def write_bundle(site: Site, folder: Path) -> Path:
    """Write `prometheus/rules` and `prometheus/tests` of a site; return the folder of the bundle."""
    for group, rules in alerts.rule_groups(site).items():
        content = {
            "groups": [
                {
                    "name": group,
                    "interval": format_duration(site.alerting.interval),
                    "query_offset": format_duration(site.alerting.query_offset),
                    "rules": [rule_entry(rule) for rule in rules],
                }
            ]
        }
        write(folder / "prometheus" / "rules" / f"{group}.yaml", content)
        write(folder / "prometheus" / "tests" / f"{group}.test.yaml", alerts.test_file(group, site))
    return folder


def write(path: Path, content: object) -> None:
    """Write one YAML file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")

"""Whether a program runs what the files say: what it tells of itself, compared with a bundle. Pure.

Prometheus prints its rules and its configuration with every default filled in (3.5), so the parts that we write are
compared. Alertmanager masks secrets, but gives the hash of the very bytes that it read (0.28): the first six of the
MD5 sum, least significant first. Tempo tells its whole configuration (1.5, 2.10, 3.0).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from ongrid_gen.bundle.files import RULES, Bundle
from ongrid_gen.bundle.network import SCRAPES
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.plan.kept import external_labels, jobs, seconds, tempo_retention, written_labels
from ongrid_gen.promql import is_same

HASHED: Final = 6
LABELS: Final = "global.external_labels"
METRICS_PATH: Final = "/metrics"
INTERVAL: Final = "1m"

Group = Mapping[str, Any]
TEMPO_PARTS: Final = (
    ("processor", "span_metrics", "dimensions"),
    ("processor", "span_metrics", "histogram_buckets"),
    ("processor", "service_graphs", "dimensions"),
    ("registry", "external_labels"),
)


def config_differences(running: Mapping[str, Any], rendered: Mapping[str, Any]) -> list[str]:
    """Return the parts of Prometheus' configuration that it runs otherwise than the file says."""
    ours, theirs = parts(rendered) | {LABELS: written_labels(rendered)}, parts(running)
    return [name for name, value in ours.items() if theirs[name] != value]


def parts(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what we write of Prometheus' configuration, defaults filled in."""
    scrapes = dict(items({str(dig(one, "job_name")): one for _, one in items(config.get(SCRAPES))}))
    labels = jobs(config)
    overall = dig(config, "global", "scrape_interval") or INTERVAL
    return {
        LABELS: external_labels(config),
        "global.evaluation_interval": seconds(dig(config, "global", "evaluation_interval") or INTERVAL),
        "rule_files": list(config.get("rule_files") or ()),
        "alerting": [sorted(targets(one)) for _, one in items(dig(config, "alerting", "alertmanagers"))],
        "scrape_configs": {
            name: (targets(one), one.get("metrics_path", METRICS_PATH), labels[name],
                   seconds(str(one.get("scrape_interval", overall))))
            for name, one in scrapes.items()
        },
        "storage.exemplars": dig(config, "storage", "exemplars", "max_exemplars"),
        "storage.tsdb": seconds(str(dig(config, "storage", "tsdb", "out_of_order_time_window") or "0s")),
    }  # fmt: skip


def targets(job: Any) -> list[str]:
    """Return what a job asks."""
    return [str(one) for _, group in items(dig(job, "static_configs")) for _, one in items(dig(group, "targets"))]


def rule_differences(running: Sequence[Group], bundle: Bundle, foreign: frozenset[str] = frozenset()) -> list[str]:
    """Return the rules that Prometheus evaluates otherwise than the files say; `foreign` files are not ours to judge.

    A group is told as `file: group`, one rule of it as `file: group: rule`.
    """
    theirs = {(file_of(group), str(group["name"])): group for group in running}
    ours = dict(groups(bundle))
    found = [f"{file}: {name}" for file, name in ours.keys() - theirs.keys()]
    found += [f"{file}: {name}" for file, name in theirs.keys() - ours.keys() if f"{RULES}{file}" not in foreign]
    for key in ours.keys() & theirs.keys():
        found += [f"{key[0]}: {key[1]}{part}" for part in group_differences(theirs[key], ours[key])]
    return sorted(found)


def file_of(group: Group) -> str:
    """Return the name of the file that a running group came from."""
    return PurePosixPath(str(group.get("file", ""))).name


def groups(bundle: Bundle) -> Iterator[tuple[tuple[str, str], Group]]:
    """Yield every group of the rendered rules, by file and name."""
    for file in bundle.below(RULES):
        for _, group in items(bundle.data(file).get("groups")):
            if isinstance(group, Mapping):
                yield (file.removeprefix(RULES), str(group.get("name"))), group


def group_differences(running: Group, rendered: Group) -> list[str]:
    """Return the rules of one group that differ, each after a colon; the group itself is an empty text."""
    ours, theirs = [rule for _, rule in items(rendered.get("rules"))], running["rules"]
    every = rendered.get("interval")
    if len(ours) != len(theirs) or (every is not None and seconds(str(every)) != running.get("interval", 0)):
        return [""]
    return [f": {rule_name(rule)}" for rule, other in zip(ours, theirs, strict=True) if not is_loaded(rule, other)]


def rule_name(rule: Group) -> str:
    """Return what a rule is called."""
    return str(rule.get("alert") or rule.get("record"))


def is_loaded(rule: Group, running: Group) -> bool:
    """Tell whether a running rule is a rendered one."""
    waits = all(
        (seconds(str(rule.get(key, "0s"))) or 0) == (running.get(other) or 0)
        for key, other in (("for", "duration"), ("keep_firing_for", "keepFiringFor"))
    )
    words = all((rule.get(key) or {}) == (running.get(key) or {}) for key in ("labels", "annotations"))
    return waits and words and rule_name(rule) == running["name"] and is_same(str(rule.get("expr")), running["query"])


def content_hash(text: str) -> int:
    """Return the number by which Alertmanager tells which file it read (`alertmanager_config_hash`)."""
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:HASHED], "little")


def tempo_differences(running: Mapping[str, Any], rendered: Mapping[str, Any]) -> list[str]:
    """Return what Tempo runs otherwise, of the parts that others rely on; what it does not tell is not judged."""
    one, other = tempo_parts(rendered), tempo_parts(running)
    return [name for name, value in one.items() if name in other and other[name] != value]


def tempo_parts(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of Tempo's configuration that others rely on, as far as it has them."""
    found: dict[str, Any] = dict(tempo_retention(config))
    for keys in TEMPO_PARTS:
        value = dig(config, "metrics_generator", *keys)
        if value:
            plainly = value if isinstance(value, Mapping) else [str(one) for one in value]
            found[".".join(("metrics_generator", *keys))] = plainly
    return found

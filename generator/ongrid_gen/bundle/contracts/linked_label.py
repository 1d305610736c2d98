"""OG022: the link from a span to its logs asks for labels that Loki has."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.problems import Path, Problem
from ongrid_gen.series import as_label

CODE: Final = "OG022"
LINK: Final = "tracesToLogsV2"
# The resource attributes that Loki 3.7 makes labels of by itself; those of `cloud.` and `k8s.` all.
INDEXED: Final = frozenset(
    {"service_name", "service_namespace", "service_instance_id", "deployment_environment", "container_name"}
)
FAMILIES: Final = ("cloud_", "k8s_")
# The labels in a stream selector, which ends at the first brace outside a variable.
STREAM: Final = re.compile(r"\{((?:\$\{[^}]*\}|[^{}])*)\}")
MATCHER: Final = re.compile(r"([A-Za-z_]\w*)\s*(?:=~|!~|!=|=)\s*[\"`]")


def check(wiring: Wiring) -> Iterator[Problem]:
    """The link is there, and what it opens is empty: whoever follows it believes that nothing was logged."""
    for source, path in wiring.bundle.datasources:
        logs = dig(source, "jsonData", LINK)
        if logs is not None:
            known, place = log_labels(wiring), (*path, "jsonData", LINK)
            yield from tags(logs, place, known)
            yield from stream(str(dig(logs, "query") or ""), (*place, "query"), known)


def tags(logs: Any, path: Path, known: frozenset[str]) -> Iterator[Problem]:
    """Yield the tags that no label stands for. Without a `value`, the attribute's own name is meant."""
    for index, tag in items(dig(logs, "tags")):
        key = "value" if dig(tag, "value") else "key"
        label = as_label(str(dig(tag, key)))
        if not has(known, label):
            yield Problem(CODE, (*path, "tags", index, key), f"the logs of a span's `{dig(tag, 'key')}` are looked for "
                          f"by the label `{label}`, which Loki does not index", meant(label, known))  # fmt: skip


def stream(query: str, path: Path, known: frozenset[str]) -> Iterator[Problem]:
    """Yield the labels of a query's stream selector that Loki does not index."""
    found = STREAM.search(query)
    for matcher in MATCHER.finditer(query, *found.span(1)) if found else ():
        if not has(known, matcher[1]):
            yield Problem(CODE, path, f"the logs of a span are looked for by the label `{matcher[1]}`, which Loki does "
                          "not index", meant(matcher[1], known), within=matcher.span(1))  # fmt: skip


def has(known: frozenset[str], label: str) -> bool:
    """Tell whether a label is among those that are known, or of a family of which all are."""
    return label in known or any(label.startswith(one) for one in known if one in FAMILIES)


def meant(label: str, known: frozenset[str]) -> str:
    """Return a hint: the label that is probably meant, or all that are known by name."""
    return did_you_mean(label, sorted(known.difference(FAMILIES)))


def log_labels(wiring: Wiring) -> frozenset[str]:
    """Return the labels that Loki makes of resource attributes: those of its configuration, and its own."""
    found = next((service.settings for service in wiring.running(is_loki)), {})
    attributes = dig(found, "limits_config", "otlp_config", "resource_attributes")
    named = {as_label(str(name)) for _, one in items(dig(attributes, "attributes_config"))
             if dig(one, "action") == "index_label" for _, name in items(dig(one, "attributes"))}  # fmt: skip
    usual = frozenset() if dig(attributes, "ignore_defaults") is True else INDEXED | set(FAMILIES)
    return frozenset(named | usual)


def is_loki(data: Mapping[str, Any]) -> bool:
    """Tell whether a file is a configuration of Loki."""
    return "schema_config" in data

"""What keeps spans small and their names few, in the gateway: after privacy, which a text cut short could pass by.

An id in the name of a span makes a series of every request. Operations of the spec with places such as `{id}` are what
the names of their service become; with `template_ids` whatever looks like an id in a path does.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from ongrid_gen.components import collector
from ongrid_gen.conventions import EDGE, SERVICE_NAME_DIMENSION
from ongrid_gen.model import Service, Site
from ongrid_gen.text import Code, fill, ottl_string, re2_literal

TRANSFORM: Final = "transform/limits"
PLACES: Final = ("resource", "scope", "span", "spanevent")
PLACE: Final = re.compile(r"\{[^{}/]+\}")
# What a place stands for: one segment of a path.
SEGMENT: Final = "[^/ ]+"
# A UUID, a number or several joined by `-` (a date), or a long hexadecimal word; each a whole word behind a `/`.
ID: Final = r"/(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9]+(?:-[0-9]+)*|[0-9a-fA-F]{16,})\b"
OF_SERVICE: Final = 'resource.attributes["service.name"] == << service >>'
AS_OPERATION: Final = "set(span.name, << operation >>) where << of >> and IsMatch(span.name, << pattern >>)<< others >>"
OTHER: Final = " and span.name != << name >>"
WITHOUT_IDS: Final = 'replace_pattern(span.name, << pattern >>, "/{id}") where << of >>'
LIMIT: Final = "limit(<< place >>.attributes, << most >>, << kept >>)"
TRUNCATE: Final = "truncate_all(<< place >>.attributes, << most >>)"


def processors(site: Site) -> dict[str, Any]:
    """Return the processor; none when the spec limits nothing."""
    written = [collector.literal(one) for one in (*names(site), *sizes(site))]
    return {TRANSFORM: {"error_mode": "ignore", "trace_statements": written}} if written else {}


def names(site: Site) -> Iterator[str]:
    """Yield the statements about the names of spans."""
    for service in site.services:
        of = Code(fill(OF_SERVICE, service=ottl_string(service.name)))
        for operation in sorted(filter(PLACE.search, service.operations), key=generality):
            yield as_operation(service, operation, of)
        if service.template_ids:
            yield fill(WITHOUT_IDS, pattern=ottl_string(ID), of=of)


def generality(operation: str) -> tuple[int, int]:
    """Return how much else than itself an operation stands for; the least general one is asked first."""
    return len(PLACE.findall(operation)), -len(PLACE.sub("", operation))


def as_operation(service: Service, operation: str, of: Code) -> str:
    """Return the statement that gives an operation's name to its spans, but not to those of another one."""
    pattern = pattern_of(operation)
    others = [one for one in service.operations if one != operation and re.search(pattern, one)]
    return fill(AS_OPERATION, operation=ottl_string(operation), of=of, pattern=ottl_string(pattern),
                others=Code("".join(fill(OTHER, name=ottl_string(one)) for one in others)))  # fmt: skip


def pattern_of(operation: str) -> str:
    """Return the regular expression of the names that an operation with places stands for."""
    return f"^{SEGMENT.join(map(re2_literal, PLACE.split(operation)))}$"


def sizes(site: Site) -> Iterator[str]:
    """Yield the statements about attributes. What metrics and rules are made of is kept before all else."""
    limits = site.gateway.limits
    kept = [SERVICE_NAME_DIMENSION, EDGE, *site.metrics.dimensions, *site.metrics.graph_dimensions]
    listed = Code(f"[{', '.join(ottl_string(key) for key in dict.fromkeys(kept))}]")
    for place in PLACES:
        if limits.attributes is not None:
            yield fill(LIMIT, place=Code(place), most=limits.attributes, kept=listed)
        if limits.attribute_bytes is not None:
            yield fill(TRUNCATE, place=Code(place), most=limits.attribute_bytes)

"""The PromQL in a bundle: of rules, of Grafana's links and dashboards."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ongrid_gen.bundle.files import DASHBOARDS, Bundle
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.problems import Path
from ongrid_gen.series import as_label

# What a parser can read in place of Grafana's variables: a duration where one may stand, else a name.
RANGES: Final = re.compile(r"\$\$?(?:__rate_interval|__interval|__range)\b|\$\$?\{__(?:rate_interval|interval|range)\}")
TAGS: Final = re.compile(r"\$\$?__tags\b")
VARIABLE: Final = re.compile(r"\$\$?\{?\w+\}?")


@dataclass(frozen=True, slots=True)
class Query:
    """An expression: whose it is, its text as it can be parsed, and as it is written if that differs."""

    who: str
    path: Path
    text: str
    written: str

    def within(self, place: tuple[int, int]) -> tuple[int, int] | None:
        """Return a place in the text as one in what is written; None when the two differ."""
        return place if self.text == self.written else None


def queries(bundle: Bundle) -> Iterator[Query]:
    """Yield every expression."""
    for rule, path in bundle.rules:
        yield from of_rule(rule, path)
    for source, path in bundle.datasources:
        yield from of_links(source, path)
    for file in bundle.below(DASHBOARDS):
        yield from of_panels(bundle.data(file), (file,))


def of_rule(rule: Any, path: Path) -> Iterator[Query]:
    """Yield the expression of a rule."""
    expr = dig(rule, "expr")
    if isinstance(expr, str):
        sort = "alert" if "alert" in rule else "record"
        yield Query(f"{'rule' if sort == 'alert' else 'recording'} `{rule.get(sort)}`", (*path, "expr"), expr, expr)


def of_links(source: Any, path: Path) -> Iterator[Query]:
    """Yield the expressions that lead from a span to its metrics; its tags are matchers in them."""
    links = dig(source, "jsonData", "tracesToMetrics")
    tags = [str(dig(tag, "value") or as_label(str(dig(tag, "key")))) for _, tag in items(dig(links, "tags"))]
    matchers = ",".join(f'{tag}="x"' for tag in tags)
    for number, one in items(dig(links, "queries")):
        if isinstance(dig(one, "query"), str):
            who = f"link `{dig(one, 'name')}` of datasource `{dig(source, 'name')}`"
            place = (*path, "jsonData", "tracesToMetrics", "queries", number, "query")
            yield grafana(who, place, one["query"], matchers)


def of_panels(data: Any, path: Path) -> Iterator[Query]:
    """Yield the expressions of a dashboard, however deep its panels are."""
    for key, value in items(data):
        if key == "expr" and isinstance(value, str) and value.strip():
            title = json.dumps(str(dig(data, "legendFormat") or dig(data, "refId") or ""), ensure_ascii=False)
            yield grafana(f"panel query {title}", (*path, "expr"), value)
        else:
            yield from of_panels(value, (*path, key))


def grafana(who: str, path: Path, text: str, tags: str = "") -> Query:
    """Return an expression with Grafana's variables replaced; `tags` stand for those of a span."""
    filled = VARIABLE.sub("x", TAGS.sub(tags, RANGES.sub("5m", text)))
    return Query(who, path, filled, text)

"""The stack's watch over itself: one module a component, listed here, and what the rest of the program asks of them.

The rules are rendered for every site, with names of metrics that the chosen versions expose.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.rules import Group, RuleFile, TestFile
from ongrid_gen.selfmon import alertmanager, edges, gateway, pipeline, prometheus, sampling, tempo, tempo_storage
from ongrid_gen.selfmon.base import Watch, Watcher
from ongrid_gen.selfmon.cases import HALF_HOUR, MINUTE
from ongrid_gen.selfmon.pages import explain, page, page_path
from ongrid_gen.selfmon.rules import file_name, rule, rule_tests

WATCHERS: Final[tuple[Watcher, ...]] = (
    tempo,
    tempo_storage,
    gateway,
    sampling,
    edges,
    prometheus,
    alertmanager,
    pipeline,
)

ZERO: Final = Decimal(0)

__all__ = ["WATCHERS", "Watch", "components", "explain_text", "names", "pages", "rule_files"]


def components(site: Site) -> dict[str, list[Watch]]:
    """Return every watch, by component."""
    found: dict[str, list[Watch]] = {}
    for watcher in WATCHERS:
        found.setdefault(watcher.COMPONENT, []).extend(watcher.watches(site))
    return found


def names(site: Site) -> frozenset[str]:
    """Return the names of the stack's own alerts."""
    return frozenset(watch.name for watches in components(site).values() for watch in watches)


def rule_files(site: Site) -> Iterator[RuleFile]:
    """Yield a file for each component. What is scraped needs no query offset; what is pushed waits as alerts do."""
    for component, watches in components(site).items():
        name = file_name(component)
        groups = [
            Group(
                name, tuple(rule(watch, component, site) for watch in watches if not watch.pushed), query_offset=ZERO
            ),
            Group(f"{name}-pushed", tuple(rule(watch, component, site) for watch in watches if watch.pushed)),
        ]
        yield RuleFile(
            name,
            tuple(group for group in groups if group.rules),
            partial(tests, watches, component, site),
        )
    yield from sampling.rule_file(site)


def tests(watches: Sequence[Watch], component: str, site: Site) -> tuple[TestFile, ...]:
    """Return the unit tests of a component's watches."""
    return tuple(
        TestFile(chosen, step, suffix)
        for step, suffix in ((MINUTE, ""), (HALF_HOUR, "-slow"))
        if (chosen := rule_tests(watches, component, site, step))
    )


def pages(site: Site) -> dict[str, str]:
    """Return the pages for whoever is woken, one a component, by their path in the bundle."""
    return {page_path(component): page(component, watches, site) for component, watches in components(site).items()}


def explain_text(name: str, site: Site) -> str | None:
    """Return one of the stack's own alerts in words; None when there is none of that name."""
    for component, watches in components(site).items():
        for watch in watches:
            if watch.name == name:
                return explain(watch, component)
    return None

"""The stack's own alerts in words: a page for each component, and `explain`."""

from collections.abc import Sequence
from typing import Any, Final

from ongrid_gen.conventions import BANNER, RUNBOOKS
from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import CRITICAL, NONE, Watch
from ongrid_gen.text import Code, fill_source, markdown_escape
from ongrid_gen.units import format_duration

TEMPLATE: Final = "runbooks/self.md.j2"
RANKS: Final = {
    CRITICAL: "critical: while it fires, alerts on traces are muted, because what they read is not true",
    NONE: "none: it is no fault",
}
WARNING_RANK: Final = "warning: alerts on traces go on"


def page_path(component: str) -> str:
    """Return the path of a component's page in the bundle: in a folder of its own, beside no alert's page."""
    return f"{RUNBOOKS}/self/{component}.md"


def anchor(watch: Watch) -> str:
    """Return the part of the address that leads to the watch's section, as renderers of Markdown make it."""
    return watch.name.lower()


def page(component: str, watches: Sequence[Watch], site: Site) -> str:
    """Return a component's page: a section a watch."""
    values: dict[str, Any] = {
        "title": markdown_escape(component),
        "banner": Code(f"<!-- {BANNER.format(spec=markdown_escape(site.spec_name))} -->"),
        "prometheus": Code(f"http://localhost:{site.prometheus.port}/query"),
        "sections": Code("\n\n".join(section(watch) for watch in watches)),
    }
    return fill_source(TEMPLATE, **values)


def section(watch: Watch) -> str:
    """Return what to know about one watch at night."""
    causes = "\n".join(f"- {cause}" for cause in watch.causes)
    return (
        f"## {watch.name}\n\n{watch.meaning}\n\n**Do**: {watch.remedy}\n\n"
        f"Look first:\n\n```promql\n{watch.look}\n```\n\nLikely causes:\n\n{causes}\n\n"
        f"It speaks when this is true{held(watch)}:\n\n```promql\n{watch.expr}\n```\n\nSeverity {rank(watch)}."
    )


def held(watch: Watch) -> str:
    """Return how long it must be true, in words."""
    return f" for {format_duration(watch.minutes * 60)}" if watch.minutes else ""


def rank(watch: Watch) -> str:
    """Return what the severity means."""
    return RANKS.get(watch.severity, WARNING_RANK)


def explain(watch: Watch, component: str) -> str:
    """Return a watch in words, for `explain`."""
    expr = "\n".join(f"  {line}" for line in watch.expr.splitlines())
    quiet = [*([watch.quiet] if watch.quiet else []),
             *([f"anything that is over before `for` ({format_duration(watch.minutes * 60)}) is"] if watch.minutes
               else [])]  # fmt: skip
    blocks = [
        f"{watch.name} (the stack's own, {component}, {watch.severity})\n{watch.meaning} {watch.remedy}",
        f"Expression:\n{expr}",
        f"Severity {rank(watch)}.",
        *(["What keeps it quiet:\n" + "\n".join(f"  - {phrase}" for phrase in quiet)] if quiet else []),
        f"Its page in the bundle: {page_path(component)}",
    ]
    return "\n\n".join(blocks) + "\n"

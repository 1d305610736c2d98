"""An alert in words: for the command `explain`, and for the runbook of whoever is woken."""

import shlex
from typing import Any

from ongrid_gen import alerts  # the registry in it is complete when a function here is called
from ongrid_gen.alerts.base import Explanation, Timing
from ongrid_gen.alerts.bounds import neighbours, site_bounds
from ongrid_gen.conventions import BANNER
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Rule
from ongrid_gen.text import Code, fill_source, markdown_escape, promql_string
from ongrid_gen.units import format_duration, plain

LABEL_WIDTH = 15


def explain_text(alert: Alert, site: Site) -> str:
    """Return the alert in words a tired person understands, with its expression, labels, bounds and times."""
    kind = alerts.kind_of(alert)
    said = kind.explain(alert, site)
    rule = kind.rules(alert, site)[0]
    blocks = [
        f"{alert.name} ({alert.kind}, {alert.severity})\n{said.condition}",
        "Expression:\n" + indented(rule.expr),
        "Labels:\n" + indented(labels_table(said, rule)),
        *bounds_block(alert, site),
        timing_block(said),
        "What keeps it quiet:\n" + "\n".join(f"  - {phrase}" for phrase in said.quiet),
    ]
    return "\n\n".join(blocks) + "\n"


def labels_table(said: Explanation, rule: Rule) -> str:
    """Return the labels of the alert: those of the rule, and those that its series bring."""
    rows = [*rule.labels.items(), *((label, "(of the series)") for label in said.kept)]
    return "\n".join(f"{name:<{LABEL_WIDTH}} {value}" for name, value in rows)


def indented(text: str) -> str:
    """Return text two spaces to the right."""
    return "\n".join(f"  {line}" for line in text.splitlines())


def bounds_block(alert: Alert, site: Site) -> list[str]:
    """Return the bucket bounds on either side of the threshold, if the alert needs any."""
    needed = alerts.kind_of(alert).bounds(alert)
    if not needed:
        return []
    below, above = neighbours(site_bounds(site), needed[0])
    return [
        f"Bucket bounds in seconds: {plain(below)}, {plain(needed[0])} (the threshold), {plain(above)}\n"
        "  The threshold is one of them, so whether a request took longer is counted, not estimated."
    ]


def timing_block(said: Explanation) -> str:
    """Return how soon it fires and how late it is over."""
    if said.timing is None:
        return said.untimed
    lines = [f"Earliest alert: {seconds(said.timing)} after {said.onset}", parts(said.timing)]
    lines += [f"  New traffic that is all bad: {seconds(said.fresh)}."] if said.fresh is not None else []
    lines += [f"Over at the latest: {seconds(said.over)} after {said.ended}."] if said.over is not None else []
    return "\n".join(lines)


def seconds(timing: Timing) -> str:
    """Return a sum rounded to whole seconds."""
    return format_duration(round(timing.total))


def parts(timing: Timing) -> str:
    """Return the summands, one a line."""
    return "\n".join(f"  {format_duration(round(part, 1)):>8}  {name}" for name, part in timing.parts)


def runbook(alert: Alert, site: Site) -> str:
    """Return the page for whoever is woken."""
    kind = alerts.kind_of(alert)
    said = kind.explain(alert, site)
    values: dict[str, Any] = {
        "title": markdown_escape(alert.name),
        "banner": Code(f"<!-- {BANNER.format(spec=markdown_escape(site.spec_name))} -->"),
        "condition": markdown_escape(said.condition),
        "prometheus": Code(f"http://localhost:{site.prometheus.port}/query"),
        "quiet": Code("\n".join(f"- {markdown_escape(phrase)}" for phrase in said.quiet)),
        "timing": markdown_escape(timing_sentence(said)),
        "silence": silence(alert, site),
    }
    return fill_source(f"runbooks/{alert.kind}.md.j2", **values, **kind.page(alert, site))


def timing_sentence(said: Explanation) -> str:
    """Return the times as one sentence."""
    if said.timing is None:
        return said.untimed
    over = f" It is over {seconds(said.over)} after {said.ended} at the latest." if said.over is not None else ""
    return f"It fires {seconds(said.timing)} after {said.onset} at the earliest.{over}"


def silence(alert: Alert, site: Site) -> Code:
    """Return the command that silences this alert alone, for an hour."""
    matcher = shlex.quote(f"alertname={promql_string(alert.name)}")
    url = f"http://localhost:{site.alertmanager.port}"
    return Code(f"amtool --alertmanager.url={url} silence add --duration=1h --comment='who and why' {matcher}")

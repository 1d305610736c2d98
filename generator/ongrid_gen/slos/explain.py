"""An SLO in words: for the command `explain`, and the runbook of whoever is woken."""

import shlex
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.explain import indented
from ongrid_gen.conventions import BANNER, SLO
from ongrid_gen.model import Site, Slo
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import allowed, pairs, tiers, windows
from ongrid_gen.slos.rules import alert_rules, bad_by_operation
from ongrid_gen.slos.selection import is_latency, selectors
from ongrid_gen.slos.timing import earliest
from ongrid_gen.slos.wording import bad_words, condition, objective_words, requests_named
from ongrid_gen.text import Code, fill_source, markdown_escape, promql_string
from ongrid_gen.units import format_duration, plain

OUTAGES: Final = (("a full outage", Decimal(1)), ("10 times the budget's pace", Decimal(10)),
                  ("twice the budget's pace", Decimal(2)))  # fmt: skip


def explain_text(slo: Slo, site: Site) -> str:
    """Return the SLO in words a tired person understands."""
    blocks = [
        f"{slo.name} (SLO, {plain(slo.objective * 100)} %)\n{objective_words(slo, str)} {budget_words(slo)}",
        *(f"{names.ALERTS[tier]} ({tier}): {condition(slo, tier)}\n{times(slo, tier, site)}" for tier in tiers(slo)),
        f"{names.ABSENT}: fires when there are no requests at all, because nothing then looks perfect.",
        "Expressions:\n" + "\n".join(f"  {rule.name}:\n{indented(rule.expr)}" for rule in alert_rules(slo, site)),
        "What keeps it quiet:\n" + "\n".join(f"  - {phrase}" for phrase in quiet(slo)),
    ]
    return "\n\n".join(blocks) + "\n"


def budget_words(slo: Slo) -> str:
    """Return the budget as a time of full outage."""
    seconds = (slo.period * allowed(slo)).quantize(Decimal(1))
    return f"At even traffic that is {format_duration(seconds) if seconds else 'less than 1s'} of full outage."


def times(slo: Slo, tier: str, site: Site) -> str:
    """Return how soon a tier fires, one line for each kind of trouble."""
    lines = []
    for name, pace in OUTAGES:
        share = min(Decimal(1), pace * allowed(slo)) if pace > 1 else pace
        timing = earliest(slo, tier, site, share)
        when = "never" if timing is None else f"after {format_duration(round(timing.total))} at the earliest"
        lines.append(f"  {name} ({plain(share * 100)} % bad): {when}")
    return "\n".join(lines)


def quiet(slo: Slo) -> list[str]:
    """Return what keeps an SLO's alerts quiet, a phrase each."""
    short = ", ".join(sorted({format_duration(pair.short) for tier in tiers(slo) for pair in pairs(slo, tier)}))
    return [
        "no requests: nothing to divide by (another alert speaks then)",
        *([f"fewer than {slo.min_errors} bad requests in the long window"] if slo.min_errors else []),
        f"a short window without trouble ({short}): what is over does not page",
        f"spans of another kind than {' or '.join(slo.span_kind)}",
        *(["a new bucket bound: until each window holds only requests since Tempo learned it"]
          if is_latency(slo) else []),
    ]  # fmt: skip


def runbook(slo: Slo, site: Site) -> str:
    """Return the page for whoever is woken."""
    own = selectors(slo)["own"]
    matcher = shlex.quote(f"{SLO}={promql_string(slo.name)}")
    url = f"http://localhost:{site.alertmanager.port}"
    values: dict[str, Any] = {
        "title": markdown_escape(slo.name),
        "banner": Code(f"<!-- {BANNER.format(spec=markdown_escape(site.spec_name))} -->"),
        "objective": markdown_escape(objective_words(slo, str)),
        "budget": Code(budget_words(slo)),
        "alerts": Code("\n".join(f"- **{names.ALERTS[tier]}** {markdown_escape(condition(slo, tier))}"
                                 for tier in tiers(slo))),
        "watched": markdown_escape(requests_named(slo, str)),
        "bad": Code(bad_words(slo)),
        "prometheus": Code(f"http://localhost:{site.prometheus.port}/query"),
        "ratios": Code(f'100 * {{__name__=~"slo:sli_error:ratio_rate.+",{SLO}={promql_string(slo.name)}}}'),
        "left": Code(f"100 * {names.budget_left(slo)}{own}"),
        "operations": Code(bad_by_operation(slo, windows(slo, site)[0])),
        "quiet": Code("\n".join(f"- {markdown_escape(phrase)}" for phrase in quiet(slo))),
        "silence": Code(f"amtool --alertmanager.url={url} silence add --duration=1h --comment='who and why' {matcher}"),
        "blind": Code(names.BOUND_MISSING if is_latency(slo) else names.ABSENT),
    }  # fmt: skip
    return fill_source("runbooks/slo.md.j2", **values)

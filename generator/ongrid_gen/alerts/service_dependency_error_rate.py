"""`service_dependency_error_rate`: too many calls from one service to another fail.

One rule watches every edge of the service graph, or the ones that the spec names. A call failed when the span on
either side is ERROR (facts-rules R19).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts import ratio, timing
from ongrid_gen.alerts.base import Explanation
from ongrid_gen.alerts.cases.clock import Clock, clock_of
from ongrid_gen.alerts.cases.promtest import Phase, bad, counter, series, total
from ongrid_gen.alerts.cases.shares import Load
from ongrid_gen.alerts.cases.story import Drawn, Labels, Story
from ongrid_gen.alerts.conditions import fewest_requests, is_ongrid, operator_of, range_of, threshold_ratio, written
from ongrid_gen.alerts.links import Spans, trace_search
from ongrid_gen.alerts.names import GRAPH_GROUP
from ongrid_gen.alerts.wording import (
    Say,
    annotations,
    as_templates,
    go_string,
    own_labels,
    owner_label,
    per_cent,
    quiet_words,
    spoken,
)
from ongrid_gen.conventions import (
    AFFECTS,
    CLIENT,
    GENERATOR,
    GRAPH_FAILED,
    GRAPH_TOTAL,
    OWNER,
    SERVER,
    SERVICE,
    SERVICE_NAME,
)
from ongrid_gen.model import Alert, Site
from ongrid_gen.rules import Record, Rule, RuleTest
from ongrid_gen.text import Code, fill, markdown_escape, promql_matcher, promql_string

KIND: Final = "service_dependency_error_rate"
CONNECTION_TYPE: Final = "connection_type"
ROOT: Final = "user"  # the client of a request that nothing instrumented sent
BY: Final = Code(f"{CLIENT}, {SERVER}")
THE_SERVER: Final = "{{ $labels.server }}"
THE_CLIENT: Final = "{{ $labels.client }}"
FAILED_CALLS: Final = Spans(service=None, failed=True)

ONGRID_EXPR: Final = """\
sum(rate(<< failed >>[<< range >>])) by (<< by >>) /
sum(rate(<< total >>[<< range >>])) by (<< by >>) << operator >> << threshold >>"""


def group(alert: Alert) -> str:
    """Return the group of the service graph."""
    del alert
    return GRAPH_GROUP


def bounds(alert: Alert) -> Sequence[Decimal]:
    """Return no bound: the alert counts."""
    del alert
    return []


def records(alert: Alert, site: Site) -> list[Record]:
    """Return no recording: the rules read the series themselves."""
    del alert, site
    return []


def rules(alert: Alert, site: Site) -> list[Rule]:
    """Return the one rule; its alert is the server's, so the labels say the server is the service."""
    return [
        Rule(
            alert.path,
            alert.name,
            ongrid_expr(alert) if is_ongrid(site) else ratio.expr(alert, selection(alert)),
            alert.for_,
            alert.keep_firing_for,
            {
                **as_templates(own_labels(alert, site, [CLIENT, SERVER])),
                SERVICE: THE_SERVER,
                SERVICE_NAME: THE_SERVER,
                AFFECTS: THE_CLIENT,
                **owner_template(alert, site),
            },
            annotations(alert, site, measured(alert, THE_CLIENT, THE_SERVER, ratio.READING),
                        condition(alert, site, spoken), spoken, trace_search(site, FAILED_CALLS, SERVER)),
        )
    ]  # fmt: skip


def filters(alert: Alert) -> dict[str, str]:
    """Return the labels that the spec asks for."""
    asked = {label: alert.params.get(label) for label in (CLIENT, SERVER, CONNECTION_TYPE)}
    return {label: value for label, value in asked.items() if value is not None}


def matchers(alert: Alert) -> Code:
    """Return the matchers. Requests from outside have the client `user`: only counted when asked for."""
    wanted = [promql_matcher(label, [value]) for label, value in filters(alert).items()]
    outside = [] if CLIENT in filters(alert) else [f"{CLIENT}!={promql_string(ROOT)}"]
    return Code(",".join([*outside, *wanted]))


def selection(alert: Alert) -> ratio.Selection:
    """Return which series the alert divides."""
    of = matchers(alert)
    return ratio.Selection(BY, Code(f"{GRAPH_FAILED}{{{of}}}"), Code(f"{GRAPH_TOTAL}{{{of}}}"))


def ongrid_expr(alert: Alert) -> str:
    """Return the course's form: every edge, from outside too, no guard."""
    wanted = ", ".join(promql_matcher(label, [value]) for label, value in filters(alert).items())
    of = f"{{{wanted}}}" if wanted else ""
    return fill(
        ONGRID_EXPR,
        failed=Code(GRAPH_FAILED + of),
        total=Code(GRAPH_TOTAL + of),
        by=BY,
        range=range_of(alert),
        operator=Code(operator_of(alert)),
        threshold=written(alert.params["threshold_ratio"]),
    )


def owners(alert: Alert, site: Site) -> dict[str, str]:
    """Return who answers for each server that can be in the alert."""
    asked = filters(alert).get(SERVER)
    return {
        service.name: service.owner
        for service in site.services
        if service.owner is not None and asked in (None, service.name)
    }


def owner_template(alert: Alert, site: Site) -> dict[str, str]:
    """Return the label that names the server's owner: a Go template, as the server is known when it fires.

    A service without an owner gets an empty label, which is none.
    """
    arms = [
        f"if eq $labels.server {go_string(server)} }}}}{spoken(owner)}{{{{ "
        for server, owner in owners(alert, site).items()
    ]
    return {OWNER: "{{ " + "else ".join(arms) + "end }}"} if arms else {}


def measured(alert: Alert, client: str, server: str, reading: str) -> str:
    """Return what was measured beside what is allowed."""
    return f"{client} → {server}: {reading} of calls fail, {ratio.allowed(alert)} ({range_of(alert)})"


def condition(alert: Alert, site: Site, say: Say) -> str:
    """Return when the alert fires, as a sentence."""
    return ratio.condition(alert, site, calls_named(alert, say))


def calls_named(alert: Alert, say: Say) -> str:
    """Return which calls the alert watches."""
    asked = filters(alert)
    client = say(asked[CLIENT]) if CLIENT in asked else "any service"
    server = say(asked[SERVER]) if SERVER in asked else "another"
    through = f" ({say(asked[CONNECTION_TYPE])})" if CONNECTION_TYPE in asked else ""
    return f"calls from {client} to {server}{through}"


def expected(alert: Alert, site: Site, share: Decimal, edge: Labels) -> dict[str, Any]:
    """Return the firing alert as promtool's tests spell it, when this share of calls fails."""
    client, server = edge[CLIENT], edge[SERVER]
    return {
        "exp_labels": {
            CLIENT: client,
            SERVER: server,
            **own_labels(alert, site, [CLIENT, SERVER]),
            SERVICE: server,
            SERVICE_NAME: server,
            AFFECTS: client,
            **owner_label(site, server),
        },
        "exp_annotations": annotations(
            alert,
            site,
            measured(alert, client, server, per_cent(float(share))),
            condition(alert, site, str),
            str,
            trace_search(site, FAILED_CALLS, service=server),
        ),
    }


def tests(alert: Alert, site: Site) -> list[RuleTest]:
    """Return the unit tests rendered beside the rule."""
    clock = clock_of(alert, site)
    own = example(alert, site)
    story = Story(
        alert=alert,
        clock=clock,
        tolerated=threshold_ratio(alert),
        fewest=fewest_requests(alert, site),
        at_threshold_fires=operator_of(alert) == ">=",
        is_exact=lambda load: is_exact(alert, clock, load),
        draw=lambda phases, changed: draw({**own, **changed}, phases),
        expected=lambda share, changed: (
            expected(alert, site, share, {**own, **changed}) if ratio.plain_words(share) else None
        ),
        strangers=strangers(alert, site, own),
        siblings=siblings(alert, own),
        parts=[{GENERATOR: f"tempo-{number}"} for number in range(2)],
    )
    return [*story.tests(), ratio.without_failures(story)]


def example(alert: Alert, site: Site) -> dict[str, str]:
    """Return an edge that the alert watches: what the spec asks for, and services of the site."""
    names = [service.name for service in site.services if service.name != ROOT]
    asked = filters(alert)
    server = asked.get(SERVER) or next((name for name in names if owner_label(site, name)), names[0])
    client = asked.get(CLIENT) or next((name for name in names if name != server), "web")
    return {CLIENT: client, SERVER: server, **asked}


def strangers(alert: Alert, site: Site, own: Labels) -> dict[str, dict[str, str]]:
    """Return the labels that make calls none of the alert's business, by what is then said of them."""
    asked = filters(alert)
    found: dict[str, dict[str, str]] = {
        f"calls of another {label} fail": {label: f"{own[label]}-2"}
        for label in (CLIENT, SERVER, CONNECTION_TYPE)
        if label in asked
    }
    if CLIENT not in asked and not is_ongrid(site):
        found["only requests from outside fail"] = {CLIENT: ROOT}
    return found


def siblings(alert: Alert, own: Labels) -> dict[str, dict[str, str]]:
    """Return another edge that the alert watches, where the spec leaves it open."""
    asked = filters(alert)
    return {f"another {label}": {label: f"{own[label]}-2"} for label in (CLIENT, SERVER) if label not in asked}


def draw(edge: Labels, phases: Sequence[Phase]) -> Drawn:
    """Return the counters of an edge: all calls, and the failed ones among them."""
    return [series(name, edge, counter(phases, pick)) for name, pick in ((GRAPH_TOTAL, total), (GRAPH_FAILED, bad))]


def is_exact(alert: Alert, clock: Clock, load: Load) -> bool:
    """Tell whether the rates of this traffic divide to the threshold, to the last bit."""
    failed, every = clock.rate(clock.grown * load.bad), clock.rate(clock.grown * load.total)
    return failed / every == float(threshold_ratio(alert))


def explain(alert: Alert, site: Site) -> Explanation:
    """Return the alert in words."""
    outside = [] if CLIENT in filters(alert) or is_ongrid(site) else ["requests from outside (client `user`)"]
    return Explanation(
        condition(alert, site, str),
        [CLIENT, SERVER],
        [*quiet_words(alert, site), *outside],
        timing.earliest(alert, site),
        timing.earliest(alert, site, fresh=True),
        timing.recovery(alert, site),
    )


def page(alert: Alert, site: Site) -> Mapping[str, Code | Decimal]:
    """Return the values of the runbook."""
    del site
    chosen = selection(alert)
    return {
        "watched": markdown_escape(calls_named(alert, str)),
        "more_than": Code(ratio.bound(alert)),
        "share": Code(ratio.share(alert, chosen)),
        "requests": Code(ratio.requests(alert, chosen)),
    }

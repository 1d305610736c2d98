"""What a watch compiles to: a rule and its tests."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.alerts.links import runbook_link
from ongrid_gen.conventions import COMPONENT, KIND, SELF_GROUPS, SELF_KIND, SEVERITY
from ongrid_gen.model import Site
from ongrid_gen.rules import Rule, RuleTest
from ongrid_gen.selfmon.base import Watch
from ongrid_gen.selfmon.cases import Case, Told, rule_test
from ongrid_gen.selfmon.pages import anchor, page_path
from ongrid_gen.text import go_template

# The piece of a summary that says the value, and those that say a label of the series.
VALUE: Final = re.compile(r"\{\{[^{}]*\$value[^{}]*\}\}")
LABEL: Final = re.compile(r"\{\{ \$labels\.(\w+) \}\}")


def file_name(component: str) -> str:
    """Return the name of a component's rule file; no service's file is called so."""
    return f"{SELF_GROUPS}{component}"


def rule(watch: Watch, component: str, site: Site) -> Rule:
    """Return the alerting rule. It ends with its cause: there is no `keep_firing_for`."""
    return Rule(
        path=(),
        name=watch.name,
        expr=watch.expr,
        for_=Decimal(watch.minutes * 60),
        keep_firing_for=Decimal(0),
        labels={
            name: value for name, value in static_labels(watch, component).items() if name not in site.external_labels
        },
        annotations={**annotations(watch, component, site), "runbook": str(go_template(link(watch, component, site)))},
    )


def static_labels(watch: Watch, component: str) -> dict[str, str]:
    """Return the labels that tell the stack's own alerts from a site's, and from each other."""
    return {KIND: SELF_KIND, SEVERITY: watch.severity, COMPONENT: component}


def annotations(watch: Watch, component: str, site: Site) -> dict[str, str]:
    """Return the annotations; only the summary is a template, and the link when its address looks like one."""
    return {
        "summary": watch.summary,
        "description": f"{watch.meaning} {watch.remedy}",
        "runbook": link(watch, component, site),
    }


def link(watch: Watch, component: str, site: Site) -> str:
    """Return where the watch's section of the component's page is read."""
    return f"{runbook_link(site, page_path(component))}#{anchor(watch)}"


def rule_tests(watches: Sequence[Watch], component: str, site: Site, step: Decimal) -> tuple[RuleTest, ...]:
    """Return the tests whose evaluations are `step` seconds apart.

    promtool evaluates every rule of a file in every test. So stories that do not disturb each other are told in one:
    the fewer tests, the less is evaluated for nothing.
    """
    packs: list[list[tuple[set[str], Told]]] = []
    for watch in watches:
        touched = {name for case in watch.cases for name in case.metrics}
        for case in watch.cases:
            if case.step != step:
                continue
            story = (touched, told(watch, case, component, site))
            pack = next((pack for pack in packs if all(get_along(story, other) for other in pack)), None)
            if pack is None:
                packs.append(pack := [])
            pack.append(story)
    return tuple(rule_test([story for _, story in pack]) for pack in packs)


def get_along(one: tuple[set[str], Told], other: tuple[set[str], Told]) -> bool:
    """Tell whether two stories can be told at once: of metrics that both alerts read, they say the same."""
    both = one[0] & other[0]
    return (
        one[1].case.samples == other[1].case.samples
        and one[1].alert != other[1].alert
        and one[1].samples_of(both) == other[1].samples_of(both)
    )


def told(watch: Watch, case: Case, component: str, site: Site) -> Told:
    """Return a case with what promtool is to find."""
    offset = site.alerting.query_offset if watch.pushed else Decimal(0)
    hold = int(watch.minutes * 60 // case.step)
    return Told(
        watch.name,
        case,
        hold,
        offset,
        *(expected(watch, case, text, component, site) for text in (case.told, case.last)),
    )


def expected(watch: Watch, case: Case, value: str, component: str, site: Site) -> dict[str, Any]:
    """Return the alert as promtool is to find it, its value told so."""
    said = annotations(watch, component, site)
    summary = LABEL.sub(lambda match: case.labels[match[1]], watch.summary) if not case.quiet else ""
    labels = {
        name: value for name, value in static_labels(watch, component).items() if name not in site.external_labels
    }
    return {
        "exp_labels": {**case.labels, **labels},
        "exp_annotations": {**said, "summary": VALUE.sub(lambda _: value, summary)},
    }

"""OG035: no two rules share a name, not even with one of the stack's own."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen import selfmon
from ongrid_gen.checks.base import rules_to_check
from ongrid_gen.model import Alert, Site
from ongrid_gen.problems import Problem
from ongrid_gen.slos.names import RULE_NAMES

CODE: Final = "OG035"


def check(site: Site) -> Iterator[Problem]:
    """An alert named like the rule that another one brings along is taken for it: by routes, silences and drills.

    Letters alone do not tell names apart: runbooks are files, and some file systems see no difference.
    """
    taken = {name.casefold(): name for name in RULE_NAMES} if site.slos else {}
    for alert in site.alerts:
        if alert.name.casefold() in taken:
            yield Problem(
                code=CODE,
                path=alert.path_to("name"),
                message=f"alert `{alert.name}` has the name of a rule of every SLO",
                hint="rename it",
                related=(("slos",),),
            )
    owner: dict[str, Alert] = {}
    stacks = {name.casefold() for name in selfmon.names(site)}
    for alert in site.alerts:
        for rule in rules_to_check(alert, site):
            if rule.name.casefold() in stacks:
                yield Problem(
                    code=CODE,
                    path=alert.path_to("name"),
                    message=f"the rule `{rule.name}` of alert `{alert.name}` has the name of one of the stack's own",
                    hint="rename the alert",
                )
            first = owner.setdefault(rule.name.casefold(), alert)
            if first is not alert:
                yield Problem(
                    code=CODE,
                    path=alert.path_to("name"),
                    message=f"the rule `{rule.name}` of alert `{alert.name}` has the name of one of `{first.name}`",
                    hint="rename one of the two",
                    related=(first.path_to("name"),),
                )

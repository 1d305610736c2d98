"""The file of rules of an SLO, and its unit tests."""

from decimal import Decimal
from typing import Final

from ongrid_gen.model import Site, Slo
from ongrid_gen.rules import RuleFile, TestFile
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import tiers
from ongrid_gen.slos.cases.borders import borders
from ongrid_gen.slos.cases.stories import affordable, stories
from ongrid_gen.slos.cases.subject import Subject, long_interval, milliseconds
from ongrid_gen.slos.cases.watches import watches, window_watches
from ongrid_gen.slos.rules import groups

LONG: Final = "-long"


def rule_file(slo: Slo, site: Site) -> RuleFile:
    """Return the rules of an SLO and their tests: those at the site's interval, and those of long windows at theirs.

    26 hours at 30 s take promtool ten seconds, so long windows are tested with fewer evaluations.
    """
    return RuleFile(names.group(slo), groups(slo, site), lambda: tests(slo, site))


def tests(slo: Slo, site: Site) -> tuple[TestFile, ...]:
    """Return the unit tests of an SLO."""
    fine = Subject(slo, site, milliseconds(site.alerting.interval))
    long = Subject(slo, site, long_interval(slo, site))
    short_tests, long_tests = stories(fine, long)
    for tier in tiers(slo):
        here = affordable(fine, tier) or not long_tests
        (short_tests if here else long_tests).extend(borders(fine if here else long, tier))
    for subject, test in window_watches(fine, long):
        (long_tests if subject is long and long_tests else short_tests).append(test)
    files = [TestFile((*short_tests, *watches(fine)), site.alerting.interval)]
    if long_tests:
        files.append(TestFile(tuple(long_tests), Decimal(long.interval) / 1000, LONG))
    return tuple(files)

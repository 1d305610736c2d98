"""The story, top to bottom: from the text of a spec to a verified tree of files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ongrid_gen.checks import run_checks
from ongrid_gen.load import Document, Source, load
from ongrid_gen.model import Site
from ongrid_gen.normalise import normalise
from ongrid_gen.problems import Problem, Report
from ongrid_gen.render import Tree, render
from ongrid_gen.site_data import site_from
from ongrid_gen.suppress import sift
from ongrid_gen.validate import validate

Verify = Callable[[Site, Tree], list[Problem]]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What rendering gives: the site and its bundle, path to text."""

    site: Site
    tree: Tree


def no_engines(site: Site, tree: Tree) -> list[Problem]:
    """Verify nothing: the engines are asked only with `--engines`."""
    del site, tree
    return []


def read_site(document: Document, report: Report, *, stand_ins: bool = False) -> Site:
    """Return the checked site of a document. Print nothing, write nothing.

    Every problem goes to `report`, whose `gate` raises Rejected after a stage with an error. What the spec suppresses
    is not told until its day has passed; nothing else depends on the date.
    """
    report.gate(document.problems)
    report.gate(validate(document))
    site = site_from(normalise(document, stand_ins=stand_ins), spec_name=document.name)
    report.gate(sift(run_checks(site), site, date.today()))
    return site


def load_site(source: Source, report: Report, *, stand_ins: bool = False) -> tuple[Document, Site]:
    """Return document and site of a spec's text."""
    document = load(source)
    return document, read_site(document, report, stand_ins=stand_ins)


def render_site(site: Site, report: Report, *, verify: Verify = no_engines) -> Rendered:
    """Return the verified bundle of a checked site."""
    tree = render(site)
    report.gate(verify(site, tree))
    return Rendered(site, tree)

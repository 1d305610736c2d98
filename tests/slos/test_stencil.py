"""Files made from a stencil are those that each SLO would have by itself, to the byte."""

from ongrid_gen.components.prometheus import rule_texts
from ongrid_gen.model import Site, Slo
from ongrid_gen.slos import explain, names, stencil
from ongrid_gen.slos.files import rule_file
from support import site_of

NAMES = ("payments-api", "on", "y", "null", "inf", "a", "no", "x2", "e1", "service", "slo", "o-" + "x" * 60)


def site() -> Site:
    services = "".join(f"  - {{name: '{name}', owner: {'team a' if len(name) % 2 else 'team-b'}}}\n" for name in NAMES)
    kinds = {"e": "sli: errors", "l": "sli: latency, threshold_ms: 800, operation: 'GET /{id}'"}
    slos = "".join(
        f"  - {{name: '{name if kind == 'e' else f'{name[:50]}-l'}', service: '{NAMES[-1 - at]}', "
        f"objective: {99 if at % 2 else 99.9}, {sli}}}\n"
        for kind, sli in kinds.items()
        for at, name in enumerate(NAMES)
    )
    return site_of(f"version: 1\nsite: demo\nprometheus: {{retention: 30d}}\nservices:\n{services}slos:\n{slos}")


def texts(slo: Slo, of: Site) -> dict[str, str]:
    page = {names.runbook_path(slo): explain.runbook(slo, of)}
    return rule_texts(rule_file(slo, of), of) | page


def test_every_file_is_the_one_that_is_rendered_plainly() -> None:
    found = site()
    plain = {path: text for slo in found.slos for path, text in texts(slo, found).items()}
    assert plain == stencil.slo_files(found, texts)


def test_a_shape_is_rendered_once() -> None:
    found = site()
    rendered: list[Slo] = []
    stencil.slo_files(found, lambda slo, of: rendered.append(slo) or {})
    stood_in = [slo for slo in rendered if slo.name == stencil.NAME]
    assert 0 < len(stood_in) < len(found.slos) / 2

"""`env --snippet` prints what fits the spec; that it works is seen by integration/test_snippets_run.py."""

from pathlib import Path

import pytest

from ongrid_gen.errors import CommandError
from ongrid_gen.snippets import SNIPPETS, snippet
from support import ROOT, site_of

SPEC = """
version: 1
site: shop
services: [{name: web, language: %s, version: "1.4\\"2"}]
"""


def printed(language: str, more: str = "", port: int | None = None) -> str:
    site = site_of(SPEC % language + more)
    return snippet(site, site.services[0], http_port=port)


@pytest.mark.parametrize("language", [language for language in SNIPPETS if language != "browser"])
def test_a_program_reads_the_environment_of_its_service(language: str) -> None:
    assert "set -a; . ./web.env; set +a\n" in printed(language)


def test_every_template_has_its_language() -> None:
    assert set(SNIPPETS) == {path.name.split(".")[0] for path in Path(ROOT / "stack/apps/snippets").iterdir()}


def test_a_page_says_what_the_environment_says_elsewhere() -> None:
    found = printed("browser", "ingest: {http_port: 14318}\nsampling: {head: {ratio: 0.25}}\n")
    assert 'const agent = "http://localhost:14318/v1/traces";' in found
    assert '"service.name": "web", "service.version": "1.4\\"2", "deployment.environment": "production"' in found
    assert "TraceIdRatioBasedSampler(0.25)" in found


def test_a_page_goes_on_with_the_trace_at_declared_origins_only() -> None:
    found = printed("browser", 'ingest: {cors: ["https://shop.example.com", "https://*.shop.example:8443"]}\n')
    assert 'new RegExp("^https://shop\\\\.example\\\\.com(/|$)")' in found
    assert 'new RegExp("^https://[^/]*\\\\.shop\\\\.example:8443(/|$)")' in found
    assert "hears pages of https://shop.example.com, https://*.shop.example:8443" in found


def test_without_an_origin_the_snippet_says_that_no_page_is_heard() -> None:
    found = printed("browser")
    assert "add the origin of yours to `ingest.cors`" in found
    assert "propagateTraceHeaderCorsUrls: []" in found


def test_a_page_cannot_know_a_port_that_docker_chooses() -> None:
    with pytest.raises(CommandError, match="--port"):
        printed("browser", "ingest: {http_port: 0}\n")
    assert "http://localhost:14318/v1/traces" in printed("browser", "ingest: {http_port: 0}\n", port=14318)


def test_a_language_without_a_snippet_is_told_which_have_one() -> None:
    with pytest.raises(CommandError, match="`other`; there are snippets for python, node, java, go, browser"):
        printed("other")

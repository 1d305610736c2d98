"""OG089: what is sent to a program of somebody else's is encrypted, unless that is on this machine."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from ongrid_gen.checks.encrypted_way import CLEAR, is_elsewhere
from ongrid_gen.conventions import GRAFANA_HOST
from ongrid_gen.model import External, Site
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG089"
WRITTEN: Final = {"prometheus": "write_url", "tempo": "otlp_url"}


def check(site: Site) -> Iterator[Problem]:
    """Traces, series and alerts in clear are read by anybody on the way; a credential in clear is everybody's."""
    for theirs in site.external.values():
        for path, url in addresses(theirs):
            host = urlsplit(url).hostname or ""
            if url.startswith(CLEAR) and is_elsewhere(host):
                yield problem(theirs, path, host, f"write `https://{url.removeprefix(CLEAR)}`")


def addresses(theirs: External) -> Iterator[tuple[Path, str]]:
    """Yield the addresses of a program that is sent something, and where each stands; each is told once."""
    if theirs.component == GRAFANA_HOST:
        return
    yield (theirs.component, "external", "url"), theirs.url
    if theirs.takes and not theirs.takes.startswith(theirs.url):
        yield (theirs.component, "external", WRITTEN[theirs.component]), theirs.takes


def problem(theirs: External, path: Path, host: str, hint: str) -> Problem:
    """Return the problem of one address: an error where a credential is shown."""
    if theirs.credential is not None:
        return Problem(CODE, path, f"the credential for {theirs.component} goes to `{host}`, another machine, in clear",
                       hint, related=((theirs.component, "external", "auth"),))  # fmt: skip
    return Problem(CODE, path, f"{theirs.component} is called on `{host}`, another machine, in clear",
                   hint, severity=Severity.WARNING)  # fmt: skip

"""How an application of one language is instrumented: a shell script of what is installed, written and started.

It fits the environment that `components/apps.py` renders. Versions are those the tests run.
"""

import shlex
from collections.abc import Callable
from typing import Final

from ongrid_gen.components import apps
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Service, Site
from ongrid_gen.text import Code, fill_source, javascript, re2_literal

BROWSER: Final = "browser"
ANYTHING: Final = "*"


def snippet(site: Site, service: Service, *, http_port: int | None = None) -> str:
    """Return the script of one service. CommandError when there is none for its language."""
    if service.language not in SNIPPETS:
        said = f"is in `{service.language}`" if service.language else "has no `language` in the spec"
        raise CommandError(
            f"service `{service.name}` {said}; there are snippets for {', '.join(SNIPPETS)}\n"
            "  every OpenTelemetry SDK reads the variables that `env` prints without --snippet"
        )
    return SNIPPETS[service.language](site, service, http_port)


def by_environment(_: Site, service: Service, __: int | None) -> str:
    """Return the script of a program that reads its environment."""
    return fill_source(
        f"apps/snippets/{service.language}.sh.j2",
        service=Code(service.name),
        env_file=Code(shlex.quote(f"{service.name}.env")),
    )


def by_page(site: Site, service: Service, http_port: int | None) -> str:
    """Return the script of a page, which has no environment: all of it stands in its code."""
    endpoint = apps.variables(site, service, http_port=http_port).get(apps.EXPORT)
    if endpoint is None:
        raise CommandError("`ingest.http_port` is 0: say where the agent listens for OTLP over HTTP by --port")
    return fill_source(
        "apps/snippets/browser.sh.j2",
        service=Code(service.name),
        senders=Code(senders(site)),
        address=javascript(f"{endpoint}/v1/traces"),
        resource=javascript({"service.name": service.name, **dict(apps.attributes(site, service))}),
        ratio=site.sampling.head,
        origins=Code(f"[{', '.join(map(matching, site.ingest.cors))}]"),
    )


def senders(site: Site) -> str:
    """Return the sentence that says which pages the agent hears."""
    if site.ingest.cors:
        return f"The agent hears pages of {', '.join(site.ingest.cors)} (`ingest.cors`)."
    return "The agent hears no page yet: add the origin of yours to `ingest.cors` of the spec, and render again."


def matching(origin: str) -> str:
    """Return JavaScript for the requests to an origin, in which `*` stands for anything between the dots."""
    literal = "[^/]*".join(map(re2_literal, origin.split(ANYTHING)))
    return f"new RegExp({javascript(f'^{literal}(/|$)')})"


SNIPPETS: Final[dict[str, Callable[[Site, Service, int | None], str]]] = {
    "python": by_environment,
    "node": by_environment,
    "java": by_environment,
    "go": by_environment,
    BROWSER: by_page,
}

"""The environment of each application: `apps/<service>.env`. Removing these lines removes the tracing."""

from typing import Final
from urllib.parse import quote

from ongrid_gen.components.base import Tree
from ongrid_gen.conventions import BANNER
from ongrid_gen.model import Service, Site
from ongrid_gen.text import Code, fill_source
from ongrid_gen.units import plain

NAME: Final = "apps"
EXPORT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
REMOVE: Final = "OTEL_SDK_DISABLED"
OWN_LINES: Final = {
    "python": {"OTEL_PYTHON_LOG_CORRELATION": "true"},
}


def files(site: Site) -> Tree:
    """Return one file per service. Values hold no quotes: Docker, Compose and shells read them alike."""
    return {
        f"apps/{service.name}.env": fill_source(
            "apps/service.env.j2",
            banner=Code(BANNER.format(spec=site.spec_name)),
            lines=[Code(f"{key}={value}") for key, value in variables(site, service).items()],
        )
        for service in site.services
        if service.language != "browser"
    }


def variables(site: Site, service: Service, *, http_port: int | None = None) -> dict[str, str]:
    """Return the variables. `http_port` is where the agent listens, when the spec leaves that to Docker (port 0)."""
    port = http_port or site.ingest.http_port
    host = "localhost" if site.ingest.listen in ("127.0.0.1", "0.0.0.0") else site.ingest.listen
    found = {EXPORT: f"http://{host}:{port}"} if port else {}
    return found | {
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": service.name,
        "OTEL_RESOURCE_ATTRIBUTES": ",".join(f"{key}={quote(value)}" for key, value in attributes(site, service)),
        "OTEL_PROPAGATORS": "tracecontext,baggage",
        **head_sampling(site),
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        **OWN_LINES.get(service.language or "", {}),
    }


def head_sampling(site: Site) -> dict[str, str]:
    """Return what makes an application begin a share of the traces only; the usual is all, and nothing says so.

    By the parent: what another service began is gone on with, so that no trace lacks a part.
    """
    if site.sampling.head == 1:
        return {}
    return {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": plain(site.sampling.head)}


def attributes(site: Site, service: Service) -> list[tuple[str, str]]:
    """Return the resource attributes of one service."""
    found = [("deployment.environment", site.environment)]
    return [("service.version", service.version), *found] if service.version else found

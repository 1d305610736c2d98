"""Tempo: trace storage and the metrics generator. Its configuration language is the business of the dialect modules."""

from typing import Final

from ongrid_gen.components.base import ComposeService, Container, Image, Tree, publish, yaml_file
from ongrid_gen.components.images import TEMPO_STAND_IN
from ongrid_gen.components.tempo import storage, v1_5, v2_10, v3_0
from ongrid_gen.components.tempo.base import Dialect
from ongrid_gen.conventions import TEMPO_HOST, TEMPO_HTTP
from ongrid_gen.model import Site

NAME: Final = "tempo"
CONFIG: Final = "tempo/tempo.yaml"

DIALECTS: Final[dict[str, Dialect]] = {
    v1_5.VERSION: v1_5,
    v2_10.VERSION: v2_10,
    v3_0.VERSION: v3_0,
}


def dialect_of(site: Site) -> Dialect:
    """Return the module that knows the Tempo version of the site."""
    return DIALECTS[site.tempo.dialect]


def image(site: Site) -> str:
    """Return the image reference of the site's Tempo."""
    return Image(NAME, dialect_of(site).IMAGE, TEMPO_STAND_IN).reference(site.images)


def files(site: Site) -> Tree:
    """Return Tempo's configuration."""
    return {CONFIG: yaml_file(dialect_of(site).config(site), site)}


def service(site: Site) -> ComposeService:
    """Return Tempo's container. Its host name is pinned: it becomes the label `__metrics_gen_instance`."""
    dialect = dialect_of(site)
    extra: ComposeService = {
        "hostname": TEMPO_HOST,
        "stop_grace_period": dialect.STOP_GRACE,
        # stopping goes in reverse: Tempo flushes into a Prometheus that is still there
        "depends_on": {"prometheus": {"condition": "service_healthy"}},
        **storage.container(site.tempo),
    }
    if dialect.PROBE:
        extra["healthcheck"] = {"test": list(dialect.PROBE), "interval": "5s", "timeout": "6s", "retries": 3,
                                "start_period": "60s"}  # fmt: skip
    return Container(
        image=image(site),
        user="10001:10001",
        command=["-config.file=/etc/tempo/tempo.yaml"],
        memory=site.tempo.memory,
        networks=["inside", "published"],
        volumes=["./tempo:/etc/tempo:ro", "tempo-data:/var/tempo"],
        ports=[publish("127.0.0.1", site.tempo.port, TEMPO_HTTP)],
        extra=extra,
    ).as_compose(stand_ins=site.images.stand_ins)

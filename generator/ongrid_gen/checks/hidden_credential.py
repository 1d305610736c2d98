"""OG077: agents speak to the gateway as it listens, and show a credential to nobody else."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG077"


def check(site: Site) -> Iterator[Problem]:
    """A gateway with `tls` takes nothing in clear: agents queue until full. What is shown in clear is everybody's."""
    gateway = site.gateway
    if gateway.endpoint is None or not gateway.endpoint.startswith("http://"):
        return
    path = ("gateway", "endpoint")
    if gateway.tls:
        yield Problem(CODE, path, "agents call the gateway in clear, and with `gateway.tls` it speaks only TLS",
                      "write `https://`", related=(("gateway", "tls"),))  # fmt: skip
    elif gateway.auth:
        yield Problem(CODE, path, "agents show their credentials in clear: whoever hears one is that edge from then on",
                      "write `https://`, with `gateway.tls` or a proxy before the gateway that has a certificate",
                      related=(("gateway", "auth"),))  # fmt: skip

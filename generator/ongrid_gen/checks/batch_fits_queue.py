"""OG030: a batch fits into the queue that forms it."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.problems import Problem

CODE: Final = "OG030"


def check(site: Site) -> Iterator[Problem]:
    """The collector refuses to start when the smallest batch is larger than its queue."""
    gateway = site.gateway
    if gateway.batch_size > gateway.queue_size:
        yield Problem(
            code=CODE,
            path=("gateway", "batch", "size"),
            message=f"a batch of {gateway.batch_size} spans does not fit into a queue of {gateway.queue_size}",
            hint=f"write a `size` of at most {gateway.queue_size}, or a larger `queue.size`",
            related=(("gateway", "queue", "size"),),
        )

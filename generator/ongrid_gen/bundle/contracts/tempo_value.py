"""OG067: what Tempo takes without a word and then ignores is not what is written."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.bundle.exposed import PROCESSORS
from ongrid_gen.bundle.network import is_tempo
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.base import did_you_mean
from ongrid_gen.problems import Path, Problem

CODE: Final = "OG067"
NAMES: Final = ("service-graphs", "span-metrics", "span-metrics-latency", "span-metrics-count", "span-metrics-size",
                "local-blocks", "host-info")  # fmt: skip
BACKENDS: Final = ("local", "s3", "gcs", "azure")
RECEIVERS: Final = {
    "otlp": ("grpc", "http"), "jaeger": ("grpc", "thrift_http", "thrift_compact", "thrift_binary"),
    "zipkin": (), "opencensus": (), "kafka": (),
}  # fmt: skip
GENERATOR: Final = ("metrics_generator",)
BUCKETS: Final = tuple(
    (*GENERATOR, "processor", name, "histogram_buckets") for name in ("span_metrics", "service_graphs")
)

Found = Iterator[tuple[Path, str, str]]


def check(wiring: Wiring) -> Iterator[Problem]:
    """`-config.verify` accepts all of these: a processor misspelt makes no metrics, a bound out of order no bucket."""
    for service in wiring.running(is_tempo):
        for sort in (names, receivers, storage, buckets, writing):
            for path, message, hint in sort(service.settings):
                yield Problem(CODE, (service.config, *path), message, hint)


def names(data: Any) -> Found:
    """Yield processors that do not exist: Tempo ignores them."""
    for place in PROCESSORS:
        for index, name in items(dig(data, *place)):
            if name not in NAMES:
                yield (
                    (*place, index),
                    f"there is no processor `{name}`, and Tempo ignores it",
                    did_you_mean(str(name), NAMES),
                )


def receivers(data: Any) -> Found:
    """Yield receivers and protocols that do not exist."""
    place = ("distributor", "receivers")
    for name, receiver in items(dig(data, *place)):
        if name not in RECEIVERS:
            yield (*place, name), f"there is no receiver `{name}`", did_you_mean(str(name), RECEIVERS)
        for protocol, _ in items(dig(receiver, "protocols")):
            if RECEIVERS.get(name) and protocol not in RECEIVERS[name]:
                yield ((*place, name, "protocols", protocol), f"`{name}` speaks no `{protocol}`",
                       did_you_mean(str(protocol), RECEIVERS[name]))  # fmt: skip


def storage(data: Any) -> Found:
    """Yield a backend that does not exist."""
    place = ("storage", "trace", "backend")
    backend = dig(data, *place)
    if backend not in BACKENDS:
        yield place, f"there is no storage `{backend}`", did_you_mean(str(backend), BACKENDS)


def buckets(data: Any) -> Found:
    """Yield bounds that do not rise."""
    for place in BUCKETS:
        before = Decimal(0)
        for index, bound in items(dig(data, *place)):
            if isinstance(bound, bool) or not isinstance(bound, int | float | Decimal):
                continue
            if bound <= before:
                yield (*place, index), f"the bound {bound} does not rise above {before}", "sort the bounds, each once"
            before = Decimal(str(bound))


def writing(data: Any) -> Found:
    """Yield what keeps the metrics from being written: no folder for the log, no scheme in the address."""
    place = (*GENERATOR, "storage")
    targets = list(items(dig(data, *place, "remote_write")))
    if targets and not dig(data, *place, "path"):
        yield place, "the metrics generator has no folder for its log, and makes no metrics", "add `path`"
    for index, target in targets:
        url = str(dig(target, "url"))
        if not url.lower().startswith(("http://", "https://")):
            yield (
                (*place, "remote_write", index, "url"),
                f"`{url}` is no address to write to",
                "begin it with `http://`",
            )

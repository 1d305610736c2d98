"""A Tempo of somebody else's: what its metrics generator must make of the site's spans.

Where traces are sampled a Tempo of ours counts all of them (docs/adr/0014-red-before-sampling.md), and theirs must not.
"""

from typing import Any, Final

from ongrid_gen.components import tempo as own
from ongrid_gen.components.base import Tree, yaml_file
from ongrid_gen.components.tempo.base import service_graphs, span_metrics
from ongrid_gen.components.theirs import pages
from ongrid_gen.components.ways import address_for_them
from ongrid_gen.conventions import EXTERNAL, PROMETHEUS_HOST, TEMPO_HOST
from ongrid_gen.model import Site
from ongrid_gen.units import go_duration

Config = dict[str, Any]

NAME: Final = TEMPO_HOST
FOLDER: Final = f"{EXTERNAL}/{NAME}"
CONFIG: Final = f"{FOLDER}/overrides.yaml"
# What of a processor can be set in the overrides.
OVERRIDDEN: Final = ("dimensions", "histogram_buckets", "enable_messaging_system_latency_histogram")
COUNTS: Final = """\
3. Its metrics generator must write to {where}, with `send_exemplars: true`
   (`metrics_generator.storage.remote_write`), and count spans that are half a minute old
   (`metrics_ingestion_time_range_slack`). It must get there: the address is that of {said} in the spec."""
STORES: Final = """\
3. It must not count: traces are sampled, and the `tempo-metrics` of the stack counts all of them before. What it stores
   is a part, and the rates of a part are wrong."""


def files(site: Site) -> Tree:
    """Return the overrides, the page, and the configuration of the Tempo of ours that counts, if there is one."""
    theirs = site.external[NAME]
    protocol = {"grpc": "gRPC", "http": "HTTP"}[theirs.protocol]
    about = pages.pages(NAME, site, takes=f"`{theirs.takes}`", protocol=protocol, counts=counting(site))
    return {CONFIG: yaml_file(config(site), site), **own.files(site), **about}


def counting(site: Site) -> str:
    """Return what its generator is to do, in words."""
    if site.sampling.tail is not None:
        return STORES
    theirs = site.external.get(PROMETHEUS_HOST)
    if theirs is not None:
        return COUNTS.format(where=f"`{theirs.takes}`", said="`prometheus.external`")
    address = f"http://{address_for_them(site, PROMETHEUS_HOST)}/api/v1/write"
    return COUNTS.format(where=f"`{address}`", said="`reach`")


def config(site: Site) -> Config:
    """Return `overrides` as Tempo reads them since 2.3; for one tenant the same stands below its name."""
    counts = site.sampling.tail is None
    graphs = {**service_graphs(site), "enable_messaging_system_latency_histogram": site.metrics.messaging_latency}
    processors = {
        "service_graphs": {key: graphs[key] for key in OVERRIDDEN if key in graphs},
        "span_metrics": {key: value for key, value in span_metrics(site).items() if key in OVERRIDDEN},
    }
    generator: Config = {"processors": ["service-graphs", "span-metrics"] if counts else []}
    if counts:
        generator |= {
            "max_active_series": site.metrics.max_active_series,
            "collection_interval": go_duration(site.metrics.interval),
            "processor": processors,
        }
    return {"overrides": {"defaults": {"metrics_generator": generator}}}

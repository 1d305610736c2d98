"""OG006: the bucket bounds that are written are those that are used."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.exposed import PROCESSORS
from ongrid_gen.bundle.network import is_tempo
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem

CODE: Final = "OG006"
WHOLE: Final = "span-metrics"
PARTS: Final = ("span-metrics-latency", "span-metrics-count", "span-metrics-size")


def check(wiring: Wiring) -> Iterator[Problem]:
    """Named by its parts, the processor puts the bounds back to Tempo's defaults: thresholds between them are guessed.

    Measured with 2.10.8 and 3.0.3, also for bounds that stand in the overrides.
    """
    for service in wiring.running(is_tempo):
        if dig(service.settings, "metrics_generator", "processor", "span_metrics", "histogram_buckets") is None:
            continue
        for place in PROCESSORS:
            for index, name in items(dig(service.settings, *place)):
                if name in PARTS:
                    yield Problem(
                        CODE, (service.config, *place, index), f"`{name}` puts the bucket bounds back to the defaults",
                        f"write `{WHOLE}`; drop the series that you do not want in `write_relabel_configs`",
                    )  # fmt: skip

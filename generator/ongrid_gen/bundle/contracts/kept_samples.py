"""OG047: what a rule looks back at is still kept."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.files import RULES
from ongrid_gen.bundle.network import is_prometheus
from ongrid_gen.bundle.plain import seconds
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem, Severity
from ongrid_gen.promql import ranges
from ongrid_gen.units import format_duration

CODE: Final = "OG047"
FLAG: Final = "--storage.tsdb.retention.time"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Prometheus deletes what is older than its retention; a longer range silently sees less."""
    for service in wiring.running(is_prometheus):
        found = service.flag(FLAG)
        if found is None:
            continue
        kept = seconds(found[0])
        if kept is None:
            yield Problem(CODE, found[1], f"`{found[0]}` is no duration: `{service.name}` does not start",
                          "write one such as `15d`")  # fmt: skip
            continue
        for query, written in wiring.sound_queries:
            reach = max((reach for _, _, reach in ranges(written.tree)), default=kept)
            if reach > kept and str(query.path[0]).startswith(RULES):
                message = f"{query.who}: a range reaches {format_duration(reach)} back; Prometheus keeps {found[0]}"
                yield Problem(CODE, query.path, message, "shorten it, or raise the retention", Severity.WARNING,
                              related=(found[1],), within=query.within(written.place_of_range(reach)))  # fmt: skip
                break  # one says it

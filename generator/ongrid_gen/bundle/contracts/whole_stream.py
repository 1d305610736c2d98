"""OG001: span metrics are made of all spans, not of those that sampling left."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ongrid_gen.bundle.exposed import generated
from ongrid_gen.bundle.network import is_collector, is_tempo
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem

CODE: Final = "OG001"
SAMPLERS: Final = ("tail_sampling", "probabilistic_sampler")


def check(wiring: Wiring) -> Iterator[Problem]:
    """Keeping all errors and a part of the rest, a sampler makes a true error rate of 1 % read as 18 %."""
    for service in wiring.running(is_collector):
        pipelines = dig(service.settings, "service", "pipelines")
        for name, pipeline in items(pipelines):
            sampler = sampled_by(pipeline, pipelines, frozenset())
            counting = [tempo for _, exporter in items(dig(pipeline, "exporters"))
                        for tempo in counters(str(exporter), service, wiring)]  # fmt: skip
            if sampler and counting:
                path = (service.config, "service", "pipelines", name, "exporters")
                yield Problem(
                    CODE, path, f"`{counting[0].name}` makes span metrics of what `{sampler}` left",
                    f"send it the spans from a pipeline without `{sampler}`, and the others to a Tempo whose generator "
                    "is off", on_key=True,
                )  # fmt: skip


def sampled_by(pipeline: Any, pipelines: Any, seen: frozenset[str]) -> str:
    """Return the sampler that spans of a pipeline have passed, here or before a connector; empty without one."""
    own = next((str(one) for _, one in items(dig(pipeline, "processors")) if base(one) in SAMPLERS), "")
    sources = {str(one) for _, one in items(dig(pipeline, "receivers"))}
    for name, other in items(pipelines):
        feeds = sources & {str(one) for _, one in items(dig(other, "exporters"))}
        if not own and feeds and name not in seen:
            own = sampled_by(other, pipelines, seen | {str(name)})
    return own


def counters(exporter: str, service: Service, wiring: Wiring) -> Iterator[Service]:
    """Yield the Tempos with a metrics generator to which an exporter sends."""
    for call in wiring.calls:
        if call.service == service and call.path[1:3] == ("exporters", exporter):
            yield from (one for one in wiring.called(call) if counts(one.settings))


def counts(data: Mapping[str, Any]) -> bool:
    """Tell whether a configuration is that of a Tempo that makes metrics."""
    return is_tempo(data) and bool(generated(data))


def base(name: Any) -> str:
    """Return what kind a component is: the part of its name before the slash."""
    return str(name).split("/")[0]

"""OG005: Tempo makes `service.name` a label when queries ask for `service_name`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ongrid_gen.bundle.exposed import generated_series, generators
from ongrid_gen.bundle.plain import dig
from ongrid_gen.bundle.queries import Query
from ongrid_gen.bundle.services import Service
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.conventions import SERVICE_NAME, SERVICE_NAME_DIMENSION
from ongrid_gen.problems import Path, Problem
from ongrid_gen.promql import Written
from ongrid_gen.series import SpanSeries, as_label, asked_in_vain

CODE: Final = "OG005"
KEYS: Final = ("metrics_generator", "processor", "span_metrics")
LIST: Final = "dimensions"


def check(wiring: Wiring) -> Iterator[Problem]:
    """Without it every query that tells services apart by that label has an empty answer: its alerts are silent."""
    for service in generators(wiring):
        series = generated_series(service.settings)
        if SERVICE_NAME_DIMENSION in series.dimensions:
            continue
        asking = [query for query, written in wiring.sound_queries if asks(written, series)]
        if asking:
            yield Problem(
                code=CODE,
                path=place(service),
                message=f"`{service.name}` does not make `{SERVICE_NAME_DIMENSION}` a label of its series, and "
                f"{told(asking)} `{SERVICE_NAME}`",
                hint=f"add `{SERVICE_NAME_DIMENSION}` to its `{LIST}`",
                on_key=True,
                related=(asking[0].path,),
            )


def asks(written: Written, series: SpanSeries) -> bool:
    """Tell whether an expression lacks the label, and would not with the dimension.

    An attribute that is spelt like the label is another one.
    """
    without = replace(series, dimensions=[one for one in series.dimensions if as_label(one) != SERVICE_NAME])
    return len(list(asked_in_vain(written, without))) > len(list(asked_in_vain(written, with_service(without))))


def with_service(series: SpanSeries) -> SpanSeries:
    """Return the series as they are meant to be."""
    return replace(series, dimensions=(*series.dimensions, SERVICE_NAME_DIMENSION))


def place(service: Service) -> Path:
    """Return where the dimensions stand, or should."""
    keys = next((found for found in ((*KEYS, LIST), KEYS, KEYS[:1]) if dig(service.settings, *found) is not None), ())
    return (service.config, *keys)


def told(asking: list[Query]) -> str:
    """Return who asks."""
    others = len(asking) - 1
    return f"{asking[0].who} and {others} more ask for" if others else f"{asking[0].who} asks for"

"""What a dashboard is: rows of panels, each with the queries that fill it. Nothing here knows Grafana's JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from ongrid_gen.model import Site


class Sort(StrEnum):
    """What draws a panel, as Grafana calls its plugins."""

    LINES = "timeseries"
    NUMBER = "stat"
    TABLE = "table"
    HEATMAP = "heatmap"
    GRAPH = "nodeGraph"


class Unit(StrEnum):
    """What a number counts, as Grafana calls its units."""

    PLAIN = "short"
    SECONDS = "s"
    SHARE = "percentunit"
    PER_CENT = "percent"
    BYTES = "bytes"
    BYTES_A_SECOND = "Bps"
    REQUESTS_A_SECOND = "reqps"
    A_SECOND = "cps"
    TIME = "dateTimeAsIso"


class Color(StrEnum):
    """The colours of lines: what pages, and what only warns."""

    RED = "red"
    ORANGE = "orange"


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL, or LogQL, and the legend of its series. With `exemplars` the traces behind it are drawn as dots."""

    expr: str
    legend: str = ""
    exemplars: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A number to compare with, drawn across a panel: the threshold of an alert."""

    value: Decimal
    color: Color = Color.RED


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `about` says what is seen and what of it is bad; `width` counts 24ths.

    `least` is where its scale begins, `links` the dashboards that its series lead to: a title and an address; `logs`
    says that Loki is asked.
    """

    title: str
    queries: Sequence[Query]
    unit: Unit = Unit.PLAIN
    about: str = ""
    sort: Sort = Sort.LINES
    width: int = 8
    height: int = 8
    lines: Sequence[Line] = ()
    least: int | None = 0
    links: Sequence[tuple[str, str]] = ()
    key: str = ""
    logs: bool = False

    @property
    def identity(self) -> str:
        """What the panel's number comes from: its key, else its title."""
        return self.key or self.title


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one title. A folded row asks nothing until somebody opens it."""

    title: str
    panels: Sequence[Panel]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A variable that offers names of the site."""

    name: str
    label: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A variable that offers the values of a label, as they are in Prometheus, and all of them together."""

    name: str
    label: str
    series: str
    of: str


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard. `firing` selects the alerts that are marked on its time axis."""

    uid: str
    title: str
    about: str
    rows: Sequence[Row]
    variables: Sequence[Choice | Lookup] = ()
    firing: str = ""


class Maker(Protocol):
    """A module that makes one dashboard. `FILE` is its file below `grafana/dashboards/`."""

    FILE: str

    def board(self, site: Site) -> Board | None:
        """Return the dashboard; None where the site has nothing to show in it."""

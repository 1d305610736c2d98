"""What a plan consists of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ongrid_gen.write import Difference

Files = Mapping[str, str]


class Action(StrEnum):
    """What is done to one container. A reload keeps the process, a restart the container, recreating neither."""

    NONE = "none"
    RELOAD = "reload"
    RESTART = "restart"
    RECREATE = "recreate"
    START = "start"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, order=True)
class Component:
    """One service of a compose file: that of the centre, or that of an edge."""

    service: str
    edge: str | None = None

    @property
    def label(self) -> str:
        """How people are told of it."""
        return self.service if self.edge is None else f"{self.edge}/{self.service}"


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that differs: `new`, `changed` or `gone`. `keys` are the paths in it; none when only its text differs."""

    file: str
    how: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What is done to one component. `why` is what no file says; `here` tells whether it runs on this machine."""

    component: Component
    action: Action
    changes: tuple[FileChange, ...] = ()
    why: str = ""
    cost: str = ""
    here: bool = True


@dataclass(frozen=True, slots=True)
class Loss:
    """Data that the change loses, or that nobody finds any more. `rule` is a stable name."""

    rule: str
    component: str
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a bundle does. `running` tells whether it was compared with containers, or with files alone."""

    site: str
    folder: Path
    running: bool
    steps: tuple[Step, ...]
    losses: tuple[Loss, ...]
    files: Difference
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether applying it does anything."""
        return bool(self.files) or any(step.action is not Action.NONE for step in self.steps)

    def step(self, service: str) -> Step | None:
        """Return what is done to a service of the centre."""
        return next((step for step in self.steps if step.component == Component(service)), None)

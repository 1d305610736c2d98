"""What containers take, as their control groups count it, through Docker's own interface."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

import docker

EVERY = 0.25


@cache
def engine() -> docker.DockerClient:
    """The engine of this machine."""
    return docker.from_env()


@dataclass(frozen=True, slots=True)
class Taken:
    """CPU since the container started, in microseconds; memory that cannot be given back, and its limit, in bytes."""

    processor: int
    memory: int
    limit: int

    @classmethod
    def of(cls, identifier: str) -> Self:
        """Return what a container has taken up to now."""
        stats: dict[str, Any] = engine().containers.get(identifier).stats(stream=False, one_shot=True)
        memory = stats["memory_stats"]
        kept = memory["stats"]
        return cls(
            processor=stats["cpu_stats"]["cpu_usage"]["total_usage"] // 1000,
            # pages of files are taken away again before anything is killed; `rss` in version 1 of control groups
            memory=kept["anon"] if "anon" in kept else kept["rss"],
            limit=memory["limit"],
        )


@dataclass(slots=True)
class Peaks:
    """Looks at containers (name and id) four times a second while inside. `memory` is the most that each took."""

    containers: Mapping[str, str]
    memory: dict[str, int] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            for name, identifier in self.containers.items():
                taken = Taken.of(identifier)
                self.limits[name] = taken.limit
                self.memory[name] = max(taken.memory, self.memory.get(name, 0))

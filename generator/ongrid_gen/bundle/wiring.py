"""What the files of a bundle provide and require of each other, read once."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.network import Call, Listener, calls, is_prometheus, listeners
from ongrid_gen.bundle.plain import dig, mapping
from ongrid_gen.bundle.queries import Query, queries
from ongrid_gen.bundle.routes import Alert, alerts
from ongrid_gen.bundle.services import Service, services
from ongrid_gen.promql import PromqlError, Written, read


@dataclass(frozen=True)
class Wiring:
    """A bundle as its contracts see it."""

    bundle: Bundle

    @cached_property
    def services(self) -> list[Service]:
        """Every container."""
        return services(self.bundle)

    @cached_property
    def listeners(self) -> list[Listener]:
        """Every port on which a container listens."""
        return [one for service in self.services for one in listeners(service)]

    @cached_property
    def calls(self) -> list[Call]:
        """Every address that a container calls."""
        return [one for service in self.services for one in calls(service, self.bundle)]

    @cached_property
    def queries(self) -> list[Query]:
        """Every PromQL expression."""
        return list(queries(self.bundle))

    @cached_property
    def alerts(self) -> list[Alert]:
        """Every rule that alerts."""
        external = [dig(one.settings, "global", "external_labels") for one in self.running(is_prometheus)]
        return list(alerts(self.bundle, mapping(next(filter(None, external), {}))))

    @cached_property
    def sound_queries(self) -> list[tuple[Query, Written]]:
        """The expressions that are sound, read."""
        found = []
        for query in self.queries:
            with contextlib.suppress(PromqlError):
                found.append((query, read(query.text)))
        return found

    def running(self, sort: Callable[[Mapping[str, Any]], bool]) -> list[Service]:
        """Return the containers of one sort of program, by what their configuration looks like."""
        return [service for service in self.services if sort(service.settings)]

    def called(self, call: Call) -> list[Service]:
        """Return the containers that an address means: of that name, on a network that both are in."""
        return [service for service in self.services
                if call.host in service.hosts and service.networks & call.service.networks]  # fmt: skip

    def own(self, host: str) -> list[Service]:
        """Return the containers of that name, wherever they are."""
        return [service for service in self.services if host in service.hosts]

"""What the files of a bundle provide and require of each other, read once."""

import contextlib
from dataclasses import dataclass
from functools import cached_property

from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.network import Call, Listener, calls, dig, is_prometheus, listeners
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
        return [one for service in self.services for one in listeners(service, self.bundle)]

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
        configs = [self.bundle.data(service.config or "") for service in self.services]
        external = [dig(data, "global", "external_labels") for data in configs if is_prometheus(data)]
        return list(alerts(self.bundle, next(filter(None, external), {})))

    @cached_property
    def sound_queries(self) -> list[tuple[Query, Written]]:
        """The expressions that are sound, read."""
        found = []
        for query in self.queries:
            with contextlib.suppress(PromqlError):
                found.append((query, read(query.text)))
        return found

    def called(self, call: Call) -> list[Service]:
        """Return the containers that an address means: of that name, on a network that both are in."""
        return [service for service in self.services
                if call.host in service.hosts and service.networks & call.service.networks]  # fmt: skip

    def own(self, host: str) -> list[Service]:
        """Return the containers of that name, wherever they are."""
        return [service for service in self.services if host in service.hosts]

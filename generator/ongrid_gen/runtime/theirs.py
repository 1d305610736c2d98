"""Programs of others that the stack counts on: whether they answer, and what they lack of what was rendered."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ongrid_gen.bundle.files import read_bundle
from ongrid_gen.bundle.guests import Guest, guests
from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.components.theirs.versions import MINIMUM, is_enough
from ongrid_gen.conventions import ALERTMANAGER_HOST, GRAFANA_HOST, PROMETHEUS_HOST, TEMPO_HOST
from ongrid_gen.plan import kept, loaded
from ongrid_gen.plan.kept import seconds
from ongrid_gen.plan.losses import named
from ongrid_gen.runtime import api
from ongrid_gen.runtime.stack import Stack, address_of


@dataclass(frozen=True, slots=True)
class Look:
    """One of them: `error` is why it does not answer, `lacks` what it is to have, in words."""

    component: str
    url: str
    error: str
    lacks: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.error and not self.lacks


def looks(stack: Stack) -> list[Look]:
    """Return what each of them tells."""
    if not stack.site.external:
        return []
    known = {guest.name: guest for guest in guests(read_bundle(stack.bundle))}
    return [look(stack, known[name]) for name in stack.site.external if name in known]


def look(stack: Stack, guest: Guest) -> Look:
    """Return what one of them tells."""
    theirs = stack.site.external[guest.name]
    try:
        lacks = tuple(ASK[guest.name](address_of(theirs, stack.secrets), guest))
    except api.ApiError as error:
        return Look(guest.name, theirs.url, str(error), ())
    return Look(guest.name, theirs.url, "", lacks)


def old(guest: Guest, version: Any) -> Iterator[str]:
    """Yield that a program is too old."""
    if not is_enough(guest.name, str(version or "")):
        yield f"it is {version}, and {MINIMUM[guest.name]} is the oldest that reads what is rendered"


def alertmanager(address: str, guest: Guest) -> Iterator[str]:
    """Yield what an Alertmanager lacks: the receivers, which stand in the configuration that it tells."""
    status = api.get(api.at(address, "/api/v2/status"))
    yield from old(guest, dig(status, "versionInfo", "version"))
    running = api.mapping(str(dig(status, "config", "original") or ""))
    there = names(running)
    yield from (f"it has no receiver `{name}`" for name in names(guest.settings) if name not in there)


def names(config: Mapping[str, Any]) -> list[str]:
    """Return the receivers of a configuration of Alertmanager's."""
    return [str(dig(one, "name")) for _, one in items(config.get("receivers"))]


def prometheus(address: str, guest: Guest) -> Iterator[str]:
    """Yield what a Prometheus lacks: flags, the window for late samples, rules, jobs, and the way to Alertmanager."""
    yield from old(guest, dig(api.get(api.at(address, "/api/v1/status/buildinfo")), "data", "version"))
    running = dict(items(dig(api.get(api.at(address, "/api/v1/status/flags")), "data")))
    for flag, value, _ in guest.flags:
        if not is_set(str(running.get(flag.lstrip("-"), "")), value):
            yield f"it was started without `{flag}{'=' if value else ''}{value}`"
    config = api.prometheus_config(address)
    if (late(config) or 0) < (late(guest.settings) or 0):
        yield "it has no `storage.tsdb.out_of_order_time_window`, or a shorter one"
    jobs = kept.jobs(config)
    yield from (f"it has no scrape job `{job}`" for job in kept.jobs(guest.settings) if job not in jobs)
    if not dig(config, "alerting", "alertmanagers"):
        yield "it sends alerts to no Alertmanager"
    lacking = loaded.lacking_rules(api.rule_groups(address), guest.bundle)
    if lacking:
        yield f"it does not evaluate as rendered: {named(lacking)}"


def is_set(running: str, wanted: str) -> bool:
    """Tell whether a flag is as it must be: a list holds what is wanted, a switch is on."""
    return wanted in running.split(",") if wanted else running == "true"


def late(config: Mapping[str, Any]) -> Decimal | None:
    """Return how late a sample may come, in seconds."""
    return seconds(str(dig(config, "storage", "tsdb", "out_of_order_time_window") or "0s"))


def tempo(address: str, guest: Guest) -> Iterator[str]:
    """Yield what a Tempo lacks, as far as it tells: its overrides are told to its operators only."""
    yield from old(guest, dig(api.get(api.at(address, "/api/status/buildinfo")), "version"))


def grafana(address: str, guest: Guest) -> Iterator[str]:
    """Yield what a Grafana lacks. Its datasources it tells only who has logged in."""
    yield from old(guest, dig(api.get(api.at(address, "/api/health")), "version"))


ASK: Final[dict[str, Callable[[str, Guest], Iterator[str]]]] = {
    PROMETHEUS_HOST: prometheus,
    ALERTMANAGER_HOST: alertmanager,
    TEMPO_HOST: tempo,
    GRAFANA_HOST: grafana,
}


def sentences(found: list[Look]) -> Iterator[str]:
    """Yield what is wrong with each, and where it is said what to do."""
    for one in found:
        if one.error:
            yield f"your {one.component} does not answer: {one.error}"
        yield from (f"your {one.component}: {lack}" for lack in one.lacks)
        if not one.ok:
            yield f"  what to put where: external/{one.component}/README.md in the bundle"

"""What a change of a file costs the container that reads it. Tables, and the one rule that picks from them."""

from typing import Final

from ongrid_gen.bundle.services import Service
from ongrid_gen.components.base import is_reloaded
from ongrid_gen.components.collector import INIT_SUFFIX, QUEUE_DIR
from ongrid_gen.conventions import (
    AGENT_HOST,
    ALERTMANAGER_HOST,
    GATEWAY_HOST,
    GRAFANA_HOST,
    PROMETHEUS_HOST,
    TEMPO_HOST,
    TEMPO_METRICS_HOST,
)
from ongrid_gen.plan.base import Action, FileChange

NO_GAP: Final = "no gap: nothing stops"
NOTHING: Final = "costs nothing: it only helps the others to start"
# How long a container is away when it is made anew, with little data, on two busy cores (docs/adr/0011).
AWAY: Final = {
    GATEWAY_HOST: "about 2 s",
    AGENT_HOST: "about 2 s",
    TEMPO_HOST: "about 15 s",
    TEMPO_METRICS_HOST: "about 15 s",
    PROMETHEUS_HOST: "about 5 s",
    ALERTMANAGER_HOST: "about 5 s",
}
UNMEASURED: Final = "some seconds"
STOPS: Final = "away for {away} (stopping alone may take {grace})"
QUEUED: Final = "what its queue on disk holds is kept"
UNQUEUED: Final = "its queue is in memory: what it cannot hand over while it stops is lost"

RECREATE: Final = {
    GATEWAY_HOST: "the agents keep spans in their queues until it is back; {queue}",
    AGENT_HOST: "applications cannot hand over spans until it is back, and drop what their own buffers do not hold; "
    "{queue}",
    TEMPO_HOST: "the gateway keeps spans in its queue until it is back; no metrics are generated meanwhile; its "
    "volume is kept",
    TEMPO_METRICS_HOST: "the gateway keeps spans in its queue until it is back; no metrics are generated meanwhile; "
    "its volume is kept",
    PROMETHEUS_HOST: "no scrapes and no rules are evaluated meanwhile, Tempo sends its series again; its volume is "
    "kept",
    ALERTMANAGER_HOST: "nothing is notified meanwhile, Prometheus sends again what fires; silences are on its volume",
    GRAFANA_HOST: "no dashboards meanwhile; what people saved is kept",
}
RELOAD: Final = {
    PROMETHEUS_HOST: f"{NO_GAP}, no scrape is missed",
    ALERTMANAGER_HOST: f"{NO_GAP}; silences and what was notified are kept",
}
RESTART: Final = {
    GATEWAY_HOST: "stops before Tempo and starts after it, as this Tempo refuses for good what comes while it "
    "stops; the agents keep spans in their queues meanwhile; {queue}",
}
START: Final = "nothing is lost: it did not run"
REMOVE: Final = "it stops for good; its volumes stay"


def action_of(shape: tuple[FileChange, ...], read: tuple[FileChange, ...]) -> Action:
    """Return what must be done about a container whose place in the compose file, or whose files, changed."""
    if shape or any(not is_reloaded(change.file) for change in read):
        return Action.RECREATE
    return Action.RELOAD if read else Action.NONE


def cost_of(service: Service, action: Action) -> str:
    """Return what an action costs, in words."""
    if action in (Action.NONE, Action.START, Action.REMOVE):
        return {Action.NONE: "", Action.START: START, Action.REMOVE: REMOVE}[action]
    if action is Action.RELOAD:
        return RELOAD.get(service.name, NO_GAP)
    table = RECREATE if action is Action.RECREATE else RESTART
    words = table.get(service.name)
    if words is None:
        return NOTHING
    away = AWAY.get(TEMPO_HOST if action is Action.RESTART else service.name, UNMEASURED)
    queue = QUEUED if has_queue(service) else UNQUEUED
    return f"{STOPS.format(away=away, grace=grace(service))}; {words.format(queue=queue)}"


def grace(service: Service) -> str:
    """Return how long a container may take to stop before it is killed; 10s is Docker's own."""
    return str(service.data.get("stop_grace_period", "10s"))


def has_queue(service: Service) -> bool:
    """Tell whether a collector keeps its queue on a volume."""
    return any(mount.target == QUEUE_DIR and not mount.in_bundle for mount in service.mounts)


def ends_by_itself(service: str) -> bool:
    """Tell whether a container has done its work when it ends."""
    return service.endswith(INIT_SUFFIX)

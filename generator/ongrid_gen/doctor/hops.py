"""The way of the marked trace: application port, agent, gateway, Tempo, its series, their exemplar; and its line's.

What can only be seen once it has arrived is told of the hops before: that Tempo has the trace proves agent and gateway.
Where it does not arrive, the counters of the gateway say how far it got.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from ongrid_gen.bundle.plain import dig, items
from ongrid_gen.conventions import (
    CALLS,
    DOCTOR,
    EDGE,
    EXEMPLAR_LABEL,
    LATENCY_BUCKET,
    SERVICE,
    SERVICE_NAME,
    WATCHDOG,
)
from ongrid_gen.doctor.marked import Marked, RefusedError, send
from ongrid_gen.doctor.verdict import BAD, OK, SKIPPED, Verdict
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Site
from ongrid_gen.querying.loki import Loki
from ongrid_gen.querying.prometheus import Prometheus
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.text import Code, fill, promql_matcher
from ongrid_gen.tracequery.base import Trace, Window
from ongrid_gen.tracequery.tempo import trace_by_id
from ongrid_gen.wait import DeadlineError, until

# Beyond what the batches and intervals of the spec take.
MARGIN: Final = 8.0
ASKED: Final = 4.0
COUNTED: Final = "sum(<< metric >>{<< of >>})"
TOOK: Final = 'sum(increase(otelcol_receiver_accepted_spans{job="gateway"}[1m]))'
UP: Final = 'up{job="gateway"}'
FAILED: Final = 'sum(increase(otelcol_exporter_send_failed_spans{job="gateway"}[2m]))'


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything answers; None where there is none, with why by its name."""

    agent: str | None
    prometheus: Endpoint | None
    tempo: Endpoint | None
    alertmanager: Endpoint | None
    loki: Endpoint | None
    grafana: Endpoint | None
    why: dict[str, str]


@dataclass(slots=True)
class Walk:
    """One walk. `sent` is the moment at which the trace was handed over (monotonic)."""

    site: Site
    places: Places
    marked: Marked
    sent: float = 0.0

    def walk(self) -> list[Verdict]:
        """Return what is found out about each hop, in the order of the way."""
        counted = self.counted()
        first = self.agent()
        if first.verdict == BAD:
            rest = Verdict("way on", SKIPPED, "nothing was sent")
            with ThreadPoolExecutor() as pool:
                found = pool.map(lambda look: look(), (self.alerting, self.grafana))
                return [first, rest, *found]
        looks: tuple[Callable[[], Verdict | list[Verdict]], ...] = (
            self.arrives, lambda: self.series(counted), self.line, self.alerting, self.grafana,
        )  # fmt: skip
        with ThreadPoolExecutor(len(looks)) as pool:
            answers = list(pool.map(lambda look: look(), looks))
        return [first, *(one for answer in answers for one in (answer if isinstance(answer, list) else [answer]))]

    def passed(self) -> float:
        """Return the seconds since the trace was sent."""
        return time.monotonic() - self.sent

    def agent(self) -> Verdict:
        """Hand the trace to the agent, as an application does."""
        name, address = "application port → agent", self.places.agent
        self.sent = time.monotonic()
        if address is None:
            return Verdict(name, BAD, self.places.why.get("agent", "no agent runs here"),
                           "start the agent of this machine by `up`, or name its edge by --edge")  # fmt: skip
        try:
            send(address, "/v1/traces", self.marked.trace())
        except RefusedError as error:
            todo = "see whether the agent runs (`status`), and read its log; meanwhile what applications send is lost"
            return Verdict(name, BAD, f"{address}: {error}", todo, self.passed())
        return Verdict(name, OK, f"{address} took trace {self.marked.trace_id}", seconds=self.passed())

    def arrives(self) -> list[Verdict]:
        """Wait for the trace in Tempo."""
        found: list[Trace] = []
        tempo = self.places.tempo
        if tempo is None:
            return [Verdict("gateway → Tempo", BAD, self.places.why.get("tempo", "no Tempo"), "start it by `up`")]
        if not self.marked.is_kept:
            said = "sampling keeps no trace for certain, so this one may be dropped: its series are followed alone"
            return [Verdict("gateway → Tempo", SKIPPED, said)]

        def look() -> bool:
            trace = trace_by_id(tempo, self.marked.trace_id, Deadline.after(ASKED))
            found.extend([trace] if trace is not None else [])
            return bool(found)

        try:
            until(look, seconds=self.way(), what=f"trace {self.marked.trace_id} in Tempo")
        except DeadlineError as error:
            return self.lost(str(error))
        edge = found[0].spans[0].resource.get(EDGE)
        by = f"it came by the edge `{edge}`" if edge is not None else "it bears no edge"
        return [
            Verdict("agent → gateway", OK, by, seconds=self.passed()),
            Verdict("gateway → Tempo", OK, "Tempo has it, by its ID", seconds=self.passed()),
        ]

    def way(self) -> float:
        """Return how long the trace may take to Tempo: two batches, the wait of sampling, the margin."""
        wait = self.site.sampling.tail.wait if self.site.sampling.tail is not None else 0
        return float(2 * self.site.gateway.batch_timeout + wait) + MARGIN

    def lost(self, said: str) -> list[Verdict]:
        """Say how far a trace got that does not arrive."""
        todo = "read the agent's log: what it cannot hand over waits in its queue"
        if self.value(UP) != 1:
            said = "the gateway does not answer Prometheus"
            return [Verdict("agent → gateway", BAD, said, "start it: `up`; read its log", self.passed())]
        if not self.value(TOOK):
            return [Verdict("agent → gateway", BAD, "the gateway took no span within a minute", todo, self.passed())]
        failed = self.value(FAILED) or 0
        words = f"; {failed:.0f} spans failed to be sent within two minutes" if failed else ""
        todo = "see whether Tempo is ready (`status`); read the logs of both"
        return [
            Verdict("agent → gateway", OK, "the gateway takes spans", seconds=self.passed()),
            Verdict("gateway → Tempo", BAD, f"{said}{words}", todo, self.passed()),
        ]

    def series(self, before: float | None) -> list[Verdict]:
        """Wait until the request is counted, then for the exemplar."""
        name = "Tempo → series"
        if self.places.prometheus is None or before is None:
            return [
                Verdict(name, BAD, self.places.why.get("prometheus", "Prometheus does not answer"), "start it: `up`")
            ]
        try:
            until(
                lambda: (self.counted() or 0) > before, seconds=self.counting(), what=f"{CALLS} of the trace", poll=0.5
            )
        except DeadlineError as error:
            todo = "see the alerts of the stack itself (`status`): generator, remote write, discarded spans"
            return [Verdict(name, BAD, str(error), todo, self.passed())]
        return [Verdict(name, OK, f"{CALLS} counts it", seconds=self.passed()), self.exemplar()]

    def counting(self) -> float:
        """Return how long it may take until the request is counted."""
        return float(2 * self.site.gateway.batch_timeout + self.site.metrics.interval) + MARGIN

    def counted(self) -> float | None:
        """Return how many requests of ours are counted; None when Prometheus does not answer."""
        of = promql_matcher(SERVICE, [DOCTOR])
        try:
            return self.asked(fill(COUNTED, metric=Code(CALLS), of=of)) or 0.0
        except CommandError:
            return None

    def asked(self, query: str) -> float | None:
        """Return the value of a query, None when it has none."""
        if self.places.prometheus is None:
            return None
        found = Prometheus(self.places.prometheus).at(query, time.time(), Deadline.after(ASKED))
        return found[0].points[-1][1] if found and found[0].points else None

    def value(self, query: str) -> float | None:
        """Return the value of a query; None too when Prometheus does not answer."""
        try:
            return self.asked(query)
        except CommandError:
            return None

    def exemplar(self) -> Verdict:
        """Wait for the exemplar that leads from the series to the trace."""
        name = "series → exemplar"
        if not self.site.metrics.exemplars:
            return Verdict(name, SKIPPED, "`metrics.exemplars` is off")
        prometheus = self.places.prometheus
        assert prometheus is not None

        def look() -> bool:
            query = f"{LATENCY_BUCKET}{{{promql_matcher(SERVICE, [DOCTOR])}}}"
            now = time.time()
            answer = prometheus.json("/api/v1/query_exemplars", Deadline.after(ASKED), query=query,
                                     start=f"{now - 300:.0f}", end=f"{now + 60:.0f}")  # fmt: skip
            return self.marked.trace_id in set(trace_ids(answer))

        try:
            until(look, seconds=ASKED, what=f"an exemplar of trace {self.marked.trace_id}")
        except DeadlineError as error:
            return Verdict(name, BAD, str(error), "look for `exemplar-storage` in Prometheus' flags, and for "
                           "`send_exemplars` in tempo.yaml", self.passed())  # fmt: skip
        return Verdict(name, OK, f"its {EXEMPLAR_LABEL} opens the trace", seconds=self.passed())

    def line(self) -> list[Verdict]:
        """Send the line, and wait for it in Loki under the trace's ID."""
        name, loki, agent = "log line → Loki", self.places.loki, self.places.agent
        if loki is None or agent is None:
            return [Verdict(name, SKIPPED, self.places.why.get("loki", "the spec keeps no logs"))]
        try:
            send(agent, "/v1/logs", self.marked.line())
        except RefusedError as error:
            return [Verdict(name, BAD, f"the agent refuses it: {error}", "read the agent's log", self.passed())]
        query = f"{{{promql_matcher(SERVICE_NAME, [DOCTOR])}}} | {promql_matcher('trace_id', [self.marked.trace_id])}"

        def look() -> bool:
            now = time.time()
            return bool(Loki(loki).ask(query, Window(now - 300, now + 60), 60, 5, Deadline.after(ASKED)))

        try:
            until(look, seconds=self.way(), what=f"the line of trace {self.marked.trace_id} in Loki")
        except DeadlineError as error:
            return [Verdict(name, BAD, str(error), "read the logs of gateway and Loki", self.passed())]
        return [Verdict(name, OK, "Loki finds it by the trace's ID", seconds=self.passed())]

    def alerting(self) -> Verdict:
        """See that alerts reach Alertmanager: the one that always fires is there."""
        name, alertmanager = "Prometheus → Alertmanager", self.places.alertmanager
        if alertmanager is None:
            return Verdict(name, BAD, self.places.why.get("alertmanager", "no Alertmanager"), "start it: `up`")
        try:
            answer = alertmanager.json("/api/v2/alerts", Deadline.after(ASKED), filter=f'alertname="{WATCHDOG}"')
        except CommandError as error:
            return Verdict(name, BAD, str(error), "see whether it runs (`status`); read its log")
        if not list(items(answer)):
            todo = "a stack that was just started needs a minute; else see `status` and Prometheus' log"
            return Verdict(name, BAD, f"{WATCHDOG}, which always fires, is not there", todo)
        return Verdict(name, OK, f"{WATCHDOG} fires there")

    def grafana(self) -> Verdict:
        """Ask Grafana for the health of each datasource."""
        name, grafana = "Grafana → datasources", self.places.grafana
        if grafana is None:
            return Verdict(name, SKIPPED, self.places.why.get("grafana", "the stack has no Grafana"))
        try:
            sick = list(sick_datasources(grafana))
        except CommandError as error:
            return Verdict(name, BAD, str(error), "see whether it runs (`status`) and takes the password of its file")
        if sick:
            return Verdict(name, BAD, "; ".join(sick), "open the datasource in Grafana and press `Save & test`")
        return Verdict(name, OK, "all of them are well")


def trace_ids(answer: Any) -> Iterator[str]:
    """Yield the trace IDs of exemplars."""
    for _, series in items(dig(answer, "data")):
        for _, one in items(dig(series, "exemplars")):
            yield str(dig(one, "labels", EXEMPLAR_LABEL) or dig(one, "labels", "trace_id") or "")


def sick_datasources(grafana: Endpoint) -> Iterator[str]:
    """Yield each datasource that is not well, with what Grafana says of it. Only those that can tell are asked."""
    for _, one in items(grafana.json("/api/datasources", Deadline.after(ASKED))):
        uid, name = str(dig(one, "uid")), str(dig(one, "name"))
        answer = grafana.json(f"/api/datasources/uid/{uid}/health", Deadline.after(ASKED))
        if dig(answer, "status") != "OK":
            yield f"{name}: {dig(answer, 'message')}"

"""The stack itself: whether it runs, whether all that comes in comes out, and how much room there is.

Names are those of the rules that watch it (`selfmon`), which know what each version of a component calls them. A
program of somebody else's is not drawn.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.conventions import COMPONENT, KIND, SELF_KIND, STACK_BOARD
from ongrid_gen.dashboards.base import Board, Color, Line, Panel, Query, Row, Unit
from ongrid_gen.dashboards.parts import NEARLY_FULL, RANGE, firing, rate
from ongrid_gen.model import Site
from ongrid_gen.selfmon import alertmanager, gateway, prometheus, tempo, tempo_storage
from ongrid_gen.selfmon.base import ALERTMANAGER, GATEWAY, PROMETHEUS, TEMPO, counting, dialect, of
from ongrid_gen.selfmon.pipeline import ACCEPTED, STORED
from ongrid_gen.text import promql_matcher

FILE: Final = "stack.json"
SELF: Final = f'{KIND}="{SELF_KIND}"'
SENT: Final = 'otelcol_exporter_sent_spans{job="gateway"}'
ROOM: Final = (Line(NEARLY_FULL, Color.ORANGE),)
NEARLY_KILLED: Final = (Line(Decimal("0.9"), Color.ORANGE),)
RESIDENT: Final = "process_resident_memory_bytes"
COLLECTOR_RESIDENT: Final = "otelcol_process_memory_rss"
DURATION: Final = "prometheus_rule_group_last_duration_seconds"
EVERY: Final = "prometheus_rule_group_interval_seconds"
IN_STORAGE: Final = "prometheus_tsdb_exemplar_exemplars_in_storage"
NOTIFIED: Final = "alertmanager_notifications_total"
HEAD_SERIES: Final = "prometheus_tsdb_head_series"
APPENDED: Final = "prometheus_tsdb_head_samples_appended_total"


def board(site: Site) -> Board:
    """Return the dashboard of the stack."""
    return Board(
        STACK_BOARD,
        "Stack health",
        "Whether this stack works. Its own alerts speak at the dashed lines.",
        [
            Row("Now", [up(site), firing(SELF, width=12)]),
            Row("The way of the spans", list(spans(site))),
            Row("Metrics and rules", list(metrics(site))),
            Row("Room", list(room(site))),
        ],
        firing=f'{SELF},{COMPONENT}!=""',
    )


def jobs(site: Site) -> dict[str, int]:
    """Return the jobs of the stack's own programs, and the memory that each may take."""
    tempos = dict.fromkeys((TEMPO, counting(site)), site.tempo.memory)
    every = {GATEWAY: site.gateway.memory, **tempos, PROMETHEUS: site.prometheus.memory,
             ALERTMANAGER: site.alertmanager.memory}  # fmt: skip
    return {job: memory for job, memory in every.items() if site.owns(job)}


def up(site: Site) -> Panel:
    """Return which programs answer."""
    query = Query(f"min by (job) (up{{{promql_matcher('job', jobs(site))}}})", "{{job}}")
    return Panel("Answers when it is asked", [query], about="1 is yes.", width=12, height=5)


def spans(site: Site) -> Iterator[Panel]:
    """Yield what comes in, what is handed on, what is refused and lost."""
    took = [Query(rate(ACCEPTED), "gateway took"), Query(rate(SENT, "exporter"), "gateway → {{exporter}}")]
    lost = [Query(rate(gateway.REFUSED, "receiver"), "gateway refused {{receiver}}"),
            Query(rate(gateway.SEND_FAILED, "exporter"), "gateway lost, {{exporter}}")]  # fmt: skip
    if counts_itself(site):
        stored = f"{STORED}{of(counting(site), site)}"
        took += [Query(rate(stored), "Tempo took"), Query(rate(tempo.GENERATED), "counted")]
        lost += [Query(rate(tempo.REFUSED, "receiver"), "Tempo refused {{receiver}}"),
                 Query(rate(tempo.DISCARDED, "reason"), "Tempo discarded: {{reason}}")]  # fmt: skip
    about = "The lines lie on each other. Of sampled traces less is stored than counted."
    yield Panel("Spans", took, Unit.A_SECOND, about)
    yield Panel("Spans refused and lost", lost, Unit.A_SECOND, "Nothing is drawn while nothing is lost.")
    share = f'max by (exporter) ({gateway.SIZE}{{job="gateway"}} / ({gateway.CAPACITY}{{job="gateway"}} > 0))'
    yield Panel("Gateway's queues", [Query(share, "{{exporter}}")], Unit.SHARE, lines=ROOM)


def counts_itself(site: Site) -> bool:
    """Tell whether the Tempo that makes the span metrics is ours."""
    return site.owns(TEMPO) or site.sampling.tail is not None


def metrics(site: Site) -> Iterator[Panel]:
    """Yield what Tempo counts, what Prometheus holds, evaluates and notifies."""
    used = f"max by (tenant) ({tempo.ACTIVE} / ({tempo.ACTIVE_LIMIT} > 0))"
    late = f"topk(5, {DURATION}{prometheus.OF} / ({EVERY}{prometheus.OF} > 0))"
    exemplars = [Query(f"max({IN_STORAGE})", "exemplars")] if site.metrics.exemplars else []
    failed = Query(rate(alertmanager.FAILED, "integration"), "{{integration}} failed")
    if counts_itself(site):
        yield Panel("Series that Tempo makes, of its limit", [Query(used, "used")], Unit.SHARE, lines=ROOM)
    if site.owns(PROMETHEUS):
        series = Query(f"max({HEAD_SERIES}{prometheus.OF})", "series")
        yield Panel("Series and exemplars in Prometheus", [series, *exemplars])
        yield Panel("Samples", [Query(rate(f"{APPENDED}{prometheus.OF}"), "appended")], Unit.A_SECOND)
        yield Panel("Evaluation of rules, of its interval", [Query(late, "{{rule_group}}")], Unit.SHARE,
                    "Above 1 an evaluation is left out, and alerts are late.", lines=[Line(Decimal(1))],
                    width=12)  # fmt: skip
    if site.owns(ALERTMANAGER):
        told = Query(rate(NOTIFIED, "integration"), "{{integration}}")
        yield Panel("Notifications", [told, failed], Unit.A_SECOND, width=12)


def room(site: Site) -> Iterator[Panel]:
    """Yield memory and disk, of what there is."""
    used = [
        Query(f'max by (job) ({COLLECTOR_RESIDENT if job == GATEWAY else RESIDENT}{{job="{job}"}}) / {memory}', job)
        for job, memory in jobs(site).items()
    ]
    files = (prometheus.BLOCKS, prometheus.WAL_SIZE, prometheus.HEAD_SIZE)
    disk = " + ".join(f"{name}{prometheus.OF}" for name in files)
    live = dialect(site).WATCHED.live_traces
    taken = f"sum(rate({tempo_storage.BYTES_IN}{of(counting(site), site)}[{RANGE}]))"
    yield Panel("Memory, of its limit", used, Unit.SHARE, "At 1 the kernel ends it.", lines=NEARLY_KILLED)
    if site.owns(PROMETHEUS):
        yield Panel("Prometheus' disk", [Query(disk, "used")], Unit.BYTES, "The line is `prometheus.disk`.",
                    lines=[Line(Decimal(site.prometheus.disk))])  # fmt: skip
    if counts_itself(site):
        yield Panel("Traces in Tempo's memory", [Query(f"sum by (job) ({live})", "{{job}}")])
        yield Panel("Bytes of spans", [Query(taken, "Tempo took")], Unit.BYTES_A_SECOND, width=24)

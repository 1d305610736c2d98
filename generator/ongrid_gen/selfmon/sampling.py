"""The tail sampler of the gateway watched, and what it kept and why, recorded for dashboards.

It counts by policy. A trace for which several policies hold is counted by each, so their sum is more than what is kept.
Names and labels were read from collector 0.155 while the fault was on.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.wording import per_cent
from ongrid_gen.model import Site, TailSampling
from ongrid_gen.rules import Group, Record, RuleFile, RuleTest, TestFile
from ongrid_gen.selfmon.base import GATEWAY, WARNING, Watch, filled, grown
from ongrid_gen.selfmon.cases import MINUTE, Case, counter, gauge
from ongrid_gen.selfmon.counters import growing
from ongrid_gen.units import format_duration

COMPONENT: Final = GATEWAY
FILE: Final = "self-sampling"
AT: Final = 'job="gateway",instance="gateway:8888"'
ONE_JOB: Final = {"job": "gateway"}
PREFIX: Final = "otelcol_processor_tail_sampling"
BY_POLICY: Final = f"{PREFIX}_count_traces_sampled"
DECIDED: Final = f"{PREFIX}_global_count_traces_sampled"
EARLY: Final = f"{PREFIX}_sampling_trace_dropped_too_early"
HELD: Final = f"{PREFIX}_sampling_traces_on_memory"
LATE: Final = f"{PREFIX}_early_releases_from_cache_decision"
ACCEPTED: Final = "otelcol_receiver_accepted_spans"

LATE_SHARE: Final = """\
sum by (job) (rate(<< late >>{job="gateway",sampled="false"}[5m]))
  / (sum by (job) (rate(<< accepted >>{job="gateway"}[5m])) > 0) > 0.01"""
KEPT: Final = f'{{job="{GATEWAY}",decision="sampled"}}[5m]'
RECORDS: Final = (
    # why: one series a policy
    Record((), "sampling:traces_kept:rate5m", f"sum by (policy) (rate({BY_POLICY}{KEPT}))"),
    Record((), "sampling:traces:rate5m", f'sum by (decision) (rate({DECIDED}{{job="{GATEWAY}"}}[5m]))'),
    Record(
        (),
        "sampling:traces_kept:ratio_rate5m",
        f'sum(rate({DECIDED}{KEPT})) / (sum(rate({DECIDED}{{job="{GATEWAY}"}}[5m])) > 0)',
    ),
)


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch; none where every trace is kept."""
    tail = site.sampling.tail
    if tail is not None:
        yield dropped_undecided(tail)
        yield buffer_filling(site, tail)
        yield spans_late(tail)


def dropped_undecided(tail: TailSampling) -> Watch:
    """The buffer is full: the oldest trace goes, before anybody looked at it."""
    return Watch(
        name="SamplingDroppedUndecided",
        severity=WARNING,
        minutes=0,
        expr=grown(f'{EARLY}{{job="{GATEWAY}"}}', "job"),
        summary='The gateway dropped {{ printf "%.0f" $value }} traces in 10m before it had decided on them',
        meaning="It holds no more traces than its buffer is for. Traces with errors can be among those that are not "
        "stored. Metrics and alerts are whole.",
        remedy="Say how many requests there are in `budget.requests_per_second`, or raise `sampling.tail.traces`, and "
        "`gateway.memory` with it; or shorten `sampling.tail.wait`.",
        look=f"rate({EARLY}[5m])",
        causes=(
            f"More new traces within {format_duration(tail.wait)} than were planned.",
            "An application that begins a trace for every step.",
        ),
        cases=(growing(f"{EARLY}{{{AT}}}", ONE_JOB, 0),),
    )


def buffer_filling(site: Site, tail: TailSampling) -> Watch:
    """The forecast of `dropped_undecided`; the limit is the one that is rendered."""
    from ongrid_gen.components.sampling import traces_held  # components import the rules

    most = traces_held(site, tail)
    edge = most * 8 // 10
    return Watch(
        name="SamplingBufferFilling",
        severity=WARNING,
        minutes=5,
        expr=f'max by (job) ({HELD}{{job="{GATEWAY}"}}) > {edge}',
        summary=f'The gateway holds {{{{ printf "%.0f" $value }}}} undecided traces of at most {most}',
        meaning="When the buffer is full the gateway drops the oldest traces undecided, those with errors too.",
        remedy="Say how many requests there are in `budget.requests_per_second`, or raise `sampling.tail.traces`, and "
        "`gateway.memory` with it.",
        look=HELD,
        causes=("More traffic than planned.", "A burst."),
        quiet="up to 80 % of the traces that it may hold",
        cases=(
            Case("speaks above four fifths, is quiet at them", [gauge(f"{HELD}{{{AT}}}", 1, edge + 1, border=edge)],
                 ONE_JOB, told=str(edge + 1), border=8),
        ),
    )  # fmt: skip


def spans_late(tail: TailSampling) -> Watch:
    """Spans of traces that were decided on before they came, and left out: an error among them was not seen."""
    late, taken = f'{LATE}{{{AT},sampled="false"}}', f'{ACCEPTED}{{{AT},receiver="otlp",transport="http"}}'
    return Watch(
        name="SamplingSpansLate",
        severity=WARNING,
        minutes=5,
        expr=filled(LATE_SHARE, late=LATE, accepted=ACCEPTED),
        summary="{{ $value | humanizePercentage }} of the spans came after their trace had been left out",
        meaning=f"The gateway decides {format_duration(tail.wait)} after the first span of a trace. What comes later "
        "follows that decision: an error or a long duration in it keeps nothing. Metrics and alerts are whole.",
        remedy="Raise `sampling.tail.wait`, or shorten the waits of applications and agents.",
        look=f"sum by (sampled) (rate({LATE}[5m]))",
        causes=("Requests that last longer than the wait.", "An edge that catches up after an outage.",
                "Applications that hand over their spans rarely."),
        quiet="up to 1 % of the spans late",
        cases=(
            Case("speaks above one in a hundred, is quiet at it",
                 [counter(late, 0, 20, border=1), counter(taken, 100, 100)],
                 ONE_JOB, told=per_cent(0.2), border=12, lasting=3),
            Case("is quiet of late spans of traces that are kept",
                 [counter(late.replace("false", "true"), 0, 20), counter(taken, 100, 100)], quiet=True),
        ),
    )  # fmt: skip


def rule_file(site: Site) -> Iterator[RuleFile]:
    """Yield the recordings of what is kept; none where every trace is."""
    if site.sampling.tail is not None:
        yield RuleFile(FILE, (Group(FILE, RECORDS, query_offset=Decimal(0)),), tests)


def tests() -> tuple[TestFile, ...]:
    """Return the unit tests: 10 traces a second, of which errors keep one and chance two, one of them the same."""
    policy = f'{BY_POLICY}{{{AT},policy="%s",decision="%s",sampled="%s"}}'
    decided = f'{DECIDED}{{{AT},decision="%s",sampled="%s"}}'
    kept, left = ("sampled", "true"), ("not_sampled", "false")
    growths = {
        policy % ("errors", *kept): 60,
        policy % ("errors", *left): 540,
        policy % ("rest", *kept): 120,
        policy % ("rest", *left): 480,
        decided % kept: 150,
        decided % left: 450,
    }
    wanted: dict[str, dict[str, Decimal | int]] = {
        RECORDS[0].name: {f'{RECORDS[0].name}{{policy="errors"}}': 1, f'{RECORDS[0].name}{{policy="rest"}}': 2},
        RECORDS[1].name: {
            f'{RECORDS[1].name}{{decision="not_sampled"}}': Decimal("7.5"),
            f'{RECORDS[1].name}{{decision="sampled"}}': Decimal("2.5"),
        },
        RECORDS[2].name: {RECORDS[2].name: Decimal("0.25")},
    }
    body = {
        "interval": format_duration(MINUTE),
        "input_series": [{"series": name, "values": f"0+{each}x10"} for name, each in growths.items()],
        "promql_expr_test": [
            {
                "expr": name,
                "eval_time": "10m",
                "exp_samples": [{"labels": labels, "value": value} for labels, value in samples.items()],
            }
            for name, samples in wanted.items()
        ],
    }
    return (TestFile((RuleTest("what is kept, and why", body),), MINUTE),)

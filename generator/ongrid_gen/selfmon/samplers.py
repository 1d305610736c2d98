"""The samplers watched, where they share the gateway's sampling. Each is told by its own name.

The span metrics do not come through them, so nothing here is critical.
"""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts.wording import per_cent
from ongrid_gen.conventions import COLLECTOR_METRICS, SAMPLER_HOST
from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import GATEWAY, SAMPLER, WARNING, Watch, born, labelled
from ongrid_gen.selfmon.cases import Case, gauge, steady
from ongrid_gen.selfmon.counters import newborn

COMPONENT: Final = GATEWAY
INSTANCE: Final = f"{SAMPLER_HOST}-1:{COLLECTOR_METRICS}"
TARGET: Final = {"job": SAMPLER, "instance": INSTANCE}
ONE: Final = {"instance": INSTANCE}
AT: Final = labelled(TARGET)
EXPORTER: Final = "otlp_grpc/tempo"
SEND_FAILED: Final = f'otelcol_exporter_send_failed_spans{{job="{SAMPLER}"}}'
ENQUEUE_FAILED: Final = f'otelcol_exporter_enqueue_failed_spans{{job="{SAMPLER}"}}'
SIZE: Final = "otelcol_exporter_queue_size"
CAPACITY: Final = "otelcol_exporter_queue_capacity"
LOST: Final = "These spans are lost: behind the sampler nobody sends them again. Metrics and alerts are whole."


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch; none where the gateway samples itself."""
    from ongrid_gen.components.sampling import replicated  # components import the rules

    if replicated(site):
        yield sampler_down()
        yield export_failing()
        yield queue_full()
        yield queue_filling(site)


def sampler_down() -> Watch:
    """Its share of the traces waits in the gateway's queue; the others go on."""
    return Watch(
        name="SamplerDown",
        severity=WARNING,
        minutes=1,
        expr=f'up{{job="{SAMPLER}"}} == 0',
        summary="The sampler {{ $labels.instance }} is down: its share of the traces is not stored",
        meaning="Prometheus could not scrape it for a minute. The gateway keeps the traces of its share in its queue, "
        "and refuses spans when that is full. What it had not decided on when it was killed is lost; metrics and "
        "alerts are whole.",
        remedy="Look at the container's state and the end of its log, and start it before the gateway's queue is full.",
        look=f'up{{job="{SAMPLER}"}}',
        causes=(
            "It was killed for memory: `docker inspect` says `OOMKilled`. Raise `gateway.memory`, or the replicas.",
            "The volume of its queue is full or not writable.",
        ),
        cases=(Case("speaks of a sampler that does not answer", [gauge(f"up{{{AT}}}", 1, 0)], TARGET),),
    )


def export_failing() -> Watch:
    """What Tempo refuses for good is dropped, whatever queue and retry say."""
    return Watch(
        name="SamplerExportFailing",
        severity=WARNING,
        minutes=0,
        expr=born(SEND_FAILED, "instance", SAMPLER),
        summary='The sampler {{ $labels.instance }} dropped {{ printf "%.0f" $value }} spans that Tempo refused',
        meaning=f"Tempo's answer forbids to try again. {LOST}",
        remedy="Read the sampler's log: it repeats Tempo's answer. Compare the traffic with Tempo's limits.",
        look=f"sum by (instance) (increase({SEND_FAILED}[1h]))",
        causes=("Tempo's rate limit.", "A batch larger than Tempo accepts."),
        cases=newborn(f'{SEND_FAILED[:-1]},instance="{INSTANCE}",exporter="{EXPORTER}"}}', ONE, SAMPLER, AT, 0),
    )


def queue_full() -> Watch:
    """Behind the sampler nobody can be refused."""
    return Watch(
        name="SamplerQueueFull",
        severity=WARNING,
        minutes=0,
        expr=born(ENQUEUE_FAILED, "instance", SAMPLER),
        summary='{{ printf "%.0f" $value }} spans found the queue of the sampler {{ $labels.instance }} full',
        meaning=LOST,
        remedy="Make Tempo take spans again. A longer outage needs a larger `gateway.queue.size`.",
        look=f"{SIZE} / {CAPACITY}",
        causes=("Tempo is down or slow.", "`gateway.queue.size` is small for the traffic."),
        cases=newborn(f'{ENQUEUE_FAILED[:-1]},instance="{INSTANCE}",exporter="{EXPORTER}"}}', ONE, SAMPLER, AT, 0),
    )


def queue_filling(site: Site) -> Watch:
    """The capacity is `gateway.queue.size`, as the collector reports it."""
    labels = f'{AT},exporter="{EXPORTER}",data_type="traces"'
    size = site.gateway.queue_size
    share = f'max by (instance) ({SIZE}{{job="{SAMPLER}"}} / ({CAPACITY}{{job="{SAMPLER}"}} > 0))'
    return Watch(
        name="SamplerQueueFilling",
        severity=WARNING,
        minutes=2,
        expr=f"{share} > 0.8",
        summary="The queue of the sampler {{ $labels.instance }} is {{ $value | humanizePercentage }} full",
        meaning=f"Spans that are to be stored wait for Tempo. When {size} wait, more are lost.",
        remedy="See whether Tempo is up and takes spans.",
        look=share,
        causes=("Tempo is down or slow.", "A burst."),
        quiet="up to 80 % of `gateway.queue.size`",
        cases=(
            Case("speaks above four fifths",
                 [steady(f"{CAPACITY}{{{labels}}}", size),
                  gauge(f"{SIZE}{{{labels}}}", 0, size, border=size * 8 // 10)],
                 ONE, told=per_cent(1), border=5),
        ),
    )  # fmt: skip

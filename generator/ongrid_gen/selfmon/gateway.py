"""The gateway watched."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.alerts.wording import per_cent
from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import CRITICAL, GATEWAY, WARNING, Watch, born, down
from ongrid_gen.selfmon.cases import Case, gauge, steady
from ongrid_gen.selfmon.counters import newborn

COMPONENT: Final = GATEWAY
JOB: Final = 'job="gateway",instance="gateway:8888"'
EXPORTER: Final = "otlp_grpc/tempo"
REFUSED: Final = 'otelcol_receiver_refused_spans{job="gateway"}'
SEND_FAILED: Final = 'otelcol_exporter_send_failed_spans{job="gateway"}'
ENQUEUE_FAILED: Final = 'otelcol_exporter_enqueue_failed_spans{job="gateway"}'
SIZE: Final = "otelcol_exporter_queue_size"
DENIED: Final = 'http_server_request_duration_count{job="gateway",http_response_status_code="401"}'
CAPACITY: Final = "otelcol_exporter_queue_capacity"


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch."""
    yield gateway_down()
    yield refusing()
    yield export_failing()
    yield queue_full(site)
    yield queue_filling(site)
    if site.gateway.auth is not None:
        yield denying(site)


def gateway_down() -> Watch:
    """Everything comes through it."""
    target = {"job": "gateway", "instance": "gateway:8888"}
    return Watch(
        name="GatewayDown",
        severity=CRITICAL,
        minutes=1,
        expr=down(GATEWAY),
        summary="The gateway is down: no spans reach Tempo",
        meaning="Prometheus could not scrape the gateway for a minute. Spans wait in the queues of the agents.",
        remedy="Look at the container's state and the end of its log, and start it before the "
        "agents' queues are full.",
        look='up{job="gateway"}',
        causes=(
            "It was killed for memory: `docker inspect` says `OOMKilled`. Raise `gateway.memory`.",
            "The volume of its queue is full or not writable.",
        ),
        cases=(
            Case("speaks of a target that does not answer", [gauge(f"up{{{JOB}}}", 1, 0)], target),
            Case("speaks of a target that nobody scrapes", [gauge(f"up{{{JOB}}}", 1, None)], {"job": "gateway"},
                 delay=4),
        ),
    )  # fmt: skip


def refusing() -> Watch:
    """Agents send what is refused again, so nothing is lost yet."""
    series = f'otelcol_receiver_refused_spans{{{JOB},receiver="otlp",transport="http"}}'
    return Watch(
        name="GatewayRefusing",
        severity=WARNING,
        minutes=2,
        expr=born(REFUSED, "receiver", GATEWAY),
        summary='The gateway refused {{ printf "%.0f" $value }} spans at its receiver {{ $labels.receiver }}',
        meaning="It has no memory or no room in its queue. The agents send the spans again until "
        "their queues are full.",
        remedy="See whether Tempo takes spans; otherwise give the gateway more memory or a larger queue.",
        look=f"sum by (receiver) (rate({REFUSED}[5m]))",
        causes=("Tempo is down or slow, and the queue is full.", "`gateway.memory` is too small for the traffic."),
        cases=newborn(series, {"receiver": "otlp"}, GATEWAY, JOB, 2),
    )


def export_failing() -> Watch:
    """What Tempo refuses for good is dropped, whatever queue and retry say."""
    series = f'otelcol_exporter_send_failed_spans{{{JOB},exporter="{EXPORTER}"}}'
    return Watch(
        name="GatewayExportFailing",
        severity=WARNING,
        minutes=0,
        expr=born(SEND_FAILED, "exporter", GATEWAY),
        summary='The gateway dropped {{ printf "%.0f" $value }} spans that {{ $labels.exporter }} could not deliver',
        meaning="Tempo refused them with an answer that forbids to try again. These spans are lost.",
        remedy="Read the gateway's log: it repeats Tempo's answer. Compare the traffic with Tempo's limits.",
        look=f"sum by (exporter) (increase({SEND_FAILED}[1h]))",
        causes=("Tempo's rate limit.", "Tempo 1.5 while it stops: it then answers what no sender repeats.",
                "A batch larger than Tempo accepts."),
        cases=newborn(series, {"exporter": EXPORTER}, GATEWAY, JOB, 0),
    )  # fmt: skip


def queue_full(site: Site) -> Watch:
    """The queue takes no more; the receiver then refuses. Behind a sampler nobody can be refused."""
    refused = "The gateway refuses spans; the agents keep them and try again until their queues are full too."
    lost = "Behind the sampler (`otlp_grpc/tempo`) these spans are lost; of the others the agents try again."
    series = f'otelcol_exporter_enqueue_failed_spans{{{JOB},exporter="{EXPORTER}"}}'
    return Watch(
        name="GatewayQueueFull",
        severity=WARNING,
        minutes=0,
        expr=born(ENQUEUE_FAILED, "exporter", GATEWAY),
        summary='{{ printf "%.0f" $value }} spans found the queue of {{ $labels.exporter }} full',
        meaning=refused if site.sampling.tail is None else lost,
        remedy="Make Tempo take spans again. A longer outage needs a larger `gateway.queue.size`.",
        look=f"{SIZE} / {CAPACITY}",
        causes=("Tempo is down or slow.", "`gateway.queue.size` is small for the traffic."),
        cases=newborn(series, {"exporter": EXPORTER}, GATEWAY, JOB, 0),
    )


def queue_filling(site: Site) -> Watch:
    """The capacity is `gateway.queue.size`, as the collector reports it."""
    labels = f'{JOB},exporter="{EXPORTER}",data_type="traces"'
    size = site.gateway.queue_size
    capacity = steady(f"{CAPACITY}{{{labels}}}", size)
    return Watch(
        name="GatewayQueueFilling",
        severity=WARNING,
        minutes=2,
        expr=f'max by (exporter) ({SIZE}{{job="gateway"}} / ({CAPACITY}{{job="gateway"}} > 0)) > 0.8',
        summary="The queue of {{ $labels.exporter }} is {{ $value | humanizePercentage }} full",
        meaning=f"Spans wait for Tempo. When {size} wait, the gateway refuses more.",
        remedy="See whether Tempo is up and takes spans.",
        look=f"{SIZE} / {CAPACITY}",
        causes=("Tempo is down or slow.", "A burst."),
        quiet="up to 80 % of `gateway.queue.size`",
        cases=(
            Case("speaks above four fifths", [capacity, gauge(f"{SIZE}{{{labels}}}", 0, size, border=size * 8 // 10)],
                 {"exporter": EXPORTER}, told=per_cent(1), border=5),
        ),
    )  # fmt: skip


def denying(site: Site) -> Watch:
    """Who is refused before TLS has come about is in the gateway's log only: no metric counts it."""
    labels = f'{JOB},http_response_status_code="401"'
    series = f"http_server_request_duration_count{{{labels}}}"
    files = {"basic": "password", "bearer": "token"}
    held = files[site.gateway.auth.scheme] if site.gateway.auth else ""
    return Watch(
        name="GatewayDenying",
        severity=WARNING,
        minutes=0,
        expr=born(DENIED, "job", GATEWAY),
        summary='The gateway denied {{ printf "%.0f" $value }} requests that showed no credential, or a wrong one',
        meaning="Nothing of them was stored. When an edge is silent too, it is that one, and its spans are dropped.",
        remedy=f"See whether `EdgeSilent` names an edge: give it its {held} again. Otherwise look in the log of the "
        "proxy or firewall for who asks.",
        look=f"sum by (http_response_status_code) (rate({DENIED.partition('{')[0]}[5m]))",
        causes=(
            f"The {held} of an edge is not the one that the gateway knows: copy its folder of secrets to it again.",
            "An edge was taken from the gateway's file and still sends.",
            "Somebody else tries.",
        ),
        cases=newborn(series, {"job": GATEWAY}, GATEWAY, JOB, 0),
    )

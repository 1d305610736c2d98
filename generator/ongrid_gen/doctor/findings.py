"""What Prometheus knows of the stack that no single trace shows: silent services, unknown senders, clocks, queues."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ongrid_gen.conventions import AGENT_JOB, CALLS, DOCTOR, SERVICE
from ongrid_gen.doctor.verdict import BAD, LOOK, OK, SKIPPED, Verdict
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Site
from ongrid_gen.querying.prometheus import Prometheus
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.show import visible
from ongrid_gen.suggest import nearest

ASKED: Final = 5.0
SENDERS: Final = f"sum by ({SERVICE}) (increase({CALLS}[1h]))"
# One label and many values: at most so many are named.
NAMED: Final = 5
LATE_SPANS: Final = 'sum(increase(tempo_metrics_generator_spans_discarded_total{reason=~".*slack.*"}[15m]))'
# Agents stamp what they push with their own clocks, every 15 s, and it is some seconds on the way.
AGENTS: Final = f'max by (instance) (timestamp(otelcol_process_uptime{{job="{AGENT_JOB}"}}))'
OWN_CLOCK: Final = "time()"
AHEAD: Final = 5.0
QUEUES: Final = """\
max by (job, instance, exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity) > 0.1
and max by (job, instance, exporter) (deriv(otelcol_exporter_queue_size[5m])) > 0"""
DOWN: Final = "up == 0"


def findings(site: Site, endpoint: Endpoint | None) -> list[Verdict]:
    """Return everything that is worth telling."""
    looks: tuple[tuple[str, Callable[[Site, Asking], Verdict]], ...] = (
        ("targets", targets), ("services", silent), ("senders", strangers), ("clocks", clocks), ("queues", queues),
    )  # fmt: skip
    if endpoint is None:
        return [Verdict(name, SKIPPED, "Prometheus does not answer") for name, _ in looks]
    asking = Asking(Prometheus(endpoint))
    with ThreadPoolExecutor(len(looks)) as pool:
        return list(pool.map(lambda look: looked(look[0], look[1], site, asking), looks))


class Asking:
    """Prometheus, asked for what holds now."""

    def __init__(self, client: Prometheus) -> None:
        self.client = client

    def __call__(self, query: str) -> list[tuple[Mapping[str, str], float]]:
        """Return labels and values."""
        found = self.client.at(query, time.time(), Deadline.after(ASKED))
        return [(one.labels, one.points[-1][1]) for one in found if one.points]


def looked(name: str, look: Callable[[Site, Asking], Verdict], site: Site, asking: Asking) -> Verdict:
    """Return a finding; a question that has no answer is none."""
    try:
        return look(site, asking)
    except CommandError as error:
        return Verdict(name, SKIPPED, str(error))


def targets(site: Site, asking: Asking) -> Verdict:
    """What Prometheus cannot scrape."""
    del site
    down = [f"{labels.get('job')} ({labels.get('instance')})" for labels, _ in asking(DOWN)]
    if down:
        return Verdict(
            "targets", BAD, f"not scraped: {named(down)}", "see whether they run (`status`); read their logs"
        )
    return Verdict("targets", OK, "everything is scraped")


def senders(asking: Asking) -> set[str]:
    """Return who sent a request within an hour."""
    return {labels[SERVICE] for labels, value in asking(SENDERS) if labels.get(SERVICE) and value > 0}


def silent(site: Site, asking: Asking) -> Verdict:
    """Services of the spec that send nothing."""
    sent = senders(asking)
    missing = [service.name for service in site.services if service.name not in sent]
    if missing:
        todo = "give its application the variables of `env`; without instrumentation it sends nothing"
        return Verdict("services", LOOK, f"sent nothing within an hour: {named(missing)}", todo)
    return Verdict("services", OK, f"all {len(site.services)} of the spec send")


def strangers(site: Site, asking: Asking) -> Verdict:
    """Senders that are in no spec."""
    known = [service.name for service in site.services]
    odd = sorted(senders(asking) - {*known, DOCTOR})
    if not odd:
        return Verdict("senders", OK, "all of them are in the spec")
    near = nearest(odd[0], known)
    meant = f"; `{visible(odd[0])}` may mean `{near}`: add it to its `aliases`" if near else ""
    return Verdict("senders", LOOK, f"in no spec: {named(odd)}", f"add them to `services`{meant}")


def clocks(site: Site, asking: Asking) -> Verdict:
    """Clocks that are apart: ours and Prometheus', those of agents, and spans that came too late to be counted."""
    began = time.time()
    (_, theirs), *_ = asking(OWN_CLOCK) or [({}, began)]
    off = began - theirs if began < theirs else max(0.0, theirs - time.time())
    ahead = [f"{labels.get('instance')} by {at - theirs:.0f} s" for labels, at in asking(AGENTS) if at - theirs > AHEAD]
    late = sum(value for _, value in asking(LATE_SPANS))
    told = [f"this machine and Prometheus are {abs(off):.0f} s apart"] if abs(off) > AHEAD else []
    told += [f"agents ahead: {named(ahead)}"] if ahead else []
    told += [f"{late:.0f} spans within 15m were too old, or of the future, to be counted"] if late >= 1 else []
    if told:
        return Verdict(
            "clocks", BAD, "; ".join(told), "let every machine follow NTP; times of spans are their senders'"
        )
    del site
    return Verdict("clocks", OK, "they agree, as far as can be seen")


def queues(site: Site, asking: Asking) -> Verdict:
    """Queues that fill."""
    del site
    filling = [f"{labels.get('job')} {labels.get('instance', '')}".strip() + f" {100 * value:.0f} % full"
               for labels, value in asking(QUEUES)]  # fmt: skip
    if filling:
        return Verdict(
            "queues", BAD, f"filling: {named(filling)}", "see what they send to: it is slower than what comes"
        )
    return Verdict("queues", OK, "none of them fills")


def named(names: list[str]) -> str:
    """Return names, of many the first ones."""
    more = len(names) - NAMED
    return ", ".join(map(visible, names[:NAMED])) + (f" and {more} more" if more > 0 else "")

"""Alertmanager watched. That it is down reaches nobody through it: `status` and the silent watchdog tell."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.model import Site
from ongrid_gen.selfmon.base import ALERTMANAGER, WARNING, Watch, down, grown
from ongrid_gen.selfmon.cases import Case, gauge
from ongrid_gen.selfmon.counters import growing

COMPONENT: Final = ALERTMANAGER
JOB: Final = 'job="alertmanager",instance="alertmanager:9093"'
TARGET: Final = {"job": "alertmanager", "instance": "alertmanager:9093"}
FAILED: Final = "alertmanager_notifications_failed_total"
RELOADED: Final = "alertmanager_config_last_reload_successful"


def watches(site: Site) -> Iterator[Watch]:
    """Yield every watch."""
    del site
    yield alertmanager_down()
    yield Watch(
        name="DeliveryFailing",
        severity=WARNING,
        minutes=0,
        expr=grown(FAILED, "integration"),
        summary='Alertmanager failed to deliver {{ printf "%.0f" $value }} notifications by {{ '
        '$labels.integration }} in 10m',
        meaning="Somebody did not hear of an alert. Alertmanager tries again as long as the alert fires.",
        remedy="Read Alertmanager's log: it holds the receiver's answer. Look at the address in the secret file.",
        look=f"sum by (integration, reason) (increase({FAILED}[1h])) > 0",
        causes=(
            "The receiver is down or refuses.",
            "The address or its token is wrong.",
            "The network does not let it out.",
        ),
        cases=(
            growing(f'{FAILED}{{{JOB},integration="webhook",reason="other"}}', {"integration": "webhook"}, 0),
        ),
    )  # fmt: skip
    yield Watch(
        name="AlertmanagerReloadFailed",
        severity=WARNING,
        minutes=0,
        expr=f"{RELOADED} == 0",
        summary="Alertmanager could not load its configuration, and goes on with the old one",
        meaning="Routes and receivers are not those that were rendered last.",
        remedy="Read Alertmanager's log. Render again and do not edit by hand.",
        look=RELOADED,
        causes=("The rendered file was edited.", "The file could not be read."),
        cases=(Case("speaks at once", [gauge(f"{RELOADED}{{{JOB}}}", 1, 0)], TARGET),),
    )


def alertmanager_down() -> Watch:
    """Not critical: it would mute trace alerts when Alertmanager does take them though it cannot be scraped."""
    return Watch(
        name="AlertmanagerDown",
        severity=WARNING,
        minutes=1,
        expr=down(ALERTMANAGER),
        summary="Alertmanager is down: nobody hears what fires",
        meaning="Prometheus could not scrape Alertmanager for a minute.",
        remedy="Look at the container's state and the end of its log, and start it.",
        look='up{job="alertmanager"}',
        causes=("It was killed for memory. Raise `alertmanager.memory`.", "Its configuration does not load."),
        cases=(
            Case("speaks of a target that does not answer", [gauge(f"up{{{JOB}}}", 1, 0)], TARGET),
            Case("speaks of a target that nobody scrapes", [gauge(f"up{{{JOB}}}", 1, None)], {"job": "alertmanager"},
                 delay=4),
        ),
    )  # fmt: skip

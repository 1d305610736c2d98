"""Prometheus: receives the generator's series, scrapes the stack, evaluates the rules."""

from typing import Any, Final

from ongrid_gen.components.base import ComposeService, Container, Tree, publish, yaml_file
from ongrid_gen.components.images import PROMETHEUS
from ongrid_gen.conventions import (
    ALERTMANAGER_HOST,
    ALERTMANAGER_HTTP,
    COLLECTOR_METRICS,
    GATEWAY_HOST,
    PROMETHEUS_HTTP,
    TEMPO_HOST,
    TEMPO_HTTP,
)
from ongrid_gen.model import Site
from ongrid_gen.rulefiles import rule_files, rules_data, rules_path, tests_data, tests_path
from ongrid_gen.units import format_duration

NAME: Final = "prometheus"
CONFIG: Final = "prometheus/prometheus.yaml"
SCRAPE_INTERVAL: Final = "15s"


def files(site: Site) -> Tree:
    """Return the configuration, a rules file per group, and the unit tests of each."""
    tree: Tree = {CONFIG: yaml_file(config(site), site)}
    for file in rule_files(site):
        tree[rules_path(file)] = yaml_file(rules_data(file, site), site)
        for tests in file.tests:
            tree[tests_path(file, tests)] = yaml_file(tests_data(file, tests), site)
    return tree


def config(site: Site) -> dict[str, Any]:
    """Return prometheus.yaml. Without the out-of-order window one late sample refuses a whole remote write."""
    storage: dict[str, Any] = {"tsdb": {"out_of_order_time_window": "10m"}}
    if site.metrics.exemplars:
        storage["exemplars"] = {"max_exemplars": 100_000}
    return {
        "global": {
            "scrape_interval": SCRAPE_INTERVAL,
            "evaluation_interval": format_duration(site.alerting.interval),
            "external_labels": site.external_labels,
        },
        "storage": storage,
        "rule_files": ["/etc/prometheus/rules/*.yaml"],
        "alerting": {"alertmanagers": [static(f"{ALERTMANAGER_HOST}:{ALERTMANAGER_HTTP}", wrap=True)]},
        "scrape_configs": [
            {"job_name": job, "static_configs": [static(target)]}
            for job, target in (
                ("prometheus", f"localhost:{PROMETHEUS_HTTP}"),
                ("gateway", f"{GATEWAY_HOST}:{COLLECTOR_METRICS}"),
                ("tempo", f"{TEMPO_HOST}:{TEMPO_HTTP}"),
                ("alertmanager", f"{ALERTMANAGER_HOST}:{ALERTMANAGER_HTTP}"),
            )
        ],
    }


def static(target: str, *, wrap: bool = False) -> dict[str, Any]:
    """Return a static target."""
    group = {"targets": [target]}
    return {"static_configs": [group]} if wrap else group


def flags(site: Site) -> list[str]:
    """Return the command line. Without the receiver Tempo's series are a 404 that only Tempo sees."""
    exemplars = ["--enable-feature=exemplar-storage"] if site.metrics.exemplars else []
    return [
        f"--config.file=/etc/{CONFIG}",
        "--storage.tsdb.path=/prometheus",
        f"--storage.tsdb.retention.time={format_duration(site.prometheus.retention)}",
        "--web.enable-remote-write-receiver",
        "--web.enable-lifecycle",
        *exemplars,
    ]


def service(site: Site) -> ComposeService:
    """Return Prometheus' container."""
    probe = ["CMD", "/bin/promtool", "check", "ready", f"--url=http://localhost:{PROMETHEUS_HTTP}"]
    return Container(
        image=PROMETHEUS.reference(site.images),
        user="65534:65534",
        command=flags(site),
        memory=site.prometheus.memory,
        networks=["inside", "published"],
        volumes=["./prometheus:/etc/prometheus:ro", "prometheus-data:/prometheus"],
        ports=[publish("127.0.0.1", site.prometheus.port, PROMETHEUS_HTTP)],
        extra={
            "hostname": NAME,
            "stop_grace_period": "60s",
            "healthcheck": {"test": probe, "interval": "3s", "timeout": "5s", "retries": 3, "start_period": "60s"},
        },
    ).as_compose(stand_ins=site.images.stand_ins)

"""Prometheus: receives the generator's series, scrapes the stack, evaluates the rules."""

from typing import Any, Final

from ongrid_gen import selfmon
from ongrid_gen.alerts.stencil import alert_files
from ongrid_gen.components.base import ComposeService, Container, Tree, publish, yaml_file
from ongrid_gen.components.images import PROMETHEUS
from ongrid_gen.conventions import (
    AGENT_JOB,
    ALERTMANAGER_HOST,
    ALERTMANAGER_HTTP,
    COLLECTOR_METRICS,
    GATEWAY_HOST,
    PROMETHEUS_HTTP,
    TEMPO_HOST,
    TEMPO_HTTP,
    TEMPO_METRICS_HOST,
)
from ongrid_gen.model import Scrape, Site
from ongrid_gen.rulefiles import rules_data, rules_path, tests_data, tests_path
from ongrid_gen.rules import RuleFile
from ongrid_gen.slos.files import rule_file
from ongrid_gen.slos.stencil import slo_files
from ongrid_gen.text import prometheus_escape
from ongrid_gen.units import format_duration

NAME: Final = "prometheus"
CONFIG: Final = "prometheus/prometheus.yaml"
SCRAPE_INTERVAL: Final = "15s"
STACK_JOBS: Final = {
    "prometheus": f"localhost:{PROMETHEUS_HTTP}",
    "gateway": f"{GATEWAY_HOST}:{COLLECTOR_METRICS}",
    "tempo": f"{TEMPO_HOST}:{TEMPO_HTTP}",
    "alertmanager": f"{ALERTMANAGER_HOST}:{ALERTMANAGER_HTTP}",
}
COUNTING_JOB: Final = {TEMPO_METRICS_HOST: f"{TEMPO_METRICS_HOST}:{TEMPO_HTTP}"}  # where traces are sampled
# Of these and of the agents, which push, a site's own jobs cannot have the names.
OWN_JOBS: Final = (*STACK_JOBS, *COUNTING_JOB, AGENT_JOB)
DOCKER_HOST: Final = "host.docker.internal"


def files(site: Site) -> Tree:
    """Return the configuration, a rules file per group, and the unit tests of each."""
    tree: Tree = {CONFIG: yaml_file(config(site), site)}
    for file in selfmon.rule_files(site):
        tree |= rule_texts(file, site)
    tree |= alert_files(site, rule_texts)
    return tree | slo_files(site, lambda slo, of: rule_texts(rule_file(slo, of), of))


def rule_texts(file: RuleFile, site: Site) -> Tree:
    """Return a rules file and the files of its unit tests."""
    tests = {tests_path(file, tests): yaml_file(tests_data(file, tests), site) for tests in file.tests}
    return {rules_path(file): yaml_file(rules_data(file, site), site), **tests}


def config(site: Site) -> dict[str, Any]:
    """Return prometheus.yaml. Without the out-of-order window one late sample refuses a whole remote write."""
    storage: dict[str, Any] = {"tsdb": {"out_of_order_time_window": "10m"}}
    jobs = STACK_JOBS if site.sampling.tail is None else {**STACK_JOBS, **COUNTING_JOB}
    if site.metrics.exemplars:
        storage["exemplars"] = {"max_exemplars": 100_000}
    return {
        "global": {
            "scrape_interval": SCRAPE_INTERVAL,
            "evaluation_interval": format_duration(site.alerting.interval),
            "external_labels": {label: prometheus_escape(value) for label, value in site.external_labels.items()},
        },
        "storage": storage,
        "rule_files": ["/etc/prometheus/rules/*.yaml"],
        "alerting": {"alertmanagers": [static(f"{ALERTMANAGER_HOST}:{ALERTMANAGER_HTTP}", wrap=True)]},
        "scrape_configs": [own_job(job, target, site) for job, target in jobs.items()]
        + [scrape_config(job) for job in site.prometheus.scrape],
    }


def own_job(job: str, target: str, site: Site) -> dict[str, Any]:
    """Return a scrape job of the stack's own. How the gateway answers is told under a name with points, which no rule
    means: Prometheus 3 takes it as it is, unless it is told otherwise.
    """
    found = {"job_name": job, "static_configs": [static(target)]}
    if job == GATEWAY_HOST and site.gateway.auth:
        found["metric_name_escaping_scheme"] = "underscores"
    return found


def scrape_config(scrape: Scrape) -> dict[str, Any]:
    """Return a scrape job of the site's own."""
    labels = {"labels": dict(scrape.labels)} if scrape.labels else {}
    path = {} if scrape.metrics_path == "/metrics" else {"metrics_path": scrape.metrics_path}
    return {"job_name": scrape.job, **path, "static_configs": [{"targets": list(scrape.targets), **labels}]}


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


def host_gateway(site: Site) -> dict[str, Any]:
    """Return what makes the machine's own name known in the container, where a target needs it: Linux does not."""
    targets = [target for scrape in site.prometheus.scrape for target in scrape.targets]
    wanted = any(target.rpartition(":")[0] == DOCKER_HOST for target in targets)
    return {"extra_hosts": [f"{DOCKER_HOST}:host-gateway"]} if wanted else {}


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
            **host_gateway(site),
            "stop_grace_period": "60s",
            "healthcheck": {"test": probe, "interval": "3s", "timeout": "5s", "retries": 3, "start_period": "60s"},
        },
    ).as_compose(stand_ins=site.images.stand_ins)

"""A Prometheus of somebody else's: the rules with their tests, the scrape jobs of the stack, and what it must take.

The rules are those that are rendered for ours, but that alerts bear the site's labels. Targets keep the `instance` that
they have in the stack's own network, which the rules were written for; their address is the one in `reach`.
"""

from typing import Any, Final

from ongrid_gen.components import prometheus as own
from ongrid_gen.components.base import Tree, yaml_file
from ongrid_gen.components.theirs import pages
from ongrid_gen.components.ways import Way, address_for_them
from ongrid_gen.conventions import ALERTMANAGER_HOST, EXTERNAL, PROMETHEUS_HOST
from ongrid_gen.model import Site
from ongrid_gen.text import markdown_escape

Config = dict[str, Any]

NAME: Final = PROMETHEUS_HOST
FOLDER: Final = f"{EXTERNAL}/{NAME}"
CONFIG: Final = f"{FOLDER}/prometheus.yaml"
RECEIVER: Final = "--web.enable-remote-write-receiver"


def files(site: Site) -> Tree:
    """Return the rules and their tests, what is to stand in its configuration, and the page."""
    rules = {f"{EXTERNAL}/{path}": text for path, text in own.rules(site).items()}
    flags = [RECEIVER, *own.features(site)]
    jobs = [str(markdown_escape(str(job["job_name"]))) for job in scrape_configs(site)]
    about = pages.pages(
        NAME, site, flags, flag_list=pages.listed([f"`{flag}`" for flag in flags]), jobs=", ".join(jobs),
        write=f"`{site.external[NAME].takes}`",
    )  # fmt: skip
    return {CONFIG: yaml_file(config(site), site), **rules, **about}


def config(site: Site) -> Config:
    """Return what is to stand in its configuration. Without external labels: those are of others too."""
    return {
        "storage": own.storage(site),
        "rule_files": [f"{site.name}/rules/*.yaml"],
        "alerting": {"alertmanagers": [alerting(site)]},
        "scrape_configs": scrape_configs(site),
    }


def alerting(site: Site) -> Config:
    """Return where it is to send alerts: to ours by `reach`, to theirs as it is known to them."""
    theirs = site.external.get(ALERTMANAGER_HOST)
    if theirs is None:
        return own.static(address_for_them(site, ALERTMANAGER_HOST), wrap=True)
    return own.alertmanager_at(theirs.url, Way(theirs.url, theirs.takes, theirs).client)


def scrape_configs(site: Site) -> list[Config]:
    """Return the jobs of the stack, and those of the spec."""
    stack = [
        {
            **own.own_job(job, target, site),
            "scrape_interval": own.SCRAPE_INTERVAL,
            "static_configs": [{"targets": [address_for_them(site, job)], "labels": {"instance": target}}],
        }
        for job, target in own.stack_jobs(site).items()
    ]
    return [
        *stack,
        *({**own.scrape_config(job), "scrape_interval": own.SCRAPE_INTERVAL} for job in site.prometheus.scrape),
    ]

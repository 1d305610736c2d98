"""Labels and annotations: how an alert is found, routed and read at night.

Every text exists twice: as a Go template in the rule, and as what that renders to, in the rule's tests. One function
writes both, given the pieces that differ.
"""

import json
from collections.abc import Callable, Collection, Mapping
from functools import cache

from ongrid_gen.alerts.conditions import fewest_requests, is_ongrid, request_labels
from ongrid_gen.alerts.links import runbook_link
from ongrid_gen.alerts.names import runbook_path
from ongrid_gen.conventions import KIND, OWNER, SEVERITY
from ongrid_gen.model import Alert, Site
from ongrid_gen.text import go_template
from ongrid_gen.units import format_duration

Say = Callable[[str], str]


def go_string(value: str) -> str:
    """Quote for the inside of a Go template's action. JSON's escapes are all Go's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\x7f")


def spoken(value: str) -> str:
    """Return text of the spec for a Go template. A single brace could join one of ours, so it makes it an action."""
    return f"{{{{ {go_string(value)} }}}}" if "{" in value or "}" in value else value


def own_labels(alert: Alert, site: Site, identity: Collection[str]) -> dict[str, str]:
    """Return the static labels of the alert's rules, as plain text.

    A label that the expression keeps (`identity`) or that is an external label is left out: two series that become
    one abort the whole rule.
    """
    labels = {**alert.labels, KIND: alert.kind, SEVERITY: alert.severity}
    return {name: value for name, value in labels.items() if name not in identity and name not in site.external_labels}


def owner_label(site: Site, service: str | None) -> dict[str, str]:
    """Return the label that names who answers for the service, if the site says so."""
    owner = None if service is None else owners(site).get(service)
    return {} if owner is None else {OWNER: owner}


@cache
def owners(site: Site) -> dict[str, str | None]:
    """Return who answers for each service."""
    return {service.name: service.owner for service in site.services}


def as_templates(labels: Mapping[str, str]) -> dict[str, str]:
    """Return label values for a rule, where Prometheus reads them as Go templates."""
    return {name: str(go_template(value)) for name, value in labels.items()}


def per_cent(ratio: float) -> str:
    """Return a ratio as Prometheus' `humanizePercentage` writes it."""
    return f"{100 * ratio:.4g}%"


def held(alert: Alert) -> str:
    """Return how long the condition must hold, in words; empty when it need not."""
    return f", for {format_duration(alert.for_)}" if alert.for_ else ""


def guard(alert: Alert, site: Site) -> str:
    """Return how many requests it takes, in words; empty when the alert has no minimum."""
    fewest = fewest_requests(alert, site)
    return f" Quiet below {fewest} requests in {format_duration(alert.window)}." if fewest else ""


def annotations(alert: Alert, site: Site, measured: str, condition: str, say: Say, traces: str = "") -> dict[str, str]:
    """Return the annotations. `measured` is what was read beside what is allowed, `condition` when the alert fires,
    `traces` the address of a search for its traces.

    A summary of the user's own takes the place of `measured`, which then opens the description.
    """
    if alert.summary is None:
        summary, description = measured, condition
    else:
        summary, description = say(alert.summary), f"{measured}. {condition}"
    return {
        "summary": summary,
        "description": description,
        "runbook": say(runbook_link(site, runbook_path(alert))),
        **({"traces": traces} if traces else {}),
    }


def requests_named(alert: Alert, say: Say) -> str:
    """Return the service, and the operation if there is one."""
    return " ".join(say(value) for value in request_labels(alert).values())


def kinds_words(alert: Alert) -> str:
    """Return which spans count, as a sentence."""
    return f"Only spans of the kind {' or '.join(alert.params['span_kind'])} count."


def quiet_words(alert: Alert, site: Site) -> list[str]:
    """Return what keeps every kind of alert quiet, a phrase each."""
    window = format_duration(alert.window)
    found = ["no traffic: nothing to divide by, so no answer"]
    if fewest_requests(alert, site):
        found.append(f"fewer than {fewest_requests(alert, site)} requests in {window}")
    if "span_kind" in alert.params and not is_ongrid(site):
        found.append(f"spans that are no requests. {kinds_words(alert)}")
    if alert.for_:
        found.append(f"anything that is over before `for` ({format_duration(alert.for_)}) is")
    return found

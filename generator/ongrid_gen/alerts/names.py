"""File names out of names of the spec, which may hold anything a person writes."""

import hashlib
import unicodedata
from typing import Final

from ongrid_gen.conventions import RUNBOOKS, SELF_GROUPS
from ongrid_gen.model import Alert

GRAPH_GROUP: Final = "service-graph"
METRICS_GROUP: Final = "metrics"
SLO_PREFIX: Final = "slo-"
LONGEST: Final = 120  # bytes; with an ending still far below the 255 that file systems allow


def file_name(name: str, taken: frozenset[str] = frozenset()) -> str:
    """Return a name as it is when it is a safe file name, else what is safe of it, `~` and eight digits of its hash.

    Letters and digits of every script stay. Two names never share a file: `~` is not safe, so it only stands before
    a hash. A name in `taken` gets a hash too.
    """
    kept = "".join(char if char.isalnum() or char in "._-" else "-" for char in unicodedata.normalize("NFC", name))
    slug = kept.strip(".-").encode()[:LONGEST].decode(errors="ignore")
    if slug == name and name and name not in taken:
        return name
    return f"{slug or 'unnamed'}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def service_group(service: str) -> str:
    """Return the rule group of a service's alerts: none gets that of the graph, metrics, an SLO or the stack itself."""
    own = frozenset({service}) if service.startswith(SELF_GROUPS) else frozenset()
    return file_name(service, frozenset({GRAPH_GROUP, METRICS_GROUP, *own, *kept_for_slos(service)}))


def kept_for_slos(name: str) -> frozenset[str]:
    """Return the name if it begins like the files of SLOs: it then gets a hash. Some file systems mind no case."""
    return frozenset({name}) if name.casefold().startswith(SLO_PREFIX) else frozenset()


def runbook_path(alert: Alert) -> str:
    """Return the path of the alert's runbook inside the bundle."""
    return f"{RUNBOOKS}/{file_name(alert.name, kept_for_slos(alert.name))}.md"

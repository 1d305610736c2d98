"""What takes personal data out of spans: in every agent before its queue on disk, and again in the gateway.

A collector reaches attributes of resources, scopes, spans and events, and the names and messages of spans and events.
None of its processors (0.155) reaches the attributes of links.
"""

from typing import Any, Final

from ongrid_gen.components import collector
from ongrid_gen.model import Site
from ongrid_gen.text import Code, fill, ottl_string

TRANSFORM: Final = "transform/privacy"
REDACTION: Final = "redaction/mask"
PLACES: Final = ("resource", "scope", "span", "spanevent")
TEXTS: Final = ("scope.name", "span.name", "span.status.message", "spanevent.name")
DELETE: Final = "delete_key(<< place >>.attributes, << key >>)"
REPLACE: Final = 'replace_pattern(<< place >>, << pattern >>, "****")'

# What `mask` knows by name, as RE2. The collector cannot compute the check digit of a card number, so whatever has the
# form of one counts: 13 to 19 digits, also in groups, that begin as those of the large issuers do.
PATTERNS: Final[dict[str, str]] = {
    "email": r"(?i)[a-z0-9._%+'-]+(?:@|%40)[a-z0-9-]+(?:\.[a-z0-9-]+)+",
    "card_number": r"\b(?:4\d|5[1-5]|2[2-7]|3[0-9]|6[0-9])(?:[ -]?\d){11,17}\b",
    "bearer_token": r"(?i)\bbearer(?:\s|%20|\+)+[a-z0-9._~+/-]+=*|\beyJ[\w-]+\.[\w-]+\.[\w-]*",
}


def processors(site: Site) -> dict[str, Any]:
    """Return the processors by name, in the order of the pipeline; none when the spec asks for nothing."""
    found: dict[str, Any] = {}
    statements = [collector.literal(statement) for statement in transformations(site)]
    if statements:
        # not `ignore`: what cannot be cleaned is refused, and not let through as it is
        found[TRANSFORM] = {"error_mode": "propagate", "trace_statements": statements}
    if patterns(site):
        found[REDACTION] = {
            "allow_all_keys": True,
            "blocked_values": [collector.literal(pattern) for pattern in patterns(site)],
            "ignored_keys": [collector.literal(key) for key in site.privacy.keep],
            "redact_all_types": True,
            "summary": "silent",
        }
    return found


def patterns(site: Site) -> list[str]:
    """Return what is masked, wherever it stands."""
    return [*(PATTERNS[name] for name in site.privacy.mask), *site.privacy.patterns]


def transformations(site: Site) -> list[str]:
    """Return the statements for what redaction does not reach: whole attributes, names and messages."""
    deleted = [fill(DELETE, place=Code(place), key=ottl_string(key)) for key in site.privacy.delete for place in PLACES]
    masked = [fill(REPLACE, place=Code(place), pattern=ottl_string(one)) for one in patterns(site) for place in TEXTS]
    return [*deleted, *masked]

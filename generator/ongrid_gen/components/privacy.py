"""What takes personal data out of spans and logs: in every agent before its queue on disk, and again in the gateway.

A collector reaches attributes of resources, scopes, spans, events and log records, the names and messages of spans and
events, and the bodies of log records. None of its processors (0.155) reaches the attributes of links. Of a body that is
a mapping the keys at its top are deleted, and below it their values masked; what is masked is masked all the way down.
A body that is a text has no keys, and one of bytes is stored as it is.

A value is hashed once, by the first of ours that sees it: an agent hashes whatever comes, and the gateway what does not
look like a hash already. The hash is the HMAC (SHA-256) of the text, in hexadecimal digits.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Any, Final

from ongrid_gen.components import collector
from ongrid_gen.components.channels import secret_name
from ongrid_gen.conventions import SECRETS_DIR
from ongrid_gen.model import Site
from ongrid_gen.text import Code, fill, ottl_string, re2_literal

TRANSFORM: Final = "transform/privacy"
HASH: Final = "redaction/hash"
REDACTION: Final = "redaction/mask"
PLACES: Final = ("resource", "scope", "span", "spanevent")
TEXTS: Final = ("scope.name", "span.name", "span.status.message", "spanevent.name")
LOG_PLACES: Final = ("resource", "scope", "log")
LOG_TEXTS: Final = ("scope.name", "log.severity_text", "log.event_name")
DELETE: Final = "delete_key(<< place >>.attributes, << key >>)"
DELETE_IN_BODY: Final = "delete_key(log.body, << key >>) where IsMap(log.body)"
REPLACE: Final = 'replace_pattern(<< place >>, << pattern >>, "****")'

# What the key is called among the secrets of an edge. The collector (0.155) refuses a shorter one.
AGENT_KEY: Final = "hash.key"
KEY_BYTES: Final = 32
# The collector hashes each line of a text.
HASHED: Final = r"^[0-9a-f]{64}(?:\n[0-9a-f]{64})*$"

# What `mask` knows by name, as RE2. The collector cannot compute the check digit of a card number, so whatever has the
# form of one counts: 13 to 19 digits, also in groups, that begin as those of the large issuers do.
PATTERNS: Final[dict[str, str]] = {
    "email": r"(?i)[a-z0-9._%+'-]+(?:@|%40)[a-z0-9-]+(?:\.[a-z0-9-]+)+",
    "card_number": r"\b(?:4\d|5[1-5]|2[2-7]|3[0-9]|6[0-9])(?:[ -]?\d){11,17}\b",
    "bearer_token": r"(?i)\bbearer(?:\s|%20|\+)+[a-z0-9._~+/-]+=*|\beyJ[\w-]+\.[\w-]+\.[\w-]*",
}


class Hop(Enum):
    """Where on the way a collector stands."""

    AGENT = "agent"
    GATEWAY = "gateway"


def processors(site: Site, hop: Hop) -> dict[str, Any]:
    """Return the processors by name, in the order of the pipeline; none when the spec asks for nothing."""
    found: dict[str, Any] = {}
    statements = escaped(transformations(site))
    if statements:
        # not `ignore`: what cannot be cleaned is refused, and not let through as it is
        logs = {} if site.logs is None else {"log_statements": escaped(of_logs(site))}
        found[TRANSFORM] = {"error_mode": "propagate", "trace_statements": statements, **logs}
    if site.privacy.hash:
        found[HASH] = hashing(site, hop)
    keys = escaped(deep_keys(site))
    if patterns(site) or keys:
        found[REDACTION] = {
            "allow_all_keys": True,
            "blocked_values": escaped(patterns(site)),
            **({"blocked_key_patterns": keys} if keys else {}),
            # a hash in which something is masked is none any more
            "ignored_keys": escaped((*site.privacy.keep, *site.privacy.hash)),
            "redact_all_types": True,
            "summary": "silent",
        }
    return found


def hashing(site: Site, hop: Hop) -> dict[str, Any]:
    """Return the processor that hashes, numbers and lists too."""
    known = {"allowed_values": escaped([HASHED])} if hop is Hop.GATEWAY else {}
    name = secret_name(site.privacy.hash_key) if hop is Hop.GATEWAY else AGENT_KEY
    return {
        "allow_all_keys": True,
        "blocked_key_patterns": escaped(f"^{re2_literal(key)}$" for key in site.privacy.hash),
        **known,
        "hash_function": "hmac-sha256",
        "hmac_key": in_file(f"{SECRETS_DIR}/{name}"),
        "redact_all_types": True,
        "summary": "silent",
    }


def on_host(site: Site, secrets: str) -> dict[str, Any]:
    """Return what differs in an agent that finds its secrets in another folder."""
    return {HASH: {"hmac_key": in_file(f"{secrets}/{AGENT_KEY}")}} if site.privacy.hash else {}


def in_file(path: str) -> str:
    """Return what the collector replaces by the text of a file."""
    return f"${{file:{path}}}"


def deep_keys(site: Site) -> list[str]:
    """Return patterns of what is deleted, to be masked in the depth of bodies: no statement reaches down there."""
    return [] if site.logs is None else [f"^{re2_literal(key)}$" for key in site.privacy.delete]


def escaped(texts: Iterable[str]) -> list[str]:
    """Return texts in which the collector looks for no variables."""
    return [collector.literal(text) for text in texts]


def patterns(site: Site) -> list[str]:
    """Return what is masked, wherever it stands."""
    return [*(PATTERNS[name] for name in site.privacy.mask), *site.privacy.patterns]


def transformations(site: Site) -> list[str]:
    """Return the statements for what redaction does not reach of spans: whole attributes, names and messages."""
    return [*deleted(site, PLACES), *masked(site, TEXTS)]


def of_logs(site: Site) -> list[str]:
    """Return the same of logs. Redaction reaches their bodies, but deletes nothing in them."""
    in_body = [fill(DELETE_IN_BODY, key=ottl_string(key)) for key in site.privacy.delete]
    return [*deleted(site, LOG_PLACES), *in_body, *masked(site, LOG_TEXTS)]


def deleted(site: Site, places: Sequence[str]) -> Iterator[str]:
    """Yield the statements that delete attributes."""
    for key in site.privacy.delete:
        yield from (fill(DELETE, place=Code(place), key=ottl_string(key)) for place in places)


def masked(site: Site, texts: Sequence[str]) -> Iterator[str]:
    """Yield the statements that mask what is no attribute."""
    for pattern in patterns(site):
        yield from (fill(REPLACE, place=Code(text), pattern=ottl_string(pattern)) for text in texts)

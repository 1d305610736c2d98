"""OG016: what leaves the machine is encrypted, for a host that proved to be the one that is meant."""

from collections.abc import Iterator
from typing import Final

from ongrid_gen.bundle.network import Call
from ongrid_gen.bundle.plain import dig
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.checks.encrypted_way import is_elsewhere
from ongrid_gen.problems import Path, Problem, Severity

CODE: Final = "OG016"
SENDERS: Final = ("exporters", "metrics_generator")
AUTHORITY: Final = "remove the line, and name its authority in `ca_file`"
SETTINGS: Final = ("tls", "tls_config")


def check(wiring: Wiring) -> Iterator[Problem]:
    """On the way, spans in clear are read by anybody; without verification, whoever answers gets them, password too."""
    for call in wiring.calls:
        if call.path[1] in SENDERS and is_elsewhere(call.host):
            for path, how, hint in holes(call):
                message = f"`{call.service.name}` sends to `{call.host}`, another machine, {how}"
                yield Problem(CODE, path, message, hint, Severity.WARNING)


def holes(call: Call) -> Iterator[tuple[Path, str, str]]:
    """Yield what is not safe about a call: where, how it is, and what to write."""
    above = call.path[:-1]
    if call.text.startswith("http://"):
        yield call.path, "in clear", "write `https://`"
    for key in SETTINGS:
        tls = dig(call.service.settings, *above[1:], key)
        if dig(tls, "insecure") is True:
            yield (*above, key, "insecure"), "in clear", AUTHORITY
        if dig(tls, "insecure_skip_verify") is True:
            yield (*above, key, "insecure_skip_verify"), "whoever that is", AUTHORITY

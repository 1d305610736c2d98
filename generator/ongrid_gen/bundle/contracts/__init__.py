"""The contracts of a bundle. One module each; a new one is a line here."""

from typing import Final

from ongrid_gen.bundle.contracts import (
    data_survives,
    dialect_key,
    escaped_dollar,
    exemplar_chain,
    found_alerts,
    given_secret,
    heard_alert,
    known_receiver,
    known_uid,
    memory_fits,
    mounted_file,
    open_port,
    pipeline_order,
    reaches_listener,
    read_label,
    read_metric,
    same_site,
    sound_query,
    sound_traceql,
    used_component,
    write_receiver,
)
from ongrid_gen.bundle.contracts.base import Contract
from ongrid_gen.bundle.files import Bundle
from ongrid_gen.bundle.wiring import Wiring
from ongrid_gen.problems import Problem

# What comes first: without the files, nothing that is said of them holds.
FIRST: Final[tuple[Contract, ...]] = (mounted_file,)
REST: Final[tuple[Contract, ...]] = (
    reaches_listener,
    given_secret,
    write_receiver,
    exemplar_chain,
    known_uid,
    memory_fits,
    dialect_key,
    same_site,
    data_survives,
    open_port,
    used_component,
    pipeline_order,
    escaped_dollar,
    known_receiver,
    heard_alert,
    found_alerts,
    sound_query,
    sound_traceql,
    read_metric,
    read_label,
)
CONTRACTS: Final = (*FIRST, *REST)


def check_bundle(bundle: Bundle) -> list[Problem]:
    """Return what does not fit, in the order of CONTRACTS. What follows from a file that is not read is not told."""
    if bundle.unreadable:
        return bundle.unreadable
    wiring = Wiring(bundle)
    first = [problem for contract in FIRST for problem in contract.check(wiring)]
    return first or [problem for contract in REST for problem in contract.check(wiring)]

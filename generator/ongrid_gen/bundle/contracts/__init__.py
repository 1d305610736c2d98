"""The contracts of a bundle. One module each; a new one is a line here."""

from typing import Final

from ongrid_gen.bundle.contracts import (
    awaited_health,
    collector_value,
    data_survives,
    dialect_key,
    encrypted_hop,
    escaped_dollar,
    exemplar_chain,
    found_alerts,
    given_secret,
    heard_alert,
    keeps_trying,
    kept_bounds,
    kept_samples,
    kept_traces,
    known_receiver,
    known_service,
    known_uid,
    linked_label,
    literal_secret,
    memory_fits,
    mounted_file,
    narrow_inhibition,
    open_port,
    own_dimension,
    own_listener,
    own_port,
    pinned_image,
    pipeline_order,
    published_port,
    range_floor,
    reaches_listener,
    read_label,
    read_metric,
    same_site,
    service_dimension,
    sound_query,
    sound_traceql,
    spans_in_time,
    tempo_value,
    told_again,
    used_component,
    whole_redaction,
    whole_stream,
    whole_traces,
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
    linked_label,
    memory_fits,
    dialect_key,
    tempo_value,
    kept_bounds,
    own_listener,
    collector_value,
    encrypted_hop,
    same_site,
    data_survives,
    open_port,
    used_component,
    pipeline_order,
    whole_stream,
    whole_traces,
    whole_redaction,
    escaped_dollar,
    known_receiver,
    heard_alert,
    found_alerts,
    sound_query,
    sound_traceql,
    read_metric,
    service_dimension,
    read_label,
    known_service,
    published_port,
    own_port,
    spans_in_time,
    range_floor,
    kept_samples,
    kept_traces,
    own_dimension,
    narrow_inhibition,
    told_again,
    literal_secret,
    pinned_image,
    keeps_trying,
    awaited_health,
)
CONTRACTS: Final = (*FIRST, *REST)


def check_bundle(bundle: Bundle) -> list[Problem]:
    """Return what does not fit, in the order of CONTRACTS. What follows from a file that is not read is not told."""
    if bundle.unreadable:
        return bundle.unreadable
    wiring = Wiring(bundle)
    first = [problem for contract in FIRST for problem in contract.check(wiring)]
    return first or [problem for contract in REST for problem in contract.check(wiring)]

"""A query that is held to one device: every spanset of it, and nothing in it may say another."""

from ongrid_gen.conventions import DEVICE_ID
from ongrid_gen.traceql import Written
from ongrid_gen.traceql.tree import Attribute, Binary, Filter, Literal, Node, walk
from ongrid_gen.tracequery import AskedError


def refuse_other_device(written: Written, device: str) -> None:
    """Refuse a query that chooses by device itself, unless it asks for just this one (inv W17).

    `{ resource.device_id = "24" || true }` names the device and is every span, so it is not enough to find the name.
    """
    fine = [attribute for one in walk(written.tree) if isinstance(one, Binary) for attribute in same(one, device)]
    for condition in (one for one in walk(written.tree) if isinstance(one, Filter)):
        for found in named(condition):
            if not any(found is one for one in fine):
                text = written.text[found.start : found.end]
                other = f"conflicts with device_id {device!r}, to which the search is held already"
                raise AskedError(f"`{text}` in the query {other}: leave it out")


def named(node: Node) -> list[Attribute]:
    """Return every place that names a device, in whichever scope."""
    return [one for one in walk(node) if isinstance(one, Attribute) and one.name == DEVICE_ID]


def same(comparison: Binary, device: str) -> list[Attribute]:
    """Return the attribute of a comparison that asks for just this device."""
    for one, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
        of_resource = isinstance(one, Attribute) and one.name == DEVICE_ID and one.scope == "resource"
        if of_resource and isinstance(other, Literal) and comparison.op == "=" and other.value == device:
            assert isinstance(one, Attribute)
            return [one]
    return []

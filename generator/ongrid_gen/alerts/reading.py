"""Numbers as a notification shows them: what the Go template writes, and the same in Python for the rule's tests."""

from decimal import Decimal
from typing import Final

from ongrid_gen.alerts.closed_set import BYTES, BYTES_A_SECOND, PER_CENT
from ongrid_gen.units import plain

STEP: Final = 1024
PREFIXES: Final = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
TEMPLATES: Final = {
    PER_CENT: '{{ printf "%.4g" $value }}%',
    BYTES: "{{ $value | humanize1024 }}B",
    BYTES_A_SECOND: "{{ $value | humanize1024 }}B/s",
}
OTHER: Final = '{{ printf "%.4g" $value }}'


def template(unit: str) -> str:
    """Return the template that shows the value of a rule in this unit."""
    return TEMPLATES.get(unit, OTHER)


def shown(value: float, unit: str) -> str:
    """Return what that template writes."""
    if unit in (BYTES, BYTES_A_SECOND):
        return f"{humanize1024(value)}{unit}"
    return f"{value:.4g}{unit}"


def humanize1024(value: float) -> str:
    """Return a number as Prometheus' function of that name does."""
    prefix = 0
    while abs(value) >= STEP and prefix < len(PREFIXES) - 1:
        value, prefix = value / STEP, prefix + 1
    return f"{value:.4g}{PREFIXES[prefix]}"


def is_plain(value: float, unit: str) -> bool:
    """Tell whether what is shown does not depend on the last bits of the value."""
    return shown(value * (1 + 1e-9), unit) == shown(value * (1 - 1e-9), unit)


def limit(number: Decimal, unit: str) -> str:
    """Return a number of the spec with its unit, exactly."""
    return f"{plain(number)}{unit if unit in (PER_CENT, '') else f' {unit}'}"

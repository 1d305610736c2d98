"""What a drill can expect something of, by name: an alert of the spec, or `<slo>/<tier>`."""

from ongrid_gen.alerts.drills import Drilling, drilling_of
from ongrid_gen.model import Site
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import tiers
from ongrid_gen.slos.drilling import Burn


def target_names(site: Site) -> list[str]:
    """Return every name that a drill of the site can expect something of."""
    return [*(alert.name for alert in site.alerts), *(one.name for one in burns(site))]


def burns(site: Site) -> list[Burn]:
    """Return the tiers of the site's SLOs."""
    return [Burn(slo, tier, site) for slo in site.slos for tier in tiers(slo)]


def target(site: Site, name: str) -> Drilling | None:
    """Return what the name stands for; None when requests cannot fire it, or nothing bears it."""
    alert = site.alert(name)
    if alert is not None:
        return drilling_of(alert, site)
    slo_name, _, tier = name.rpartition(names.TIER_MARK)
    slo = site.slo(slo_name)
    return Burn(slo, tier, site) if slo is not None and tier in tiers(slo) else None

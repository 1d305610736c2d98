"""How the burn-rate alerts of an SLO are drilled: healthy requests of its service, then bad ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ongrid_gen.alerts.base import Timing
from ongrid_gen.alerts.drills.base import ALL, NONE, OPERATION, QUICK, RATE, SURE
from ongrid_gen.alerts.timing import way_there
from ongrid_gen.conventions import SERVER, SLO
from ongrid_gen.model import Drill, Site, Slo
from ongrid_gen.slos import names
from ongrid_gen.slos.burn import PAGE, TICKET, Pair, base_window, pairs, raw_windows, slow_step, tiers
from ongrid_gen.slos.rules import KEEP
from ongrid_gen.slos.selection import is_latency
from ongrid_gen.slos.timing import earliest
from ongrid_gen.units import plain


@dataclass(frozen=True, slots=True)
class Burn:
    """One tier of an SLO; a drill's `expect` calls it `<slo>/<tier>`."""

    slo: Slo
    tier: str
    site: Site

    @property
    def name(self) -> str:
        """The SLO's name and the tier."""
        return names.drilled(self.slo, self.tier)

    @property
    def pairs(self) -> list[Pair]:
        """The pairs of windows of which any fires the tier."""
        return pairs(self.slo, self.tier)

    @property
    def window(self) -> Decimal:
        """The longest of the short windows, in seconds: by then each has seen nothing but the drill."""
        return max(pair.short for pair in self.pairs)

    @property
    def looks_back(self) -> Decimal:
        """The longest window, in seconds."""
        return max(pair.long for pair in self.pairs)

    def labels(self, drill: Drill) -> Mapping[str, str]:
        """Return the names of the alert and of the SLO."""
        del drill
        return {"alertname": names.ALERTS[self.tier], SLO: self.slo.name}

    def watches(self, drill: Drill) -> bool:
        """Tell whether a drill sends requests that the SLO counts; a drill answers as a server."""
        slo = self.slo
        return slo.service == drill.service and slo.operation in (None, drill.operation) and SERVER in slo.span_kind

    def share(self, drill: Drill) -> Decimal:
        """Return the share of the drill's requests that the SLO counts as bad."""
        if self.slo.threshold is not None:
            return ALL if drill.duration > self.slo.threshold else NONE
        return drill.error_percent / 100

    def earliest(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing; without `fresh`, healthy requests fill every window."""
        return self.after(drill, self.share(drill) if self.watches(drill) else NONE, fresh=fresh)

    def worst(self, drill: Drill, *, fresh: bool) -> Timing | None:
        """Return the same, were every request bad."""
        return self.after(drill, ALL, fresh=fresh)

    def after(self, drill: Drill, share: Decimal, *, fresh: bool) -> Timing | None:
        """Return the earliest time to firing with such a share of bad requests."""
        return earliest(
            self.slo, self.tier, self.site, share, rate=drill.rate, before=drill.before_for if fresh else None
        )

    def muted_by(self, drill: Drill) -> str:
        """Return the SLO's page if this is the ticket and the drill fires both: who is paged gets no ticket."""
        page = self.page
        return page.name if page is not None and page.earliest(drill, fresh=False) is not None else ""

    @property
    def page(self) -> "Burn | None":
        """The page that mutes this ticket; None for a page, and for an SLO without one."""
        return Burn(self.slo, PAGE, self.site) if self.tier == TICKET and PAGE in tiers(self.slo) else None

    @property
    def limit(self) -> Decimal:
        """The lowest share of bad requests, 0 to 1, above which the tier fires."""
        return min(pair.limit for pair in self.pairs)

    def recovery(self) -> Timing:
        """Return the longest time from healthy traffic to the alert's end: until no short window holds a bad one."""
        late, raw = base_window(self.site) + slow_step(self.site), raw_windows(self.slo, self.site)
        holds = max(pair.short + (0 if pair.short in raw else late) for pair in self.pairs)
        waits = (*way_there(self.site), ("`keep_firing_for`", KEEP))
        return Timing((("until the short windows hold no bad request", holds), *waits))

    def says(self, drill: Drill) -> str:
        """Say what the traffic is to the alert."""
        bad = f"{plain(self.share(drill) * 100)} % of its requests are bad, at {drill.rate}/s"
        least = f" and at least {self.slo.min_errors} bad ones" if self.slo.min_errors else ""
        return f"{bad}; the {self.tier} wants more than {plain(self.limit * 100)} %{least}"

    def default(self) -> Drill:
        """Return requests that are all bad; for a ticket fewer where that can be sent, so that its page stays quiet."""
        slo = self.slo
        share = ALL if self.page is None else (self.limit + min(ALL, self.page.limit)) / 2
        return Drill(
            path=slo.path,
            service=slo.service,
            operation=slo.operation or OPERATION,
            client=None,
            duration=QUICK if slo.threshold is None else slo.threshold * SURE,
            rate=RATE,
            error_percent=NONE if is_latency(slo) else 100 * share,
            firing=(self.name,),
            quiet=(),
        )

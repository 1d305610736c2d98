"""What several dashboards have: the alerts that fire, and the way from one dashboard to another."""

from decimal import Decimal
from typing import Final
from urllib.parse import quote

from ongrid_gen.conventions import CALLS, LATENCY_BUCKET, SPAN_KIND
from ongrid_gen.dashboards.base import Panel, Query, Sort
from ongrid_gen.text import promql_matcher

# The range of a rate: what Grafana reckons from the width of a panel and the interval of the datasource.
RANGE: Final = "$__rate_interval"
REQUESTS: Final = promql_matcher(SPAN_KIND, ["SPAN_KIND_SERVER", "SPAN_KIND_CONSUMER"])
# Four fifths of what there is room for: where the stack's own alerts speak.
NEARLY_FULL: Final = Decimal("0.8")
TIME: Final = "${__url_time_range}"


def rate(series: str, by: str = "") -> str:
    """Return the sum of the rates of counters, by labels."""
    return f"{f'sum by ({by}) ' if by else 'sum'}(rate({series}[{RANGE}]))"


def share(part: str, whole: str, by: str = "") -> str:
    """Return a share of two sums of rates: zero where there is nothing of the part, nothing where there is no whole."""
    on = f" on ({by})" if by else ""
    return f"({rate(part, by)} or{on} 0 * {rate(whole, by)}) / ({rate(whole, by)} > 0)"


def quantile(value: str, series: str, by: str = "") -> str:
    """Return a quantile of a histogram's buckets."""
    return f"histogram_quantile({value}, {rate(series, f'le, {by}' if by else 'le')})"


def calls(matchers: str) -> str:
    """Return the series that count requests."""
    return f"{CALLS}{{{matchers},{REQUESTS}}}"


def buckets(matchers: str) -> str:
    """Return the buckets of how long they took."""
    return f"{LATENCY_BUCKET}{{{matchers},{REQUESTS}}}"


def firing(matchers: str, width: int = 24) -> Panel:
    """Return the list of the alerts that fire now."""
    of = f'ALERTS{{alertstate="firing",{matchers}}}'
    return Panel("Alerts that fire", [Query(f"sum by (alertname, severity, service) ({of})")], sort=Sort.TABLE,
                 about="Empty when nothing fires.", width=width, height=5)  # fmt: skip


def leads(board: str, variable: str = "", value: str = "") -> str:
    """Return the address of a dashboard in the same window of time; `value` is text, or a variable of Grafana's."""
    chosen = "" if not variable else f"&var-{variable}={value if value.startswith('$') else quote(value, safe='')}"
    return f"/d/{board}?{TIME}{chosen}"

"""Random specs that `check` must accept: every key of the schema, odd texts, and parts that know of each other.

A section is `keys(required, optional)`: its keys, each with what it can be. A new key is a line in its section; a new
kind of alert or channel an entry in CONDITIONS or CHANNELS. `test_specs.py` names the keys of the schema that are never
made. What parts must agree on (services, thresholds, retention …) is drawn first, in `Ground`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from hypothesis import strategies as st

from ongrid_gen.alerts.closed_set import METRICS
from ongrid_gen.checks.distinct_services import spelled_alike
from ongrid_gen.components.receivers import DOORS
from ongrid_gen.units import parse_duration

Spec = dict[str, Any]
Any_ = st.SearchStrategy[Any]

keys = st.fixed_dictionaries
one_of = st.sampled_from


def some(items: Any_, least: int = 0, most: int = 3) -> Any_:
    """Return lists in which nothing stands twice."""
    return st.lists(items, min_size=least, max_size=most, unique_by=str)


def together(*parts: Any_) -> Any_:
    """Return mappings that hold what each part holds."""
    return st.tuples(*parts).map(lambda found: {key: value for part in found for key, value in part.items()})


def only(found: Spec, *, but: Sequence[str]) -> Spec:
    """Return a mapping without some keys."""
    return {key: value for key, value in found.items() if key not in but}


# Texts that some language of the bundle, or YAML, reads as something of its own.
ODD = one_of(
    [
        "결제 서비스",
        'a "quoted" one',
        "it's",
        "$HOME ${x} $$ $",
        "{{ .Labels.x }}",
        "{{",
        "back\\slash\\",
        "%d %s {} {x}",
        "<b>&amp;</b>",
        "a|b=c,d;e",
        "#comment",
        "a # b",
        "- dash",
        "key: value",
        "yes",
        "null",
        "1e3",
        "2.10",
        "012",
        "~",
        "`tick`",
        "日本 語",
        "👩‍💻 e\u0301",
        " space ",
        "\u00a0",
        "[x](y)",
        "a/../b",
        "*",
        "&a",
        "!t",
        "12:30",
        "2024-01-01",
        ".*",
        "^$",
        "(?i)x",
        "a\u200bb",
        "\ufeffx",
        "=",
        "?",
        "@x",
        "'",
        '"',
        "\\n",
        "0x1F",
        "-",
        ".",
        "..",
        "<< x >>",
    ]
)
LETTERS = st.characters(
    exclude_categories=("Cc", "Cs", "Zl", "Zp"),
    exclude_characters="".join(map(chr, (*range(0x2028, 0x202F), *range(0x2066, 0x206A)))),
)
TEXT = ODD | st.text(LETTERS, min_size=1, max_size=20)
# Queries for each Tempo that has TraceQL.
TRACEQL = [
    "{ }",
    '{ resource.service.name = "결제 \\"x\\"" && duration > 800ms }',
    "{ .a || span.b = `raw ${x} $$` } >> { status = error } | count() > 3",
    '{ name =~ ".*{{ .x }}.*" }\n  && { kind = server }',
]
SLUG = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True)
SECRET = one_of(["secrets/oncall.url", "secrets/a", "secrets/_B-2..x", "secrets/9.key"])
URL = one_of(["https://grafana.example.com", "http://10.0.0.7:8080/a/b", "https://x.example.com/$a?b=c&d=%20#e"])
HOST_PORT = one_of(["node-1.example.com:9100", "[2001:db8::1]:9100", "10.0.0.7:1", "host.docker.internal:65535"])
MAIL = one_of(["oncall@example.com", "o'hara+x@example.com", "a.b%c$d|e@x-1.example.com"])
NUMBER = st.decimals(-(10**15), 10**15, places=3) | st.integers(-(10**15), 10**15)
SEVERITY = one_of(["critical", "warning", "info"])
SWITCH = st.booleans()
# Any window goes with any `for`: none is over the least window, less the age of a first zero and an evaluation.
WINDOW, FOR, KEEP = one_of(["5m", "5m30s", "10m", "30m"]), one_of(["0s", "2m", "2m30s"]), one_of(["0s", "7m", "1h1s"])
LABEL_NAMES = one_of(["device_id", "host", "mountpoint", "instance", "job"])
SITE_LABELS, OWN_LABELS = one_of(["cluster", "region", "Zone_1", "_r"]), one_of(["team", "ticket", "_x", "T1"])
ATTRIBUTES = ["http.route", "http.request.method", "k8s-pod", "결제.id", "x/y:z", 'q"$1', "url.scheme", "a.b_c"]
COUNT = one_of([0, 1, 20, 10**9])
SHARE = st.decimals(Decimal("0.001"), 1, places=3)
SPAN_KINDS = some(one_of(["server", "client", "producer", "consumer", "internal"]), 1, 5)
MADE_UP = ("my_queue_depth", "my_requests_total", "my:recorded:rate5m", "Paused")
NODE = tuple(dict.fromkeys(name for metric in METRICS.values() for name in metric.names))


@dataclass(frozen=True)
class Ground:
    """What one spec agrees on: `operations` by service, `limits` in milliseconds, `tempo` as its version."""

    operations: Mapping[str, Sequence[str]]
    limits: Sequence[Decimal]
    channels: Sequence[str]
    retention: str
    tempo: str
    labels: Mapping[str, str]

    @property
    def service(self) -> Any_:
        """Any service."""
        return one_of(list(self.operations))

    @property
    def limit(self) -> Any_:
        """A threshold of latency, written with or without a point."""
        return one_of(list(self.limits))

    def operation(self, service: str) -> Any_:
        """Return an operation: one of those that the service lists, or any."""
        return one_of(list(self.operations[service])) if self.operations[service] else TEXT


def grounds(most: int) -> Any_:
    """Return what a spec with so many channels at most is built on."""
    limit = st.decimals(5, 40_000_000, places=1) | st.integers(5, 5000).map(Decimal)
    return st.builds(
        Ground,
        operations=st.dictionaries(SLUG, some(TEXT), min_size=1, max_size=3),
        limits=st.lists(limit, min_size=1, max_size=3),
        channels=some(SLUG, 0, most),
        retention=one_of(["15d", "30d", "400d", "10y"]),
        tempo=one_of(["1.5", "2.10", "3.0"]),
        labels=st.dictionaries(SITE_LABELS, TEXT, max_size=2),
    )


# Alerts: what each kind takes, as a function of the ground: required and optional keys of its conditions.


def watched(ground: Ground, required: Spec, optional: Spec) -> Any_:
    """Return the conditions of one service's requests, of one operation or all."""
    both = ground.service.flatmap(
        lambda name: keys({"service": st.just(name)}, optional={"operation": ground.operation(name)})
    )
    more = {"min_requests": COUNT, "span_kind": SPAN_KINDS, **optional}
    return together(both, keys(required, optional=more))


OVER = one_of([">", ">="])
SELECTOR = st.dictionaries(LABEL_NAMES.filter(lambda name: name != "job"), TEXT, max_size=2) | one_of(
    ['{mountpoint="/"}', 'mountpoint=~"/|/var", fstype!="tmpfs"', '{host="a\\"$b"}', "{}"]
)
METRIC = keys({"metric": one_of(list(METRICS))}, optional={"selector": SELECTOR})
# Expressions of a number, with what tells its things apart.
EXPRS = [
    ("up", "instance"),
    ('my_queue_depth{queue="a\\"b$c",team!~"x.*|"}', "host"),
    ("sum by (device_id) (rate(my_requests_total[5m]))", "device_id"),
    ("max by (host) (my:recorded:rate5m offset 1h) # why", "host"),
    ("sum by (service_name) (rate(traces_spanmetrics_calls_total[5m]))", "service_name"),
    ("max_over_time((my_queue_depth / 2)[10m:1m])", "job"),
    ("my_queue_depth\n  * on (host) group_left (device_id) Paused", "device_id"),
]
EXPR = one_of(EXPRS).map(lambda pair: {"expr": pair[0], "by": [pair[1]]})
RAW = one_of(
    [
        "up == 0",
        'absent(my_queue_depth{queue="결제 $x"})',
        "my_queue_depth > 5 unless on (host) Paused == 1",
        "sum by (service_name) (rate(traces_spanmetrics_calls_total[5m])) > 1e3",
        "\n# a comment\nPaused\n  != 0\n",
        "histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket[5m]))) > 2",
        "traces_service_graph_request_failed_total > 0 and on (client) traces_service_graph_request_total > 1",
        "count(my_queue_depth) < 3 or vector(1) == 2",
        "-my_queue_depth < -1.5e2",
    ]
)


def signal(required: Spec, optional: Spec) -> Any_:
    """Return conditions on a metric of the closed set, or on an expression, which needs a `floor` if there is one."""
    closed = together(METRIC, keys(required, optional={**optional, "by": some(LABEL_NAMES, 1)}))
    needed = {key: value for key, value in optional.items() if key == "floor"}
    left = {key: value for key, value in optional.items() if key not in needed}
    return closed | together(EXPR, keys({**required, **needed}, optional=left))


def threshold(ground: Ground) -> Any_:
    """Return conditions that all tell things apart by the same labels."""
    del ground
    shared = {"operator": one_of([">", ">=", "<", "<=", "==", "!="]), "threshold": NUMBER}
    more = {"window": one_of(["1m", "5m", "1h"]), "aggregator": one_of(["avg", "max", "min", "last"])}
    closed, spelt = (together(what, keys(shared, optional=more)) for what in (METRIC, EXPR))
    alone = spelt.map(lambda found: {"by": found["by"], "conditions": [only(found, but=("by",))]})
    several = st.lists(closed, min_size=1, max_size=2).map(lambda found: {"conditions": found})
    several = together(several, keys({}, optional={"by": some(LABEL_NAMES, 1)}))
    return together(alone | several, keys({}, optional={"match": one_of(["all", "any"])}))


CONDITIONS = {
    "trace_latency": lambda ground: watched(
        ground,
        {"threshold_ms": ground.limit},
        {"operator": OVER, "quantile": one_of(["p50", "p90", "p95", "p99", "p99.9"])},
    ),
    "trace_error_rate": lambda ground: watched(
        ground, {"threshold_pct": SHARE.map(lambda one: one * 98 + 1)}, {"operator": OVER}
    ),
    "service_dependency_error_rate": lambda ground: keys(
        {"threshold_ratio": SHARE},
        optional={
            "client": ground.service,
            "server": ground.service,
            "operator": OVER,
            "min_requests": COUNT,
            "connection_type": one_of(["virtual_node", "database", "messaging_system"]),
        },
    ),
    "trace_absent": lambda ground: watched(
        ground,
        {},
        {"expect": one_of(["always", "after_seen"]), "seen_within": one_of(["1d", "1w"])},
    ).map(lambda found: only(found, but=("min_requests",))),
    "trace_throughput_drop": lambda ground: watched(
        ground,
        {},
        {"operator": OVER, "drop_pct": SHARE.map(lambda one: one * 99), "compare_to": one_of(["1h", "1d", "1w"])},
    ),
    "metric_raw": lambda ground: keys({"expr": RAW}),
    "metric_threshold": threshold,
    "metric_anomaly": lambda ground: signal(
        {},
        {
            "method": one_of(["zscore", "mad"]),
            "baseline_window": one_of(["1h", "90m"]),
            "ignore_last": one_of(["5m", "1h"]),
            "deviation": st.decimals(Decimal("0.1"), 1000, places=1),
            "min_samples": one_of([1, 30]),
            "floor": st.decimals(Decimal("0.001"), 10**15, places=3),
        },
    ),
    "metric_forecast": lambda ground: signal(
        {"operator": one_of(["<", "<=", ">", ">="]), "threshold": NUMBER},
        {
            "fit_window": one_of(["1h", "90m"]),
            "predict_seconds": one_of([60, 21600, 31536000]),
            "min_samples": one_of([1, 30]),
        },
    ),
}
OUTSIDE = ("by", "match")  # of metric_threshold, whose envelope is a list


@st.composite
def alert(draw: st.DrawFn, ground: Ground, number: int, kinds: Sequence[str] = tuple(CONDITIONS)) -> Spec:
    """Return one alert, its conditions beside its name or in Ongrid's envelope."""
    kind = draw(one_of(kinds))
    is_metric = kind.startswith("metric_")
    found = draw(CONDITIONS[kind](ground))
    shared = {
        "severity": SEVERITY,
        "for": FOR,
        "keep_firing_for": KEEP,
        "summary": TEXT,
        "labels": st.dictionaries(OWN_LABELS, TEXT, max_size=2),
    }
    name = draw(TEXT.filter(str.strip)) + str(number)
    window = (
        {}
        if is_metric
        else draw(keys({}, optional={"window": one_of(["10m", "1h"]) if kind == "trace_absent" else WINDOW}))
    )
    given = {"name": name, "kind": kind, **draw(keys({}, optional=shared))}
    if draw(st.booleans()):
        return {**given, **window, **held(found, given, draw(st.booleans()))}
    scope = draw(keys({}, optional={"scope_type": st.just("global")}))
    if kind == "metric_threshold":
        beside = {key: found[key] for key in OUTSIDE if key in found}
        inside: Any = held(found, given, draw(st.booleans()))["conditions"]
        return {**given, **scope, **beside, "conditions_json": inside}
    more = draw(keys({}, optional=ENVELOPE.get(kind, {})))
    if "for" in given:
        more.pop("for_seconds", None)
    return {**given, **scope, "conditions_json": {**found, **window, **more}}


ENVELOPE = {
    "metric_anomaly": {"baseline_step": one_of(["1m", "5m"]), "for_seconds": one_of([0, 120])},
    "metric_forecast": {"for_seconds": one_of([0, 120])},
}


def held(found: Spec, given: Spec, said: bool) -> Spec:
    """Return conditions of which, if `said`, each says the alert's `for` too, as Ongrid's do."""
    if "conditions" not in found or not said:
        return found
    waits = {"for": given.get("for", "2m")}
    return {**found, "conditions": [{**one, **waits} for one in found["conditions"]]}


@st.composite
def slo(draw: st.DrawFn, ground: Ground, name: str) -> Spec:
    """Return one objective. Rows of its own burn no slower than its budget, and can fire."""
    found = {"name": name, **draw(watched(ground, {}, {"labels": st.dictionaries(OWN_LABELS, TEXT, max_size=2)}))}
    found.pop("min_requests", None)
    found["sli"] = draw(one_of(["errors", "latency"]))
    if found["sli"] == "latency":
        found["threshold_ms"] = draw(ground.limit)
    found |= draw(
        keys(
            {"objective": one_of([Decimal("97.5"), 99, Decimal("99.9"), Decimal("99.999")])},
            optional={"min_errors": COUNT, "page_for": FOR, "ticket_for": FOR},
        )
    )
    short = ground.retention == "15d"
    if short or draw(st.booleans()):
        found["period"] = draw(one_of(["7d", "15d"] if short else ["30d", "4w2d"]))
        found["windows"] = draw(st.lists(row(found["period"]), min_size=1, max_size=3))
    return found


@st.composite
def row(draw: st.DrawFn, period: str) -> Spec:
    """Return a pair of windows, with a share of the budget that is spent faster than the period spends it."""
    long, short = draw(one_of([("1h", "5m"), ("6h", "30m"), ("1d", "2h"), ("12h", "10m30s")]))
    pace = 100 * parse_duration(long) / parse_duration(period)
    factor = draw(one_of([Decimal("1.1"), 2, Decimal("14.4")]))
    return {
        "tier": draw(one_of(["page", "ticket"])),
        "long": long,
        "short": short,
        "budget_pct": min(Decimal(100), round(pace * factor, 4)),
    }


# Who is told.

CHANNELS = {
    "webhook": keys({"url_file": SECRET}),
    "slack": keys({"url_file": SECRET}, optional={"channel": one_of(["#oncall", "@kim", "결제", 'a"b'])}),
    "email": keys({"to": some(MAIL, 1), "from": MAIL, "smarthost": HOST_PORT}, optional={"require_tls": SWITCH})
    | keys(
        {
            "to": some(MAIL, 1),
            "from": MAIL,
            "smarthost": HOST_PORT,
            "username": one_of(["me", "결제$x"]),
            "password_file": SECRET,
        }
    ),
    "telegram": keys({"bot_token_file": SECRET, "chat_id": one_of([1, -1001, 2**53 - 1, -(2**53) + 1])}),
    "discord": keys({"url_file": SECRET}),
    "msteams": keys({"url_file": SECRET}),
    "pagerduty": keys({"routing_key_file": SECRET}, optional={"region": one_of(["us", "eu"])}),
    "opsgenie": keys({"api_key_file": SECRET}, optional={"region": one_of(["us", "eu"])}),
}


@st.composite
def channel(draw: st.DrawFn, name: str, kinds: Sequence[str] = tuple(CHANNELS)) -> Spec:
    """Return one channel."""
    kind = draw(one_of(kinds))
    shared = draw(keys({}, optional={"send_resolved": SWITCH}))
    return {"name": name, "type": kind, **shared, **draw(CHANNELS[kind])}


def matches(ground: Ground, alerts: list[Spec]) -> Any_:
    """Return labels that some alert has: one of the spec, or one of the stack's own."""
    known = [{"severity": "critical"}, {"kind": "self"}, {"alertname": "GatewayDown"}, {}]
    known += [{"alertname": one["name"]} for one in alerts] + [{"kind": one["kind"]} for one in alerts]
    known += [{label: value} for one in alerts for label, value in one.get("labels", {}).items()]
    known += [{label: value} for label, value in ground.labels.items()]
    return one_of(known)


def notify(ground: Ground, alerts: list[Spec]) -> Any_:
    """Return who hears of what. Somebody hears of everything, if anybody does of anything."""
    group_by = some(one_of(["alertname", "service", "severity", *ground.labels]), 1)
    every = one_of(["5m", "10m", "4h", "5d"])
    free = {
        "group_by": group_by,
        "group_wait": KEEP,
        "group_interval": one_of(["30s", "1m", "5m"]),
        "repeat": every,
        "inhibit": st.lists(inhibition(alerts), max_size=2),
    }
    if not ground.channels:
        return keys({}, optional=free)
    who = one_of(list(ground.channels))
    wanted = [
        keys({"match": matches(ground, alerts)}),
        keys({}, optional={"severity": one_of(["critical", "warning"])}),
        *(st.just({"severity": one.get("severity", "warning"), "match": {"kind": one["kind"]}}) for one in alerts),
    ]
    route = together(st.one_of(wanted), keys({"channel": who}, optional={"group_by": group_by, "repeat": every}))
    beat = keys({"channel": who}, optional={"interval": one_of(["1m", "1h"])})
    told = {"channels": st.tuples(*map(channel, ground.channels)).map(list)}
    catch = st.lists(route, max_size=2).flatmap(lambda found: who.map(lambda name: [*found, {"channel": name}]))
    return keys(
        {**told, "default": who}, optional={**free, "routes": st.lists(route, max_size=3), "heartbeat": beat}
    ) | keys({**told, "routes": catch}, optional={**free, "heartbeat": beat})


def inhibition(alerts: list[Spec]) -> Any_:
    """Return which alert keeps which other quiet."""
    sources, targets = [{"alertname": "GatewayDown"}], [{"alertname": "TempoSpansDiscarded"}]
    targets += [{"alertname": one["name"]} for one in alerts]
    equal = some(one_of(["site", "severity", "kind"]), 1)
    return keys({"source": one_of(sources), "target": one_of(targets)}, optional={"equal": equal})


def maintenance(ground: Ground, alerts: list[Spec]) -> Any_:
    """Return windows of maintenance; one by labels at most, and none from a time to itself."""
    times = one_of([("00:00", "24:00"), ("23:00", "02:00"), ("12:30", "12:31"), ("00:00", "06:00"), ("18:00", "00:00")])
    days = one_of(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
    zone = one_of(["UTC", "Asia/Seoul", "America/Argentina/Buenos_Aires", "Etc/GMT+12"])
    more = {"weekdays": some(days, 1, 7), "timezone": zone, "match": matches(ground, alerts)}
    one = st.builds(
        lambda name, time, rest: {"name": name, "from": time[0], "to": time[1], **rest},
        SLUG,
        times,
        keys({}, optional=more),
    )
    return st.lists(one, max_size=2, unique_by=lambda window: window["name"])


# Drills: traffic that goes with what is expected of it.


def drills(ground: Ground, alerts: list[Spec]) -> list[Any_]:
    """Return a strategy for each alert that can be drilled in the plainest way."""
    found = []
    for one in alerts:
        inside = {**one, **(one.get("conditions_json", {}) if isinstance(one.get("conditions_json"), dict) else {})}
        counts = "server" in inside.get("span_kind", ["server"]) and inside.get("min_requests", 0) <= 20
        if counts and inside["kind"] in TRAFFIC:
            operation = {"operation": st.just(inside["operation"])} if "operation" in inside else {}
            key, required, optional = TRAFFIC[inside["kind"]]
            send = keys(
                {"service": st.just(inside["service"]), **operation, **required},
                optional={"client": ground.service, **optional},
            )
            found.append(keys({"send": send, "expect": st.just({key: [one["name"]]})}))
    return found


TRAFFIC: dict[str, tuple[str, Spec, Spec]] = {
    "trace_latency": (
        "quiet",
        {"duration": st.just("1ms")},
        {"rate": one_of([1, 5]), "error_percent": one_of([0, Decimal("0.5")])},
    ),
    "trace_error_rate": (
        "firing",
        {"error_percent": st.just(100), "rate": st.just(100)},
        {"duration": one_of(["1ms", "1s"])},
    ),
    "trace_absent": (
        "firing",
        {"before": keys({"rate": one_of([5, 1000]), "for": one_of(["10m", "1h"])}), "rate": st.just(0)},
        {},
    ),
}


# The site.


def service(ground: Ground, name: str, aliases: list[str]) -> Any_:
    """Return one service."""
    listed = {"operations": st.just(list(ground.operations[name]))} if ground.operations[name] else {}
    return keys(
        {"name": st.just(name), **listed},
        optional={
            "aliases": st.just(aliases),
            "owner": TEXT,
            "version": TEXT,
            "language": one_of(["python", "node", "java", "go", "browser", "other"]),
            "template_ids": SWITCH,
        },
    )


def scrape(ground: Ground, alerts: list[Spec]) -> Any_:
    """Return scrape jobs; where alerts read metrics, the first tells all of their names or none."""
    del ground
    needed = any(one["kind"].startswith("metric_") for one in alerts)
    shared = {
        "path": one_of(["/metrics", "/a/b-c.~1"]),
        "labels": st.dictionaries(one_of(["rack", "row"]), TEXT, max_size=2),
    }
    names = {"metrics": st.just([*MADE_UP, *NODE])}
    first = keys({"job": st.just("node"), "targets": some(HOST_PORT, 1)}, optional={**shared, **names})
    other = keys(
        {"job": SLUG.map("x-{}".format), "targets": some(HOST_PORT, 1)},
        optional={**shared, "metrics": some(one_of(MADE_UP))},
    )
    jobs = st.builds(lambda one, more: [one, *more], first, st.lists(other, max_size=1))
    return jobs if needed else st.lists(other, max_size=1)


def metrics(ground: Ground) -> Any_:
    """Return what is made of spans. Room for the series, and bounds that hold every threshold and one above."""
    attributes = some(one_of(ATTRIBUTES), 0, 3)
    seconds = sorted({limit / 1000 for limit in ground.limits})
    bounds = some(st.decimals(Decimal("0.001"), 86400, places=3), 0, 4).flatmap(
        lambda more: st.permutations(sorted({*more, *seconds, seconds[-1] * 2})).map(list)
    )
    can = ground.tempo != "1.5"
    graph = {"dimensions": attributes, **({"messaging_latency": SWITCH} if can else {})}
    return keys(
        {"max_active_series": one_of([10**8, 10**9])},
        optional={
            "interval": one_of(["5s", "15s", "1m"]),
            "dimensions": attributes,
            "exemplars": SWITCH,
            "service_graph": keys({}, optional=graph),
            "buckets": bounds,
            **({"size": SWITCH} if can else {}),
        },
    )


IMAGE = one_of(["images.example.com:5000/a/b_c:X.1-y", f"tempo@sha256:{'0a' * 32}", "a/b:1"])
REGISTRY = {"registry": one_of(["images.example.com/mirror", "localhost:5000"])}
IMAGES = keys(
    {},
    optional={
        **REGISTRY,
        **dict.fromkeys(["otelcol", "tempo", "prometheus", "alertmanager", "grafana", "busybox"], IMAGE),
    },
)
MEMORY = one_of(["512Mi", "1Gi", "786432Ki", "1Ti"])
DISK = one_of(["1Ti", "20Gi", "5000000Mi"])
TAKING = [door.key for door in DOORS]
PORTS = (*TAKING, "tempo", "prometheus", "alertmanager", "grafana")
# How long traces are kept; what is long needs room for the busiest budget.
SHORT, LONG = ["72h", "1w", "100h30m"], ["1y2w3d4h5m6s7ms"]
TLS = keys(
    {},
    optional={
        "certificate": st.just("secrets/own.crt"),
        "key": st.just("secrets/own.key"),
        "ca": st.just("secrets/own-ca.crt"),
        "clients": SWITCH,
    },
)
AUTH = keys({"basic": st.just("secrets/edges.htpasswd")}) | keys({"bearer": st.just("secrets/edges.tokens")})
# Other machines reach it only with a credential, and by TLS.
REACHED = keys(
    {"endpoint": one_of(["https://traces.example.com:4318", "https://10.0.0.7", "https://hub"]), "auth": AUTH},
    optional={"listen": one_of(["127.0.0.1", "0.0.0.0", "::"]), "tls": TLS, "port": one_of([0, 14318])},
)
GATEWAY = together(
    keys(
        {},
        optional={
            "batch": keys({}, optional={"timeout": one_of(["200ms", "1s", "1500ms"]), "size": one_of([1, 1024, 5000])}),
            "queue": keys({}, optional={"size": one_of([5000, 10**9]), "persistent": SWITCH}),
            "memory": MEMORY,
            "max_request": one_of(["1Mi", "64Mi"]),
            "limits": keys({}, optional={"attributes": one_of([16, 10000]), "attribute_bytes": one_of([64, 10**6])}),
        },
    ),
    keys({}, optional={"tls": TLS, "auth": AUTH}) | REACHED,
)
ALERTING = keys(
    {},
    optional={
        "style": one_of(["guarded", "ongrid"]),
        "interval": one_of(["15s", "30s", "1m"]),
        "runbooks": URL,
        "query_offset": one_of(["0s", "45s", "1m15s"]),
    },
)
EDGES = st.lists(
    keys({"name": SLUG}, optional={"attributes": st.dictionaries(one_of(ATTRIBUTES), TEXT, max_size=2)}),
    min_size=1,
    max_size=2,
    unique_by=lambda edge: edge["name"],
)
BUDGET = keys(
    {},
    optional={
        "requests_per_second": one_of([1, 5]),
        "spans_per_request": one_of([1, 12]),
        "bytes_per_span": one_of([1, 500]),
        "stored_spans_per_day": one_of([10**8, 10**12]),
        "stored_bytes": one_of(["2Ti", "999999Ti"]),
        "series": one_of([10**9, 10**12]),
    },
)


PRIVACY = keys(
    {},
    optional={
        "delete": some(one_of(["user.email", "http.request.body", 'we"ird$key', "이름"])),
        "mask": some(one_of(["email", "card_number", "bearer_token"])),
        "patterns": some(one_of([r"ORD-\d+", "a$b", r"(?i)\bpin=\d{4}\b", "\"$1'", "결제"])),
        "keep": some(one_of(["order.id", "a.b_c"])),
    },
)


def storage(ground: Ground) -> Any_:
    """Return where traces are kept: a volume, or a bucket of any kind."""
    bucket = one_of(["traces", "a.b-c_9", "000"])
    prefix = {} if ground.tempo == "1.5" else {"prefix": one_of(["site", "a/b.c/-d", "_"])}
    address = one_of(["s3.eu-central-1.amazonaws.com", "minio:9000", "10.0.0.1"])
    key = {"credentials_file": one_of(["secrets/key.json", "secrets/s3"])}
    s3 = {"region": one_of(["eu-central-1", "auto"]), "path_style": SWITCH, "tls": st.just(True), **prefix, **key}
    return st.one_of(
        keys({}, optional={"backend": st.just("local")}),
        keys({"backend": st.just("s3"), "bucket": bucket, "endpoint": address}, optional=s3),
        keys({"backend": st.just("gcs"), "bucket": bucket}, optional={**prefix, **key}),
        keys(
            {"backend": st.just("azure"), "account": one_of(["abc", "mall0storage"]), "container": bucket},
            optional={"endpoint": address, **prefix},
        ),
    )


def sampling(ground: Ground) -> Any_:
    """Return what is kept: all that an alert can lead to. What is slow is over within the shortest wait."""
    kept = keys({"key": one_of(ATTRIBUTES), "values": some(one_of(["gold", "true", "a$b", "결제"]), 1)})
    more = {
        "attributes": st.lists(kept, max_size=2, unique_by=itemgetter("key")),
        "spans_per_second": one_of([1, 1000]),
    }
    slow, own = keys({"slower_than": one_of(["1ms", "200ms", "1s"])}), keys({"service": ground.service})
    percent, limit = one_of([0, Decimal("0.01"), 50]), one_of([1, 1000])
    share = keys({"percent": percent, "spans_per_second": limit}) | keys({"percent": percent})
    all_ = tail(keys({"percent": st.just(100)}, optional={"errors": SWITCH, **more}), together(own, slow))
    some_ = tail(
        keys({"slower_than": st.just("1ms")}, optional={"percent": one_of([Decimal("0.5"), 5]), **more}),
        together(own, slow | share),
    )
    whole = keys({}, optional={"ratio": st.just(1)})
    part = keys({}, optional={"ratio": SHARE})
    return keys({}, optional={"head": part}) | keys({"tail": all_ | some_}, optional={"head": whole})


def tail(keep: Any_, service: Any_) -> Any_:
    """Return the part of sampling that looks at whole traces."""
    return keys(
        {"keep": keep},
        optional={
            "wait": one_of(["5s", "10s", "1m"]),
            "traces": one_of([1000, 50000]),
            "services": st.lists(service, min_size=1, max_size=2, unique_by=itemgetter("service")),
        },
    )


def store(ground: Ground, required: Spec, optional: Spec) -> Any_:
    """Return Tempo's section, of which the disk and the retention must go together."""
    return keys(required, optional={"storage": storage(ground), "memory": MEMORY, **optional})


def sections(ground: Ground, alerts: list[Spec], slos: list[Spec], ports: Mapping[str, int]) -> Any_:
    """Return all of a site but its services and drills."""
    aside = {key: {"port": st.just(port)} for key, port in ports.items()}
    listen = one_of(["127.0.0.1", "127.8.0.1", "::1", *OPEN])
    cors = some(one_of(["https://shop.example.com", "http://localhost:3000", "https://*.example.com"]))
    long = ground.retention != "15d"
    required = {
        "version": st.just(1),
        "site": SLUG,
        "metrics": metrics(ground),
        "labels": st.just(dict(ground.labels)),
        "alerts": st.just(alerts),
        "slos": st.just(slos),
        "notify": notify(ground, alerts),
        "versions": st.just({"tempo": ground.tempo}),
        "prometheus": keys(
            {**({"retention": st.just(ground.retention)} if long else {}), "scrape": scrape(ground, alerts)},
            optional={"memory": MEMORY, "disk": DISK, **aside["prometheus"]},
        ),
    }
    asks = {} if ground.tempo == "1.5" else {"queries": st.dictionaries(SLUG, one_of(TRACEQL), max_size=3)}
    page = {"url": URL, "memory": MEMORY}
    optional = {
        "environment": TEXT,
        "images": IMAGES,
        "privacy": PRIVACY,
        "sampling": sampling(ground),
        "edges": EDGES,
        "gateway": GATEWAY,
        "alerting": ALERTING,
        "budget": BUDGET,
        "maintenance": maintenance(ground, alerts),
        **asks,
        "ingest": keys(
            {},
            optional={
                "listen": listen,
                "protocols": some(one_of(["otlp", "jaeger", "zipkin"]), 1),
                "cors": cors,
                **{key: st.just(ports[key]) for key in TAKING},
            },
        ),
        "tempo": store(
            ground, {"disk": one_of(["1Ti", "2Ti"])}, {"retention": one_of([*SHORT, *LONG]), **aside["tempo"]}
        )
        | store(ground, {}, {"retention": one_of(SHORT), "disk": one_of(["20Gi", "500Gi"]), **aside["tempo"]}),
        "alertmanager": keys({}, optional={**page, **aside["alertmanager"]}),
        "grafana": keys({}, optional={**page, "enabled": SWITCH, **aside["grafana"]}),
    }
    return keys(required, optional=optional)


# Addresses of which a warning is told, and true.
OPEN = ["0.0.0.0", "::"]
SUPPRESSED = keys(
    {"code": st.just("OG017"), "reason": TEXT, "until": st.just("9999-12-31")},
    optional={"at": one_of(["ingest", "ingest.listen"])},
)


NUMBERS = st.lists(
    st.just(0) | st.integers(20_000, 65_535),
    min_size=len(PORTS),
    max_size=len(PORTS),
    unique_by=lambda port: port or object(),
).map(lambda found: dict(zip(PORTS, found, strict=True)))


@st.composite
def specs(draw: st.DrawFn, most: int = 3) -> Spec:
    """Return a spec with so many alerts, and so many channels, at most."""
    ground = draw(grounds(most))
    alerts = [draw(alert(ground, number)) for number in range(draw(st.integers(0, most)))]
    slos = [draw(slo(ground, name)) for name in draw(some(SLUG, 0, 2))]
    spec = draw(sections(ground, alerts, slos, draw(NUMBERS)))
    taken = set(map(spelled_alike, ground.operations))
    aliases = draw(some(TEXT, 0, 2).map(lambda found: [one for one in found if spelled_alike(one) not in taken]))
    names = list(ground.operations)
    spec["services"] = [draw(service(ground, name, aliases if name == names[0] else [])) for name in names]
    if spec.get("ingest", {}).get("listen") in OPEN:
        spec["suppress"] = [draw(SUPPRESSED)]
    possible = drills(ground, alerts)
    if possible and draw(st.booleans()):
        spec["drills"] = [draw(one) for one in possible]
    return spec


# Each of these alone, as `specs` puts them together: what one can be is seen sooner so.


ALONE = {"images": IMAGES, "gateway": GATEWAY, "alerting": ALERTING, "edges": EDGES, "budget": BUDGET}


def pieces() -> dict[str, Any_]:
    """Return for each part of a spec a strategy of what `specs` makes of it, in as much of a spec as it needs."""
    alerts = {kind: on_ground(lambda ground, kind=kind: alert(ground, 0, [kind])) for kind in CONDITIONS}
    channels = {kind: channel("one", [kind]) for kind in CHANNELS}
    return {
        **{kind: found.map(lambda one: {"alerts": [one]}) for kind, found in alerts.items()},
        **{kind: found.map(lambda one: {"notify": {"channels": [one]}}) for kind, found in channels.items()},
        **{f"a drill of {kind}": on_ground(lambda ground, kind=kind: drilled(ground, kind)) for kind in TRAFFIC},
        "an objective": on_ground(lambda ground: slo(ground, "one")).map(lambda one: {"slos": [one]}),
        "a service": on_ground(lambda ground: service(ground, next(iter(ground.operations)), ["other"])).map(
            lambda one: {"services": [one]}
        ),
        **{f"only {key}": keys({key: part}) for key, part in ALONE.items()},
        "a suppression": SUPPRESSED.map(lambda one: {"suppress": [one]}),
        "the rest": on_ground(lambda ground: NUMBERS.flatmap(lambda ports: sections(ground, [], [], ports))),
    }


def on_ground(what: Callable[[Ground], Any_]) -> Any_:
    """Return what stands on a ground of its own."""
    return grounds(1).flatmap(what)


def drilled(ground: Ground, kind: str) -> Any_:
    """Return the drills of one alert, none if it has none."""
    return (
        alert(ground, 0, [kind])
        .flatmap(lambda one: st.tuples(*drills(ground, [one])))
        .map(lambda found: {"drills": list(found)})
    )

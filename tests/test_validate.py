"""What is wrong with the shape of a spec, and that the hints are true."""

import json
import re
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ongrid_gen.load import Document, Source, load
from ongrid_gen.normalise import normalise
from ongrid_gen.problems import Problem
from ongrid_gen.schema import alert_schema, site_schema
from ongrid_gen.show import as_json, as_text
from ongrid_gen.site_data import site_from
from ongrid_gen.validate import validate
from ongrid_gen.yamlio import dump, parse
from support import ROOT

HEAD = "version: 1\nsite: demo\nservices: [{name: payments-api}]\n"
LATENCY = "{name: A, kind: trace_latency, service: payments-api, threshold_ms: 800}"
KINDS = ("trace_latency", "trace_error_rate", "service_dependency_error_rate")


def document(text: str) -> Document:
    return load(Source("site.yaml", text.encode()))


def problems(text: str) -> list[Problem]:
    loaded = document(text)
    return loaded.problems or validate(loaded)


def alert(conditions: str) -> str:
    return f"{HEAD}alerts:\n  - {{name: A, {conditions}}}\n"


def latency(more: str) -> str:
    return alert(f"kind: trace_latency, service: payments-api, {more}")


def only(text: str) -> Problem:
    (problem,) = problems(text)
    return problem


def test_the_smallest_spec_is_good() -> None:
    assert problems(HEAD) == []


@pytest.mark.parametrize(
    "text",
    [
        HEAD + f"alerts: [{LATENCY}]\n",
        latency("threshold_ms: 0.1, quantile: p99.9, span_kind: [client], for: 0s, keep_firing_for: 0s"),
        latency("threshold_ms: 0.1, min_requests: 0"),
        alert("kind: trace_error_rate, service: x, threshold_pct: 100, operator: '>='"),
        alert("kind: trace_error_rate, scope_type: global, conditions_json: {service: x, threshold_pct: 1.0}"),
        alert("kind: trace_error_rate, window: 5m, conditions_json: {service: x, threshold_pct: 1.0}"),
        alert("kind: service_dependency_error_rate, threshold_ratio: 1, client: a, connection_type: database"),
        HEAD + 'versions: {tempo: "1.5"}\nimages: {registry: "localhost:5000/mirror", tempo: "grafana/tempo:2.10.8"}\n',
        HEAD + f'images: {{tempo: "grafana/tempo@sha256:{"0" * 64}"}}\n',
        HEAD + 'ingest: {listen: "::1", grpc_port: 0, cors: ["https://*.example.com:8443"]}\n',
        HEAD + 'labels: {_a: "1", team: 결제}\n',
        HEAD + "edges: [{name: local, attributes: {k8s.node.name: a b, 지역: 서울}}]\n",
        HEAD + "labels: {token_type: bearer, secret_store: vault}\n",
        HEAD + 'labels: {token: "${env:TOKEN}"}\n',
        HEAD + "drills: [{send: {service: payments-api, error_percent: 0.5}, expect: {firing: []}}]\n",
        HEAD + "gateway: &g {memory: 512Mi}\nprometheus: *g\n",
    ],
)  # fmt: skip
def test_a_good_spec_has_no_problem(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "code", "path", "words", "hint"),
    [
        (HEAD + "enviroment: x\n", "OG903", ("enviroment",), "no key `enviroment`", "did you mean `environment`?"),
        (latency("threshold: 800"), "OG903", ("alerts", 0, "threshold"), "lacks `threshold_ms`",
         "did you mean `threshold_ms`?"),
        (HEAD.replace("site: demo\n", "") + "sit: demo\n", "OG903", ("sit",), "lacks `site`", "did you mean `site`?"),
        (HEAD.replace("site: demo\n", ""), "OG904", ("site",), "lacks the key `site`", "add `site`"),
        (alert("kind: trace_latency, threshold_ms: 1"), "OG904", ("alerts", 0, "service"), "lacks the key `service`",
         "add `service`"),
        (alert("knd: trace_latency, service: x, threshold_ms: 1"), "OG903", ("alerts", 0, "knd"), "lacks `kind`",
         "did you mean `kind`?"),
        (HEAD + "edges: []\n", "OG906", ("edges",), "at least one item", "add one"),
        (HEAD + "tempo: 72h\n", "OG905", ("tempo",), "must be a mapping of keys, not the text `72h`",
     "write its keys: `retention`, `storage`, `memory`, `port`, `disk`"),
        (HEAD + "alerts: {a: b}\n", "OG905", ("alerts",), "must be a list, not a mapping", ""),
        (HEAD + "grafana: {port: true}\n", "OG905", ("grafana", "port"), "a whole number, not `true`", ""),
        (HEAD + "alerts:\n", "OG905", ("alerts",), "must be a list, not nothing", "write `[]`"),
        (HEAD + "environment: 5\n", "OG909", ("environment",), "`5` without quotes", 'write "5"'),
        (HEAD + "environment: null\n", "OG905", ("environment",), "not nothing", "give it a value"),
        (latency("threshold_ms: 0"), "OG906", ("alerts", 0, "threshold_ms"), "greater than 0, not `0`", ""),
        (latency("threshold_ms: 0.0"), "OG906", ("alerts", 0, "threshold_ms"), "greater than 0, not `0.0`", ""),
        (latency("threshold_ms: -1"), "OG906", ("alerts", 0, "threshold_ms"), "greater than 0, not `-1`", ""),
        (latency("threshold_ms: 1, span_kind: []"), "OG906", ("alerts", 0, "span_kind"), "at least one", "add one"),
        (latency("threshold_ms: 1, quantile: p97"), "OG906", ("alerts", 0, "quantile"), "not `p97`", "write `p95`"),
        (latency("threshold_ms: 1, summary: ''"), "OG906", ("alerts", 0, "summary"), "must not be empty", ""),
        (HEAD.replace("demo", "d" * 41), "OG906", ("site",), "41 characters; 40 are allowed", "shorten it"),
        (HEAD.replace("demo", '"demo\\n"'), "OG906", ("site",), "not `demo\\n`", "write `demo`"),
        (HEAD + 'tempo: {retention: "5m\\n"}\n', "OG906", ("tempo", "retention"), "not `5m\\n`", "write `5m`"),
        (HEAD + "tempo: {retention: 200y}\n", "OG906", ("tempo", "retention"), "100 years are the most", "write `1y`"),
        (HEAD + f"tempo: {{retention: {'9' * 5000}s}}\n", "OG906", ("tempo", "retention"), "100 years",
         "write `1y`"),
        (HEAD + f"tempo: {{retention: {'x' * 5000}}}\n", "OG906", ("tempo", "retention"), "must be a duration", ""),
        (HEAD + "gateway: {memory: 999999999Ti}\n", "OG906", ("gateway", "memory"), "must be a size", ""),
        (HEAD + "drills: [{send: {service: x}, expect: {}}]\n", "OG904", ("drills", 0, "expect"),
         "at least one of `firing`, `quiet`", ""),
        (HEAD + "notify: {inhibit: [{source: {}, target: {a: b}}]}\n", "OG904", ("notify", "inhibit", 0, "source"),
         "at least one label", "write one, such as `alertname` with the name of an alert"),
        (HEAD + "tempo: {storage: {backend: lokal}}\n", "OG906", ("tempo", "storage", "backend"),
         "must be one of", "did you mean `local`?"),
    ],
)  # fmt: skip
def test_a_cause_is_one_problem(text: str, code: str, path: tuple[str | int, ...], words: str, hint: str) -> None:
    problem = only(text)
    assert (code, path, hint) == (problem.code, problem.path, problem.hint)
    assert words in problem.message


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("window: @", "5 minutes"), ("window: @", "5min"), ("window: @", "1.5h"), ("window: @", "30m1h"),
        ("window: @", "5 Min"), ("window: @", "300 sec"), ("window: @", '"1h, 30m"'), ("window: @", "90"),
        ("quantile: @", "0.95"), ("quantile: @", '"0.5"'), ("quantile: @", "99"), ("quantile: @", "p97"),
        ("quantile: @", "p999"), ("quantile: @", "P99.9"), ("severity: @", "crit"), ("severity: @", "Warning"),
        ("span_kind: @", "server"), ("min_requests: @", '"20"'), ("operation: @", "5"),
        ("span_kind: [@]", "servr"), ("labels: {a: @}", "2.10"), ("labels: {a: @}", "true"), ("labels: {a: @}", "012"),
    ],
)  # fmt: skip
def test_what_a_hint_says_to_write_in_an_alert_is_accepted(template: str, value: str) -> None:
    applied(latency(f"threshold_ms: 800, {template}"), value)


@pytest.mark.parametrize("value", ["800ms", "0.8s", "'800'", "1,5", "2 s", "1m"])
def test_what_a_hint_says_to_write_as_milliseconds_is_accepted(value: str) -> None:
    applied(latency("threshold_ms: @"), f'"{value}"' if "," in value else value)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("gateway: {memory: @}", "512MB"), ("gateway: {memory: @}", "512M"), ("gateway: {memory: @}", "0.5Gi"),
        ("gateway: {memory: @}", "1 GB"), ("gateway: {memory: @}", "536870912"), ("gateway: {memory: @}", "512 mib"),
        ("gateway: {memory: @}", "512m"), ("gateway: {memory: @}", "1.5g"), ("gateway: {memory: @}", "0512Mi"),
        ("versions: {tempo: @}", "2.10"), ("versions: {tempo: @}", "3.0"), ("versions: {tempo: @}", "1.5"),
        ("versions: {tempo: @}", "2.10.8"), ("ingest: {listen: @}", "localhost"),
        ("ingest: {listen: @}", "0.0.0.0:4317"), ("ingest: {protocols: @}", "otlp"),
        ("ingest: {protocols: [@]}", "jaegr"), ("ingest: {cors: [@]}", "shop.example.com"),
        ("ingest: {cors: [@]}", "https://shop.example.com/"), ("ingest: {cors: @}", "https://shop.example.com"),
        ("images: {registry: @}", "https://images.example.com/mirror/"),
        ("images: {tempo: @}", "docker://grafana/tempo:2.10.8"), ("gateway: {queue: {persistent: @}}", "yes"),
        ("gateway: {queue: {persistent: @}}", '"false"'), ("gateway: {queue: {size: @}}", '"5000"'),
        ("grafana: {enabled: @}", "off"), ("metrics: {size: @}", "On"), ("alerting: {style: @}", "Ongrid"),
        ("edges: [{name: @}]", "Plant 7"), ("edges: [{name: @}]", "PlantSeven"), ("edges: [{name: @}]", "7-plant"),
        ("metrics: {dimensions: @}", '"a,{b}"'), ("drills: @", ""), ("tempo: @", ""),
        ("notify: {channels: [{name: a, type: webhook, url_file: @}]}", "/run/secrets/oncall.url"),
        ("notify: {channels: [{name: a, type: @, url_file: secrets/a}]}", "slak"),
        ("labels: {@: x}", "my-label"), ("labels: {@: x}", "__private"), ("labels: {@: x}", "9lives"),
        ("services: [{name: a, operations: @}]", '"GET /charge/{id}, or not"'), ("tempo: {retention: @}", "200y"),
        ("services: [{name: a, language: @}]", "pyhton"), ("services: [{name: a, version: @}]", "1.10"),
        ("services: [{name: a}]\ngateway: {@: 512Mi}", "memroy"), ("@: [{name: a}]", "service"), ("@: x", "enviroment"),
        ("version: @", "2"), ("edges: [{name: a, attributes: {@: x}}]", "5"),
    ],
)  # fmt: skip
def test_what_a_hint_says_to_write_is_accepted(template: str, value: str) -> None:
    head = "".join(line + "\n" for line in HEAD.splitlines() if not template.startswith(line.split(":")[0] + ":"))
    head = head.replace("services: [{name: payments-api}]\n", "") if template.startswith("@: [{") else head
    applied(f"{head}{template}\n", value)


def applied(text: str, value: str) -> None:
    """Put the value at the `@`, do what the one hint says, and see that nothing is wrong any more."""
    hint = only(text.replace("@", value)).hint
    match = re.search(r'(?:write|did you mean) .*?(?:`(?P<code>.+)`|(?P<text>"[^"]*"))', hint)
    assert match, f"the hint {hint!r} does not say what to write"
    assert problems(text.replace("@", match["code"] or match["text"])) == []


@pytest.mark.parametrize("value", ['"=>"', '"> "'])
def test_an_operator_is_suggested_in_quotes(value: str) -> None:
    applied(alert("kind: trace_error_rate, service: x, threshold_pct: 1, operator: @"), value)


def test_a_ratio_that_was_meant_in_per_cent_is_accepted_as_the_hint_says() -> None:
    applied(alert("kind: service_dependency_error_rate, threshold_ratio: @"), "5")
    applied(alert("kind: service_dependency_error_rate, threshold_ratio: @"), "5%")
    applied(alert("kind: trace_error_rate, service: x, threshold_pct: @"), "1.5 %")


def test_a_condition_beside_the_envelope_is_to_be_moved_into_it() -> None:
    problem = only(alert("kind: trace_latency, conditions_json: {service: x}, threshold_ms: 1"))
    assert problem.path == ("alerts", 0, "threshold_ms")
    assert problem.hint == "move it into `conditions_json`"
    assert problems(alert("kind: trace_latency, conditions_json: {service: x, threshold_ms: 1}")) == []


@pytest.mark.parametrize("key", ["window", "service", "threshold_pct"])
def test_a_key_beside_and_in_the_envelope_is_named_at_both_places(key: str) -> None:
    values = {"window": "5m", "service": "x", "threshold_pct": "1"}
    inside = ", ".join(f"{name}: {value}" for name, value in values.items())
    problem = only(alert(f"kind: trace_error_rate, {key}: {values[key]}, conditions_json: {{{inside}}}"))
    assert problem.code == "OG910"
    assert problem.path == ("alerts", 0, key)
    assert problem.related == (("alerts", 0, "conditions_json", key),)
    assert problem.hint == "keep one of the two"


def test_scope_type_alone_is_to_be_removed() -> None:
    problem = only(latency("threshold_ms: 1, scope_type: global"))
    assert problem.path == ("alerts", 0, "scope_type")
    assert problem.hint == "remove `scope_type`"


@pytest.mark.parametrize("where", ["services", "edges", "alerts", "notify.channels"])
def test_a_name_used_twice_is_named_at_both_places(where: str) -> None:
    item = {
        "services": "{name: a}",
        "edges": "{name: a}",
        "alerts": LATENCY,
        "notify.channels": "{name: a, type: webhook, url_file: secrets/a}",
    }[where]
    listed = f"[{item}, {item}]"
    spec = f"notify: {{channels: {listed}}}\n" if "." in where else f"{where}: {listed}\n"
    head = "version: 1\nsite: demo\n" if where == "services" else HEAD
    problem = only(head + spec)
    path = tuple(where.split("."))
    assert problem.code == "OG907"
    assert problem.path == (*path, 1, "name")
    assert problem.related == ((*path, 0, "name"),)


@pytest.mark.parametrize(
    "spec",
    [
        "environment: https://me:hunter2@example.com\n",
        "labels: {api_key: hunter2}\n",
        "labels: {db_password: hunter2}\n",
        "edges: [{name: a, attributes: {accessToken: hunter2}}]\n",
        "notify: {channels: [{name: a, type: webhook, url: 'https://example.com/hunter2'}]}\n",
        "notify: {channels: [{name: a, type: webhook, url_file: 'https://example.com/hunter2'}]}\n",
        "notify: {channels: [{name: a, type: webhook, url_file: secrets/a, password: hunter2}]}\n",
        "notify: {channels: [{name: a, type: telegram, bot_token: hunter2, chat_id: 1}]}\n",
        "notify: {channels: [{name: a, type: telegram, bot_token_file: '1:hunter2', chat_id: 1}]}\n",
        "notify: {channels: [{name: a, type: pagerduty, routing_key: hunter2}]}\n",
        "notify: {channels: [{name: a, type: pagerduty, routing_key_file: hunter2}]}\n",
        "gateway: {auth: {token: hunter2}}\n",
    ],
)
def test_a_secret_in_clear_is_a_problem_and_in_no_message(spec: str) -> None:
    found = problems(HEAD + spec)
    assert "OG908" in [problem.code for problem in found]
    assert not [problem for problem in found if "hunter2" in problem.message + problem.hint]


def test_problems_come_in_the_order_of_the_text_and_all_at_once() -> None:
    spec = ROOT / "tests" / "bad" / "many_problems" / "site.yaml"
    loaded = load(Source("site.yaml", spec.read_bytes()))
    found = validate(loaded)
    places = [(loaded.span(one.path, one.on_key).line, loaded.span(one.path, one.on_key).column) for one in found]
    assert places == sorted(places)
    assert len(set(places)) == len(found) > 15


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "".join(f"some_unknown_key_{i}: v\n" for i in range(20_000)),
        HEAD + "alerts: [" + f"{LATENCY}, " * 8000 + "]\n",
        HEAD + "metrics: {dimensions: [" + ", ".join(f"{{a: {i}}}" for i in range(20_000)) + "]}\n",
        HEAD + "environment: " + "a" * 1_000_000 + "\n",
        HEAD + "labels: {" + ", ".join(f"password_{i}: 5" for i in range(20_000)) + "}\n",
    ],
    ids=["unknown keys", "one name", "items of a wrong type", "one long line", "one line of numbers"],
)
def test_thousands_of_problems_are_found_and_shown_in_seconds(text: str) -> None:
    started = time.process_time()
    loaded = document(text)
    assert loaded.problems == []
    found = validate(loaded)
    assert found
    for problem in found:
        as_text(problem, loaded)
    assert time.process_time() - started < 15


def test_a_large_spec_is_validated_in_seconds() -> None:
    services = "".join(f"  - {{name: service-{i}, operations: [GET /]}}\n" for i in range(1000))
    alerts = "".join(f"  - {{name: A{i}, kind: trace_latency, service: s, threshold_ms: 1}}\n" for i in range(3000))
    loaded = document(f"version: 1\nsite: demo\nservices:\n{services}alerts:\n{alerts}")
    started = time.process_time()
    assert validate(loaded) == []
    assert time.process_time() - started < 5


SEED = """\
version: 1
site: demo
environment: production
labels: {cluster: prod}
versions: {tempo: "2.10"}
images: {registry: images.example.com}
services: [{name: payments-api, aliases: [payments], language: go, version: "1", owner: me, operations: [GET /]}]
ingest: {listen: 127.0.0.1, protocols: [otlp], grpc_port: 4317, cors: ["https://shop.example.com"]}
edges: [{name: local, attributes: {a: b}}]
gateway: {batch: {timeout: 1s, size: 10}, queue: {persistent: true}, memory: 512Mi}
metrics: {dimensions: [http.route], service_graph: {dimensions: []}}
alerts:
  - {name: A, kind: trace_latency, service: payments-api, threshold_ms: 800, span_kind: [server], labels: {a: b}}
  - {name: B, kind: trace_error_rate, scope_type: global, conditions_json: {service: payments-api, threshold_pct: 1.0}}
  - {name: C, kind: service_dependency_error_rate, threshold_ratio: 0.5, operator: ">="}
notify: {channels: [{name: a, type: webhook, url_file: secrets/a}], routes: [{channel: a, match: {a: b}}], default: a}
drills: [{send: {service: payments-api}, expect: {firing: [A]}}]
"""
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.sampled_from(["2s", "5%", "p97", "1e3", "secrets/x", "https://a:b@c", "on", "512MB", ">", "localhost"]),
    st.lists(st.text(max_size=3), max_size=3), st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)  # fmt: skip


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of everything in a spec."""
    items = dict(enumerate(value)) if isinstance(value, list) else value
    pairs = items.items() if isinstance(items, dict) else ()
    return [found for key, item in pairs for found in ((*path, key), *places(item, (*path, key)))]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_whatever_stands_in_a_spec_it_is_judged_and_shown(data: st.DataObject) -> None:
    spec: Any = parse(SEED)
    assert problems(SEED) == []
    for _ in range(data.draw(st.integers(1, 3))):
        *parents, last = data.draw(st.sampled_from(places(spec)))
        target = spec
        for step in parents:
            target = target[step]
        if data.draw(st.booleans()):
            target[last] = data.draw(ODD)
        elif isinstance(target, dict):
            target[data.draw(st.text(max_size=8))] = target.pop(last)
    loaded = document(dump(spec, banner=None))
    found = loaded.problems or validate(loaded)
    text = "\n".join(as_text(problem, loaded) for problem in found)
    assert all(char.isprintable() or char == "\n" for char in text)
    json.dumps(as_json(found, loaded))
    if not found:
        site_from(normalise(loaded))


# The schema files.


@pytest.mark.parametrize("kind", KINDS)
def test_a_fragment_lists_the_keys_that_every_alert_shares(kind: str) -> None:
    """To mend it: give each key of `$defs.alert.properties` the value `true` in the fragment's `properties`."""
    shared = site_schema()["properties"]["alerts"]["items"]["properties"]
    own = alert_schema(kind)["properties"]
    assert list(shared) == [key for key, value in own.items() if value is True]


@pytest.mark.parametrize("kind", KINDS)
def test_a_condition_stands_flat_or_in_the_envelope_alike(kind: str) -> None:
    schema = alert_schema(kind)
    flat = {key: value for key, value in schema["properties"].items() if value is not True}
    envelope = schema["then"]["properties"]
    inside = envelope["conditions_json"]
    assert {"window", *flat} == set(inside["properties"])
    assert all(inside["properties"][key] == value for key, value in flat.items())
    assert {key: {"not": {}} for key in flat} == {key: envelope[key] for key in envelope if key != "conditions_json"}
    assert inside["required"] == schema["else"]["required"]


def test_the_kinds_are_those_that_have_a_fragment() -> None:
    item = site_schema()["properties"]["alerts"]["items"]
    chosen = [branch["if"]["properties"]["kind"]["const"] for branch in item["allOf"]]
    files = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas" / "alerts").iterdir()}
    assert item["properties"]["kind"]["enum"] == chosen
    assert files == set(chosen)


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").rglob("*.json")), ids=lambda path: path.name)
def test_a_schema_file_is_a_schema(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(path.relative_to(ROOT / "schemas").as_posix())


def test_every_key_is_described() -> None:
    missing = [path for path, schema in keys_of(site_schema()) if not schema.get("description", "").endswith(".")]
    for kind in KINDS:
        missing += [path for path, schema in keys_of(alert_schema(kind)) if not schema.get("description")]
    assert missing == []


def test_every_pattern_says_in_words_what_it_wants() -> None:
    assert [path for path, schema in keys_of(site_schema()) if "pattern" in schema and "title" not in schema] == []


def keys_of(schema: dict[str, object], prefix: str = "") -> list[tuple[str, dict[str, object]]]:
    """Return every key that a schema names, depth first."""
    found: list[tuple[str, dict[str, object]]] = []
    properties = schema.get("properties")
    for key, part in properties.items() if isinstance(properties, dict) else []:
        if isinstance(part, dict):
            found += [(prefix + key, part), *keys_of(part, f"{prefix}{key}.")]
    items = schema.get("items")
    return found + (keys_of(items, f"{prefix}[].") if isinstance(items, dict) else [])

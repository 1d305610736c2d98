"""The ways between Grafana's datasources: what they ask, how it is escaped, which log lines lead to a trace."""

import re
from typing import Any

import pytest

from ongrid_gen.components import datasources
from support import ROOT, site_of

SPEC = (ROOT / "site.yaml").read_text(encoding="utf-8")
SITE, LOGGED = site_of(SPEC), site_of(f"{SPEC}\nlogs: {{}}\n")
ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SHORT = "f3577b34da6a3ce929d0e0e4736"  # as Tempo writes it: without leading zeros
LOGFMT = (
    f"level=info ts=2026-01-01T00:00:00Z trace_id={ID} msg=charged",
    f"trace_id={ID}",
    f'time="2026-01-01" traceID="{ID}" span_id=00f067aa0ba902b7',
    f"ERROR payment failed, traceId={ID}, user 7",
    f"level=warn TraceID={SHORT} msg=slow",
)
JSON = (
    f'{{"level":"info","trace_id":"{ID}","msg":"charged"}}',
    f'{{"traceId": "{ID}"}}',
    f'{{"severity": "ERROR", "traceID" : "{SHORT}", "spanId": "00f067aa0ba902b7"}}',
)
NEITHER = (
    "level=info trace_id= msg=outside",
    "level=info trace_id=- msg=outside",
    f"level=info parent_trace_id={ID}",
    f"level=info span_id={ID}",
    '{"trace_id": null}',
    '{"trace_id": ""}',
    f'{{"parent_trace_id": "{ID}"}}',
    "trace_id=not-an-id-but-a-long-sentence",
)


def unescaped(text: str) -> str:
    """Return what Grafana reads: `$$` is a dollar, and no other may be left."""
    assert "$" not in text.replace("$$", "")
    return text.replace("$$", "$")


def of(kind: str) -> dict[str, Any]:
    return next(one for one in datasources.listed(LOGGED) if one["type"] == kind)["jsonData"]


def found(line: str) -> list[str]:
    """Return the IDs that the derived fields of text find in a line."""
    patterns = [unescaped(one["matcherRegex"]) for one in of("loki")["derivedFields"] if one["matcherType"] == "regex"]
    return [match[1] for pattern in patterns if (match := re.search(pattern, line))]


@pytest.mark.parametrize("line", [*LOGFMT, *JSON])
def test_a_line_leads_to_its_trace_once(line: str) -> None:
    assert found(line) in ([ID], [SHORT])


@pytest.mark.parametrize("line", NEITHER)
def test_what_names_no_trace_leads_nowhere(line: str) -> None:
    assert found(line) == []


def test_a_line_of_otlp_leads_to_its_trace_by_the_label_beside_it() -> None:
    fields = of("loki")["derivedFields"]
    assert [("label", "trace_id")] == [
        (one["matcherType"], one["matcherRegex"]) for one in fields if one["matcherType"] == "label"
    ]
    assert {"${__value.raw}"} == {unescaped(one["url"]) for one in fields}
    assert {"tempo"} == {one["datasourceUid"] for one in fields}


def test_patterns_use_only_what_javascript_knows_too() -> None:
    for one in of("loki")["derivedFields"]:
        assert not re.search(r"\(\?[^:]|\\[AZQE]|\[\[:", one["matcherRegex"])


def test_a_span_leads_to_the_logs_of_its_service_and_trace() -> None:
    logs = of("tempo")["tracesToLogsV2"]
    assert '{${__tags}} | trace_id="${__trace.traceId}"' == unescaped(logs["query"])
    assert [{"key": "service.name", "value": "service_name"}] == logs["tags"]
    assert logs["customQuery"] is True
    assert logs["spanStartTimeShift"].startswith("-")
    assert not logs["spanEndTimeShift"].startswith("-")


def test_without_logs_nothing_leads_to_them() -> None:
    without = datasources.listed(SITE)
    assert "loki" not in {one["type"] for one in without}
    assert "loki" not in str(without)


def test_an_exemplar_leads_to_its_trace_under_both_names() -> None:
    links = of("prometheus")["exemplarTraceIdDestinations"]
    assert [("traceID", "tempo"), ("trace_id", "tempo")] == [(one["name"], one["datasourceUid"]) for one in links]


def test_a_span_leads_to_the_metrics_of_its_service() -> None:
    metrics = of("tempo")["tracesToMetrics"]
    assert "prometheus" == metrics["datasourceUid"]
    for one in metrics["queries"]:
        assert "{$__tags" in unescaped(one["query"])

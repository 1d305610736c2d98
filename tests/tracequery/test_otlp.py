"""OTLP as JSON is read in each form that Tempo has given it; what is no OTLP is an error, never a traceback."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ongrid_gen.runtime.fetch import FetchError
from ongrid_gen.tracequery import Span
from ongrid_gen.tracequery.otlp import trace_of

SPAN: dict[str, Any] = {
    "traceId": "AAAAAAAAAAASNFZ4kKvN7w==", "spanId": "OZKeDN0qMko=", "parentSpanId": "OZKeDN0qMks=",
    "name": "POST /v1/charge", "kind": "SPAN_KIND_SERVER", "startTimeUnixNano": "1000", "endTimeUnixNano": "3000",
    "attributes": [
        {"key": "http.response.status_code", "value": {"intValue": "500"}},
        {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "a"}, {"boolValue": True}]}}},
        {"key": "map", "value": {"kvlistValue": {"values": [{"key": "b", "value": {"doubleValue": 1.5}}]}}},
        {"key": "nothing", "value": {}},
    ],
    "events": [{"name": "exception", "timeUnixNano": "2000",
                "attributes": [{"key": "exception.message", "value": {"stringValue": "boom"}}]}],
    "status": {"message": "boom", "code": "STATUS_CODE_ERROR"},
}  # fmt: skip
RESOURCE = {"attributes": [{"key": "service.name", "value": {"stringValue": "payments-api"}}]}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["spans", "batches"]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(
        st.sampled_from(["batches", "scopeSpans", "spans", "spanId", "kind", "status", "code", "attributes", "key",
                         "value", "intValue", "startTimeUnixNano", "events", "resource"]), inside, max_size=4),
    max_leaves=30,
)  # fmt: skip


def one_span(outer: str, inner: str, span: dict[str, Any]) -> Span:
    """Return the one span of a trace in a form."""
    found = trace_of("1", {outer: [{"resource": RESOURCE, inner: [{"spans": [span]}]}]})
    assert found is not None
    return found.spans[0]


@pytest.mark.parametrize("outer", ["batches", "resourceSpans"])
@pytest.mark.parametrize("inner", ["scopeSpans", "instrumentationLibrarySpans"])
@pytest.mark.parametrize("ids", ["base64", "hex"])
def test_each_form_says_the_same(outer: str, inner: str, ids: str) -> None:
    span = dict(SPAN)
    if ids == "hex":
        span |= {key: base64.b64decode(span[key]).hex().upper() for key in ("spanId", "parentSpanId")}
        span |= {"kind": 2, "status": {"code": 2, "message": "boom"}}
    found = one_span(outer, inner, span)
    assert ("39929e0cdd2a324a", "39929e0cdd2a324b") == (found.span_id, found.parent_id)
    assert ("payments-api", "POST /v1/charge", "server", "error", "boom", 2000) == (
        found.service, found.operation, found.kind, found.status, found.message, found.duration
    )  # fmt: skip
    assert {"http.response.status_code": 500, "list": ["a", True], "map": {"b": 1.5}, "nothing": None} == (
        found.attributes
    )
    assert ["exception"] == [event.name for event in found.events]
    assert {"exception.message": "boom"} == found.events[0].attributes


def test_what_is_left_out_is_what_it_is_by_default() -> None:
    found = one_span("batches", "scopeSpans", {"spanId": "OZKeDN0qMko=", "parentSpanId": "AAAAAAAAAAA="})
    assert ("", "unspecified", "unset", 0) == (found.parent_id, found.kind, found.status, found.duration)


def test_a_span_that_ends_before_it_begins_took_no_time() -> None:
    assert 0 == one_span("batches", "scopeSpans", {**SPAN, "endTimeUnixNano": "1"}).duration


@pytest.mark.parametrize("data", [{}, {"batches": []}, {"batches": [{"scopeSpans": [{"spans": []}]}]}, [], None])
def test_no_spans_are_no_trace(data: Any) -> None:
    assert trace_of("1", data) is None


@given(JUNK)
def test_what_is_no_otlp_is_an_error(data: Any) -> None:
    try:
        found = trace_of("1", json.loads(json.dumps(data)))
    except FetchError:
        return
    assert found is None or found.spans

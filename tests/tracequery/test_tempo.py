"""Tempo from 2.0 on, by what 2.10.8 answered when it was asked; and whatever else may come."""

import time
from typing import Any

import pytest

from answering import answering
from ongrid_gen.runtime.fetch import Deadline, Endpoint, FetchError
from ongrid_gen.traceql import TraceqlError
from ongrid_gen.tracequery import Backend, Filters, Search, Series, Trace, UnsupportedError, Window, connect
from ongrid_gen.tracequery.base import Hits

BUILD = {"version": "2.10.8", "revision": "x", "branch": "main", "goVersion": "go1.26.8"}
SEARCH = {
    "traces": [
        {"traceID": "558fd7b5b6fbd620903e84ea4ce41b91", "rootServiceName": "payments-api",
         "rootTraceName": "POST /v1/charge", "startTimeUnixNano": "1795853216891652155", "durationMs": 100,
         "spanSets": [{"spans": [{"spanID": "b41c9c79c311fd07"}], "matched": 1}]},
        {"traceID": "1234567890abcdef", "rootServiceName": "shop-web", "rootTraceName": "GET /",
         "startTimeUnixNano": "1795853216999215212", "durationMs": 900,
         "spanSets": [{"spans": [{"spanID": "39929e0cdd2a324a"}], "matched": 4}]},
    ],
    "metrics": {"inspectedBytes": "40247", "completedJobs": 3, "totalJobs": 3},
}  # fmt: skip
SERIES = {
    "series": [
        {"labels": [{"key": "p", "value": {"doubleValue": 0.5}}],
         "samples": [{"timestampMs": "1795853400000", "value": 0.53}, {"timestampMs": "1795852800000"}]},
        {"labels": [{"key": "resource.service.name", "value": {"stringValue": "api"}}], "samples": []},
    ]
}  # fmt: skip
BLOCKS = "error finding generators: localblocks processor not found"
WINDOW = Window(1_795_850_000.5, 1_795_853_305.2)


def soon() -> Deadline:
    return Deadline.after(5)


@pytest.mark.parametrize(
    ("answers", "name", "language"),
    [
        ({"/api/status/buildinfo": BUILD}, "Tempo 2.10.8", "TraceQL"),
        ({"/api/status/buildinfo": {"version": "v3.0.3"}}, "Tempo v3.0.3", "TraceQL"),
        ({"/api/status/buildinfo": {"version": "main-7f0b"}}, "Tempo main-7f0b", "TraceQL"),
        ({"/api/status/buildinfo": {}}, "Tempo unknown", "TraceQL"),
        ({"/status/version": (200, "GET /status/version\ntempo, version 1.5.0 (branch: , revision: )")}, "Tempo 1.5.0",
         None),
    ],
)  # fmt: skip
def test_the_client_is_that_of_what_answers(answers: dict[str, Any], name: str, language: str | None) -> None:
    with answering(answers) as program:
        found = connect(Endpoint(program.url), soon())
    assert (name, language) == (found.name, found.language)
    assert isinstance(found, Backend)


@pytest.mark.parametrize("answers", [{}, {"/status/version": (200, "nginx")}, {"/api/status/buildinfo": (500, "")}])
def test_what_is_no_tempo_is_an_error(answers: dict[str, Any]) -> None:
    with answering(answers) as program, pytest.raises(FetchError):
        connect(Endpoint(program.url), soon())


def test_a_search_is_one_query_over_a_time_and_gives_the_latest_first() -> None:
    with answering({"/api/status/buildinfo": BUILD, "/api/search": SEARCH}) as program:
        backend = connect(Endpoint(program.url), soon())
        found = backend.search(Search(window=WINDOW, filters=Filters(service='a"b'), limit=7), soon())
        _, asked, _ = program.requests[-1]
    assert {"q": '{ resource.service.name = "a\\"b" } with (most_recent=true)', "limit": "7",
            "start": "1795850000", "end": "1795853306"} == asked  # fmt: skip
    assert ["1234567890abcdef".rjust(32, "0"), "558fd7b5b6fbd620903e84ea4ce41b91"] == [
        hit.trace_id for hit in found.traces
    ]
    assert (4, 900_000_000, "shop-web", "GET /") == (
        found.traces[0].matched, found.traces[0].duration, found.traces[0].service, found.traces[0].operation
    )  # fmt: skip
    assert found.complete


def test_more_than_was_asked_for_is_cut() -> None:
    with answering({"/api/status/buildinfo": BUILD, "/api/search": SEARCH}) as program:
        found = connect(Endpoint(program.url), soon()).search(Search(window=WINDOW, expression="{ }", limit=1), soon())
    assert 1 == len(found.traces)
    assert not found.complete


def test_series_have_their_labels_as_text_and_zeros_for_what_is_left_out() -> None:
    with answering({"/api/status/buildinfo": BUILD, "/api/metrics/query_range": SERIES}) as program:
        found = connect(Endpoint(program.url), soon()).series("{ } | rate()", WINDOW, 60, soon())
    assert [Series({"p": "0.5"}, ((1795852800.0, 0.0), (1795853400.0, 0.53))),
            Series({"resource.service.name": "api"}, ())] == found  # fmt: skip


def test_a_tempo_that_makes_no_series_says_what_it_lacks() -> None:
    with answering({"/api/status/buildinfo": BUILD, "/api/metrics/query_range": (500, BLOCKS)}) as program:
        backend = connect(Endpoint(program.url), soon())
        with pytest.raises(UnsupportedError, match="local-blocks"):
            backend.series("{ } | rate()", WINDOW, 60, soon())
        with pytest.raises(TraceqlError, match="traces, not series"):
            backend.series("{ }", WINDOW, 60, soon())


def test_values_are_asked_by_tag() -> None:
    answers = {
        "/api/status/buildinfo": BUILD,
        "/api/v2/search/tag/resource.service.name/values": {"tagValues": [{"type": "string", "value": "b"},
                                                                          {"type": "string", "value": "a"}]},
        "/api/v2/search/tag/span.http.status/values": {"tagValues": [{"type": "int", "value": "500"}]},
    }  # fmt: skip
    with answering(answers) as program:
        backend = connect(Endpoint(program.url), soon())
        assert ["a", "b"] == backend.values("service", WINDOW, soon())
        assert ["500"] == backend.values("span.http.status", WINDOW, soon())
        for tag in ("nothing", "event.", "trace.x"):
            with pytest.raises(UnsupportedError):
                backend.values(tag, WINDOW, soon())


@pytest.mark.parametrize("answer", [(404, ""), (200, "{}"), (200, '{"batches": []}')])
def test_a_trace_that_is_not_there_is_none(answer: tuple[int, str]) -> None:
    path = f"/api/traces/{'1'.rjust(32, '0')}"
    with answering({"/api/status/buildinfo": BUILD, path: answer}) as program:
        assert connect(Endpoint(program.url), soon()).trace("1", soon()) is None


class Listed:
    """A store that a test holds: services, operations, durations, and no language, as Zipkin's and Jaeger's are."""

    name = "a list"
    language = None

    def search(self, search: Search, deadline: Deadline) -> Hits:
        if search.expression is not None or search.filters.resource:
            raise UnsupportedError("a list has no language and no attributes")
        return Hits((), True)

    def trace(self, trace_id: str, deadline: Deadline) -> Trace | None:
        return None

    def values(self, tag: str, window: Window, deadline: Deadline) -> list[str]:
        return []

    def series(self, expression: str, window: Window, step: int, deadline: Deadline) -> list[Series]:
        raise UnsupportedError("a list makes no series")


def test_another_store_fits_without_renaming() -> None:
    backend: Backend = Listed()
    assert isinstance(backend, Backend)
    with pytest.raises(UnsupportedError):
        backend.search(Search(window=WINDOW, expression="{ }"), Deadline(time.monotonic() + 1, 1))

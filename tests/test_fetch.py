"""Whatever a program does, it is asked no longer than until the deadline, and half an answer is none."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from answering import answering, huge, moved, silent, trickling
from ongrid_gen.errors import CommandError
from ongrid_gen.runtime.fetch import Deadline, Endpoint, FetchError, LateError


@pytest.mark.parametrize("answer", [silent, trickling])
def test_an_answer_that_does_not_come_is_not_waited_for(answer: object) -> None:
    with answering({"/x": answer}) as program:
        began = time.monotonic()
        with pytest.raises(LateError, match=r"no answer within 0\.5 s"):
            Endpoint(program.url).read("/x", Deadline.after(0.5))
        assert time.monotonic() - began < 1.5


@pytest.fixture
def deaf() -> Iterator[str]:
    """A port on which connections wait to be taken, for ever."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        one.listen(0)
        yield f"http://127.0.0.1:{one.getsockname()[1]}"


def test_nobody_who_takes_the_connection_is_not_waited_for(deaf: str) -> None:
    with pytest.raises(LateError):
        Endpoint(deaf).read("/", Deadline.after(0.3))


def test_a_deadline_is_for_all_requests_together() -> None:
    with answering({"/x": {}}) as program:
        deadline = Deadline.after(0.2)
        assert Endpoint(program.url).json("/x", deadline) == {}
        time.sleep(0.25)
        with pytest.raises(LateError):
            Endpoint(program.url).json("/x", deadline)


def test_an_answer_that_is_too_large_is_an_error() -> None:
    with answering({"/x": huge}) as program, pytest.raises(FetchError, match="larger than 16 MiB"):
        Endpoint(program.url).json("/x", Deadline.after(20))


@pytest.mark.parametrize(
    ("answer", "says"), [((200, "<html>"), "no JSON"), ((200, "[" * 100_000), "no JSON"), ((503, "busy"), "503 busy"),
                         (moved, "HTTP 302")]
)  # fmt: skip
def test_what_is_no_answer_is_an_error(answer: object, says: str) -> None:
    with answering({"/x": answer}) as program, pytest.raises(FetchError, match=says):
        Endpoint(program.url).json("/x", Deadline.after(5))


def test_who_is_too_busy_is_asked_again_until_the_deadline() -> None:
    with answering({"/x": (429, "too many outstanding requests")}) as program:
        with pytest.raises(FetchError, match="too many"):
            Endpoint(program.url).json("/x", Deadline.after(0.5))
        assert 2 <= len(program.requests) <= 5


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(FetchError, match="refused"):
        Endpoint("http://127.0.0.1:9").json("/x", Deadline.after(5))


def test_headers_and_the_path_before_are_sent() -> None:
    with answering({"/tempo/x": {"a": 1}}) as program:
        endpoint = Endpoint(f"{program.url}/tempo/", {"X-Scope-OrgID": "shop", "Authorization": "Bearer s3cret"})
        assert endpoint.json("/x", Deadline.after(5), q="a b&c=d") == {"a": 1}
        path, parameters, headers = program.requests[0]
    assert ("/tempo/x", {"q": "a b&c=d"}) == (path, parameters)
    assert "shop" == headers["X-Scope-OrgID"]
    assert "s3cret" not in repr(endpoint)


@pytest.mark.parametrize("url", ["", "127.0.0.1:3200", "ftp://x", "http://", "http://u:p@x", "http://x?y=1",
                                 "http://[x", "http://x:99999", "http://x:y"])  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(CommandError) as caught:
        Endpoint(url)
    assert "p@x" not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with answering({"/x": {}}) as program, pytest.raises(FetchError):
        Endpoint(program.url.replace("http:", "https:")).json("/x", Deadline.after(2))

"""Asks a program over HTTP, and is back by a deadline, whatever the other side does or leaves undone."""

import http.client
import json
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from ongrid_gen.errors import CommandError

# What an answer may hold. More is an error: half of a JSON document tells nothing.
LARGEST: Final = 16 << 20
SAID: Final = 500
# How long a connection may take to come about, deadline or not: a machine that is away is known sooner.
CONNECT: Final = 5.0
# After how many seconds somebody who was too busy is asked again; each time twice as many.
AGAIN: Final = 0.05


class FetchError(CommandError):
    """A program did not answer, or not with what was asked. `status` is that of its answer, 0 when there is none."""

    def __init__(self, message: str, status: int = 0, said: str = "") -> None:
        super().__init__(message)
        self.status, self.said = status, said


class LateError(FetchError):
    """No answer before the deadline."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment by which all must be done, however many requests that takes."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the deadline so many seconds from now."""
        return cls(time.monotonic() + seconds, seconds)

    @property
    def left(self) -> float:
        """The seconds that are left; 0 when it is past."""
        return max(0.0, self.at - time.monotonic())


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a program answers: its address with any prefix of paths, headers (credential, tenant), own authority."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca: Path | None = None

    def __post_init__(self) -> None:
        refuse_address(self.url)

    def json(self, path: str, deadline: Deadline, **parameters: str) -> Any:
        """Return the JSON at a path. FetchError for anything else."""
        body = self.read(path, deadline, **parameters)
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise FetchError(f"{self.url}{path}: the answer is no JSON") from None

    def read(self, path: str, deadline: Deadline, **parameters: str) -> bytes:
        """Return the body of an answer. FetchError for anything but success; LateError when the deadline is past.

        Who is too busy is asked again until then.
        """
        wait = AGAIN
        while True:
            try:
                return self.once(path, deadline, **parameters)
            except FetchError as error:
                if error.status != http.HTTPStatus.TOO_MANY_REQUESTS or deadline.left < wait:
                    raise
            time.sleep(wait)
            wait *= 2

    def once(self, path: str, deadline: Deadline, **parameters: str) -> bytes:
        """Return the body of the answer to one request."""
        target = f"{path}?{urlencode(parameters)}" if parameters else path
        answers: queue.SimpleQueue[bytes | FetchError] = queue.SimpleQueue()
        connection = connection_to(self, min(CONNECT, deadline.left))

        def ask() -> None:
            try:
                answers.put(exchange(connection, self, target, deadline))
            except FetchError as error:
                answers.put(error)
            except (OSError, ValueError, http.client.HTTPException) as error:
                answers.put(FetchError(f"{self.url}: {str(error) or type(error).__name__}"))

        # a thread of its own, as nothing else ends a look-up of a name, or an answer that trickles in
        threading.Thread(target=ask, name="fetch", daemon=True).start()
        try:
            found = answers.get(timeout=deadline.left)
        except queue.Empty:
            cut(connection)
            raise LateError(f"{self.url}: no answer within {deadline.seconds:g} s") from None
        if isinstance(found, FetchError):
            raise LateError(f"{self.url}: no answer within {deadline.seconds:g} s") if not deadline.left else found
        return found


def refuse_address(url: str) -> None:
    """Refuse what is no address, or holds a credential."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # an unclosed bracket, or a port beyond those there are
        sound = False
    if "@" in url:
        raise CommandError("the address holds a credential, which others would read in the list of processes")
    if not sound or parts.query or parts.fragment:
        raise CommandError(f"`{url}` is no address of a program: write it like http://127.0.0.1:3200")


def connection_to(endpoint: Endpoint, timeout: float) -> http.client.HTTPConnection:
    """Return a connection that is not made yet."""
    parts = urlsplit(endpoint.url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=timeout)
    context = ssl.create_default_context(cafile=None if endpoint.ca is None else str(endpoint.ca))
    return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=context)


def exchange(connection: http.client.HTTPConnection, endpoint: Endpoint, target: str, deadline: Deadline) -> bytes:
    """Return the body of a successful answer. FetchError with what the other side says when it is none."""
    try:
        connection.connect()
        connection.sock.settimeout(max(0.01, deadline.left))
        headers = {"Accept": "application/json", **endpoint.headers}
        connection.request("GET", urlsplit(endpoint.url).path.rstrip("/") + target, headers=headers)
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.OK:
            said = answer.read(SAID).decode(errors="replace").strip()
            where = f"{endpoint.url}{target.partition('?')[0]}"
            raise FetchError(f"{where}: HTTP {answer.status} {said}".rstrip(), answer.status, said)
        body = answer.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise FetchError(f"{endpoint.url}: the answer is larger than {LARGEST >> 20} MiB: ask for less")
        return body
    finally:
        connection.close()


def cut(connection: http.client.HTTPConnection) -> None:
    """End a connection on which another thread still waits."""
    sock = connection.sock
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

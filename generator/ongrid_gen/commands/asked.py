"""What the commands of `query` share: whom they ask, by when the answer must be there, and how a refusal is shown."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from ongrid_gen.cli import Findings
from ongrid_gen.commands.common import Spec, read_spec, show
from ongrid_gen.errors import CommandError
from ongrid_gen.load import Span
from ongrid_gen.model import Site
from ongrid_gen.promql import PromqlError
from ongrid_gen.querying.caret import document_of, problem_of
from ongrid_gen.runtime.fetch import Deadline, Endpoint, FetchError
from ongrid_gen.runtime.stack import LOOPBACK
from ongrid_gen.show import excerpt, visible
from ongrid_gen.traceql import TraceqlError

SPEC: Final = "site.yaml"
TIMEOUT: Final = 30.0
BAD_REQUEST: Final = 400
# Where Tempo and Loki find a query wrong, when they do and we did not.
PLACE: Final = re.compile(r"line (\d{1,6}), col (\d{1,6})")
HEADER: Final = re.compile(r"([A-Za-z0-9-]+):[ \t]*(\S.*?)[ \t]*")


@dataclass(frozen=True, slots=True)
class Source:
    """What the options say of whom to ask."""

    site: Path
    url: str | None
    header_file: Path | None
    ca: Path | None
    timeout: float
    out: Path | None
    stand_ins: bool

    def spec(self) -> Spec | None:
        """Return the spec, None when there is none and an address is given."""
        if self.site == Path(SPEC) and not self.site.exists():
            if self.url is not None:
                return None
            raise CommandError(f"there is no {SPEC} here: give a spec by --site, or an address by --url")
        return read_spec(self.site, stand_ins=self.stand_ins)

    def endpoint(self, spec: Spec | None, component: str) -> Endpoint:
        """Return where a component answers: the address that is given, or where the stack of the spec has it."""
        headers = {} if self.header_file is None else headers_of(self.header_file)
        if self.url is not None or spec is None:
            return Endpoint(self.url or "", headers, self.ca)
        return Endpoint(published(spec, component, self.out), headers, self.ca)

    def deadline(self) -> Deadline:
        """Return by when all answers must be there, from now on."""
        return Deadline.after(self.timeout)


def source_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take the options that say whom to ask; they come as `source`."""
    file = click.Path(path_type=Path, dir_okay=False)

    def taken(*, site: Path, url: str | None, header_file: Path | None, ca: Path | None, timeout: float,
              out: Path | None, stand_ins: bool, **rest: Any) -> Any:  # fmt: skip
        return function(source=Source(site, url, header_file, ca, timeout, out, stand_ins), **rest)

    taken.__doc__ = function.__doc__
    taken.__dict__.update(function.__dict__)
    for option in reversed((
        click.option("--site", type=file, default=SPEC, show_default=True, help="the spec of the stack that is asked"),
        click.option("-o", "--out", type=click.Path(path_type=Path, file_okay=False), default=None,
                     help="its bundle's folder; default: build/<site> beside the spec"),
        click.option("--stand-ins", is_flag=True, help="the stack runs with the images built here"),
        click.option("--url", default=None, help="ask what answers at this address instead"),
        click.option("--header-file", type=file, default=None,
                     help="lines of `Name: value` that are sent with each request: a credential, a tenant"),
        click.option("--ca", type=file, default=None, help="the authority of the address's certificate"),
        click.option("--timeout", type=click.FloatRange(0.1, 600), default=TIMEOUT, show_default=True,
                     help="seconds until the answer must be there"),
    )):  # fmt: skip
        taken = option(taken)
    return taken


def published(spec: Spec, component: str, out: Path | None) -> str:
    """Return where the stack of a spec has a component. CommandError when it has none, or does not run."""
    port = port_of(spec.site, component)
    if port:
        return f"http://{LOOPBACK}:{port}"
    from ongrid_gen.commands.up import running_stack
    from ongrid_gen.runtime import docker

    docker.require()
    stack = running_stack(spec, out, ())
    return {"tempo": lambda: stack.tempo, "prometheus": lambda: stack.prometheus}[component]()


def port_of(site: Site, component: str) -> int:
    """Return the port that the spec gives a component; 0 when Docker chooses it."""
    if component == "tempo":
        return site.tempo.port
    if component == "prometheus":
        return site.prometheus.port
    raise CommandError(f"the stack of the spec has no {component}: give the address of one by --url")


def headers_of(path: Path) -> dict[str, str]:
    """Return the headers in a file. CommandError, without what stands there, when a line is none."""
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        header = HEADER.fullmatch(line)
        if header is not None:
            found[header[1]] = header[2]
        elif line.strip():
            raise CommandError(f"{path}:{number}: no header: write `Name: value`")
    return found


@contextmanager
def carets(text: str) -> Iterator[None]:
    """Show what is wrong with a query under it: what we find, or what is found where it is asked. Then: Findings."""
    try:
        yield
    except (TraceqlError, PromqlError) as error:
        show([problem_of(text, error)], document_of(text))
        raise Findings from None
    except FetchError as error:
        if error.status != BAD_REQUEST:
            raise
        for line in refused(text, error.said):
            click.echo(line, err=True)
        raise Findings from None


def refused(text: str, said: str) -> list[str]:
    """Return what a program says of a query, and the place in it where it names one."""
    lines = [f"query: error: it is refused: {visible(' '.join(said.split()))}"]
    place = PLACE.search(said)
    if place is not None:
        line, column = int(place[1]), int(place[2])
        lines += excerpt(document_of(text), Span(line, column, column + 1), "", sys.stderr.isatty())
    return lines

"""`mcp`: the tools of a site by the Model Context Protocol."""

import ipaddress
from pathlib import Path
from typing import Final

import click

from ongrid_gen.commands.asked import headers_of
from ongrid_gen.commands.common import out_option, read_spec, site_argument, stand_ins_option
from ongrid_gen.errors import CommandError

PATH: Final = "/mcp"
PORTS: Final = range(1, 65536)


@click.command("mcp")
@site_argument
@click.option("--http", default=None, metavar="127.0.0.1:PORT", help="by streamable HTTP instead of stdin and stdout")
@click.option("--prometheus", default=None, metavar="URL", help="ask this Prometheus instead of the stack's")
@click.option("--tempo", default=None, metavar="URL", help="ask this Tempo instead")
@click.option("--loki", default=None, metavar="URL", help="ask this Loki instead")
@click.option("--header-file", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="lines of `Name: value` that are sent with each request to addresses given here")  # fmt: skip
@out_option
@stand_ins_option
def command(
    site: Path, http: str | None, prometheus: str | None, tempo: str | None, loki: str | None,
    header_file: Path | None, out: Path | None, stand_ins: bool,
) -> None:  # fmt: skip
    """Offer `query_traceql` and `correlate_incident` for SITE by MCP, over stdin and stdout or HTTP. They only read."""
    where = None if http is None else loopback(http)
    spec = read_spec(site, stand_ins=stand_ins)
    headers = {} if header_file is None else headers_of(header_file)
    try:
        from ongrid_gen.mcptools.server import server_of
    except ModuleNotFoundError as error:
        raise CommandError(f"{error.name} is missing: install `ongrid-gen[mcp]`") from None
    from ongrid_gen.mcptools.tools import Tools

    server = server_of(Tools(spec, out, {"prometheus": prometheus, "tempo": tempo, "loki": loki}, headers))
    if where is None:
        server.run("stdio")
        return
    host, port = where
    click.echo(f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}", err=True)
    server.run("streamable-http", host=host, port=port, streamable_http_path=PATH, stateless_http=True,
               max_request_body_size=1 << 20)  # fmt: skip


def loopback(text: str) -> tuple[str, int]:
    """Return host and port. CommandError unless only this machine reaches them: nobody is asked for a credential."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        inside, number = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host).is_loopback, int(port)
    except ValueError:
        raise CommandError(f"`{text}` is no address: write it like 127.0.0.1:8765") from None
    if not inside:
        raise CommandError(f"`{host}` can be reached from other machines, and the tools ask for no credential: "
                           "write 127.0.0.1:PORT")  # fmt: skip
    if number not in PORTS:
        raise CommandError(f"`{port}` is no port")
    return host, number

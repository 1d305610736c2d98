"""`correlate`: what happened around an alert, in one call."""

from pathlib import Path
from typing import Final

import click

from ongrid_gen.commands.asked import headers_of, published
from ongrid_gen.commands.common import Spec, progress, read_spec, site_argument, stand_ins_option
from ongrid_gen.correlate import subject_of
from ongrid_gen.correlate.data import LARGEST, document, text_of
from ongrid_gen.correlate.firing import LONGEST
from ongrid_gen.correlate.run import MOST_AT_ONCE, Asked, Clients, Incident, correlate_all
from ongrid_gen.correlate.told import as_text
from ongrid_gen.errors import CommandError
from ongrid_gen.querying.times import length_of, moment_of
from ongrid_gen.runtime.fetch import Deadline, Endpoint
from ongrid_gen.tracequery import AskedError

TIMEOUT: Final = 10.0
BACKENDS: Final = ("prometheus", "tempo", "loki", "alertmanager")


@click.command("correlate")
@site_argument
@click.argument("alerts", nargs=-1, required=True, metavar="ALERT...")
@click.option("--window", default="30m", show_default=True, help="how much time around it; at most 240m")
@click.option(
    "--at", default=None, help="the firing that this moment is in, like 2026-05-31T14:05:00Z; default: the last"
)
@click.option("--timeout", type=click.FloatRange(0.1, 60), default=TIMEOUT, show_default=True,
              help="seconds in which all of it is asked")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="print JSON, of at most 100 KB")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="write a page with plots into this file too; it needs nothing else")  # fmt: skip
@click.option("--prometheus", default=None, metavar="URL", help="ask this Prometheus instead of the stack's")
@click.option("--tempo", default=None, metavar="URL", help="ask this Tempo instead")
@click.option("--loki", default=None, metavar="URL", help="ask this Loki instead")
@click.option("--header-file", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="lines of `Name: value` that are sent with each request to addresses given here")  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path, file_okay=False), default=None,
              help="the bundle's folder; default: build/<site> beside the spec")  # fmt: skip
@stand_ins_option
def command(
    site: Path, alerts: tuple[str, ...], window: str, at: str | None, timeout: float, as_json: bool, html: Path | None,
    prometheus: str | None, tempo: str | None, loki: str | None, header_file: Path | None, out: Path | None,
    stand_ins: bool,
) -> None:  # fmt: skip
    """Gather what happened around each ALERT: its series, the service and its neighbours, traces, lines, the stack.

    ALERT is an alert of SITE, a tier of an SLO (`<slo>/page`) or an alert of the stack itself. Whatever cannot be
    asked is told with its reason. Exit 2 when nothing could be.
    """
    length = window_length(window)
    if len(alerts) > MOST_AT_ONCE:
        raise AskedError(f"ask about at most {MOST_AT_ONCE} alerts at once")
    spec = read_spec(site, stand_ins=stand_ins)
    subjects = [subject_of(spec.site, name) for name in dict.fromkeys(alerts)]
    given = {"prometheus": prometheus, "tempo": tempo, "loki": loki}
    headers = {} if header_file is None else headers_of(header_file)
    asked = Asked(spec.site, clients_of(spec, out, given, headers), length, None if at is None else moment_of(at))
    incidents = correlate_all(asked, subjects, Deadline.after(timeout))
    if html is not None:
        write_page(html, incidents)
    if as_json:
        click.echo(text_of(document(incidents, LARGEST)))
    else:
        click.echo("\n\n\n".join(as_text(one) for one in incidents))
    say_nothing(incidents)


def write_page(path: Path, incidents: list[Incident]) -> None:
    """Write the page."""
    from ongrid_gen.correlate.page import as_page

    path.write_text(as_page(incidents), encoding="utf-8", errors="replace")
    progress(f"wrote {path}")


def window_length(text: str) -> float:
    """Return how much time is looked at. AskedError for too little or too much."""
    length = float(length_of(text))
    if not 60 <= length <= LONGEST:
        raise AskedError(f"the window must be from 1m to {LONGEST // 60}m, not {text}")
    return length


def clients_of(spec: Spec, out: Path | None, given: dict[str, str | None], headers: dict[str, str]) -> Clients:
    """Return where each backend answers: the address that is given, or where the stack of the spec has it."""
    found: dict[str, Endpoint | None] = {}
    why: dict[str, str] = {}
    for name in BACKENDS:
        url = given.get(name)
        try:
            found[name] = Endpoint(published(spec, name, out)) if url is None else Endpoint(url, headers)
        except CommandError as error:
            if url is not None:
                raise
            found[name], why[name] = None, str(error).partition(":")[0]
    return Clients(found["prometheus"], found["tempo"], found["loki"], why, found["alertmanager"])


def say_nothing(incidents: list[Incident]) -> None:
    """Fail when no backend gave anything at all: then nothing was found out."""
    answers = [answer for one in incidents for answer in one.answers if answer.question.query]
    reasons = {answer.skip.reason for answer in answers if answer.skip}
    if all(answer.skip is not None and answer.skip.reason != "no_data" for answer in answers):
        raise CommandError(f"no backend could be asked ({', '.join(sorted(reasons))}); is the stack up?")

"""The command line: a click group whose commands are imported when called, and the one mapping to exit codes.

0 fine · 1 findings · 2 usage or I/O · 3 our bug · 130 interrupted. Results go to stdout, problems to stderr.
"""

import importlib
import os
import sys
import traceback
from typing import Any, Final, NoReturn

import click

from ongrid_gen import __version__
from ongrid_gen.errors import CommandError

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "init": ("init", "write a commented site.yaml to start from"),
    "check": ("check", "check a spec: schema and contracts, every problem at once"),
    "render": ("render", "write the bundle of a spec"),
    "plan": ("plan", "say what a change does to the running stack, what it costs, and which data is lost"),
    "explain": ("explain", "say an alert in words"),
    "graph": ("graph", "draw who calls whom, and what each alert hangs on"),
    "estimate": ("estimate", "series, spans and bytes, against the budget"),
    "test": ("test", "run the rendered rule unit tests with promtool"),
    "images": ("images", "pull, or build, the images the stack needs"),
    "edge": ("edge", "list the edges of a site, or add one"),
    "certs": ("certs", "make the certificates and credentials of gateway and edges"),
    "up": ("up", "start the stack and wait until it is really ready"),
    "down": ("down", "stop the stack"),
    "status": ("status", "say what runs, and what fires"),
    "drill": ("drill", "prove alerts on the running stack"),
    "query": ("query", "ask for traces, series and lines"),
    "env": ("env", "print the environment of one application"),
    "import": ("import_rules", "turn an Ongrid export into `alerts:`"),
    "schema": ("schema", "print the JSON Schema of site.yaml, or of a report"),
}
OK, FINDINGS, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130


class Findings(Exception):
    """The command ran and found something; it has been shown. Exit code 1."""


class LazyGroup(click.Group):
    """Commands are imported when they are called, so that `check` never waits for what only `drill` needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of use."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"ongrid_gen.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ongrid-gen")
def group() -> None:
    """Turn one site.yaml into a tracing stack that fits together, fires and stays true."""


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    from ongrid_gen.load import SourceError

    try:
        result: Any = group.main(args=arguments, prog_name="ongrid-gen", standalone_mode=False)
        return result if isinstance(result, int) else OK
    except Findings:
        return FINDINGS
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except (CommandError, SourceError, OSError) as error:
        click.echo(f"ongrid-gen: {error}", err=True)
        return USAGE
    except Exception:
        click.echo(traceback.format_exc(), err=True)
        click.echo(
            f"This is a bug in ongrid-gen {__version__}, not in your spec. Please report it with the lines above and "
            "the spec that caused it.",
            err=True,
        )
        return BUG


def main() -> NoReturn:
    """Run and exit."""
    sys.exit(run())

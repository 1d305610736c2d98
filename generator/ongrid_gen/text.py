"""Text out of templates: expressions, whole files by Jinja, and quoting for each language that text is written in.

Delimiters are `<< >>`, `<% %>` and `<# #>`, so that `{{ $labels.service }}` passes untouched. A bare `str` is refused:
a value enters text only through the quoting function of the language it enters, or marked as already being in it.
"""

import json
import string
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from ongrid_gen.resources import stack_text
from ongrid_gen.units import plain

if TYPE_CHECKING:  # only whole files need Jinja: `check` starts without it
    from jinja2 import Environment, Template

JSON = json.JSONEncoder(ensure_ascii=False)
RE2_SPECIAL = frozenset("\\.+*?()|[]{}^$")


class Code(str):
    """Text that is already in the language it is put into: a quoted value, a selector, a duration."""

    __slots__ = ()


class Form(string.Template):
    """Text with places `<< name >>`. Anything else that begins like one is an error."""

    pattern = r"<<[ ](?P<named>\w+)[ ]>>|(?P<invalid><<)|(?P<escaped>(?!))|(?P<braced>(?!))"  # type: ignore[assignment]


def written(value: object) -> str:
    """Return a value as it enters text. TypeError when it is a bare `str`."""
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise TypeError(f"{value!r} must be quoted for the language it is written into")
    return plain(value)


def _finalize(value: object) -> str:
    from jinja2 import Undefined

    return str(value) if isinstance(value, Undefined) else written(value)  # what is undefined raises


@cache
def environment() -> "Environment":
    """Return the one Jinja environment."""
    from jinja2 import Environment, StrictUndefined

    return Environment(
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=StrictUndefined,
        finalize=_finalize,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def template(text: str) -> "Template":
    """Return the compiled template of a text that is part of this program."""
    return environment().from_string(text)


@cache
def form(text: str) -> Form:
    """Return a text that is part of this program, ready to be filled."""
    return Form(text)


def fill(text: str, **values: Any) -> str:
    """Fill the places of a text. TypeError when a value is a bare `str`, KeyError when one is missing."""
    return form(text).substitute({name: written(value) for name, value in values.items()})


def fill_source(name: str, **values: Any) -> str:
    """Fill a template that lies under `stack/`, by its slash-separated name."""
    return template(stack_text(name)).render(**values)


def promql_string(value: str) -> Code:
    """Quote for PromQL (and for LogQL's double quotes): backslash, quote and control characters are escaped."""
    return Code(JSON.encode(value).replace("\x7f", "\\x7f"))


def traceql_string(value: str) -> Code:
    """Quote for TraceQL, which reads strings as Go does, like PromQL."""
    return promql_string(value)


def re2_literal(value: str) -> str:
    """Return a regular expression (RE2) that matches exactly this text."""
    return "".join(f"\\{char}" if char in RE2_SPECIAL else char for char in value)


def promql_matcher(label: str, values: Iterable[str]) -> Code:
    """Return a label matcher for one value (`=`) or several literals (`=~`), quoted."""
    wanted = list(values)
    if len(wanted) == 1:
        return Code(f"{label}={promql_string(wanted[0])}")
    return Code(f"{label}=~{promql_string('|'.join(map(re2_literal, wanted)))}")


def go_template(value: str) -> Code:
    """Return text for a Go template (labels, annotations, notifications): what looks like an action is quoted."""
    if "{{" not in value and "}}" not in value:
        return Code(value)
    return Code("{{ " + json.dumps(value, ensure_ascii=False) + " }}")


def compose_escape(value: str) -> str:
    """Double `$`, so that Compose hands the text on unchanged."""
    return value.replace("$", "$$")


def collector_escape(value: str) -> str:
    """Double `$`, so that the collector reads the text unchanged instead of a variable."""
    return value.replace("$", "$$")


def prometheus_escape(value: str) -> str:
    """Double `$`, so that Prometheus (3 and newer) takes an external label as it is, and not for a variable."""
    return value.replace("$", "$$")


def grafana_escape(value: str) -> str:
    """Double `$`, so that Grafana's provisioning reads the text unchanged instead of a variable."""
    return value.replace("$", "$$")


def markdown_escape(value: str) -> Code:
    """Escape text for Markdown, so that a name of the spec cannot become markup."""
    return Code("".join(f"\\{char}" if char in "\\`*_{}[]<>#|" else char for char in " ".join(value.split())))


def ottl_string(value: str) -> Code:
    """Quote for OTTL, the collector's statement language."""
    return Code(json.dumps(value, ensure_ascii=False))

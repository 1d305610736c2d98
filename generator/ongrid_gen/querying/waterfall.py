"""One trace as a waterfall: who called whom, when, for how long, and what the rest waited for."""

from typing import Final

from ongrid_gen.querying.tables import NANO, clipped, moment, took
from ongrid_gen.show import width
from ongrid_gen.tracequery.base import Span, Trace
from ongrid_gen.tracequery.critical import Critical, critical_path

BARS: Final = 40
NAMES: Final = 52
DEEPEST: Final = 12
LEADING: Final = 5
ROWS: Final = 200
WAITED, GOING, NOTHING = "█", "─", " "


def waterfall(trace: Trace, rows: int = ROWS) -> str:
    """Return a trace for a terminal; at most so many spans, those on the critical path before others."""
    path = critical_path(trace)
    numbers = kept(path, rows)
    lines = [heading(trace), "", f"   {'SPAN':<{NAMES}}  {'TOOK':>8}  {'WAITED':>8}  {scale(trace)}"]
    lines += [line(path, number, trace) for number in numbers]
    if len(numbers) < len(trace.spans):
        lines.append(f"  … and {len(trace.spans) - len(numbers)} more spans (--rows)")
    failed = [f"  {name_of(span)}: {span.message}" for span in trace.spans if span.status == "error" and span.message]
    if failed:
        lines += ["", "failed, and said", *(clipped(text, 2 * NAMES) for text in dict.fromkeys(failed[:LEADING]))]
    return "\n".join([*lines, "", *leading(path)])


def heading(trace: Trace) -> str:
    """Return what the trace is, in two lines."""
    services = len({span.service for span in trace.spans})
    failed = sum(span.status == "error" for span in trace.spans)
    return (
        f"trace {trace.trace_id}, began {moment(trace.start / NANO)}\n"
        f"{took(trace.end - trace.start)}, {counted(len(trace.spans), 'span')}, {counted(services, 'service')}, "
        f"{failed} failed"
    )


def counted(number: int, what: str) -> str:
    """Return a number and what it counts."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def kept(path: Critical, rows: int) -> list[int]:
    """Return which spans are shown, in their order: those that were waited for longest, then the longest ones."""
    spans = path.tree.spans
    weights = sorted(path.tree.order, key=lambda one: (-path.waited.get(one, 0), -spans[one].duration, one))
    chosen = set(weights[:rows])
    return [number for number in path.tree.order if number in chosen]


def line(path: Critical, number: int, trace: Trace) -> str:
    """Return one span: a star when it was waited for, `!` when it failed."""
    span, waited = path.tree.spans[number], path.waited.get(number, 0)
    mark = ("*" if waited else " ") + ("!" if span.status == "error" else " ")
    depth = path.tree.depths[number]
    indent = "  " * min(depth, DEEPEST) + (f"({depth}) " if depth > DEEPEST else "")
    name = clipped(indent + name_of(span), NAMES)
    bars = "".join(drawn(path, number, trace))
    return (
        f"{mark} {name}{' ' * (NAMES - width(name))}  {took(span.duration):>8}  "
        f"{took(waited) if waited else '':>8}  |{bars}|"
    )


def name_of(span: Span) -> str:
    """Return the service and the operation of a span."""
    return f"{span.service} {span.operation}"


def drawn(path: Critical, number: int, trace: Trace) -> list[str]:
    """Return the bar of a span: full where it was waited for, thin while it only goes on."""
    span = path.tree.spans[number]
    cells = [NOTHING] * BARS
    for cell in cells_of(span.start, span.end, trace):
        cells[cell] = GOING
    for piece in path.pieces:
        if piece.span == number:
            for cell in cells_of(piece.start, piece.end, trace):
                cells[cell] = WAITED
    return cells


def cells_of(start: int, end: int, trace: Trace) -> range:
    """Return the cells that a time covers; at least one."""
    whole = (trace.end - trace.start) or 1
    first = min(BARS - 1, (start - trace.start) * BARS // whole)
    return range(first, max(first + 1, min(BARS, -((trace.start - end) * BARS // whole))))


def scale(trace: Trace) -> str:
    """Return the scale over the bars."""
    end = took(trace.end - trace.start)
    return f"0{end:>{BARS + 1}}"


def leading(path: Critical) -> list[str]:
    """Return what was waited for longest, as a share of the whole wait."""
    whole = sum(path.waited.values()) or 1
    longest = sorted(path.waited.items(), key=lambda pair: -pair[1])[:LEADING]
    lines = [
        f"  {took(time):>8}  {100 * time / whole:5.1f} %  {clipped(name_of(path.tree.spans[number]))}"
        for number, time in longest
    ]
    return ["critical path", *lines] if lines else []

"""Series as a plot in SVG: the lines, their threshold, the same a day before, the time in which the alert fired."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from ongrid_gen.querying.tables import labels_of, moment, short
from ongrid_gen.tracequery.base import Series, Window

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 10, 24
# Colours that people who see few of them still tell apart (Okabe, Ito).
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#8c6d31", "#7f7f7f")
LINES: Final = 8
TICKS: Final = 4


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn in which time. `before` are the series of a day before, `shift` seconds earlier."""

    window: Window
    series: Sequence[Series]
    unit: str = ""
    threshold: float | None = None
    before: Sequence[Series] = ()
    shift: float = 0.0
    fired: tuple[float, float] | None = None

    def svg(self) -> str:
        """Return the picture."""
        low, high = self.bounds()
        parts = [self.firing(), self.grid(low, high)]
        parts += [self.line(one, "#999999", low, high, self.shift, "4 3") for one in self.before[:LINES]]
        parts += [
            self.line(one, COLOURS[number % len(COLOURS)], low, high) for number, one in enumerate(self.series[:LINES])
        ]
        parts.append(self.limit(low, high))
        head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg">'
        return f"{head}{''.join(parts)}</svg>"

    def legend(self) -> str:
        """Return which line is which."""
        rows = [
            f'<li><span style="background:{COLOURS[number % len(COLOURS)]}"></span>{escape(labels_of(one))} '
            f"<b>{escape(short(one.points[-1][1]))}{escape(self.unit)}</b></li>"
            for number, one in enumerate(self.series[:LINES])
            if one.points
        ]
        rows += ['<li><span style="background:#999999"></span>a day before</li>'] if self.before else []
        more = len(self.series) - LINES
        rows += [f"<li>and {more} more</li>"] if more > 0 else []
        return f"<ul>{''.join(rows)}</ul>"

    def bounds(self) -> tuple[float, float]:
        """Return the smallest and the largest value that is drawn; 0 is always in."""
        values = [value for one in (*self.series, *self.before) for _, value in one.points if math.isfinite(value)]
        values += [self.threshold] if self.threshold is not None else []
        low, high = min([0.0, *values]), max([0.0, *values])
        return (low, high * 1.05) if high > low else (low, low + 1)

    def x(self, at: float) -> float:
        """Return where a moment is."""
        share = (at - self.window.start) / self.window.seconds
        return LEFT + min(1.0, max(0.0, share)) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float, low: float, high: float) -> float:
        """Return where a value is."""
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def line(self, one: Series, colour: str, low: float, high: float, shift: float = 0.0, dashes: str = "") -> str:
        """Return one series; a value that is no number interrupts it."""
        paths, pen = [], "M"
        for at, value in one.points:
            if not math.isfinite(value):
                pen = "M"
                continue
            paths.append(f"{pen}{self.x(at + shift):.1f} {self.y(value, low, high):.1f}")
            pen = "L"
        if len(paths) == 1:
            paths.append("h1")
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        return f'<path d="{"".join(paths)}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>' if paths else ""

    def limit(self, low: float, high: float) -> str:
        """Return the threshold."""
        if self.threshold is None:
            return ""
        at = self.y(self.threshold, low, high)
        return (
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" class="limit"/>'
            f'<text x="{WIDTH - RIGHT}" y="{at - 3:.1f}" text-anchor="end" class="limit">'
            f"{escape(short(self.threshold) + self.unit)}</text>"
        )

    def firing(self) -> str:
        """Return the time in which the alert fired, as a band."""
        if self.fired is None:
            return ""
        start, end = self.x(self.fired[0]), self.x(self.fired[1])
        size = f'width="{max(1.0, end - start):.1f}" height="{HEIGHT - TOP - BOTTOM}"'
        return f'<rect x="{start:.1f}" y="{TOP}" {size} class="fired"/>'

    def grid(self, low: float, high: float) -> str:
        """Return lines for values, and the times at both ends."""
        rows = []
        for number in range(TICKS + 1):
            value = low + (high - low) * number / TICKS
            at = self.y(value, low, high)
            rows.append(
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" class="grid"/>'
                f'<text x="{LEFT - 4}" y="{at + 4:.1f}" text-anchor="end">{escape(short(value) + self.unit)}</text>'
            )
        for at, anchor in ((self.window.start, "start"), (self.window.end, "end")):
            text = moment(at)[11:19]
            rows.append(f'<text x="{self.x(at):.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}">{text}</text>')
        return "".join(rows)

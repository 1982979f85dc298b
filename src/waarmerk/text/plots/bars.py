"""Horizontal bars: several values a row, side by side or stacked, every value written beside its bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from waarmerk.text.page import COLOURS
from waarmerk.text.plots.svg import Scale, drawing, element, label

WIDTH = 900.0
_LEFT, _RIGHT, _TOP, _BAR, _GAP, _LEGEND = 330.0, 90.0, 8.0, 15.0, 12.0, 26.0
_LONGEST_NAME = 48


@dataclass(frozen=True)
class Bar:
    """One row of bars: `name` at the left, one value for each series (None: no bar)."""

    name: str
    values: tuple[float | None, ...]


def bars(
    rows: Sequence[Bar],
    *,
    series: Sequence[tuple[str, str]],
    write: Callable[[float], str],
    title: str,
    description: str,
    stacked: bool = False,
    relative: bool = False,
) -> Markup:
    """The plot as SVG. `series`: name and colour (a key of `COLOURS`); `write`: how a value is written.

    `relative`: every row has its own scale, for rows of different units or sizes.
    """
    thick = _BAR if stacked else _BAR * len(series)
    top = _TOP + (_LEGEND if len(series) > 1 else 0)
    sums = [
        sum(v or 0 for v in row.values) if stacked else max((v or 0 for v in row.values), default=0) for row in rows
    ]
    largest = max(sums, default=1) or 1
    parts = _legend(series) if len(series) > 1 else []
    for index, (row, own) in enumerate(zip(rows, sums, strict=True)):
        scale = Scale(0.0, (own if relative else largest) or 1.0, _LEFT, WIDTH - _RIGHT)
        start = top + index * (thick + _GAP)
        name = row.name if len(row.name) <= _LONGEST_NAME else f"{row.name[: _LONGEST_NAME - 1]}…"
        parts.append(label(_LEFT - 10, start + thick / 2, name, anchor="end", fill="ink"))
        parts += _stack(row, series, scale, start, write) if stacked else _beside(row, series, scale, start, write)
    height = top + len(rows) * (thick + _GAP) + 4
    parts.append(
        element("line", x1=_LEFT, x2=_LEFT, y1=top - 4, y2=height - _GAP, stroke=COLOURS["quiet"], stroke_width=1)
    )
    return drawing(WIDTH, height, parts, title=title, description=description)


def _legend(series: Sequence[tuple[str, str]]) -> list[Markup]:
    parts: list[Markup] = []
    x = _LEFT
    for name, colour in series:
        parts.append(element("rect", x=x, y=_TOP, width=12, height=12, fill=COLOURS[colour]))
        parts.append(label(x + 18, _TOP + 6, name))
        x += 34 + 7.2 * len(name)
    return parts


def _beside(
    row: Bar, series: Sequence[tuple[str, str]], scale: Scale, start: float, write: Callable[[float], str]
) -> list[Markup]:
    parts: list[Markup] = []
    for place, (value, (_, colour)) in enumerate(zip(row.values, series, strict=True)):
        if value is None:
            continue
        y, end = start + place * _BAR, scale(max(value, 0.0))
        width = max(end - _LEFT, 1.0)
        parts.append(element("rect", x=_LEFT, y=y, width=width, height=_BAR - 3, fill=COLOURS[colour]))
        parts.append(label(_LEFT + width + 6, y + _BAR / 2 - 1, write(value), fill="ink", size=11))
    return parts


def _stack(
    row: Bar, series: Sequence[tuple[str, str]], scale: Scale, start: float, write: Callable[[float], str]
) -> list[Markup]:
    parts: list[Markup] = []
    done = 0.0
    for value, (_, colour) in zip(row.values, series, strict=True):
        if value:
            x, end = scale(done), scale(done + value)
            done += value
            parts.append(element("rect", x=x, y=start, width=end - x - 1, height=_BAR, fill=COLOURS[colour]))
            if end - x > 9 * len(write(value)) + 6:
                middle = element(
                    "text",
                    write(value),
                    x=(x + end) / 2,
                    y=start + _BAR / 2 + 1,
                    text_anchor="middle",
                    font_size=11,
                    fill=COLOURS["paper"],
                    dominant_baseline="middle",
                )
                parts.append(middle)
    parts.append(label(scale(done) + 6, start + _BAR / 2 + 1, write(done), fill="ink", size=11))
    return parts

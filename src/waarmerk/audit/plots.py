"""Plots of an audit as inline SVG: times to the answer with the open cases, shares with their bounds.

Rules:
- An open case is drawn at its age, in a lane of its own: whoever never answers is seen, not left out.
- The curve with the open cases is Kaplan and Meier's, that of the answered alone stands beside it.
- Times are hours on a logarithmic axis from a minute on; what is quicker stands at its left end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from waarmerk.audit.figures import closed_by
from waarmerk.text.page import COLOURS
from waarmerk.text.plots.svg import Scale, drawing, element, label

WIDTH = 900.0
_LEFT, _RIGHT, _TOP, _PLOT, _LANE, _LINE = 62.0, 24.0, 12.0, 170.0, 26.0, 18.0
_QUICKEST = 1 / 60
_TICKS = (1 / 60, 1 / 6, 1.0, 6.0, 24.0, 72.0, 168.0, 720.0, 2160.0, 8760.0)
_NAMES, _ROW, _MARKS = 64.0, 22.0, 70.0


@dataclass(frozen=True)
class TimeNames:
    """What stands on a plot of times; `benchmark` is the name of its line, None where there is none."""

    title: str
    description: str
    share: str
    time: str
    with_open: str
    answered: str
    open: str
    benchmark: str | None


@dataclass(frozen=True)
class Shared:
    """One row of the plot of shares: all three in 0..1."""

    name: str
    share: float
    upper: float
    materiality: float


def times_plot(
    closed: Sequence[float],
    still_open: Sequence[float],
    benchmark: float | None,
    names: TimeNames,
    write: Callable[[float], str],
) -> Markup:
    """The share that was answered by each time. Hours; `write`: how a time is written."""
    longest = max([*closed, *still_open, benchmark or 0.0, 1.0])
    last = next((tick for tick in _TICKS if tick >= longest), longest)
    x = Scale(math.log(_QUICKEST), math.log(last), _LEFT, WIDTH - _RIGHT)
    y = Scale(0.0, 1.0, _TOP + _PLOT, _TOP)
    parts = _axes(x, y, last, names, write)
    if benchmark is not None:
        at = _place(x, benchmark)
        parts.append(_stroke(at, at, y.end, y.start, "for", "7 3"))
    lines: list[tuple[str, str, str | None, Sequence[float]]] = [(names.with_open, "mark", None, still_open)]
    if still_open:
        lines.append((names.answered, "against", "2 3", ()))
    for _, colour, dashes, opens in reversed(lines):
        parts.append(_steps(closed, opens, x, y, colour, dashes))
    lane = y.start + _LANE / 2 + 4
    for at in sorted({round(_place(x, hours)) for hours in still_open}):
        parts.append(element("circle", cx=at, cy=lane, r=4, fill="none", stroke=COLOURS["for"], stroke_width=1.5))
    legend: list[tuple[str, str, str | None]] = [(name, colour, dashes) for name, colour, dashes, _ in lines]
    if names.benchmark is not None:
        legend.append((names.benchmark, "for", "7 3"))
    bottom = y.start + _LANE + 52
    for number, (name, colour, dashes) in enumerate(legend):
        parts += _entry(name, bottom + number * _LINE, colour, dashes)
    bottom += len(legend) * _LINE
    if still_open:
        circle = element(
            "circle", cx=_LEFT + 15, cy=bottom, r=4, fill="none", stroke=COLOURS["for"], stroke_width=1.5
        )
        parts += [circle, label(_LEFT + 38, bottom, names.open, fill="ink")]
        bottom += _LINE
    return drawing(WIDTH, bottom, parts, title=names.title, description=names.description)


def shares_plot(
    rows: Sequence[Shared],
    *,
    title: str,
    description: str,
    marks: tuple[str, str, str],
    write: Callable[[float], str],
) -> Markup:
    """Shares as dots, each with a line to its upper bound and a bar at its materiality; `marks`: their names."""
    left = WIDTH * 0.1
    x = Scale(0.0, max((row.upper for row in rows), default=1.0) or 1.0, left, WIDTH - _MARKS)
    end = _TOP + len(rows) * _ROW
    parts: list[Markup] = []
    for tick in x.ticks(6):
        parts.append(element("line", x1=x(tick), x2=x(tick), y1=_TOP, y2=end, stroke=COLOURS["rule"]))
        parts.append(label(x(tick), end + 14, write(tick), anchor="middle"))
    for number, row in enumerate(rows):
        middle = _TOP + (number + 0.5) * _ROW
        at, bar = x(row.share), x(min(row.materiality, x.high))
        beyond = row.share > row.materiality
        colour = "for" if beyond else "mark"
        parts += [
            label(left - 12, middle, row.name, anchor="end", fill="ink"),
            element("line", x1=at, x2=x(row.upper), y1=middle, y2=middle, stroke=COLOURS[colour], stroke_width=2),
            element("line", x1=bar, x2=bar, y1=middle - 7, y2=middle + 7, stroke=COLOURS["ink"], stroke_width=2),
            element("circle", cx=at, cy=middle, r=5, fill=COLOURS[colour if beyond else "paper"],
                    stroke=COLOURS[colour], stroke_width=2),
            label(x(row.upper) + 8, middle, write(row.share), fill="ink", size=11),
        ]  # fmt: skip
    drawn = end + 38
    places = (left, left + WIDTH * 0.2, left + WIDTH * 0.5)
    shapes = (
        element("circle", cx=places[0] + 6, cy=drawn, r=5, fill=COLOURS["for"]),
        element("line", x1=places[1], x2=places[1] + 16, y1=drawn, y2=drawn, stroke=COLOURS["for"], stroke_width=2),
        element(
            "line",
            x1=places[2] + 6,
            x2=places[2] + 6,
            y1=drawn - 7,
            y2=drawn + 7,
            stroke=COLOURS["ink"],
            stroke_width=2,
        ),
    )
    for place, shape, name in zip(places, shapes, marks, strict=True):
        parts += [shape, label(place + 22, drawn, name)]
    return drawing(WIDTH, drawn + 14, parts, title=title, description=description)


def _place(x: Scale, hours: float) -> float:
    return x(math.log(max(hours, _QUICKEST)))


def _axes(x: Scale, y: Scale, last: float, names: TimeNames, write: Callable[[float], str]) -> list[Markup]:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(_stroke(x.start, x.end, y(share), y(share), "rule"))
        parts.append(label(_LEFT - 8, y(share), f"{share:.0%}".replace("%", " %"), anchor="end", size=11))
    for tick in _TICKS:
        if tick <= last:
            at = _place(x, tick)
            parts.append(_stroke(at, at, y.end, y.start + _LANE, "rule"))
            name = write(tick) if tick > _QUICKEST else f"≤ {write(tick)}"
            parts.append(label(at, y.start + _LANE + 12, name, anchor="middle", size=11))
    parts.append(label((x.start + x.end) / 2, y.start + _LANE + 30, names.time, anchor="middle", fill="ink"))
    middle = (y.start + y.end) / 2
    parts.append(
        element(
            "text",
            names.share,
            x=14,
            y=middle,
            text_anchor="middle",
            font_size=12,
            fill=COLOURS["ink"],
            transform=f"rotate(-90 14 {middle:.0f})",
        )
    )
    return parts


def _steps(
    closed: Sequence[float],
    still_open: Sequence[float],
    x: Scale,
    y: Scale,
    colour: str,
    dashes: str | None,
) -> Markup:
    """The curve as steps, one a pixel at most, as far as the longest case goes."""
    until = max([*closed, *still_open], default=_QUICKEST)
    times, shares = closed_by(closed, still_open)
    reached: dict[int, float] = {}
    for hours, share in zip(times.tolist(), shares.tolist(), strict=True):
        reached[round(_place(x, hours))] = share
    path, height = f"M{x.start:.0f} {y(0.0):.1f}", y(0.0)
    for at, share in reached.items():
        height = y(share)
        path += f" H{at} V{height:.1f}"
    path += f" H{_place(x, until):.0f}"
    return element("path", d=path, fill="none", stroke=COLOURS[colour], stroke_width=2, stroke_dasharray=dashes)


def _stroke(x1: float, x2: float, y1: float, y2: float, colour: str, dashes: str | None = None) -> Markup:
    width = 1 if colour == "rule" else 1.5
    return element(
        "line", x1=x1, x2=x2, y1=y1, y2=y2, stroke=COLOURS[colour], stroke_width=width, stroke_dasharray=dashes
    )


def _entry(name: str, y: float, colour: str, dashes: str | None) -> list[Markup]:
    line = element(
        "line", x1=_LEFT, x2=_LEFT + 30, y1=y, y2=y, stroke=COLOURS[colour], stroke_width=2, stroke_dasharray=dashes
    )
    return [line, label(_LEFT + 38, y, name, fill="ink")]

"""A value over time, a line a series, with the moments that cut it (shots) and the times each series covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from waarmerk.text.page import COLOURS
from waarmerk.text.plots.svg import Scale, drawing, element, label

# Told apart by colour-blind readers, and by their dashes where colour does not print.
_LINES = (("mark", ""), ("for", "7 3"), ("against", "2 3"), ("other", "9 3 2 3"), ("fifth", "4 2"))

WIDTH = 900.0
_LEFT, _RIGHT, _TOP, _PLOT, _AXIS, _LANE = 70.0, 20.0, 18.0, 210.0, 44.0, 32.0


@dataclass(frozen=True)
class Series:
    """One line: `name` as drawn, points `(seconds, value)` in order of time, `note` beside its bar.

    `span`: first and last second of the bar, where it reaches beyond the points.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    note: str = ""
    span: tuple[float, float] | None = None


def colour(place: int) -> str:
    """The colour of the line at this place among the series."""
    return COLOURS[_LINES[place % len(_LINES)][0]]


def timeline(
    series: Sequence[Series],
    *,
    duration_s: float,
    cuts: Sequence[float] = (),
    value_name: str,
    time_name: str,
    title: str,
    description: str,
    level: tuple[float, str] | None = None,
) -> Markup:
    """The plot as SVG: values above, below it a bar a series from its first to its last point or over its span.

    `cuts`: seconds at which a thin line stands; `level`: a horizontal line at a value, with its name.
    """
    values = [value for one in series for _, value in one.points] + ([level[0]] if level else [])
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = 0.08 * (high - low) or 1.0
    x = Scale(0.0, max(duration_s, 1e-6), _LEFT, WIDTH - _RIGHT)
    y = Scale(low - margin, high + margin, _TOP + _PLOT, _TOP)
    bottom = _TOP + _PLOT
    parts = [*_grid(x, y, bottom, value_name, time_name), *_cuts(cuts, x, bottom)]
    if level:
        at = y(level[0])
        parts += [
            element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=at, y2=at, stroke=COLOURS["for"], stroke_dasharray="6 4"),
            label(WIDTH - _RIGHT - 4, at - 8, level[1], anchor="end", fill="for", size=11),
        ]
    for place, one in enumerate(series):
        parts += _line(one, place, x, y)
        parts += _bar(one, place, x, bottom + _AXIS + _LANE * place)
    height = bottom + _AXIS + _LANE * len(series)
    return drawing(WIDTH, height, parts, title=title, description=description)


def _grid(x: Scale, y: Scale, bottom: float, value_name: str, time_name: str) -> list[Markup]:
    parts = []
    for tick in y.ticks(5):
        parts.append(element("line", x1=_LEFT, x2=x.end, y1=y(tick), y2=y(tick), stroke=COLOURS["rule"]))
        parts.append(label(_LEFT - 8, y(tick), f"{tick:g}", anchor="end"))
    for tick in x.ticks(8):
        parts.append(element("line", x1=x(tick), x2=x(tick), y1=bottom, y2=bottom + 5, stroke=COLOURS["quiet"]))
        parts.append(label(x(tick), bottom + 15, f"{tick:g}", anchor="middle"))
    parts.append(element("line", x1=_LEFT, x2=x.end, y1=bottom, y2=bottom, stroke=COLOURS["quiet"]))
    parts.append(label((_LEFT + x.end) / 2, bottom + 32, time_name, anchor="middle"))
    middle = _TOP + _PLOT / 2
    name = element(
        "text",
        value_name,
        x=16.0,
        y=middle,
        text_anchor="middle",
        font_size=12,
        fill=COLOURS["quiet"],
        transform=f"rotate(-90 16 {middle:g})",
    )
    return [*parts, name]


def _cuts(cuts: Sequence[float], x: Scale, bottom: float) -> list[Markup]:
    return [
        element(
            "line",
            x1=x(cut),
            x2=x(cut),
            y1=_TOP,
            y2=bottom,
            stroke=COLOURS["rule"],
            stroke_width=2,
            stroke_dasharray="2 4",
        )
        for cut in cuts
        if cut > 0
    ]


def _line(one: Series, place: int, x: Scale, y: Scale) -> list[Markup]:
    points = [(x(t_s), y(value)) for t_s, value in one.points]
    if len(points) == 1:
        return [element("circle", cx=points[0][0], cy=points[0][1], r=4, fill=colour(place))]
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    dashes = _LINES[place % len(_LINES)][1] or None
    return [
        element("polyline", points=path, fill="none", stroke=colour(place), stroke_width=2, stroke_dasharray=dashes)
    ]


def _bar(one: Series, place: int, x: Scale, top: float) -> list[Markup]:
    if not one.points:
        return []
    start, end = map(x, one.span or (one.points[0][0], one.points[-1][0]))
    text = f"{one.name}: {one.note}" if one.note else one.name
    return [
        label(_LEFT, top + 9, text, fill="ink"),
        element("rect", x=start, y=top + 18, width=max(end - start, 4.0), height=5, fill=colour(place), rx=2),
    ]

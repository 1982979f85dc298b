"""How something spreads: points over time, a lane for each account, lines to what they were found by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from waarmerk.text.page import COLOURS
from waarmerk.text.plots.svg import Scale, drawing, element, label

WIDTH = 900.0
_LEFT, _RIGHT, _LANE, _TOP = 150.0, 30.0, 26.0, 20.0
_LANES_MOST = 40
_VARIANTS = ("mark", "for", "against", "other", "fifth")


@dataclass(frozen=True)
class Point:
    """One appearance: hours since the first, its lane, which variant it is (from 0), what a pointer shows."""

    hours: float
    lane: int
    variant: int
    told: str


def spread(
    points: Sequence[Point],
    lines: Sequence[tuple[int, int]],
    lanes: Sequence[str],
    *,
    others: str,
    time_name: str,
    title: str,
    description: str,
) -> Markup:
    """The plot as SVG. `lines`: pairs of places in `points`; `lanes`: their names; `others`: of the last, if many."""
    shown = [*lanes[:_LANES_MOST], *([others] if len(lanes) > _LANES_MOST else [])]
    x = Scale(0.0, max([1.0, *(point.hours for point in points)]), _LEFT, WIDTH - _RIGHT)
    at = [(x(point.hours), _TOP + _LANE * min(point.lane, len(shown) - 1)) for point in points]
    bottom = _TOP + _LANE * max(len(shown) - 1, 0)
    parts: list[Markup] = []
    for number, name in enumerate(shown):
        y = _TOP + _LANE * number
        parts.append(element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, stroke=COLOURS["rule"]))
        parts.append(label(_LEFT - 12, y, name if len(name) <= 20 else f"{name[:19]}…", anchor="end", fill="ink"))
    for a, b in lines:
        (x1, y1), (x2, y2) = at[a], at[b]
        parts.append(element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=COLOURS["quiet"], stroke_opacity=0.5))
    for point, (cx, cy) in zip(points, at, strict=True):
        colour = COLOURS[_VARIANTS[point.variant % len(_VARIANTS)]]
        parts.append(element("circle", [element("title", point.told)], cx=cx, cy=cy, r=6, fill=colour))
    axis = bottom + 18
    for tick in x.ticks(8):
        parts.append(element("line", x1=x(tick), x2=x(tick), y1=axis, y2=axis + 4, stroke=COLOURS["quiet"]))
        parts.append(label(x(tick), axis + 14, f"{tick:g}", anchor="middle"))
    parts.append(label((_LEFT + x.end) / 2, axis + 32, time_name, anchor="middle"))
    return drawing(WIDTH, axis + 44, parts, title=title, description=description)

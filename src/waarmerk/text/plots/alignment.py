"""Two media side by side in time: which part of one returns in which part of the other."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from waarmerk.text.page import COLOURS
from waarmerk.text.plots.svg import Scale, drawing, element, label

WIDTH = 900.0
_LEFT, _RIGHT, _BAR = 150.0, 20.0, 18.0
_UPPER, _LOWER = 14.0, 78.0


def alignment(
    ranges: Sequence[tuple[float, float, float, float]],
    *,
    durations: tuple[float, float],
    names: tuple[str, str],
    time_name: str,
    title: str,
    description: str,
) -> Markup:
    """The plot as SVG. `ranges`: start and end in the upper medium, start and end in the lower one, seconds;
    `durations`, `names`: of the upper and the lower medium."""
    longest = max(*durations, *(value for row in ranges for value in row), 1e-6)
    x = Scale(0.0, longest, _LEFT, WIDTH - _RIGHT)
    parts: list[Markup] = []
    for top, name, duration in ((_UPPER, names[0], durations[0]), (_LOWER, names[1], durations[1])):
        parts.append(label(_LEFT - 10, top + _BAR / 2, name, anchor="end", fill="ink"))
        parts.append(
            element(
                "rect", x=_LEFT, y=top, width=x(max(duration, 0.0)) - _LEFT, height=_BAR, fill=COLOURS["rule"], rx=3
            )
        )
    for upper_start, upper_end, lower_start, lower_end in ranges:
        a, b, c, d = x(upper_start), x(upper_end), x(lower_start), x(lower_end)
        ribbon = f"M{a:.1f} {_UPPER + _BAR} L{b:.1f} {_UPPER + _BAR} L{d:.1f} {_LOWER} L{c:.1f} {_LOWER} z"
        parts.append(element("path", d=ribbon, fill=COLOURS["mark"], fill_opacity=0.18))
        for top, start, end in ((_UPPER, a, b), (_LOWER, c, d)):
            parts.append(
                element("rect", x=start, y=top, width=max(end - start, 3.0), height=_BAR, fill=COLOURS["mark"], rx=3)
            )
    axis = _LOWER + _BAR + 8
    for tick in x.ticks(8):
        parts.append(element("line", x1=x(tick), x2=x(tick), y1=axis, y2=axis + 4, stroke=COLOURS["quiet"]))
        parts.append(label(x(tick), axis + 14, f"{tick:g}", anchor="middle"))
    parts.append(label((_LEFT + x.end) / 2, axis + 30, time_name, anchor="middle"))
    return drawing(WIDTH, axis + 40, parts, title=title, description=description)

"""Shares by day as lines, each with the band of its interval: one plot for one flag of one platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from waarmerk.text.page import COLOURS
from waarmerk.text.plots.svg import Scale, drawing, element, label

_WIDTH, _HEIGHT = 720.0, 260.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 14.0, 14.0, 34.0
_LINE = 18.0
_STROKES = (
    ("mark", None),
    ("for", "6 3"),
    ("against", "2 3"),
    ("other", "9 3 2 3"),
    ("fifth", "1 2"),
)
_DAY_LABELS = 7


@dataclass(frozen=True)
class Share:
    """One day: the share and its interval, all in 0..1."""

    day: date
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    """One line of the plot with its name in the legend; days ascending, days without a value left out."""

    name: str
    shares: Sequence[Share]


def shares_by_day(
    lines: Sequence[Line], *, title: str, description: str, marked: Sequence[tuple[date, date]] = ()
) -> Markup:
    """The lines over a common axis of days, 0 to 100 %; `marked` pairs of days are shaded.

    Up to five lines tell apart. A gap of days stays a straight line between its neighbours; one day alone is a dot.
    """
    days = sorted({share.day for line in lines for share in line.shares})
    if not days:
        return drawing(_WIDTH, _LINE, [], title=title, description=description)
    legend = _LINE * len(lines)
    across = Scale(days[0].toordinal(), days[-1].toordinal(), _LEFT, _WIDTH - _RIGHT)
    down = Scale(0, 1, _HEIGHT - _BOTTOM, _TOP)
    parts = [*_axes(days, across, down), *_marked(marked, across, down)]
    for number, line in enumerate(lines):
        colour, dashes = _STROKES[number % len(_STROKES)]
        parts.extend(_line(line, across, down, COLOURS[colour], dashes))
        parts.extend(_legend(line.name, _HEIGHT + _LINE * number + _LINE / 2, COLOURS[colour], dashes))
    return drawing(_WIDTH, _HEIGHT + legend, parts, title=title, description=description)


def _axes(days: Sequence[date], across: Scale, down: Scale) -> list[Markup]:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = down(share)
        parts.append(element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke=COLOURS["rule"]))
        parts.append(label(_LEFT - 6, y, f"{share * 100:.0f} %", anchor="end", size=11))
    step = max(1, -(-len(days) // _DAY_LABELS))
    for number in range(0, len(days), step):
        x = across(days[number].toordinal())
        parts.append(element("line", x1=x, x2=x, y1=down(0), y2=down(0) + 4, stroke=COLOURS["quiet"]))
        anchor = "end" if number == len(days) - 1 and number else "middle"
        parts.append(label(x, _HEIGHT - _BOTTOM + 16, days[number].isoformat(), anchor=anchor, size=11))
    return parts


def _marked(marked: Sequence[tuple[date, date]], across: Scale, down: Scale) -> list[Markup]:
    return [
        element(
            "rect",
            x=across(before.toordinal()),
            y=down(1),
            width=max(2.0, across(after.toordinal()) - across(before.toordinal())),
            height=down(0) - down(1),
            fill=COLOURS["for"],
            fill_opacity=0.12,
        )
        for before, after in marked
    ]


def _line(line: Line, across: Scale, down: Scale, colour: str, dashes: str | None) -> list[Markup]:
    xs = [across(share.day.toordinal()) for share in line.shares]
    upper = [f"{x:.1f},{down(share.high):.1f}" for x, share in zip(xs, line.shares, strict=True)]
    lower = [f"{x:.1f},{down(share.low):.1f}" for x, share in zip(xs, line.shares, strict=True)]
    points = [f"{x:.1f},{down(share.share):.1f}" for x, share in zip(xs, line.shares, strict=True)]
    parts = [element("polygon", points=" ".join([*upper, *reversed(lower)]), fill=colour, fill_opacity=0.15)]
    parts.append(
        element(
            "polyline", points=" ".join(points), fill="none", stroke=colour, stroke_width=2, stroke_dasharray=dashes
        )
    )
    parts.extend(
        element("circle", cx=x, cy=down(share.share), r=2.5, fill=colour)
        for x, share in zip(xs, line.shares, strict=True)
    )
    return parts


def _legend(name: str, y: float, colour: str, dashes: str | None) -> list[Markup]:
    stroke = element(
        "line", x1=_LEFT, x2=_LEFT + 30, y1=y, y2=y, stroke=colour, stroke_width=2, stroke_dasharray=dashes
    )
    return [stroke, label(_LEFT + 38, y, name, fill="ink")]

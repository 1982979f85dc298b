"""Curves over two linear axes: lines, points, a diagonal, and ticks of one's own where an axis bends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from waarmerk.text.page import COLOURS
from waarmerk.text.plots.svg import Scale, drawing, element, label

WIDTH, HEIGHT = 560.0, 380.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 18.0, 14.0, 46.0
_LINE = 18.0
_STROKES = (("mark", None), ("for", "7 3"), ("against", "2 3"), ("other", "9 3 2 3"), ("fifth", "1 2"))


@dataclass(frozen=True)
class Curve:
    """One curve with its name in the legend; `dots`: its points are marked, with an area that grows with `sizes`."""

    name: str
    points: Sequence[tuple[float, float]]
    dots: bool = False
    sizes: Sequence[float] = ()


@dataclass(frozen=True)
class Axis:
    """Name and range of an axis; `ticks`: place and text of each, else round numbers."""

    name: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]] = ()

    def marks(self, scale: Scale) -> list[tuple[float, str]]:
        """Where ticks stand, and what is written there."""
        return list(self.ticks) or [(value, f"{value:g}") for value in scale.ticks()]


def curves(
    lines: Sequence[Curve], across: Axis, up: Axis, *, title: str, description: str, diagonal: bool = False
) -> Markup:
    """The plot as SVG; up to five curves tell apart. `diagonal`: a thin line where both axes have one value."""
    x, y = Scale(across.low, across.high, _LEFT, WIDTH - _RIGHT), Scale(up.low, up.high, HEIGHT - _BOTTOM, _TOP)
    parts = _axes(across, up, x, y)
    if diagonal:
        low, high = max(across.low, up.low), min(across.high, up.high)
        parts.append(element("line", x1=x(low), y1=y(low), x2=x(high), y2=y(high), stroke=COLOURS["quiet"]))
    for number, line in enumerate(lines):
        colour, dashes = _STROKES[number % len(_STROKES)]
        places = [(x(_within(a, across)), y(_within(b, up))) for a, b in line.points]
        parts.append(
            element(
                "polyline",
                points=" ".join(f"{a:.1f},{b:.1f}" for a, b in places),
                fill="none",
                stroke=COLOURS[colour],
                stroke_width=2,
                stroke_dasharray=dashes,
            )
        )
        if line.dots:
            largest = max(line.sizes, default=1.0) or 1.0
            radii = [3 + 5 * (size / largest) ** 0.5 for size in line.sizes] or [3.0] * len(places)
            parts += [
                element("circle", cx=a, cy=b, r=r, fill=COLOURS[colour], fill_opacity=0.6)
                for (a, b), r in zip(places, radii, strict=True)
            ]
        parts += _legend(line.name, HEIGHT + _LINE * number + _LINE / 2, COLOURS[colour], dashes)
    return drawing(WIDTH, HEIGHT + _LINE * len(lines) + 4, parts, title=title, description=description)


def _within(value: float, axis: Axis) -> float:
    return min(max(value, axis.low), axis.high)


def _axes(across: Axis, up: Axis, x: Scale, y: Scale) -> list[Markup]:
    parts = []
    for value, text in up.marks(y):
        parts.append(element("line", x1=x.start, x2=x.end, y1=y(value), y2=y(value), stroke=COLOURS["rule"]))
        parts.append(label(_LEFT - 6, y(value), text, anchor="end", size=11))
    for value, text in across.marks(x):
        parts.append(element("line", x1=x(value), x2=x(value), y1=y.start, y2=y.end, stroke=COLOURS["rule"]))
        parts.append(label(x(value), y.start + 14, text, anchor="middle", size=11))
    parts.append(label((x.start + x.end) / 2, HEIGHT - 12, across.name, anchor="middle", fill="ink"))
    parts.append(
        element(
            "text",
            up.name,
            x=14,
            y=(y.start + y.end) / 2,
            text_anchor="middle",
            font_size=12,
            fill=COLOURS["ink"],
            transform=f"rotate(-90 14 {(y.start + y.end) / 2:.0f})",
        )
    )
    return parts


def _legend(name: str, y: float, colour: str, dashes: str | None) -> list[Markup]:
    stroke = element(
        "line", x1=_LEFT, x2=_LEFT + 30, y1=y, y2=y, stroke=colour, stroke_width=2, stroke_dasharray=dashes
    )
    return [stroke, label(_LEFT + 38, y, name, fill="ink")]

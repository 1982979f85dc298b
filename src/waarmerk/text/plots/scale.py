"""One ratio on the verbal scale: where it stands, how far its bounds reach, what the words around it are."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from waarmerk.text.page import COLOURS
from waarmerk.text.plots.svg import Scale, drawing, element, label

WIDTH = 900.0
_LEFT, _RIGHT, _TOP = 20.0, 20.0, 62.0
_BAND = 26.0


def support_scale(
    value: float | None,
    bounds: tuple[float, float] | None,
    *,
    edges: Sequence[float],
    names: Sequence[str],
    sides: tuple[str, str],
    value_name: str,
    bounds_name: str,
    title: str,
    description: str,
) -> Markup:
    """The scale as SVG. `edges`: log10 values between bands, ascending, the outer two are the ends of the scale;
    `names`: one a band; `sides`: what the left and the right end speak for; `bounds` are hatched beyond."""
    x = Scale(edges[0], edges[-1], _LEFT, WIDTH - _RIGHT)
    half = len(names) // 2
    parts: list[Markup] = [
        label(_LEFT, 12, f"← {sides[0]}", fill="against", size=13),
        label(WIDTH - _RIGHT, 12, f"{sides[1]} →", anchor="end", fill="for", size=13),
    ]
    for place, name in enumerate(names):
        start, end = x(edges[place]), x(edges[place + 1])
        tint = COLOURS["against"] if place < half else COLOURS["for"] if place > half else COLOURS["quiet"]
        depth = 0.08 + 0.1 * abs(place - half)
        parts.append(element("rect", x=start, y=_TOP, width=end - start, height=_BAND, fill=tint, fill_opacity=depth))
        parts.append(element("line", x1=end, x2=end, y1=_TOP, y2=_TOP + _BAND, stroke=COLOURS["paper"]))
        parts += _name(name, (start + end) / 2, _TOP + _BAND + 13)
    if bounds is not None:
        low, high = (x(min(max(bound, edges[0]), edges[-1])) for bound in bounds)
        under = _TOP + _BAND + 42
        ink = COLOURS["ink"]
        parts += [
            element("line", x1=low, x2=high, y1=under, y2=under, stroke=ink, stroke_width=1.5),
            element("line", x1=low, x2=low, y1=under - 5, y2=under + 5, stroke=ink, stroke_width=1.5),
            element("line", x1=high, x2=high, y1=under - 5, y2=under + 5, stroke=ink, stroke_width=1.5),
            label(min(max((low + high) / 2, 160), WIDTH - 160), under + 15, bounds_name, anchor="middle", size=11),
        ]
    if value is not None:
        at = x(min(max(value, edges[0]), edges[-1]))
        anchor = "start" if at < 90 else "end" if at > WIDTH - 90 else "middle"
        parts += [
            element("path", d=f"M{at:.1f} {_TOP + 2:.1f} l-8 -12 h16 z", fill=COLOURS["ink"]),
            element("line", x1=at, x2=at, y1=_TOP, y2=_TOP + _BAND, stroke=COLOURS["ink"], stroke_width=3),
            label(at, _TOP - 20, value_name, anchor=anchor, fill="ink", size=13),
        ]
    return drawing(WIDTH, _TOP + _BAND + 66, parts, title=title, description=description)


def _name(name: str, x: float, y: float) -> list[Markup]:
    first, _, second = name.partition(" ")
    rows = [first, second] if second else [first]
    return [label(x, y + 12 * place, row, anchor="middle", size=10) for place, row in enumerate(rows)]

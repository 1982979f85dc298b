"""What all plots share: elements, scales and ticks. Every plot has a title and a description for screen readers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from waarmerk.text.page import COLOURS

FONT = 'font-family="system-ui, Liberation Sans, sans-serif"'


def element(name: str, children: Iterable[Markup] | str = (), **attributes: object) -> Markup:
    """One SVG element; attribute names have `_` for `-`; text and values are escaped."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = escape(children) if isinstance(children, str) else Markup("").join(children)
    return Markup(f"<{name}{given}>{inner}</{name}>")  # noqa: S704 - every part is escaped above


def label(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, fill: str = "quiet") -> Markup:
    """Text at a point, in a colour of the page."""
    return element(
        "text",
        text,
        x=x,
        y=y,
        text_anchor=anchor,
        font_size=size,
        fill=COLOURS[fill],
        dominant_baseline="middle",
    )


def drawing(width: float, height: float, children: Iterable[Markup], *, title: str, description: str) -> Markup:
    """The outer `<svg>` with its title and description."""
    inner = [element("title", title), element("desc", description), *children]
    body = Markup("").join(inner)
    return Markup(  # noqa: S704 - numbers and escaped parts
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_short(width)} {_short(height)}" '
        f'width="{_short(width)}" height="{_short(height)}" role="img" {FONT}>{body}</svg>'
    )


@dataclass(frozen=True)
class Scale:
    """A linear scale from data (`low`..`high`) to pixels (`start`..`end`)."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        share = 0.5 if span == 0 else (value - self.low) / span
        return self.start + share * (self.end - self.start)

    def ticks(self, wanted: int = 5) -> list[float]:
        """Round values inside the scale, about `wanted` of them (steps of 1, 2 or 5 times a power of ten)."""
        span = self.high - self.low
        if span <= 0 or not math.isfinite(span):
            return [self.low]
        rough = span / max(wanted, 1)
        magnitude = 10.0 ** math.floor(math.log10(rough))
        step = next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(index * step, 12) for index in range(first, last + 1)]


def _short(value: object) -> object:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value

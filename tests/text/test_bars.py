"""Bars: every value is written, wide values have long bars, names of strangers stay text."""

import re

import pytest

from waarmerk.text.plots.bars import Bar, bars


def widths(svg: str, colour: str) -> list[float]:
    return [
        float(w) for w, fill in re.findall(r'<rect [^>]*width="([\d.]+)"[^>]*fill="([^"]+)"', svg) if fill == colour
    ]


def draw(rows: list[Bar], *, stacked: bool = False, relative: bool = False) -> str:
    return str(
        bars(
            rows,
            series=[("one", "for"), ("other", "against")],
            write=lambda value: f"{value:g}",
            title="A title",
            description="What it shows",
            stacked=stacked,
            relative=relative,
        )
    )


def test_bars_are_as_long_as_their_values_and_the_values_are_written() -> None:
    svg = draw([Bar("a", (10, 5)), Bar("b", (2.5, None))])
    long, short = widths(svg, "#b3400a")[-2:]
    assert long == pytest.approx(4 * short, rel=0.01)
    assert re.findall(r">([\d.]+)</text>", svg) == ["10", "5", "2.5"]


def test_relative_bars_have_a_scale_for_each_row() -> None:
    svg = draw([Bar("a", (1000, 500)), Bar("b", (2, 1))], relative=True)
    first, second = widths(svg, "#b3400a")[-2:]
    assert first == pytest.approx(second)


def test_stacked_bars_end_in_their_sum() -> None:
    assert re.findall(r">([\d.]+)</text>", draw([Bar("a", (30, 12))], stacked=True))[-1] == "42"


def test_names_are_escaped_and_long_ones_are_cut() -> None:
    svg = draw([Bar("<b>&" + "x" * 90, (1, 1))])
    assert "&lt;b&gt;&amp;" in svg
    assert "…" in svg
    assert "<b>" not in svg


def test_a_plot_names_itself_for_those_who_do_not_see_it() -> None:
    svg = draw([Bar("a", (1, 2))])
    assert "<title>A title</title><desc>What it shows</desc>" in svg
    assert 'role="img"' in svg

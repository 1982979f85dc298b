"""Plots are well-formed SVG that says what it shows, with every mark inside the drawing."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from waarmerk.text.plots.alignment import alignment
from waarmerk.text.plots.scale import support_scale
from waarmerk.text.plots.svg import Scale
from waarmerk.text.plots.timeline import Series, timeline

SVG = "{http://www.w3.org/2000/svg}"
finite = st.floats(-50, 50)
EDGES = [-7.0, -2.0, -0.3, 0.3, 2.0, 7.0]
NAMES = ["very strong", "weak", "none", "weak", "very strong"]


def parsed(markup: Markup) -> ET.Element:
    root = ET.fromstring(str(markup))
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    width, height = (float(value) for value in root.attrib["viewBox"].split()[2:])
    for element in root.iter():
        for key, limit in (("x", width), ("x1", width), ("x2", width), ("cx", width), ("y", height), ("y1", height)):
            if key in element.attrib:
                assert -0.01 <= float(element.attrib[key]) <= limit + 0.01, ET.tostring(element)
        if "width" in element.attrib and element is not root:
            assert float(element.attrib["width"]) >= 0
    return root


def plotted(series: list[Series], **further: object) -> Markup:
    given_words = {"value_name": "score", "time_name": "seconds", "title": "t", "description": "d"}
    return timeline(series, duration_s=10.0, **(given_words | further))  # type: ignore[arg-type]


def scaled(value: float | None, bounds: tuple[float, float] | None) -> Markup:
    return support_scale(
        value,
        bounds,
        edges=EDGES,
        names=NAMES,
        sides=("against", "for"),
        value_name="here",
        bounds_name="at most",
        title="t",
        description="d",
    )


@given(st.lists(st.lists(st.tuples(st.floats(0, 10), finite), min_size=1, max_size=8), max_size=7))
def test_a_timeline_draws_a_line_a_series_inside_the_drawing(lines: list[list[tuple[float, float]]]) -> None:
    series = [Series(f"face {index}", tuple(sorted(points)), "note") for index, points in enumerate(lines)]
    root = parsed(plotted(series, cuts=[0.0, 3.0]))
    drawn = len(root.findall(f"{SVG}polyline")) + len(root.findall(f"{SVG}circle"))
    assert drawn == len(series)


def test_shots_but_the_first_stand_as_lines() -> None:
    dotted = 'stroke-dasharray="2 4"'
    assert str(plotted([], cuts=[0.0, 3.0, 6.0])).count(dotted) == 2


def test_names_of_strangers_are_escaped() -> None:
    assert "<script>" not in plotted([Series("<script>", ((0.0, 1.0), (1.0, 2.0)))])


@given(st.floats(-20, 20), st.tuples(finite, finite).map(sorted))
def test_the_mark_of_a_ratio_stays_on_the_scale(value: float, bounds: list[float]) -> None:
    root = parsed(scaled(value, (bounds[0], bounds[1])))
    mark = next(path.attrib["d"] for path in root.iter(f"{SVG}path"))
    x = re.match(r"M([\d.]+)", mark)
    assert x is not None
    assert 20 <= float(x[1]) <= 880


def test_without_a_ratio_the_scale_has_no_mark() -> None:
    assert not list(parsed(scaled(None, None)).iter(f"{SVG}path"))


@given(
    st.lists(st.tuples(*[st.floats(0, 1e4)] * 4).map(lambda row: (*sorted(row[:2]), *sorted(row[2:]))), max_size=4),
    st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)),
)
def test_aligned_parts_lie_on_their_bars(
    ranges: list[tuple[float, float, float, float]], durations: tuple[float, float]
) -> None:
    root = parsed(
        alignment(ranges, durations=durations, names=("here", "there"), time_name="s", title="t", description="d")
    )
    assert len(root.findall(f"{SVG}path")) == len(ranges)
    assert len(root.findall(f"{SVG}rect")) == 2 + 2 * len(ranges)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_round_ascending_and_inside(low: float, span: float) -> None:
    scale = Scale(low, low + span, 0, 100)
    ticks = scale.ticks()
    assert ticks == sorted(set(ticks))
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in ticks)
    assert 2 <= len(ticks) <= 12


@pytest.mark.parametrize(("value", "place"), [(0.0, 0.0), (5.0, 50.0), (10.0, 100.0)])
def test_a_scale_maps_its_ends_and_its_middle(value: float, place: float) -> None:
    assert Scale(0, 10, 0, 100)(value) == place

"""Lines by day: right places, told apart, described, escaped."""

import re
from datetime import date

from waarmerk.text.plots.series import Line, Share, shares_by_day


def drawn(*lines: Line, **more: object) -> str:
    return str(shares_by_day(lines, title="Detection", description="by day", **more))  # type: ignore[arg-type]


def line(name: str, *shares: tuple[int, float]) -> Line:
    return Line(
        name, [Share(date(2026, 3, day), share, max(0, share - 0.1), min(1, share + 0.1)) for day, share in shares]
    )


def test_a_higher_share_stands_higher_and_a_later_day_further_right() -> None:
    text = drawn(line("a", (1, 0.2), (3, 0.8)))
    (points,) = re.findall(r'<polyline points="([^"]+)"', text)
    (x1, y1), (x2, y2) = (tuple(map(float, point.split(","))) for point in points.split())
    assert x1 < x2 and y1 > y2


def test_a_missing_day_keeps_its_width() -> None:
    text = drawn(line("a", (1, 0.5), (2, 0.5), (4, 0.5)))
    (points,) = re.findall(r'<polyline points="([^"]+)"', text)
    x1, x2, x3 = (float(point.split(",")[0]) for point in points.split())
    assert abs((x3 - x2) - 2 * (x2 - x1)) < 0.2


def test_five_lines_tell_apart_without_colour() -> None:
    text = drawn(*(line(str(number), (1, 0.1 * number), (2, 0.1 * number)) for number in range(5)))
    strokes = re.findall(r"<polyline [^>]*?stroke=\"(#\w+)\"[^>]*?(?:stroke-dasharray=\"([^\"]+)\")?/?>", text)
    assert len(set(strokes)) == 5 and len({dashes for _, dashes in strokes}) == 5


def test_a_marked_pair_of_days_is_shaded_between_them() -> None:
    text = drawn(line("a", (1, 0.9), (2, 0.1)), marked=[(date(2026, 3, 1), date(2026, 3, 2))])
    assert text.count("<rect") == 1


def test_title_and_names_of_strangers_are_escaped() -> None:
    text = drawn(line("<b>&", (1, 0.5)))
    assert "<title>Detection</title>" in text and "<desc>by day</desc>" in text
    assert "&lt;b&gt;&amp;" in text and "<b>" not in text


def test_one_day_and_no_day_are_drawn_too() -> None:
    assert "<circle" in drawn(line("a", (1, 0.5)))
    assert drawn().startswith("<svg")

"""The frame of a page: its language, its policy, its title as text; colours that everybody can read."""

import pytest
from markupsafe import Markup

from waarmerk.text.page import COLOURS, page


def test_a_page_says_its_language_and_forbids_requests() -> None:
    text = page("A <b>", Markup("<p>x</p>"), language="nl")
    assert '<html lang="nl">' in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    assert "<title>A &lt;b&gt;</title>" in text
    assert "<p>x</p>" in text


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", [name for name in COLOURS if name not in {"paper", "shade", "rule"}])
@pytest.mark.parametrize("ground", ["paper", "shade"])
def test_every_ink_is_readable_on_every_ground(name: str, ground: str) -> None:
    light, dark = sorted((luminance(COLOURS[ground]), luminance(COLOURS[name])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5, "WCAG 2.2, 1.4.3 (AA)"

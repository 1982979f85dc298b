"""`waarmerk audit run --html`: what the page says, where its figures come from, that it asks nobody for anything."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.audit.story import EXAMPLE, Story
from tests.audit.test_command import negligent
from tests.audit.worlds import world
from waarmerk.audit.obligations import all_obligations
from waarmerk.audit.page_words import PageWords

TIER = ("--tier", "platform")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return negligent().bundle(tmp_path / "b.zip")


def made(command, bundle: Path, *options: str) -> str:
    page = bundle.parent / "page.html"
    command("audit", "run", bundle, *TIER, "--html", page, *options)
    return page.read_text(encoding="utf-8")


def text_of(page: str) -> str:
    """The page as its reader sees it."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#39;", "'")


def test_plain_words_come_first_with_what_was_not_kept(command, bundle: Path) -> None:
    text = text_of(made(command, bundle, "--turnover", "2e9"))
    short, rest = text.split("1. Scope", 1)
    assert "From 2 February 2026 to 18 February 2026, video.example wrote" in short
    assert "Duties of law that were not kept in more cases than the audit lets pass: " in short
    assert (
        "N1 Is every notice with an address acknowledged without undue delay? not in 3 of 32 cases (9.38 %)" in short
    )
    assert "EUR 120,000,000 (DSA 52(3)); a ceiling, no prediction" in rest
    order = ["1. Scope", "2. Method", "3. Benchmarks", "4. Times", "5. Working papers", "6. What", "7. Conclusion"]
    places = [text.rindex(heading) for heading in order]
    assert places == sorted(places)


def test_every_tested_question_has_a_working_paper_and_every_other_says_why(command, bundle: Path) -> None:
    page = made(command, bundle)
    asked = {one.row.id for one in all_obligations() if not one.own}
    papers = set(re.findall(r'<section class="paper [a-z_]+" id="(\w+)"', page))
    untested = set(re.findall(r'<tr id="(\w+)"', page))
    assert {"N1", "N5", "A1"} <= papers
    assert papers.isdisjoint(untested)
    assert papers | untested == asked


def test_a_command_under_a_paper_gives_its_figures(command, bundle: Path) -> None:
    page = made(command, bundle, "--benchmark", "N1=2d", "--materiality", "N1=0.2")
    (line,) = {one for one in re.findall(r'<code class="command">(.*?)</code>', page) if one.endswith("--only N1")}
    words = shlex.split(line)
    assert words[0] == "waarmerk"
    out = command(*words[1:]).out
    assert "N1   POSITIVE" in out
    assert "benchmark 48 hours: set by the auditor" in out
    assert not re.search(r"^N4 ", out, re.MULTILINE)


def test_open_cases_are_drawn_and_counted(command, bundle: Path) -> None:
    story = Story()
    for number in range(8):
        story.notice(f"n{number}", number)
        if number % 2:
            story.message("receipt", f"n{number}", number + 1)
    page = made(command, story.until(100).bundle(bundle.parent / "open.zip"))
    plots = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    (plot,) = [one for one in plots if "N1 Is every notice" in one]
    assert "open when the record ends: 4, the oldest 4.2 d" in plot
    assert len(re.findall("<circle", plot)) == 1 + 4
    assert "of 8 cases half had an answer after 1 h; of the answered alone, after 1 h" in plot


def test_dutch_is_dutch(command, bundle: Path) -> None:
    page = made(command, bundle, "--lang", "nl")
    text = text_of(page)
    assert '<html lang="nl">' in page
    assert "Van 2 februari 2026 tot 18 februari 2026 legde video.example" in text
    assert "niet in 3 van 32 gevallen (9,38 %)" in text
    for english in ("cases", "notices", "benchmark 2", "where adopted"):
        assert english not in text


def test_it_asks_nobody_for_anything_and_is_the_same_twice(command, bundle: Path) -> None:
    page = made(command, bundle)
    assert page == made(command, bundle)
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<link|src=[\"']http|url\(|@import", page)


def test_a_strangers_words_stay_words(command, tmp_path: Path) -> None:
    story = Story(service="<script>alert(1)</script>")
    page = made(command, story.until(30).bundle(tmp_path / "b.zip"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_two_services_are_two_reports_with_anchors_of_their_own(command, tmp_path: Path) -> None:
    story = negligent()
    other = EXAMPLE["service.declared"]
    story.event("service.declared", 2, service="other.example", benchmarks={}, tier=other.tier)  # type: ignore[attr-defined]
    page = made(command, story.bundle(tmp_path / "b.zip"))
    anchors = re.findall(r'id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert page.count("<article>") == 2


def test_a_page_that_cannot_be_written_is_told(command, bundle: Path, tmp_path: Path) -> None:
    done = command("audit", "run", bundle, *TIER, "--html", tmp_path / "none" / "page.html", code=1)
    assert "the page cannot be written" in done.err


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.004, "0.2 min"), (0.5, "30 min"), (1, "1 h"), (23.96, "24 h"), (36, "1.5 d"), (None, "not reached")],
)
def test_spans_of_time_are_written_in_the_unit_that_fits(hours: float | None, said: str) -> None:
    assert PageWords("en").span(hours) == said


def test_what_outsiders_hold_stands_with_their_row_and_the_entries_of_the_log(command, tmp_path: Path) -> None:
    folder = world(tmp_path, "notices-dropped:0.2").parent
    page = tmp_path / "page.html"
    options = ("--flagger", folder / "flagger.csv", "--orders", folder / "orders.csv")
    command("audit", "run", folder / "bundle.zip", *TIER, *options, "--html", page)
    html = page.read_text(encoding="utf-8")
    section = html[html.index('id="held"') : html.index('id="untested"')]
    assert html.index('id="papers"') < html.index('id="held"')
    (line,) = re.findall(r'<code class="command">(.*?)</code>', section)
    found = json.loads(command(*shlex.split(line)[1:], "--format", "json").out)
    assert found["findings"]
    for one in found["findings"][:25]:
        assert one["where"] in section
        assert one["sentence"] in text_of(section)
    rows = dict(re.findall(r"<tr><td>([^<]*)</td><td>[^<]*</td><td>([^<]*)</td>", section))
    entries = {one["where"]: ", ".join(map(str, one["indexes"])) or "–" for one in found["findings"]}
    assert rows.items() <= entries.items()
    flagger, orders = (one for one in found["sources"])
    assert f"flagger: {flagger['rows']} rows, {flagger['compared']} held against the log" in text_of(section)
    assert orders["found"] == 0


def test_without_outsiders_the_page_has_no_word_of_theirs(command, bundle: Path) -> None:
    assert 'id="held"' not in made(command, bundle)

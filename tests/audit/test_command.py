"""`waarmerk audit run`: what it prints, writes and ends with."""

import csv
import json
from pathlib import Path

import pytest
from scipy import stats

from tests.audit.story import Story
from tests.record.bundle.members import members, packed
from waarmerk.audit.obligations.interface import OBLIGATIONS
from waarmerk.record.bundle.manifest import EVENTS

OWN = Path(__file__).parents[2] / "examples/obligation/quick_on_minors.py"
MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"


def negligent() -> Story:
    """One receipt late (law), one incomplete notice unanswered (own), one number missing (proof)."""
    story = Story()
    for number in range(30):
        story.notice(f"n{number}", number)
        story.message("receipt", f"n{number}", number + (40 if number < 3 else 1))
    story.notice("incomplete", 30, elements={"reason": False}, has_contact=True)
    story.message("receipt", "incomplete", 31)
    story.notice("gap", 31, channel="mail", n=3)
    story.message("receipt", "gap", 31.5)
    for hour in range(300):
        story.event("uploads.counted", 40 + hour)
    return story.until(400)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return negligent().bundle(tmp_path / "b.zip")


@pytest.fixture
def _own_obligations():
    """What a test registers is gone afterwards."""
    before = dict(OBLIGATIONS)
    yield
    OBLIGATIONS.clear()
    OBLIGATIONS.update(before)


def test_it_tells_every_obligation_with_its_figures(command, bundle: Path) -> None:
    out = command("audit", "run", bundle, "--tier", "platform", "--turnover", "2e9").out
    assert "N1   NEGATIVE  Is every notice with an address acknowledged" in out
    assert "3 of 32 cases deviate (9.38 %), above materiality (0.5 %)" in out
    assert "benchmark 24 hours: a default of this program; the law sets no number" in out
    assert "entry 1, 31: expected a receipt within 24 hours; came after 40 hours" in out or "after 40 hours" in out
    assert "ceiling that could follow, no prediction: DSA 52(3), 6 % of turnover, EUR 120,000,000" in out
    assert "rests on the platform's word; could contradict it: probes, receipts" in out
    assert "CANNOT BE TESTED" in out
    assert out.endswith("These conclusions are suggestions by figures; an auditor concludes.\n")


def test_dutch_is_dutch(command, bundle: Path) -> None:
    out = command("audit", "run", bundle, "--tier", "platform", "--lang", "nl").out
    assert "N1   NEGATIEF  Wordt elke melding met een adres zonder onnodige vertraging bevestigd? [wet 16(4)]" in out
    assert "3 van 32 gevallen wijken af (9,38 %), boven de materialiteit (0,5 %)" in out
    assert "cases" not in out


def test_json_is_one_document_and_the_same_twice(command, bundle: Path) -> None:
    first = command("audit", "run", bundle, "--tier", "platform", "--format", "json").out
    assert first == command("audit", "run", bundle, "--tier", "platform", "--format", "json").out
    told = json.loads(first)
    assert told["schema"] == "waarmerk.audit/1"
    (audited,) = told["audits"]
    (result,) = [one for one in audited["results"] if one["id"] == "N1"]
    assert (result["population"], result["deviations"], result["conclusion"]) == (32, 3, "negative")
    assert result["share"] == pytest.approx(3 / 32)
    assert result["upper"] == pytest.approx(stats.beta.ppf(0.95, 4, 29))
    assert result["times"] == {
        "cases": 32,
        "median_decided": 1.0,
        "median_with_open": 1.0,
        "still_open": 0,
        "oldest_open": None,
    }
    assert result["worst"][0]["hours"] == 40
    assert audited["conclusions"]["law negative"] >= 1


def test_all_deviations_go_into_a_table(command, bundle: Path, tmp_path: Path) -> None:
    command("audit", "run", bundle, "--tier", "platform", "--csv", tmp_path / "d.csv")
    with (tmp_path / "d.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["obligation"] == "N1"]
    assert [float(row["hours"]) for row in rows] == [40, 40, 40]
    assert {row["class"] for row in rows} == {"deviation"}
    assert rows[0]["at"].startswith("2026-02-02T")
    error = command("audit", "run", bundle, "--tier", "platform", "--csv", tmp_path / "no/d.csv", code=1).err
    assert "cannot be written" in error


@pytest.mark.parametrize("basis", ["law", "own", "proof"])
def test_it_fails_on_the_basis_that_was_asked_for(command, bundle: Path, tmp_path: Path, basis: str) -> None:
    command("audit", "run", bundle, "--tier", "platform", "--fail-on", basis, code=3)
    honest = Story()
    honest.notice("a", 1)
    honest.message("receipt", "a", 1.1)
    honest.decide("a", 2, outcome="no_action")
    path = honest.until(3).bundle(tmp_path / "honest.zip")
    command("audit", "run", path, "--tier", "platform", "--fail-on", basis, "--materiality", "A5=1")


def test_a_record_that_was_changed_ends_with_4(command, bundle: Path, tmp_path: Path) -> None:
    content = members(bundle)
    content[EVENTS] = content[EVENTS].replace(b'"has_contact":true', b'"has_contact":false', 1)
    packed(tmp_path / "c.zip", content)
    error = command("audit", "run", tmp_path / "c.zip", "--tier", "platform", code=4).err
    assert "entry 1: the event, or its salt, is not the one that was logged" in error


def test_a_key_of_another_log_ends_with_4(command, bundle: Path, tmp_path: Path) -> None:
    command("log", "init", tmp_path / "log", "--origin", "example.com/log")
    key = next((tmp_path / "log").rglob("*.key*"), None)
    shown = command("log", "init", tmp_path / "other", "--origin", "example.com/log").out
    assert key is None or key.exists()
    text = next(word for word in shown.split() if word.startswith("example.com/log+"))
    command("audit", "run", bundle, "--tier", "platform", "--key", text, code=4)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--tier", "search"), "--tier knows hosting, platform, vlop"),
        (("--tier", "vlop", "--fail-on", "everything"), "--fail-on knows law, own, proof"),
        (("--tier", "vlop", "--benchmark", "N1=soon"), "is no time"),
        (("--tier", "vlop", "--benchmark", "N1"), "names no obligation"),
        (("--tier", "vlop", "--benchmark", "Z9=1h"), "there is no obligation Z9"),
        (("--tier", "vlop", "--materiality", "N1=2"), "is no share"),
        (("--tier", "vlop", "--turnover", "much"), "--turnover is no amount"),
        (("--tier", "vlop", "--service", "nobody.example"), "it has video.example"),
        (("--tier", "vlop", "--lang", "fr"), "--lang knows"),
        (("--tier", "vlop", "--format", "xml"), "--format knows"),
    ],
)
def test_wrong_use_is_said_in_a_sentence(command, bundle: Path, options: tuple[str, ...], says: str) -> None:
    error = command("audit", "run", bundle, *options, code=2).err
    assert says in error
    assert "Traceback" not in error


def test_an_auditors_own_yardstick_counts(command, bundle: Path) -> None:
    asked = ("--benchmark", "N1=2d", "--materiality", "N8=0.5", "--format", "json")
    told = json.loads(command("audit", "run", bundle, "--tier", "platform", *asked).out)
    results = {one["id"]: one for one in told["audits"][0]["results"]}
    assert (results["N1"]["deviations"], results["N1"]["benchmark"]["set_by"]) == (0, "auditor")
    assert results["N8"]["materiality"]["share"] == 0.5


@pytest.mark.usefixtures("_own_obligations")
def test_an_obligation_of_ones_own_is_one_file(command, tmp_path: Path) -> None:
    story = Story()
    story.notice("quick", 1, category=MINORS)
    story.decide("quick", 5)
    story.notice("late", 1, category=MINORS)
    story.decide("late", 50)
    story.notice("another category", 1, category="STATEMENT_CATEGORY_VIOLENCE")
    story.message("receipt", "quick", 2)
    path = story.until(400).bundle(tmp_path / "b.zip")
    asked = ("audit", "run", path, "--tier", "platform", "--obligation", OWN)
    told = json.loads(command(*asked, "--format", "json").out)
    result = told["audits"][0]["results"][-1]
    assert (result["id"], result["basis"], result["fail"]) == ("own.minors", "own", False)
    assert (result["population"], result["deviations"]) == (2, 1)
    assert result["worst"][0]["expected"] == "a decision within 24 hours, as our terms say"


@pytest.mark.usefixtures("_own_obligations")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1", "registers no obligation"),
        ("raise ValueError('no')", "failed: ValueError: no"),
        ("def (", "failed: SyntaxError"),
        ("{own}('own.x', question={{'en': '?'}}, reads=('notice.received.colour',))(f)", "notice.received.colour"),
        ("{own}('N1', question={{'en': '?'}}, reads=('notice.received.notice',))(f)", "an obligation N1 already"),
        ("{own}('own.x', question={{'en': '?'}}, reads=('notice.received.notice',))(f)", "own.x: failed: KeyError"),
    ],
)
def test_a_broken_file_of_ones_own_is_said_in_a_sentence(
    command, bundle: Path, tmp_path: Path, text: str, says: str
) -> None:
    head = (
        "from waarmerk.audit.obligations.interface import own_obligation\n"
        "def f(record):\n    raise KeyError('x')\n    yield\n"
    )
    (tmp_path / "mine.py").write_text(head + text.format(own="own_obligation") + "\n", encoding="utf-8")
    error = command(
        "audit",
        "run",
        bundle,
        "--tier",
        "vlop",
        "--obligation",
        tmp_path / "mine.py",
        code=2 if "already" in says else 1,
    ).err
    assert says in error


def test_a_file_that_is_no_bundle_is_said_in_a_sentence(command, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"no ZIP at all")
    assert "a bundle is a ZIP" in command("audit", "run", tmp_path / "b.zip", "--tier", "vlop", code=1).err
    assert "cannot read it" in command("audit", "run", tmp_path / "none.zip", "--tier", "vlop", code=1).err

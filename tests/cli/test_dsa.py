"""`waarmerk dsa statement validate`, `lint` and `fines` as a person or a script calls them."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from simulation.dumps import Defect, Habit, write_day

from tests.dsa.examples import SOUND
from tests.dsa.words import WORDS
from tests.support.installs import install
from waarmerk.cli.main import run
from waarmerk.dsa.reference import rules_page

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "dsa_rule" / "label_beside_removal.py"
HEAVY = {"numpy", "av", "onnxruntime", "openpyxl", "xlsxwriter", "PIL", "c2pa", "torch", "cryptography", "rich"}


class Said:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Any:
    def calling(*arguments: str | Path) -> Said:
        with pytest.raises(SystemExit) as ended:
            run(["dsa", *map(str, arguments)])
        captured = capfd.readouterr()
        return Said(int(ended.value.code or 0), captured.out, captured.err)

    return calling


def in_process(arguments: Sequence[str], **how: Any) -> subprocess.CompletedProcess[str]:
    program = "from waarmerk.cli.main import run; run()"
    return subprocess.run(
        [sys.executable, "-c", program, "dsa", *arguments], capture_output=True, text=True, check=False, **how
    )


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    file = tmp_path / "sound.json"
    file.write_text(json.dumps(SOUND))
    return file


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "broken.json"
    file.write_text(json.dumps({"statements": [SOUND, SOUND | {"puid": "b", "category": "X"}]}))
    return file


def test_a_sound_statement_ends_with_0_and_a_broken_one_with_3(call: Any, sound: Path, broken: Path) -> None:
    assert call("statement", "validate", sound).code == 0
    said = call("statement", "validate", broken)
    assert said.code == 3 and "statement_1.category: category does not know X" in said.out


def test_json_on_stdout_is_one_document_and_nothing_else(call: Any, broken: Path) -> None:
    said = call("statement", "validate", broken, "--format", "json")
    found = said.json()
    assert found["schema"] == "waarmerk.statement-validation/1" and found["valid"] == 1
    assert list(found["errors"]) == ["statement_1"] and found["findings"][0]["class"] == "instructions"
    assert said.err == ""


def test_questions_count_with_strict_only(call: Any, tmp_path: Path) -> None:
    file = tmp_path / "asks.json"
    file.write_text(json.dumps(SOUND | {"decision_facts": "Spam."}))
    assert call("statement", "validate", file).code == 0
    assert call("statement", "validate", file, "--strict").code == 3


def test_standard_input_is_read_for_a_dash() -> None:
    said = in_process(["statement", "validate", "-"], input=json.dumps(SOUND | {"puid": ""}))
    assert said.returncode == 3 and "puid is missing" in said.stdout


def test_what_cannot_be_read_is_one_sentence_and_1(call: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"%PDF-1.7\n\xff\xfe")
    for given in (bad, tmp_path / "gone.json", tmp_path):
        said = call("statement", "validate", given)
        assert said.code == 1 and said.out == "" and len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    "wrong", [["--lang", "de"], ["--format", "xml"], ["--rules", "gone.py"]], ids=["lang", "format", "rules"]
)
def test_wrong_use_is_one_sentence_and_2(call: Any, sound: Path, wrong: list[str]) -> None:
    said = call("statement", "validate", sound, *wrong)
    assert said.code == 2 and "Traceback" not in said.err


def test_a_text_of_strangers_cannot_act_on_the_terminal(call: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(SOUND | {"category": "X\x1b[2J"}))
    assert "\x1b" not in call("statement", "validate", file).out


def late(row: dict[str, str]) -> None:
    row["end_date_account_restriction"] = "2020-01-01 00:00:00"


def test_a_sound_day_ends_with_0_and_a_planted_defect_with_3(call: Any, tmp_path: Path) -> None:
    day = date(2026, 3, 1)
    path, _ = write_day(tmp_path, day, WORDS, [Habit("Calm", 50)])
    assert call("lint", path).code == 0
    path, planted = write_day(tmp_path, day, WORDS, [Habit("Calm", 50)], [Defect("Calm", 0.5, late)])
    said = call("lint", path, "--format", "json")
    found = said.json()
    assert said.code == 3 and found["schema"] == "waarmerk.dump-lint/1"
    assert [(each["rule"], each["count"]) for each in found["findings"]] == [
        ("end_before_application", planted.hits[0])
    ]
    assert set(found["findings"][0]["examples"][0]) == {"uuid", "file", "line", "field", "sentence"}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_page_stands_alone_escapes_strangers_and_draws_flips(call: Any, tmp_path: Path, language: str) -> None:
    for number, share in enumerate((0.9, 0.9, 0.1)):
        habits = [Habit("<script>Turning</script>", 300, automated=share)]
        write_day(tmp_path, date(2026, 3, 1) + timedelta(days=number), WORDS, habits)
    page = tmp_path / "page.html"
    said = call("lint", *sorted(tmp_path.glob("*.zip")), "--html", page, "--lang", language)
    text = page.read_text(encoding="utf-8")
    assert said.code == 3 and f'<html lang="{language}">' in text and "<svg" in text
    assert "<script" not in text and "&lt;script&gt;Turning" in text
    assert not re.search(r"""(?:src|href)=|url\(|@import""", text)


def test_bad_rows_and_files_that_are_no_dump_are_told_and_end_with_1(call: Any, tmp_path: Path) -> None:
    write_day(tmp_path, date(2026, 3, 1), WORDS, [Habit("Calm", 20)], archive="csv")
    (file,) = tmp_path.rglob("*.csv")
    file.write_text(file.read_text(encoding="utf-8") + "short,row\n", encoding="utf-8")
    (tmp_path / "readme.txt").write_text("x")
    said = call("lint", tmp_path)
    assert said.code == 1 and "2 columns where the heading has 38" in said.err and "readme.txt" in said.err


def test_a_rule_of_ones_own_stands_in_one_file(tmp_path: Path) -> None:
    both = ["DECISION_VISIBILITY_CONTENT_REMOVED", "DECISION_VISIBILITY_CONTENT_LABELLED"]
    file = tmp_path / "a.json"
    file.write_text(json.dumps(SOUND | {"decision_visibility": both}))
    said = in_process(["statement", "validate", str(file), "--rules", str(EXAMPLE), "--strict", "--lang", "nl"])
    assert said.returncode == 3 and "wie kon het label zien?" in said.stdout
    path, planted = write_day(
        tmp_path,
        date(2026, 3, 1),
        WORDS,
        [Habit("Calm", 60)],
        [Defect("Calm", 0.3, lambda row: row.update(decision_visibility=json.dumps(both)))],
    )
    found = json.loads(in_process(["lint", str(path), "--rules", str(EXAMPLE), "--format", "json"]).stdout)
    assert [(each["rule"], each["count"]) for each in found["findings"]] == [
        ("label_beside_removal", planted.hits[0])
    ]


def test_progress_is_shown_to_a_person_and_not_to_a_pipe(tmp_path: Path) -> None:
    path, _ = write_day(tmp_path, date(2026, 3, 1), WORDS, [Habit("Calm", 5_001)])
    command = [sys.executable, "-c", "from waarmerk.cli.main import run; run()", "dsa", "lint", str(path)]
    ours, theirs = pty.openpty()
    subprocess.run(command, stderr=theirs, stdout=subprocess.DEVNULL, check=True)
    os.close(theirs)
    assert b"5,000 rows" in os.read(ours, 4096)
    os.close(ours)
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""


def test_ceilings_are_printed_beside_decided_cases(call: Any) -> None:
    said = call("fines", "--turnover", "12.5e9", "--lang", "nl")
    assert said.code == 0 and "Een maximum is geen voorspelling." in said.out and "750.000.000,00" in said.out
    assert "niet geverifieerd" in said.out
    found = call("fines", "--turnover", "12.5e9", "--format", "json").json()
    assert found["turnover"] == "12500000000.00" and len(found["ceilings"]) == 9
    assert call("fines", "--turnover", "a lot").code == 2


def test_the_page_of_rules_is_current() -> None:
    path = ROOT / "docs" / "reference" / "dsa-rules.md"
    assert path.read_text(encoding="utf-8") == rules_page(), "run: python -m waarmerk.dsa.reference > docs/..."


@pytest.mark.parametrize(
    "arguments", [["statement", "validate", "-"], ["fines", "--turnover", "1"], ["--help"], ["lint", "--help"]]
)
def test_a_command_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom waarmerk.cli.main import run\n"
        f"try:\n    run(['dsa', *{arguments!r}])\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(SOUND), capture_output=True, text=True, check=True
    )
    assert HEAVY.isdisjoint(json.loads(said.stderr.strip().splitlines()[-1].replace("'", '"')))


def test_a_command_starts_in_under_0_4_seconds_of_cpu(sound: Path) -> None:
    """CPU seconds, since other tests run beside this one; benchmarks/bench_lint.py measures wall time."""

    def cpu() -> float:
        before = os.times()
        assert in_process(["statement", "validate", str(sound)]).returncode == 0
        after = os.times()
        return after.children_user - before.children_user + after.children_system - before.children_system

    assert min(cpu() for _ in range(3)) < 0.4


@pytest.mark.slow
def test_the_bare_install_validates_and_lints(tmp_path: Path, sound: Path) -> None:
    """Its size is a bar of tests/test_install.py."""
    bare = install(tmp_path / "bare", None)
    said = bare.run("waarmerk", "dsa", "statement", "validate", str(sound))
    assert said.returncode == 0, said.stderr
    assert "Valid: 1 of 1" in said.stdout
    path, _ = write_day(tmp_path, date(2026, 3, 1), WORDS, [Habit("Calm", 50)])
    page = tmp_path / "page.html"
    assert bare.run("waarmerk", "dsa", "lint", str(path), "--html", str(page)).returncode == 0
    assert "Calm" in page.read_text(encoding="utf-8")

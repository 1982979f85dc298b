"""The command: exit codes, JSON, text, the page; and the docs that are written from the code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from simulation.report_defects import DEFECTS
from simulation.reports import Report, honest, write_folder

from tests.dsa.report.conftest import STATES
from waarmerk.cli.main import run
from waarmerk.dsa.report.check import check_path
from waarmerk.dsa.report.page import check_page
from waarmerk.dsa.report.reference import reference

ROOT = Path(__file__).parents[3]


def ended(arguments: list[str]) -> int:
    try:
        run(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_nothing_found_ends_with_0_and_says_so(
    plaza: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(plaza, tmp_path / "r")
    assert ended(["dsa", "report", "check", str(folder)]) == 0
    assert "Nothing found: Plaza" in capsys.readouterr().out


def test_findings_end_with_3_and_stand_in_the_json_and_nothing_else(
    plaza: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    DEFECTS["total_off"](plaza)
    folder = write_folder(plaza, tmp_path / "r")
    assert ended(["dsa", "report", "check", str(folder), "--format", "json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert {key: answer[key] for key in ("schema", "service", "period", "parts")} == {
        "schema": "waarmerk.report-check/1",
        "service": "Plaza",
        "period": "2025-07-01/2025-12-31",
        "parts": list(range(1, 12)),
    }
    (finding, *_) = answer["findings"]
    assert finding["rule"] == "total_sum"
    assert finding["expected"] == finding["found"] + 1000


def test_what_cannot_be_read_ends_with_1_and_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["dsa", "report", "check", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "empty folder" in told.err


def test_the_text_is_grouped_by_class_and_part_in_dutch_too(
    plaza: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    DEFECTS["total_off"](plaza)
    DEFECTS["minutes_for_hours"](plaza)
    folder = write_folder(plaza, tmp_path / "r")
    ended(["dsa", "report", "check", str(folder), "--lang", "nl"])
    out = capsys.readouterr().out
    assert out.index("Onmogelijk") < out.index("Deel 5") < out.index("Vraag") < out.index("Deel 7")


def test_control_characters_of_a_report_do_not_reach_the_terminal(
    plaza: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plaza.parts[5].append([*plaza.parts[5][-1]])
    plaza.parts[5][-1][3:7] = ["\x1b[2J[red]OWN", "", "17", "3"]
    ended(["dsa", "report", "check", str(write_folder(plaza, tmp_path / "r"))])
    out = capsys.readouterr().out
    assert "\x1b[2J" not in out
    assert "[red]OWN" in out


def test_the_page_marks_the_cells_quotes_the_context_and_asks_nothing_of_the_network(
    plaza: Report, tmp_path: Path
) -> None:
    DEFECTS["flaggers_above_all"](plaza)
    row = plaza.rows_of(4, "STATEMENT_CATEGORY_SCAMS_AND_FRAUD")[0]
    plaza.parts[4][row][16] = "<b>Counted apart</b>"
    plaza.parts[4][row][6] = str(int(plaza.parts[4][row][5]) + 35)
    folder = write_folder(plaza, tmp_path / "r")
    page = tmp_path / "page.html"
    assert ended(["dsa", "report", "check", str(folder), "--html", str(page), "--lang", "nl"]) == 3
    text = page.read_text(encoding="utf-8")
    assert '<html lang="nl">' in text
    marked = re.findall(r'<td class="number impossible">([^<]+)<sup>', text)
    assert plaza.parts[4][row][6] in marked
    assert "&lt;b&gt;Counted apart&lt;/b&gt;" in text
    outside = re.findall(r'(?:src|href|url\()\s*=?\s*["\']?(?!#|http://www\.w3\.org)(?:https?:)?//', text)
    assert outside == []
    assert "<script" not in text
    assert text.count("<svg") == 2


def test_every_question_of_the_page_has_its_number_in_the_table_of_the_report(plaza: Report, tmp_path: Path) -> None:
    for name in ("total_off", "share_in_per_cent", "below_zero"):
        DEFECTS[name](plaza)
    report, checked = check_path(write_folder(plaza, tmp_path / "r"))
    text = check_page(report, checked, language="en")
    for number in range(1, len(checked.findings) + 1):
        assert f'id="f{number}"' in text
        assert f'href="#f{number}"' in text


def test_two_reports_are_compared_by_the_command(
    plaza: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = write_folder(plaza, tmp_path / "a")
    second = honest(5, states=STATES)
    second.parts[4][1][5] = "7"
    other = write_folder(second, tmp_path / "b")
    page = tmp_path / "page.html"
    assert ended(["dsa", "report", "compare", str(first), str(other), "--html", str(page), "--format", "json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert [finding["rule"] for finding in answer["findings"]] == ["compare.changed_without_reason"]
    assert page.read_text(encoding="utf-8").count("<svg") == 1
    assert ended(["dsa", "report", "compare", str(first), str(first)]) == 0
    assert ended(["dsa", "report", "compare", str(first), str(other), str(other)]) == 2


def test_the_command_starts_without_workbooks_and_templates() -> None:
    script = (
        "import sys, waarmerk.cli.dsa_report\n"
        "from waarmerk.dsa.report.check import check_path\n"
        "print([name for name in ('openpyxl', 'jinja2', 'numpy', 'rich.console') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip().replace("'rich.console'", "").strip("[] ,") == ""


def test_the_list_of_rules_in_the_docs_is_that_of_the_code(golden_update: bool) -> None:
    path = ROOT / "docs" / "reference" / "report-rules.md"
    if golden_update:
        path.write_text(reference(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == reference()


def test_a_page_that_cannot_be_written_and_a_folder_that_cannot_be_read_get_one_sentence(
    plaza: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(plaza, tmp_path / "r")
    assert ended(["dsa", "report", "check", str(folder), "--html", str(tmp_path / "no" / "page.html")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert ended(["dsa", "report", "check", str(tmp_path / "nothing")]) == 1
    assert "does not exist" in capsys.readouterr().err


def test_file_names_that_are_no_text_are_shown_and_not_fatal(
    plaza: Report, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = write_folder(plaza, tmp_path / "r")
    (folder / "4_notices.csv").rename(folder / "4_notices_\udcff\x1b.csv")
    assert ended(["dsa", "report", "check", str(folder), "--format", "json"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["findings"] == []


def test_a_page_of_a_report_without_findings_says_so(plaza: Report, tmp_path: Path) -> None:
    report, checked = check_path(write_folder(plaza, tmp_path / "r"))
    text = check_page(report, checked, language="en")
    assert "Nothing found: Plaza, 2025-07-01/2025-12-31." in text
    assert "<svg" not in text

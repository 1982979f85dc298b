"""A report is read whatever its form; what the instructions forbid is asked about, what they allow is noted."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from simulation.reports import NAMES, Report, csv_text, honest, write_folder, write_zip

from tests.dsa.report.conftest import STATES
from waarmerk.dsa.report.check import Checked, check_path
from waarmerk.dsa.report.read import read_report
from waarmerk.errors import InputError


def ids(checked: Checked) -> set[str]:
    return {finding.rule for finding in checked.findings}


def notes(checked: Checked) -> set[str]:
    return {note.code for note in checked.notes}


def folder_of(report: Report, path: Path, *, names: dict[int, str] | None = None, encoding: str = "utf-8") -> Path:
    path.mkdir()
    for part, rows in report.parts.items():
        name = (names or {}).get(part, f"{NAMES[part - 1]}.csv")
        (path / name).write_bytes(csv_text(rows).encode(encoding))
    return path


def workbook_of(report: Report, path: Path, *, names: dict[int, str] | None = None, numbers: bool = True) -> Path:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for part, rows in report.parts.items():
        sheet = book.create_sheet((names or {}).get(part, NAMES[part - 1]))
        for row in rows:
            sheet.append([_number(text) if numbers else text for text in row])
    book.save(path)
    return path


def _number(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text or None


def test_a_folder_a_zip_and_a_workbook_say_the_same(plaza: Report, tmp_path: Path) -> None:
    add_ten = plaza.parts[4][plaza.rows_of(4, "STATEMENT_CATEGORY_VIOLENCE")[0]]
    add_ten[5] = str(int(add_ten[5]) + 10)
    paths = [
        write_folder(plaza, tmp_path / "folder"),
        write_zip(plaza, tmp_path / "report.zip"),
        workbook_of(plaza, tmp_path / "report.xlsx"),
    ]
    answers = [
        [(f.rule, f.part, f.row, f.line, f.column, f.expected, f.found) for f in check_path(path)[1].findings]
        for path in paths
    ]
    assert answers[0]
    assert answers[0] == answers[1] == answers[2]


def test_a_zip_in_a_zip_is_read_and_a_deeper_one_is_not(plaza: Report, tmp_path: Path) -> None:
    inner = write_zip(plaza, tmp_path / "inner.zip")
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "report.zip")
    assert check_path(outer)[1].findings == ()
    deeper = tmp_path / "deeper.zip"
    with zipfile.ZipFile(deeper, "w") as archive:
        archive.write(outer, "outer.zip")
    with pytest.raises(InputError, match="ZIP in a ZIP in a ZIP"):
        check_path(deeper)


def test_parts_are_recognised_by_content_under_any_name(plaza: Report, tmp_path: Path) -> None:
    names = {part: f"file {chr(96 + part)}.csv" for part in range(1, 12)}
    report, checked = check_path(folder_of(plaza, tmp_path / "r", names=names))
    assert report.numbers == list(range(1, 12))
    assert checked.findings == ()
    assert notes(checked) == {"part_renamed"}


def test_renumbered_files_are_recognised_by_content(plaza: Report, tmp_path: Path) -> None:
    for part in (5, 9, 10):
        del plaza.parts[part]
    kept = sorted(plaza.parts)
    names = {part: f"{place}. sheet.csv" for place, part in enumerate(kept, start=1)}
    report = read_report(folder_of(plaza, tmp_path / "r", names=names))
    assert report.numbers == kept


def test_sheets_with_localised_names_are_recognised(plaza: Report, tmp_path: Path) -> None:
    german = {
        3: "3_Anordnungen",
        4: "4_Meldungen",
        5: "5_Eigeninitiative",
        6: "6_Eigeninitiative AGB",
        7: "7_Beschwerden",
    }
    report, checked = check_path(workbook_of(plaza, tmp_path / "r.xlsx", names=german))
    assert report.numbers == list(range(1, 12))
    assert checked.findings == ()


def test_foreign_headings_are_taken_by_place_and_asked_about(plaza: Report, tmp_path: Path) -> None:
    for part in (4, 5, 6):
        plaza.parts[part][0] = [f"Spalte {n}" for n in range(len(plaza.parts[part][0]))]
    report, checked = check_path(write_folder(plaza, tmp_path / "r"))
    assert report.numbers == list(range(1, 12))
    assert ids(checked) == {"heading_foreign"}


def test_some_headings_in_other_words_are_noted_and_change_no_answer(plaza: Report, tmp_path: Path) -> None:
    plaza.parts[4][0][5] = "Meldingen in totaal"
    checked = check_path(folder_of(plaza, tmp_path / "report"))[1]
    assert ids(checked) == set()
    assert "headings_reworded" in notes(checked)


def test_a_table_without_headings_is_taken_by_place_and_asked_about(plaza: Report, tmp_path: Path) -> None:
    del plaza.parts[4][0]
    checked = check_path(write_folder(plaza, tmp_path / "r"))[1]
    assert ids(checked) == {"heading_missing"}


def test_lines_above_the_headings_are_noted(plaza: Report, tmp_path: Path) -> None:
    plaza.parts[4][:0] = [["Notices, second half of 2025"], [""]]
    checked = check_path(write_folder(plaza, tmp_path / "r"))[1]
    assert checked.findings == ()
    assert "lines_above_heading" in notes(checked)


def test_a_shifted_heading_is_moved_to_its_columns_and_asked_about(plaza: Report, tmp_path: Path) -> None:
    plaza.parts[4][0] = plaza.parts[4][0][1:]
    report, checked = check_path(write_folder(plaza, tmp_path / "r"))
    assert ids(checked) == {"heading_shifted"}
    (table,) = report.of(4)
    assert table.rows[0].number("notices") == int(plaza.parts[4][1][5])


def test_a_column_of_its_own_before_the_categories_shifts_nothing(plaza: Report, tmp_path: Path) -> None:
    labels = [row[0] for row in plaza.parts[2]]
    for place, row in enumerate(plaza.parts[4]):
        row.insert(3, "Category label" if place == 0 else labels[place] if place < len(labels) else "")
    report, checked = check_path(write_folder(plaza, tmp_path / "r"))
    assert checked.findings == ()
    assert report.of(4)[0].rows[0].number("notices") == int(plaza.parts[4][1][6])


def test_a_missing_column_is_asked_about(plaza: Report, tmp_path: Path) -> None:
    for row in plaza.parts[5]:
        del row[20]
    assert "column_missing" in ids(check_path(write_folder(plaza, tmp_path / "r"))[1])


def test_a_misspelled_label_is_read_and_asked_about(plaza: Report, tmp_path: Path) -> None:
    row = plaza.rows_of(4, "KEYWORD_DESIGN_INFRINGEMENT")[0]
    plaza.parts[4][row][3] = "KEYWORD_DESIGN_INFRIGEMENT"
    assert ids(check_path(write_folder(plaza, tmp_path / "r"))[1]) == {"label_misspelled"}


@pytest.mark.parametrize(
    ("encoding", "asks"),
    [("utf-8-sig", False), ("utf-16", True), ("utf-16-le", True), ("utf-16-be", True), ("cp1252", True)],
)
def test_encodings_are_read_and_asked_about_when_they_are_not_utf_8(
    encoding: str, asks: bool, plaza: Report, tmp_path: Path
) -> None:
    for row in plaza.parts[4][1:]:
        row[1] = plaza.service
    plaza.parts[11][1][4] = "Één overzicht van maatregelen"
    checked = check_path(folder_of(plaza, tmp_path / "r", encoding=encoding))[1]
    assert ids(checked) == ({"encoding"} if asks else set())
    assert asks or "byte_order_mark" in notes(checked)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_are_read_and_asked_about(mark: str, plaza: Report, tmp_path: Path) -> None:
    folder = write_folder(plaza, tmp_path / "r")
    for part in (3, 4, 8):
        (folder / f"{NAMES[part - 1]}.csv").write_text(csv_text(plaza.parts[part], delimiter=mark), encoding="utf-8")
    assert ids(check_path(folder)[1]) == {"separator"}


def test_surfaces_of_one_service_are_two_tables_and_never_added_up(plaza: Report, tmp_path: Path) -> None:
    folder = write_folder(plaza, tmp_path / "r")
    other = honest(99, states=STATES)
    (folder / "6_own_initiative_TC_Ads.csv").write_text(csv_text(other.parts[6]), encoding="utf-8")
    report, checked = check_path(folder)
    assert len(report.of(6)) == 2
    assert checked.findings == ()


def test_surfaces_in_one_table_are_told_apart_by_their_column(plaza: Report, tmp_path: Path) -> None:
    other = honest(99, states=STATES)
    rows = [[*plaza.parts[6][0], "Surface"]]
    rows += [[*row, "Core"] for row in plaza.parts[6][1:]] + [[*row, "Ads"] for row in other.parts[6][1:]]
    plaza.parts[6] = rows
    report, checked = check_path(write_folder(plaza, tmp_path / "r"))
    assert [table.name.rpartition("[")[2] for table in report.of(6)] == ["Core]", "Ads]"]
    assert checked.findings == ()
    assert "tables_in_one" in notes(checked)


def test_two_services_in_one_folder_are_refused_and_both_named(plaza: Report, tmp_path: Path) -> None:
    write_folder(plaza, tmp_path / "r" / "one")
    write_folder(honest(8, service="Market", states=STATES), tmp_path / "r" / "two")
    with pytest.raises(InputError, match=r"two reports: .*Plaza.*Market|two reports: .*Market.*Plaza"):
        check_path(tmp_path / "r")


def test_two_periods_in_one_folder_are_refused_and_both_named(plaza: Report, tmp_path: Path) -> None:
    write_folder(plaza, tmp_path / "r" / "one")
    write_folder(honest(8, start="2026-01-01", end="2026-06-30", states=STATES), tmp_path / "r" / "two")
    with pytest.raises(InputError, match=r"2025-07-01/2025-12-31.*2026-01-01/2026-06-30"):
        check_path(tmp_path / "r")


def test_the_unfilled_template_is_refused(tmp_path: Path) -> None:
    from simulation.reports import TEMPLATE

    with pytest.raises(InputError, match="no figure at all"):
        check_path(TEMPLATE)


def test_rows_of_text_and_files_beside_the_report_are_noted(plaza: Report, tmp_path: Path) -> None:
    plaza.parts[4].append(["* Figures are deduplicated."])
    folder = write_folder(plaza, tmp_path / "r")
    (folder / "method.pdf").write_bytes(b"%PDF-1.7")
    (folder / "readme.csv").write_text("Read me,first\n", encoding="utf-8")
    checked = check_path(folder)[1]
    assert checked.findings == ()
    assert {"text_row", "file_not_read", "sheet_not_recognised"} <= notes(checked)


def test_a_single_csv_is_checked_without_asking_for_the_others(plaza: Report, tmp_path: Path) -> None:
    folder = write_folder(plaza, tmp_path / "r")
    assert check_path(folder / f"{NAMES[3]}.csv")[1].findings == ()


def test_lines_are_those_of_the_file_even_with_line_breaks_in_cells(plaza: Report, tmp_path: Path) -> None:
    plaza.parts[4][1][15] = "First.\r\nSecond.\r\nThird."
    row = plaza.rows_of(4, "STATEMENT_CATEGORY_VIOLENCE")[0]
    plaza.parts[4][row][6] = str(int(plaza.parts[4][row][5]) + 1)
    folder = write_folder(plaza, tmp_path / "r")
    finding = next(f for f in check_path(folder)[1].findings if f.rule == "part_above_whole")
    lines = (folder / f"{NAMES[3]}.csv").read_text(encoding="utf-8").splitlines()
    assert "STATEMENT_CATEGORY_VIOLENCE" in lines[finding.line - 1]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "protected by a password"),
        (b"<!doctype html><p>Not found", "web page"),
        (b"PK\x03\x04broken", "broken ZIP"),
        (b"name,age\nAnn,7\nBob,8\n", "holds no part of the official template"),
        (bytes(range(256)) * 4, "zero bytes"),
        (b"", "holds no table"),
    ],
)
def test_what_is_no_report_gets_one_sentence(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        check_path(path)


def test_an_empty_folder_and_one_of_pdfs_get_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty folder"):
        check_path(tmp_path)
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(InputError, match=r"only \.pdf"):
        check_path(tmp_path)


def test_a_zip_bomb_stays_packed(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(5):
            archive.writestr(f"{n}.csv", b"0" * (60 << 20))
    assert path.stat().st_size < 2 << 20
    with pytest.raises(InputError, match="stays packed"):
        check_path(path)


def test_a_zip_with_a_password_gets_one_sentence(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("4_notices.csv", "a,b\n")
    raw = bytearray(data.getvalue())
    # The flag of encryption in the local header and in the central directory.
    raw[6] |= 1
    central = raw.index(b"PK\x01\x02")
    raw[central + 8] |= 1
    path = tmp_path / "locked.zip"
    path.write_bytes(bytes(raw))
    with pytest.raises(InputError, match="password"):
        check_path(path)


def test_a_line_without_end_gets_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"TOTAL," * (3 << 20))
    with pytest.raises(InputError, match="16 million characters"):
        check_path(path)


def test_an_open_quotation_mark_gets_one_sentence(plaza: Report, tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text(csv_text(plaza.parts[4]) + '"' + "x" * (2 << 20), encoding="utf-8")
    with pytest.raises(InputError, match="no readable CSV"):
        check_path(path)


def test_a_formula_without_a_stored_value_is_refused(plaza: Report, tmp_path: Path) -> None:
    plaza.parts[4][1][5] = "=SUM(F3:F91)"
    with pytest.raises(InputError, match="formula without a stored value"):
        check_path(workbook_of(plaza, tmp_path / "r.xlsx"))


def test_a_formula_with_a_stored_value_is_read_and_noted(plaza: Report, tmp_path: Path) -> None:
    path = workbook_of(plaza, tmp_path / "r.xlsx")
    changed = tmp_path / "f.xlsx"
    total = plaza.parts[4][1][5]
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet4.xml":
                data = data.replace(f"<v>{total}</v>".encode(), f"<f>SUM(F3:F91)</f><v>{total}</v>".encode(), 1)
            new.writestr(name, data)
    checked = check_path(changed)[1]
    assert checked.findings == ()
    assert "formula" in notes(checked)


def test_a_workbook_needs_nothing_but_openpyxl_and_says_so(
    plaza: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins
    from typing import Any

    from waarmerk.errors import DependencyError

    path = workbook_of(plaza, tmp_path / "r.xlsx")
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "openpyxl":
            raise ModuleNotFoundError(name="openpyxl")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DependencyError, match="openpyxl"):
        check_path(path)


def test_a_workbook_with_dates_durations_and_formatted_blank_cells_is_read(plaza: Report, tmp_path: Path) -> None:
    import datetime

    from openpyxl import load_workbook
    from openpyxl.styles import Font

    path = workbook_of(plaza, tmp_path / "r.xlsx")
    book = load_workbook(path)
    summary = book[NAMES[0]]
    for row in range(3, 7):
        summary.cell(row, 4).value = datetime.date.fromisoformat(str(summary.cell(row, 4).value))
    notices = book[NAMES[3]]
    hours = float(plaza.parts[4][1][9])
    notices.cell(2, 10).value = datetime.timedelta(hours=hours)
    notices.cell(4000, 60).font = Font(bold=True)
    book.save(path)
    report, checked = check_path(path)
    assert checked.findings == ()
    assert report.facts["start"] == "2025-07-01"
    assert report.of(4)[0].rows[0].number("median") == pytest.approx(hours)


def test_a_row_far_beyond_every_sheet_is_refused_quickly(plaza: Report, tmp_path: Path) -> None:
    path = workbook_of(plaza, tmp_path / "r.xlsx")
    changed = tmp_path / "far.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet4.xml":
                data = data.replace(b'<row r="3"', b'<row r="2000000000"', 1)
            new.writestr(name, data)
    with pytest.raises(InputError, match="beyond 1048576"):
        check_path(changed)

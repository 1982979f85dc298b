"""Linting generated dumps: planted defects are found and counted exactly, habits are not findings."""

import csv
import resource
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from simulation.dumps import Defect, Habit, Planted, Row, write_day

from tests.dsa.words import LIGHT, WORDS
from waarmerk.dsa.dumps.lint import Linter
from waarmerk.dsa.dumps.outcome import DumpLint, outcome
from waarmerk.dsa.rules import house_rules
from waarmerk.errors import InputError

DAY = date(2026, 3, 1)
CALM = Habit("Calm", 300)
OTHER = Habit("Other", 200, automated=0.4)


def lint(*paths: Path) -> DumpLint:
    linter = Linter(house_rules().values())
    linter.run(paths)
    return outcome(linter, "en")


def plant(folder: Path, *defects: Defect, habits: Sequence[Habit] = (CALM, OTHER), **how: object) -> Planted:
    return write_day(folder, DAY, WORDS, habits, defects, **how)[1]  # type: ignore[arg-type]


def setting(**values: str) -> Callable[[Row], None]:
    return lambda row: row.update(values)


@pytest.mark.parametrize("archive", ["csv", "zip", "zips"])
def test_a_sound_day_is_clean_in_every_published_form(tmp_path: Path, archive: str) -> None:
    plant(tmp_path, archive=archive, rows_per_file=150)
    found = lint(tmp_path)
    assert (found.rows, found.files, found.days) == (500, 4, ["2026-03-01"])
    assert (found.findings, found.flips, found.bad_rows, found.unreadable, found.not_read) == ([], [], [], [], [])
    assert [(each.name, each.statements) for each in found.platforms] == [("Calm", 300), ("Other", 200)]


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("end_before_application", setting(end_date_account_restriction="2020-01-01 00:00:00")),
        ("application_before_content", setting(content_date="2026-03-05 00:00:00")),
        (
            "notifier_of_own_initiative",
            setting(source_type=WORDS.one("source_type", "VOLUNTARY"), source_identity="X"),
        ),
        ("facts_missing", setting(decision_facts="")),
        ("code_unknown", setting(category="STATEMENT_CATEGORY_NEW")),
        ("personal_email", setting(decision_facts="The uploader jan.jansen@example.org wrote to us about it.")),
    ],
)
def test_a_planted_defect_is_counted_exactly_for_its_platform(
    tmp_path: Path, rule: str, change: Callable[[Row], None]
) -> None:
    planted = plant(tmp_path, Defect("Calm", 0.1, change))
    found = {finding.rule: finding for finding in lint(tmp_path).findings}[rule]
    assert planted.hits[0] > 10
    assert (found.platform, found.count, found.statements) == ("Calm", planted.hits[0], 300)
    assert found.low < found.count / 300 < found.high


def test_examples_lead_to_the_row(tmp_path: Path) -> None:
    plant(tmp_path, Defect("Calm", 0.05, setting(decision_facts="a\nb")), archive="csv")
    example = lint(tmp_path).findings[0].examples[0]
    text = Path(example.file).read_text(encoding="utf-8").split("\n")
    assert text[example.line - 1].startswith(example.uuid)


def test_rows_standing_twice_are_a_habit_and_differing_rows_are_a_question(tmp_path: Path) -> None:
    plant(tmp_path, archive="csv")
    (file,) = tmp_path.rglob("*.csv")
    lines = file.read_text(encoding="utf-8").splitlines()
    lines.append(lines[3])
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = lint(tmp_path)
    assert found.findings == [] and sum(each.repeated_rows for each in found.platforms) == 1
    lines.append(lines[5].replace("2026-03-01 ", "2026-03-02 "))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (finding,) = lint(tmp_path).findings
    assert finding.rule == "uuid_reused" and finding.examples[0].uuid == lines[5][:36]
    assert finding.examples[0].line == len(lines)


def test_one_sentence_for_everything_is_told_as_a_habit(tmp_path: Path) -> None:
    plant(tmp_path, habits=[Habit("Same", 100, own_words=0)])
    (platform,) = lint(tmp_path).platforms
    assert platform.common_at_least == 100 and platform.common_facts.startswith("The decision was taken")


def days(folder: Path, *shares: float) -> DumpLint:
    for number, share in enumerate(shares):
        habits = [Habit("Calm", 400), Habit("Turning", 400, automated=share)]
        write_day(folder, DAY + timedelta(days=number), WORDS, habits, seed=7)
    return lint(folder)


def test_a_flag_that_flips_is_asked_about_once(tmp_path: Path) -> None:
    found = days(tmp_path, 0.9, 0.9, 0.1)
    asked = [(flip.platform, flip.flag, flip.before, flip.after, flip.inverted) for flip in found.flips]
    assert ("Turning", "automated_detection", "2026-03-02", "2026-03-03", True) in asked
    assert {flip.platform for flip in found.flips} == {"Turning"}
    assert all(flip.kind == "question" and flip.sentence.endswith("?") for flip in found.flips)


def test_steady_days_flip_nothing_and_give_series(tmp_path: Path) -> None:
    found = days(tmp_path, 0.7, 0.75, 0.7)
    assert found.flips == []
    calm = [each for each in found.series if (each.platform, each.value) == ("Calm", "Yes")]
    assert [point.statements for point in calm[0].days] == [400, 400, 400]


def test_a_light_dump_says_which_rules_it_cannot_test(tmp_path: Path) -> None:
    planted = plant(
        tmp_path, Defect("Calm", 0.2, setting(content_date="2026-03-05 00:00:00", decision_facts="")), light=LIGHT
    )
    found = lint(tmp_path)
    assert [(each.rule, each.count) for each in found.findings] == [("application_before_content", planted.hits[0])]
    assert {"facts_missing", "personal_email", "text_contradicts_detection"} <= set(found.not_checked)


def test_a_dump_from_before_july_2025_is_read_by_the_rules_of_its_time(tmp_path: Path) -> None:
    old = setting(category="STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE")
    path, _ = write_day(
        tmp_path, date(2024, 3, 14), WORDS, [CALM], [Defect("Calm", 0.5, old)], light=["content_id_ean"]
    )
    assert lint(path).findings == []


def csv_with(tmp_path: Path, change: Callable[[list[str]], None]) -> DumpLint:
    plant(tmp_path, archive="csv")
    (file,) = tmp_path.rglob("*.csv")
    lines = file.read_text(encoding="utf-8").splitlines()
    change(lines)
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")
    return lint(file)


def test_a_row_with_too_few_columns_is_counted_and_named(tmp_path: Path) -> None:
    found = csv_with(tmp_path, lambda lines: lines.__setitem__(4, "short,row"))
    assert found.rows == 499 and [bad.count for bad in found.bad_rows] == [1]
    assert ":5: 2 columns where the heading has 38" in found.bad_rows[0].examples[0]


def test_a_quote_behind_a_backslash_is_read_as_the_export_meant_it(tmp_path: Path) -> None:
    """The export writes `said \\", and left` without doubling the quote; a plain reader sees one column more."""

    def as_exported(lines: list[str]) -> None:
        row = next(csv.reader([lines[4]]))
        row[lines[0].split(",").index("decision_facts")] = 'The uploader said \\" , and left again.'
        lines[4] = ",".join(
            '"' + cell.replace('\\"', "\0").replace('"', '""').replace("\0", '\\"') + '"' for cell in row
        )

    found = csv_with(tmp_path, as_exported)
    assert (found.rows, found.reread_rows, found.bad_rows) == (500, 1, [])


def test_an_open_quote_costs_its_lines_and_not_the_file(tmp_path: Path) -> None:
    found = csv_with(tmp_path, lambda lines: lines.__setitem__(4, '"' + lines[4]))
    assert found.bad_rows[0].count >= 1
    assert 0 < found.rows < 500


def test_bytes_that_are_not_utf_8_are_counted(tmp_path: Path) -> None:
    found = csv_with(tmp_path, lambda lines: lines.__setitem__(4, lines[4].replace("Calm", "C\udce9lm", 1)))
    assert found.rows == 500
    assert found.bad_rows[0].examples[0].endswith(".csv: bytes that are not UTF-8")


def test_a_line_too_long_ends_its_file_by_name_and_what_came_before_counts(tmp_path: Path) -> None:
    found = csv_with(tmp_path, lambda lines: lines.insert(100, "x" * 2**21))
    assert found.rows == 99
    assert ":101: a line is longer than 1 MiB" in found.unreadable[0]


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    found = csv_with(tmp_path, lambda lines: lines.append(""))
    assert found.rows == 500 and found.bad_rows == []


def test_a_damaged_file_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    plant(tmp_path)
    whole = next(tmp_path.glob("*.zip")).read_bytes()
    (tmp_path / "broken.zip").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    found = lint(tmp_path)
    assert found.rows == 500 and len(found.unreadable) == 2


def test_a_member_whose_bytes_were_changed_is_told(tmp_path: Path) -> None:
    path, _ = write_day(tmp_path, DAY, WORDS, [CALM], archive="zip")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        middle = packed.infolist()[0].compress_size // 2
    content[middle] ^= 0xFF
    path.write_bytes(content)
    try:
        found = lint(path)
    except InputError as error:
        assert error.message
    else:
        assert found.unreadable


@pytest.mark.parametrize("place", range(0, 60, 20))
def test_a_member_damaged_from_its_first_bytes_on_is_a_sentence(tmp_path: Path, place: int) -> None:
    path, _ = write_day(tmp_path, DAY, WORDS, [CALM], archive="zip")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        start = 30 + len(packed.infolist()[0].filename) + place
    content[start : start + 100] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        lint(path)


def test_a_day_that_no_calendar_has_is_told(tmp_path: Path) -> None:
    plant(tmp_path, Defect("Calm", 1.0, setting(content_date="2025-99-99 00:00:00")))
    assert [(each.rule, each.count) for each in lint(tmp_path).findings] == [("date_unreadable", 300)]


def test_a_folder_without_a_dump_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("x")
    with pytest.raises(InputError, match="no dump stands here"):
        lint(tmp_path)


def test_progress_never_runs_backwards_and_ends_at_the_whole(tmp_path: Path) -> None:
    plant(tmp_path, habits=[Habit("Calm", 12_000)], rows_per_file=5_000)
    told: list[tuple[int, int, int]] = []
    linter = Linter([], progress=lambda *given: told.append(given))
    linter.run([tmp_path])
    assert len(told) >= 2 and told == sorted(told)
    assert told[-1][0] == told[-1][1] and told[-1][2] == 12_000


@pytest.mark.slow
def test_memory_stays_flat_from_ten_to_two_hundred_thousand_rows(tmp_path: Path) -> None:
    plant(tmp_path, habits=[Habit("Calm", 10_000)], archive="csv")
    (file,) = tmp_path.rglob("*.csv")
    lint(file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    header, *rows = csv.reader(file.open(encoding="utf-8", newline=""))
    with (tmp_path / "large.csv").open("w", encoding="utf-8", newline="") as large:
        out = csv.writer(large)
        out.writerow(header)
        for copy in range(20):
            for number, row in enumerate(rows):
                out.writerow([f"{copy:08x}-0000-4000-a000-{number:012x}", *row[1:]])
    del rows
    assert lint(tmp_path / "large.csv").rows == 200_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000

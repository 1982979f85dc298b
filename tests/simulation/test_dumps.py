"""Generated dumps: the published shape, the same bytes for a seed, defects counted as planted."""

import csv
import json
import zipfile
from datetime import date
from pathlib import Path

from simulation.dumps import Defect, Habit, Row, write_day

from tests.dsa.words import LIGHT, WORDS

DAY = date(2026, 3, 1)


def empty_facts(row: Row) -> None:
    row["decision_facts"] = ""


def rows_of(folder: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            found += csv.DictReader(stream)
    return found


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    written = []
    for number, seed in enumerate((1, 1, 2)):
        (tmp_path / str(number)).mkdir()
        folder, _ = write_day(tmp_path / str(number), DAY, WORDS, [Habit("Calm", 30)], archive="csv", seed=seed)
        written.append([file.read_bytes() for file in sorted(folder.iterdir())])
    assert written[0] == written[1] != written[2]


def test_rows_have_the_published_shape(tmp_path: Path) -> None:
    folder, planted = write_day(tmp_path, DAY, WORDS, [Habit("Calm", 30)], archive="csv", rows_per_file=20)
    found = rows_of(folder)
    assert planted.rows == {"2026-03-01": 30} and len(found) == 30 and len(list(folder.iterdir())) == 2
    for row in found:
        assert list(row) == list(WORDS.columns)
        assert row["created_at"].startswith("2026-03-01 ") and row["application_date"].endswith(" 00:00:00")
        assert isinstance(json.loads(row["territorial_scope"]), list)
    assert len({row["uuid"] for row in found}) == 30


def test_a_zip_of_zips_holds_one_zip_of_csvs_named_as_published(tmp_path: Path) -> None:
    path, _ = write_day(tmp_path, DAY, WORDS, [Habit("Calm", 5)], archive="zips")
    with zipfile.ZipFile(path) as outer:
        assert outer.namelist() == ["sor-global-2026-03-01-full-00000.csv.zip"]


def test_the_light_variant_lacks_its_columns(tmp_path: Path) -> None:
    folder, _ = write_day(tmp_path, DAY, WORDS, [Habit("Calm", 5)], archive="csv", light=LIGHT)
    assert folder.name.endswith("-light") and not set(LIGHT) & set(rows_of(folder)[0])


def test_a_defect_hits_its_platform_on_its_days_as_often_as_it_says(tmp_path: Path) -> None:
    defects = [
        Defect("Calm", 0.5, empty_facts),
        Defect("Other", 1.0, empty_facts, days=frozenset({"2026-03-02"})),
    ]
    folder, planted = write_day(
        tmp_path, DAY, WORDS, [Habit("Calm", 100), Habit("Other", 50)], defects, archive="csv"
    )
    hit = [row["platform_name"] for row in rows_of(folder) if not row["decision_facts"]]
    assert planted.hits == [hit.count("Calm"), 0] and 30 < hit.count("Calm") < 70 and "Other" not in hit

"""`audit run` with what outsiders hold: rows that no record answers alone are answered, others are confirmed or
contradicted."""

import csv
import json
from pathlib import Path

import pytest

from tests.audit.worlds import world

ASKS = ("N7", "R1", "R2", "R3", "R5", "A6")


@pytest.fixture
def results(command, tmp_path: Path):
    """The results of an audit of a simulated platform by id, with all or some of the outsiders' files."""

    def call(*habits: str, given: tuple[str, ...]) -> dict[str, dict]:
        folder = world(tmp_path, *habits).parent
        files = {
            "receipts": folder / "receipts",
            "report": folder / "report",
            **{name: folder / f"{name}.csv" for name in ("flagger", "orders", "dump", "probes")},
        }
        options = [part for name in given for part in (f"--{name}", files[name])]
        out = command("audit", "run", folder / "bundle.zip", "--tier", "platform", *options, "--format", "json").out
        (audited,) = json.loads(out)["audits"]
        return {one["id"]: one for one in audited["results"]}

    return call


ALL = ("receipts", "flagger", "orders", "dump", "probes", "report")


def test_without_evidence_these_rows_ask_for_it(results) -> None:
    found = results(given=())
    assert {found[name]["conclusion"] for name in ASKS} == {"cannot_be_tested"}
    assert all(one["confirmed_by"] == [] for one in found.values())


def test_an_honest_platform_is_confirmed_and_nothing_of_it_is_negative(results) -> None:
    found = results(given=ALL)
    assert {one["id"] for one in found.values() if one["conclusion"] == "negative"} == set()
    for name in ASKS:
        assert found[name]["conclusion"] in ("positive", "positive_with_comments"), name
        assert found[name]["tested"] > 0 and found[name]["deviations"] == 0, name
    assert found["N1"]["confirmed_by"] == ["probes", "flagger"]
    assert found["O1"]["confirmed_by"] == ["orders"]
    assert found["A6"]["confirmed_by"] == list(dict.fromkeys(found["A6"]["confirmed_by"]))
    assert found["C2"]["confirmed_by"] == []


def test_only_what_was_given_confirms(results) -> None:
    found = results(given=("dump",))
    assert found["S3"]["confirmed_by"] == ["dump"]
    assert found["A6"]["conclusion"] == "positive"
    assert found["R1"]["conclusion"] == found["N7"]["conclusion"] == "cannot_be_tested"
    assert found["N1"]["confirmed_by"] == []


@pytest.mark.parametrize(
    ("habit", "given", "name"),
    [
        ("notices-dropped:0.2", ("flagger", "receipts", "probes"), "A6"),
        ("report-cherry-picked:1", ("report",), "R1"),
    ],
)
def test_what_was_left_out_is_negative_with_the_outsiders_line(results, habit: str, given: tuple, name: str) -> None:
    row = results(habit, given=given)[name]
    assert (row["conclusion"], row["fail"]) == ("negative", row["basis"] == "law")
    assert row["deviations"] > 0
    worst = row["worst"][0]
    assert ".csv" in worst["came"] or "report" in worst["came"]
    assert worst["expected"] == "as outsiders hold it"


def test_the_table_of_deviations_has_what_has_no_entry_in_the_log(command, tmp_path: Path) -> None:
    folder = world(tmp_path).parent
    table, flagger = tmp_path / "deviations.csv", tmp_path / "flagger.csv"
    lines = (folder / "flagger.csv").read_text(encoding="utf-8").splitlines()
    row = dict(zip(lines[0].split(","), lines[1].split(","), strict=True)) | {"notice": "f" * 32, "n": "99999"}
    flagger.write_text("\n".join([*lines, ",".join(row.values())]) + "\n", encoding="utf-8")
    out = command(
        *("audit", "run", folder / "bundle.zip", "--tier", "platform", "--flagger", flagger, "--csv", table),
        *("--only", "A6", "--format", "json"),
    ).out
    (result,) = json.loads(out)["audits"][0]["results"]
    with table.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["class"] == "deviation"]
    assert result["deviations"] == 1
    assert [one["log_index"] for one in rows] == [""]
    assert f"{flagger}:{len(lines) + 1}" in rows[0]["came"]


def test_a_row_that_differs_in_several_ways_is_one_case(results, tmp_path: Path) -> None:
    row = results("notices-dropped:0.2", given=("flagger",))["A6"]
    listed = (world(tmp_path, "notices-dropped:0.2").parent / "flagger.csv").read_text(encoding="utf-8").splitlines()
    assert row["tested"] == len(listed) - 1
    assert 0 < row["deviations"] < row["tested"]


def test_every_cell_of_a_report_is_a_case_of_its_own(results) -> None:
    honest, cherry = results(given=("report",))["R1"], results("report-cherry-picked:1", given=("report",))["R1"]
    assert honest["deviations"] == 0
    assert 1 < cherry["deviations"] <= cherry["tested"] == honest["tested"]

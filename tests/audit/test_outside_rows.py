"""The rows that outsiders answer: what contradicts each, and what only looks like it."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit.story import Story
from tests.audit.worlds import world
from waarmerk.record.events.types import Period

Rows = list[dict[str, str]]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A simulated honest platform's folder that a test may change."""
    return Path(shutil.copytree(world(tmp_path).parent, tmp_path / "made"))


@pytest.fixture
def row(command):
    """One row of the audit of a bundle, with one kind of evidence."""

    def call(bundle: Path, name: str, option: str, path: Path) -> dict:
        given = ("--tier", "platform", "--only", name, option, path, "--format", "json")
        (audited,) = json.loads(command("audit", "run", bundle, *given).out)["audits"]
        (found,) = audited["results"]
        return found

    return call


def changed(path: Path, change: Callable[[Rows], None]) -> Path:
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    change(rows)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def unanswered(probe: dict[str, str]) -> None:
    probe.update({"notice": "", "channel": "", "n": "", "acknowledged_at": ""})


def test_a_test_notice_that_nobody_acknowledged_deviates_one_just_sent_does_not(row, made: Path) -> None:
    def early(rows: Rows) -> None:
        unanswered(next(one for one in rows if one["kind"] == "notice"))

    def late(rows: Rows) -> None:
        last = [one for one in rows if one["kind"] == "notice"][-1]
        unanswered(last)
        last["sent_at"] = "2026-03-08T22:30:00Z"

    before = row(made / "bundle.zip", "N7", "--probes", made / "probes.csv")
    assert before["deviations"] == 0 < before["tested"]
    shutil.copy(made / "probes.csv", made / "late.csv")
    assert row(made / "bundle.zip", "N7", "--probes", changed(made / "late.csv", late))["deviations"] == 0
    found = row(made / "bundle.zip", "N7", "--probes", changed(made / "probes.csv", early))
    assert (found["deviations"], found["tested"]) == (1, before["tested"])
    assert "was never acknowledged" in found["worst"][0]["came"]


def test_a_category_that_the_database_has_otherwise_deviates_another_platforms_does_not(row, made: Path) -> None:
    def other(rows: Rows, name: str) -> None:
        mine = rows[len(rows) // 2]
        mine["category"] = next(one["category"] for one in rows if one["category"] != mine["category"])
        mine["platform_name"] = name or mine["platform_name"]

    shutil.copy(made / "dump.csv", made / "theirs.csv")
    theirs = changed(made / "theirs.csv", lambda rows: other([*rows, rows[-1]], "elsewhere.example"))
    assert row(made / "bundle.zip", "R3", "--dump", theirs)["deviations"] == 0
    found = row(made / "bundle.zip", "R3", "--dump", changed(made / "dump.csv", lambda rows: other(rows, "")))
    assert found["deviations"] == 1
    assert "category of the statement" in found["worst"][0]["came"]


def test_figures_of_accuracy_without_a_labelled_sample_are_asked_about(row, made: Path, tmp_path: Path) -> None:
    with_sample = row(made / "bundle.zip", "R5", "--report", made / "report")
    assert (with_sample["conclusion"], with_sample["questions"], with_sample["tested"]) == ("positive", 0, 1)
    story = Story()
    story.event("report.published", 900, period=Period(start="2026-03-02", end="2026-03-05"), replaces=None)
    bundle = story.until(901).bundle(tmp_path / "none.zip")
    without = row(bundle, "R5", "--report", made / "report")
    assert (without["deviations"], without["questions"]) == (0, 1)
    assert "no labelled sample for them is in the log" in without["asked"][0]["came"]

"""`waarmerk check --record`: a real clip becomes an event whose receipt verifies, as a stranger runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clips import portrait_clip
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.sequencer import open_log

WAARMERK = str(Path(sys.executable).with_name("waarmerk"))
ABOUT = {
    "service": "video.example",
    "posted_at": "2026-11-01T12:00:00.000Z",
    "uploader": "0123456789abcdef" * 2,
    "why": "notice",
}


def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [WAARMERK, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "COLUMNS": "400"},
    )
    assert result.returncode == code, result.stderr
    return result


@pytest.fixture
def log(tmp_path: Path) -> tuple[Path, str]:
    key = run("log", "init", tmp_path / "log", "--origin", "video.example/log").stdout.strip()
    return tmp_path / "log", key


def about(tmp_path: Path, **changed: object) -> Path:
    path = tmp_path / "about.json"
    path.write_text(json.dumps({name: value for name, value in (ABOUT | changed).items() if value is not None}))
    return path


def test_each_examined_clip_becomes_an_event_and_its_receipt_verifies(tmp_path: Path, log: tuple[Path, str]) -> None:
    folder, key = log
    clips = [portrait_clip(tmp_path / f"{name}.mp4", seconds=1, seed=seed) for seed, name in enumerate("ab")]
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no medium")
    given = ("check", "--record", folder, "--about", about(tmp_path), "--format", "json", *clips, bad)
    told = run(*given, code=1)
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert [row["schema"] for row in rows] == ["waarmerk.check/1"] * 2 + ["waarmerk.check-error/1"]
    receipts = sorted((folder / "private" / "receipts").iterdir())
    assert len(receipts) == 2
    assert all(str(receipt) in told.stderr for receipt in receipts)
    events = [json.loads(receipt.read_text())["event"] for receipt in receipts]
    for receipt in receipts:
        assert run("verify", receipt, "--key", key).stdout.endswith("verified\n")
    events.sort(key=lambda event: event["n"])
    run("record", "export", folder, "-o", tmp_path / "bundle.zip")
    with open_bundle(tmp_path / "bundle.zip") as bundle:
        logged = [json.loads(stored.event) for stored in bundle.events()]
    named = {one["tool"] for event in events for one in event["findings"]}
    assert {event["tool"] for event in logged[:-2]} == named
    assert {event["kind"] for event in logged[:-2]} == {"tool.adopted"}
    assert logged[-2:] == events
    assert [event["n"] for event in logged] == list(range(1, len(named) + 3))
    assert len({event["channel"] for event in logged}) == 1
    assert len({event["item"] for event in events}) == 2
    first = events[0]
    assert {name: first[name] for name in ABOUT} == ABOUT
    assert (first["kind"], first["provenance"], first["declared"]) == ("item.examined", "none", [])
    assert first["content_type"] == ["CONTENT_TYPE_VIDEO"]
    answers = [one for one in rows[0]["findings"] if one["log10_lr"] is not None or one["abstained"]]
    assert [(one.get("log10_lr"), one.get("abstained"), one["in_domain"]) for one in first["findings"]] == [
        (one["log10_lr"], one["abstained"], one["abstained"] is None) for one in answers
    ]
    assert answers


@pytest.mark.parametrize(
    ("changed", "word"), [({"uploader": "Anna"}, "uploader"), ({"why": None}, "why"), ({"name": "A"}, "name")]
)
def test_what_the_event_needs_and_nobody_said_is_refused_before_the_work(
    tmp_path: Path, log: tuple[Path, str], changed: dict[str, object], word: str
) -> None:
    told = run("check", "--record", log[0], "--about", about(tmp_path, **changed), "x.mp4", code=1)
    assert word in told.stderr and "Traceback" not in told.stderr


def test_record_without_about_or_without_a_log_is_wrong_use(tmp_path: Path, log: tuple[Path, str]) -> None:
    assert "--about" in run("check", "--record", log[0], "x.mp4", code=2).stderr
    assert "--record" in run("check", "--about", about(tmp_path), "x.mp4", code=2).stderr
    assert "Traceback" not in run("check", "--record", tmp_path, "--about", about(tmp_path), "x.mp4", code=2).stderr


def test_what_could_not_be_recorded_is_told_and_recorded_by_the_same_call_given_again(
    tmp_path: Path, log: tuple[Path, str]
) -> None:
    clip = portrait_clip(tmp_path / "a.mp4", seconds=1, seed=1)
    given = ("check", "--record", log[0], "--about", about(tmp_path), "--out", tmp_path / "rows.jsonl", clip)
    with open_log(PosixStorage(log[0])):
        told = run(*given, code=1)
    assert str(clip) in told.stderr and "Traceback" not in told.stderr
    assert (tmp_path / "rows.jsonl").read_text() == ""
    run(*given)
    (receipt,) = (log[0] / "private" / "receipts").iterdir()
    event = json.loads(receipt.read_text())["event"]
    assert event["n"] == len(event["findings"]) + 1
    run(*given)
    assert len(list((log[0] / "private" / "receipts").iterdir())) == 1


def test_an_entry_of_a_bank_that_comes_back_stands_in_the_event(tmp_path: Path, log: tuple[Path, str]) -> None:
    clip = portrait_clip(tmp_path / "a.mp4", seconds=2, seed=1)
    bank = tmp_path / "bank.sqlite"
    run("bank", "create", "--bank", bank, "--service", "video.example")
    source = ("--by", "A. Jansen", "--source", "our desk", "--category", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD")
    run("bank", "add", clip, "--bank", bank, *source)
    (entry,) = (
        json.loads(one) for one in run("bank", "list", "--bank", bank, "--format", "json").stdout.splitlines()
    )
    copy = portrait_clip(tmp_path / "copy.mp4", seconds=2, seed=1, rate=13)
    run("check", "--record", log[0], "--about", about(tmp_path), "--bank", bank, copy)
    (receipt,) = (log[0] / "private" / "receipts").iterdir()
    assert run("verify", receipt, "--key", log[1]).stdout.endswith("verified\n")
    (match,) = json.loads(receipt.read_text())["event"]["matches"]
    assert match["entry"] == entry["entry"]
    assert match["distance"] <= 31

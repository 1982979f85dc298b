"""`waarmerk check` as a stranger runs it: a process of its own, real clips, files on disk."""

import contextlib
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import time
import wave
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.clips import portrait_clip, still
from waarmerk.examine.report.publish import schema

WAARMERK = [str(Path(sys.executable).with_name("waarmerk"))]
Row = dict[str, Any]


def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*WAARMERK, "check", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "COLUMNS": "100", **environment},
    )


def rows(result: subprocess.CompletedProcess[bytes]) -> list[Row]:
    return [json.loads(text) for text in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    return [portrait_clip(folder / f"{name}.mp4", seconds=1.5, seed=seed) for seed, name in enumerate("abc")]


@pytest.fixture(scope="module")
def examined(clips: list[Path]) -> subprocess.CompletedProcess[bytes]:
    return run("--format", "json", clips[0])


def test_a_clip_becomes_one_row_that_follows_the_schema(examined: subprocess.CompletedProcess[bytes]) -> None:
    assert (examined.returncode, examined.stderr) == (0, b"")
    (row,) = rows(examined)
    jsonschema.Draft202012Validator(schema("check-1.json")).validate(row)
    assert row["not_examined"] == ["sound"]
    assert {"manipulation", "matching", "provenance", "container"} <= {f["analyzer"] for f in row["findings"]}
    assert row["sampling"]["frames_analysed"] == len(row["sampling"]["frames"]) == 6


def test_no_built_in_analyzer_fails_on_a_plain_clip(examined: subprocess.CompletedProcess[bytes]) -> None:
    (row,) = rows(examined)
    failed = {f["analyzer"]: f["detail"] for f in row["findings"] if f["abstained"] == "analyzer-failed"}
    assert failed == {}


def test_text_and_page_tell_the_same_conclusion(clips: list[Path], tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = run(clips[0], "--html", page, "--lang", "nl")
    assert result.returncode == 0
    text = page.read_text(encoding="utf-8")
    assert '<html lang="nl">' in text
    assert "Niet onderzocht" in result.stdout.decode() or "niet onderzocht" in result.stdout.decode()
    assert "Het geluid is niet onderzocht" in text


def test_the_forensic_purpose_gives_no_label_no_base_rate_and_no_posterior(clips: list[Path]) -> None:
    (row,) = rows(run("--purpose", "forensic", "--format", "json", clips[0]))
    assert [row["conclusion"][key] for key in ("label", "base_rate", "posterior")] == [None] * 3


def test_a_batch_keeps_the_order_goes_past_bad_files_and_ends_with_1(clips: list[Path], tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    result = run("--format", "json", "--jobs", "2", clips[1], tmp_path / "empty.mp4", clips[0])
    assert result.returncode == 1
    first, failed, last = rows(result)
    assert [first["asset"]["path"], failed["path"], last["asset"]["path"]] == [
        str(clips[1]),
        str(tmp_path / "empty.mp4"),
        str(clips[0]),
    ]
    jsonschema.Draft202012Validator(schema("check-error-1.json")).validate(failed)
    assert result.stderr.decode() == f"waarmerk: {tmp_path}/empty.mp4: is empty\n"


def test_a_folder_is_walked_and_what_is_no_medium_is_counted_in_one_line(clips: list[Path], tmp_path: Path) -> None:
    (tmp_path / "clip.txt").write_bytes(clips[0].read_bytes())
    (tmp_path / "notes.mp4").write_text("no film\n", encoding="utf-8")
    (tmp_path / "noise.mp4").write_bytes(os.urandom(5000))
    (tmp_path / "loop").symlink_to(tmp_path)
    result = run("--format", "json", tmp_path)
    assert result.returncode == 0
    assert [row["asset"]["path"] for row in rows(result)] == [str(tmp_path / "clip.txt")]
    assert result.stderr.decode() == f"waarmerk: {tmp_path}: 2 files are no video or image\n"


def test_a_list_on_standard_input_names_the_files(clips: list[Path]) -> None:
    result = run("--format", "json", "-", stdin=b"".join(os.fsencode(path) + b"\0" for path in clips[:2]))
    assert [row["asset"]["path"] for row in rows(result)] == [str(path) for path in clips[:2]]


def test_a_file_of_rows_is_gone_on_with(clips: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert run("--out", out, clips[0]).returncode == 0
    result = run("--out", out, "--format", "json", clips[0], clips[1])
    assert [row["asset"]["path"] for row in rows(result)] == [str(clips[1])]
    held = [json.loads(text)["asset"]["path"] for text in out.read_bytes().splitlines()]
    assert held == [str(clips[0]), str(clips[1])]
    assert b"1 input is answered" in result.stderr


def test_an_examination_is_repeated_from_its_own_record(
    clips: list[Path], tmp_path: Path, examined: subprocess.CompletedProcess[bytes]
) -> None:
    record = tmp_path / "record.json"
    record.write_bytes(examined.stdout)
    result = run("--format", "json", "--again", record, clips[0])
    (row,) = rows(result)
    jsonschema.Draft202012Validator(schema("check-again-1.json")).validate(row)
    assert (result.returncode, row["repeated"], row["same_frames"], row["versions"]) == (0, True, True, [])


def test_another_decoder_in_the_record_is_named(
    clips: list[Path], tmp_path: Path, examined: subprocess.CompletedProcess[bytes]
) -> None:
    record = tmp_path / "record.json"
    record.write_bytes(examined.stdout.replace(b'"av":"', b'"av":"0.'))
    assert "Other version of av: 0." in run("--again", record, clips[0]).stdout.decode()


def test_a_record_of_another_file_is_refused(
    clips: list[Path], tmp_path: Path, examined: subprocess.CompletedProcess[bytes]
) -> None:
    record = tmp_path / "record.json"
    record.write_bytes(examined.stdout)
    result = run("--again", record, clips[1])
    assert result.returncode == 1
    assert "holds no examination of this file" in result.stderr.decode()


def test_a_label_that_was_asked_for_ends_with_3(clips: list[Path]) -> None:
    label = rows(run("--format", "json", clips[0]))[0]["conclusion"]["label"]
    assert run("--fail-on", label, clips[0]).returncode == 3
    assert run("--fail-on", "known-fake", clips[0]).returncode == 0


def test_a_picture_is_examined_too(tmp_path: Path) -> None:
    (row,) = rows(run("--format", "json", still(tmp_path / "portrait.png")))
    assert (row["asset"]["kind"], row["asset"]["width"]) == ("image", 512)


def test_settings_come_from_the_environment(clips: list[Path]) -> None:
    (row,) = rows(run("--format", "json", clips[0], WAARMERK_BASE_RATE="0.25"))
    assert row["conclusion"]["base_rate"] == 0.25


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_batch_leaves_no_process_and_keeps_its_rows(
    clips: list[Path], tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out.jsonl"
    command = [*WAARMERK, "check", "--jobs", "2", "--out", str(out), *map(str, clips * 20)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        deadline = time.monotonic() + 60
        while not (out.exists() and out.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.05)
        family = descendants(process.pid)
        assert len(family) >= 2
        os.kill(process.pid, number)
        _, errors = process.communicate(timeout=30)
    if number == signal.SIGINT:
        assert (process.returncode, errors) == (130, b"waarmerk: interrupted\n")
    deadline = time.monotonic() + 10
    while (alive := [pid for pid in family if Path(f"/proc/{pid}/exe").exists()]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive == []
    assert all(json.loads(text)["schema"] == "waarmerk.check/1" for text in out.read_bytes().splitlines())


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text(encoding="ascii").split():
            found += [int(child), *descendants(int(child))]
    return found


def bad_inputs(folder: Path) -> list[Path]:
    """Files that cannot be examined, one of each kind."""
    clip = portrait_clip(folder / "whole.mp4", seconds=0.5)
    whole = clip.read_bytes()
    clip.unlink()
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("this is no film\n" * 20, encoding="utf-8")
    (folder / "random.mp4").write_bytes(bytes((index * index * 31 + 7) % 251 for index in range(5000)))
    (folder / "no-index.mp4").write_bytes(whole[: whole.index(b"moov") - 4])
    (folder / "a\nb\x1b[2Jc.mp4").write_text("x", encoding="utf-8")
    (folder / "loop.mp4").symlink_to("loop.mp4")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe.mp4")
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    (folder / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
    return [*sorted(folder.iterdir()), folder / "none.mp4", Path("/dev/null")]


def test_each_bad_input_is_one_clear_sentence(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    result = run("--jobs", "1", *bad_inputs(tmp_path))
    assert result.returncode == 1
    assert result.stdout == b""
    golden("check-inputs", result.stderr.decode().replace(str(tmp_path), "FOLDER"))


USES: dict[str, list[str]] = {
    "an unknown label": ["--fail-on", "fake", "CLIP"],
    "a base rate that is none": ["--base-rate", "7", "CLIP"],
    "an unknown finder": ["--finder", "eyes", "CLIP"],
    "a list of known items that is not there": ["--known", "FOLDER/none.txt", "CLIP"],
    "a known item that is neither a list nor a medium": ["--known", "FOLDER/note.txt", "CLIP"],
    "a trust list that is none": ["--trust-anchors", "CLIP", "CLIP"],
    "a model folder that is none": ["--model", "FOLDER", "CLIP"],
    "a page that cannot be written": ["--html", "FOLDER/none/page.html", "CLIP"],
    "rows over something else": ["--out", "CLIP", "CLIP"],
    "a repetition of two files": ["--again", "CLIP", "CLIP", "CLIP"],
    "a repetition of what is no record": ["--again", "CLIP", "CLIP"],
}


def test_each_wrong_use_is_one_clear_sentence(
    clips: list[Path], tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    told = []
    (tmp_path / "note.txt").write_text("known: yes\n")
    for name, arguments in USES.items():
        given = [text.replace("CLIP", str(clips[0])).replace("FOLDER", str(tmp_path)) for text in arguments]
        result = run(*given)
        assert result.stdout == b"", name
        told.append(
            f"# {name}\n$ waarmerk check {' '.join(arguments)}\n{result.stderr.decode()}-> {result.returncode}\n"
        )
    text = "\n".join(told).replace(str(clips[0]), "CLIP").replace(str(tmp_path), "FOLDER")
    golden("check-uses", text)


def test_on_a_terminal_a_bar_shows_the_work_and_goes_away(clips: list[Path]) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*WAARMERK, "check", "--format", "json", str(clips[0])], stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # how the system says that the other side has closed
            while block := os.read(ours, 4096):
                shown += block
        written = process.stdout.read() if process.stdout else b""
    os.close(ours)
    assert json.loads(written)["schema"] == "waarmerk.check/1"
    assert b"a.mp4" in shown
    assert shown.count(b"\n") <= 3, "the bar stays where it is"


def test_nothing_named_is_wrong_use() -> None:
    result = run()
    assert result.returncode == 2
    assert b"Traceback" not in result.stderr

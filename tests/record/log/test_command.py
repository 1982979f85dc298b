"""`waarmerk log`, as a person and a script run it."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.record.log.logs import SEED, entries, log_of, verifier_keys
from waarmerk.record.log.keyring import create_log
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.sequencer import open_log

ORIGIN = "example.com/log"


@pytest.fixture
def log(waarmerk, tmp_path: Path) -> tuple[Path, str]:
    """A log of 300 entries and its verifier key."""
    folder = tmp_path / "log"
    key = waarmerk("init", folder, "--origin", ORIGIN).out.strip()
    lines = tmp_path / "lines"
    lines.write_text("".join(f"line {number}\n" for number in range(300)))
    waarmerk("append", folder, lines)
    return folder, key


def test_init_prints_the_verifier_key_and_makes_no_second_log(waarmerk, tmp_path: Path) -> None:
    key = waarmerk("init", tmp_path, "--origin", ORIGIN).out
    assert key.startswith(f"{ORIGIN}+")
    assert key.count("\n") == 1
    again = waarmerk("init", tmp_path, "--origin", ORIGIN, code=2)
    assert again.err == "waarmerk: there is a log here already (choose another folder)\n"
    assert waarmerk("fsck", tmp_path).code == 0


def test_append_says_index_and_size_of_each_line_also_of_an_empty_and_an_unfinished_one(
    waarmerk, log: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = log
    lines = tmp_path / "more"
    lines.write_bytes(b"one\n\n\xff\x00three")
    assert waarmerk("append", folder, lines).out == "300 302\n301 302\n302 303\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"four\nfive\n")))
    told = waarmerk("append", folder, "-", "--format", "json").out.splitlines()
    assert [json.loads(line) for line in told] == [{"index": 303, "size": 305}, {"index": 304, "size": 305}]
    assert waarmerk("append", folder, "/dev/null").out == ""


def test_a_line_that_is_too_long_is_named_and_those_before_it_are_added(waarmerk, log, tmp_path: Path) -> None:
    folder, _ = log
    for number, tail in enumerate((b"\nlast\n", b"", bytes(3 << 20))):
        lines = tmp_path / "long"
        lines.write_bytes(b"short\n" + b"x" * 65_536 + tail)
        refused = waarmerk("append", folder, lines, code=1)
        assert refused.out == f"{300 + number} {301 + number}\n"
        assert f"{lines} line 2: an entry has more than 65535 bytes" in refused.err
    exact = tmp_path / "exact"
    exact.write_bytes(b"y" * 65_535 + b"\n")
    assert waarmerk("append", folder, exact).out == "303 304\n"
    waarmerk("prove", folder, 303)


def test_lines_longer_than_one_reading_keep_their_numbers(waarmerk, log, tmp_path: Path) -> None:
    folder, _ = log
    lines = tmp_path / "many"
    lines.write_bytes(b"".join(b"%070d\n" % number for number in range(40_000)) + b"x" * 70_000)
    refused = waarmerk("append", folder, lines, code=1)
    assert refused.out.splitlines()[-1] == "40299 40300"
    assert "line 40001: an entry has more" in refused.err


def test_a_proof_is_verified_with_the_key_alone(waarmerk, log: tuple[Path, str], tmp_path: Path) -> None:
    folder, key = log
    proof = tmp_path / "proof"
    proof.write_text(waarmerk("prove", folder, 123).out)
    said = waarmerk("verify", proof, "--key", key).out
    assert "entry 123 is in the log: 300 entries" in said
    assert "not established: that nothing was left out" in said
    told = json.loads(waarmerk("verify", proof, "--key", key, "--format", "json").out)
    assert (told["verified"], told["index"], told["size"], told["origin"]) == (True, 123, 300, ORIGIN)
    entry = tmp_path / "entry"
    entry.write_text("line 123")
    waarmerk("verify", proof, "--key", key, "--entry", entry)
    entry.write_text("line 124")
    assert "does not lead to the root" in waarmerk("verify", proof, "--key", key, "--entry", entry, code=4).err


def test_a_proof_without_a_key_or_with_another_logs_is_refused(waarmerk, log, tmp_path: Path) -> None:
    folder, _ = log
    proof = tmp_path / "proof"
    proof.write_text(waarmerk("prove", folder, 0).out)
    assert "give --key" in waarmerk("verify", proof, code=2).err
    other = waarmerk("init", tmp_path / "other", "--origin", ORIGIN).out.strip()
    assert "no known key signed" in waarmerk("verify", proof, "--key", other, code=4).err
    assert "verifier key" in waarmerk("verify", proof, "--key", "nonsense", code=1).err
    assert "cannot read it" in waarmerk("verify", tmp_path / "none", "--key", other, code=1).err


def test_a_copy_of_the_public_folder_is_verified_with_the_key(waarmerk, log, tmp_path: Path) -> None:
    folder, key = log
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", folder / "public", copy], check=True)
    assert (
        "every entry, tile and the root are what was signed: 300 entries"
        in waarmerk("verify", copy, "--key", key).out
    )
    assert waarmerk("prove", copy, 7, "--key", key).out == waarmerk("prove", folder, 7).out
    (copy / "tile/entries/000").write_bytes((copy / "tile/entries/000").read_bytes().replace(b"line 7", b"line 8", 1))
    refused = waarmerk("verify", copy, "--key", key, code=4)
    assert refused.err == "waarmerk: tile/entries/000: entry 7 is not the one that was logged\n"
    assert "checked with --key" in waarmerk("verify", copy, code=2).err


def test_an_auditor_with_an_earlier_checkpoint_sees_whether_the_log_continues_it(
    waarmerk, log, tmp_path: Path
) -> None:
    folder, key = log
    seen = tmp_path / "seen"
    seen.write_bytes((folder / "public/checkpoint").read_bytes())
    waarmerk("append", folder, tmp_path / "lines")
    checked = ["verify", folder / "public", "--key", key, "--since", seen]
    assert "it continues the log of 300 entries" in waarmerk(*checked).out
    assert json.loads(waarmerk(*checked, "--format", "json").out)["since"] == 300
    seen.write_bytes((folder / "public/checkpoint").read_bytes().replace(b"600", b"601"))
    assert "does not fit the text" in waarmerk(*checked, code=4).err
    proof = tmp_path / "proof"
    proof.write_text(waarmerk("prove", folder, 5).out)
    assert "not against a proof" in waarmerk("verify", proof, "--key", key, "--since", seen, code=2).err


def test_a_log_that_its_own_key_wrote_anew_is_sound_alone_and_caught_by_an_earlier_checkpoint(
    waarmerk, tmp_path
) -> None:
    true, anew = PosixStorage(tmp_path / "true"), PosixStorage(tmp_path / "anew")
    log_of(300, true)
    create_log(anew, ORIGIN, SEED)
    with open_log(anew) as writer:
        writer.append(entries(1000, 400))
    key = verifier_keys(true)[0].text
    assert verifier_keys(anew)[0].text == key
    checked = ["verify", anew.root / "public", "--key", key]
    waarmerk(*checked)
    refused = waarmerk(*checked, "--since", true.root / "public/checkpoint", code=4)
    assert "signed another root for its first 300 entries" in refused.err
    checked = ["verify", true.root / "public", "--key", key, "--since", anew.root / "public/checkpoint"]
    assert "had 400 entries and has 300 now" in waarmerk(*checked, code=4).err


def test_fsck_says_sound_or_names_the_first_thing_that_is_wrong(waarmerk, log: tuple[Path, str]) -> None:
    folder, _ = log
    assert waarmerk("fsck", folder).out.startswith("sound: 300 entries, root ")
    assert json.loads(waarmerk("fsck", folder, "--format", "json").out)["sound"] is True
    (folder / "public/tile/0/000").write_bytes(bytes(8192))
    refused = waarmerk("fsck", folder, "--format", "json", code=4)
    assert json.loads(refused.out)["where"] == "tile/0/000"
    assert refused.err == "waarmerk: tile/0/000: the tile is not what the entries below it make\n"
    (folder / "public/tile/0/000").unlink()
    assert waarmerk("fsck", folder, code=4).err == "waarmerk: tile/0/000: a file of the log is missing\n"


def test_an_unknown_format_is_wrong_use_before_anything_is_done(waarmerk, log: tuple[Path, str]) -> None:
    folder, _ = log
    assert "text or json" in waarmerk("append", folder, "/dev/null", "--format", "xml", code=2).err


def test_an_entry_that_is_not_there_is_one_sentence(waarmerk, log: tuple[Path, str]) -> None:
    folder, _ = log
    assert waarmerk("prove", folder, 300, code=1).err.startswith("waarmerk: there is no entry 300 in a log of 300")


def test_a_key_is_rotated_in_two_steps(waarmerk, log: tuple[Path, str]) -> None:
    folder, old = log
    both = waarmerk("rotate", folder).out.split()
    assert both[0] == old
    for key in both:
        waarmerk("fsck", folder, "--key", key)
    left = waarmerk("rotate", folder, "--retire", old.split("+")[1]).out.split()
    assert left == both[1:]
    assert "no known key signed" in waarmerk("fsck", folder, "--key", old, code=4).err
    waarmerk("fsck", folder, "--key", left[0])


@contextmanager
def started(*arguments: object, lines: int) -> Iterator[list[str]]:
    """A `waarmerk log` server in a process of its own; its first lines."""
    command = [sys.executable, "-c", "from waarmerk.cli.main import run; run()", "log", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield [process.stdout.readline().strip() for _ in range(lines)]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


def test_a_log_is_served_cosigned_by_a_running_witness_and_verified_with_both_keys(waarmerk, log, tmp_path) -> None:
    folder, key = log
    arguments = ["witness", tmp_path / "witness", "--log", key, "--name", "witness.example/w1", "--port", 0]
    with started(*arguments, lines=2) as (witness_key, url):
        said = waarmerk("cosign", folder, "--witness", url, "--witness-key", witness_key).out
        assert said.startswith("witness.example/w1 cosigned 300 entries")
        busy = waarmerk("witness", tmp_path / "witness", "--log", key, code=1)
        assert "writes this log already" in busy.err
    with (
        started("serve", folder, "--port", 0, lines=1) as (url,),
        urlopen(f"{url}/checkpoint", timeout=5) as response,
    ):
        assert response.read() == (folder / "public/checkpoint").read_bytes()
    proof = tmp_path / "proof"
    proof.write_text(waarmerk("prove", folder, 5).out)
    assert (
        "cosigned by witness.example/w1" in waarmerk("verify", proof, "--key", key, "--witness-key", witness_key).out
    )
    assert "cosigned by" in waarmerk("verify", folder / "public", "--key", key, "--witness-key", witness_key).out
    with started("witness", tmp_path / "witness", "--log", key, "--port", 0, lines=2) as (again, _):
        assert again == witness_key


def test_a_witness_signs_with_ml_dsa_where_asked(waarmerk, log: tuple[Path, str], tmp_path: Path) -> None:
    folder, key = log
    named = ["--log", key, "--name", "witness.example/pq", "--port", 0, "--ml-dsa"]
    with started("witness", tmp_path / "witness", *named, lines=2) as (witness_key, url):
        waarmerk("cosign", folder, "--witness", url, "--witness-key", witness_key)
    said = waarmerk("verify", folder / "public", "--key", key, "--witness-key", witness_key).out
    assert "cosigned by witness.example/pq" in said


def test_want_of_a_cosignature_is_broken_integrity_unless_the_quorum_is_met(waarmerk, log, tmp_path: Path) -> None:
    folder, key = log
    proof = tmp_path / "proof"
    proof.write_text(waarmerk("prove", folder, 5).out)
    witness = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
    refused = waarmerk("verify", proof, "--key", key, "--witness-key", witness, code=4)
    assert "0 of 1 witnesses cosigned, 1 are needed" in refused.err
    waarmerk("verify", proof, "--key", key, "--witness-key", witness, "--quorum", 0)


def test_a_witness_needs_a_name_once_and_its_own_folder(waarmerk, log: tuple[Path, str], tmp_path: Path) -> None:
    folder, key = log
    assert "needs a name" in waarmerk("witness", tmp_path / "witness", "--log", key, code=2).err
    assert "not of a witness" in waarmerk("witness", folder, "--log", key, code=2).err


def test_a_log_that_is_being_written_refuses_a_second_writer(waarmerk, log: tuple[Path, str]) -> None:
    folder, _ = log
    command = [sys.executable, "-c", "from waarmerk.cli.main import run; run()", "log", "append", folder, "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("held\n")
        process.stdin.flush()
        assert process.stdout.readline() == "300 301\n", "acknowledged while the stream is still open"
        refused = waarmerk("append", folder, os.devnull, code=1)
        assert f"process {process.pid} writes this log already" in refused.err
        process.stdin.close()
        assert process.wait(10) == 0


def test_where_there_is_no_log_each_command_says_so(waarmerk, tmp_path: Path) -> None:
    for arguments in (
        ["append", tmp_path, os.devnull],
        ["prove", tmp_path, 0],
        ["fsck", tmp_path],
        ["serve", tmp_path],
    ):
        assert "no log here" in waarmerk(*arguments, code=2).err

"""`waarmerk record` and `waarmerk verify`, as a platform, a person concerned and an auditor run them."""

import json
import resource
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.record.making import ORIGIN, event

BLOB = b"the text that was sent\n"


def lines(first: int, count: int) -> str:
    """Events as a platform brings them: without `logged_at`, in a spelling of its own."""
    values = [json.loads(event(number)) for number in range(first, first + count)]
    for value in values:
        del value["logged_at"]
    return "".join(f"{json.dumps(value, indent=None)}\n" for value in values)


@pytest.fixture
def kept(command, tmp_path: Path) -> SimpleNamespace:
    """A log of 300 events, its verifier key, a blob."""
    log = tmp_path / "log"
    key = command("log", "init", log, "--origin", ORIGIN).out.strip()
    (tmp_path / "events.jsonl").write_text(lines(0, 300))
    (tmp_path / "blob").write_bytes(BLOB)
    said = command("record", "append", log, tmp_path / "events.jsonl", "--blob", tmp_path / "blob").out
    digest, _, _ = said.partition(" ")
    assert said.endswith("300 events recorded, 0 were there already; the log has 300 entries\n")
    return SimpleNamespace(log=log, key=key, digest=digest, folder=tmp_path)


def test_a_bundle_is_exported_and_verified_in_numbered_steps_with_their_limits(command, kept) -> None:
    bundle = kept.folder / "b.zip"
    said = command("record", "export", kept.log, "--from", 10, "--to", 279, "--blob", kept.digest, "-o", bundle).out
    assert said == f"entries 10 to 279 of 300 of {ORIGIN}: 270 events, 1 blobs, in {bundle}\n"
    told = command("verify", bundle, "--key", kept.key).out
    assert [line[:2] for line in told.splitlines() if line[0].isdigit()] == ["1.", "2.", "3.", "4.", "5.", "6."]
    assert "not established: that what they say is true; that nothing was left out" in told
    assert told.endswith("verified\n")
    facts = json.loads(command("verify", bundle, "--key", kept.key, "--from", 20, "--to", 29, "--format", "json").out)
    assert (facts["verified"], facts["events"], facts["first"], facts["end"]) == (True, 10, 20, 30)
    assert (facts["failed"], len(facts["steps"])) == (None, 6)


def test_what_was_erased_is_named_and_the_bundle_still_verifies_with_exit_0(command, kept) -> None:
    command("record", "erase", kept.log, f"{7:032x}")
    bundle = kept.folder / "b.zip"
    command("record", "export", kept.log, "-o", bundle)
    told = command("verify", bundle, "--key", kept.key).out
    assert "299 of 300 are here" in told
    assert "without their event (erased, or not given out): entry 7 (1 in all)" in told
    assert "there is no event" in command("record", "receipt", kept.log, f"{7:032x}", "-o", "x", code=2).err


def test_a_receipt_is_written_and_verified(command, kept) -> None:
    receipt = kept.folder / "receipt.json"
    command("record", "receipt", kept.log, f"{5:032x}", "-o", receipt)
    told = command("verify", receipt, "--key", kept.key).out
    assert f"the event is entry 5 of that log: notice.received {5:032x}, number 6 of web at video.example" in told
    assert "bundles" in command("verify", receipt, "--key", kept.key, "--from", 5, code=2).err
    receipt.write_bytes(receipt.read_bytes().replace(b'"n":6', b'"n":7'))
    failed = command("verify", receipt, "--key", kept.key, "--format", "json", code=4)
    facts = json.loads(failed.out)
    assert (facts["verified"], facts["failed"]["step"]) == (False, 4)
    assert "does not lead to the root" in facts["failed"]["wrong"]


def test_a_changed_bundle_ends_with_4_and_says_at_which_step(command, kept) -> None:
    bundle = kept.folder / "b.zip"
    command("record", "export", kept.log, "-o", bundle)
    other = command("log", "init", kept.folder / "other", "--origin", ORIGIN).out.strip()
    failed = command("verify", bundle, "--key", other, code=4)
    assert "no known key signed" in failed.err
    assert failed.out.count("\n1. ") == 0 and failed.out.startswith("1. ") and "2. " not in failed.out
    bundle.write_bytes(bundle.read_bytes()[:-100])
    assert "ends where its directory ends" in command("verify", bundle, "--key", kept.key, code=1).err


def test_an_auditor_follows_the_log_from_one_bundle_to_the_next(command, kept) -> None:
    checkpoint = kept.folder / "checkpoint"
    checkpoint.write_bytes((kept.log / "public/checkpoint").read_bytes())
    (kept.folder / "more.jsonl").write_text(lines(300, 100))
    command("record", "append", kept.log, kept.folder / "more.jsonl")
    bundle = kept.folder / "b.zip"
    command("record", "export", kept.log, "--from", 300, "-o", bundle)
    told = command("verify", bundle, "--key", kept.key, "--seen", checkpoint).out
    assert "the log begins with the 300 entries of the checkpoint that was seen earlier" in told


def test_a_bundle_is_opened_as_tables(command, kept) -> None:
    bundle, tables = kept.folder / "b.zip", kept.folder / "csv"
    command("record", "export", kept.log, "-o", bundle)
    assert command("record", "open", bundle, "--key", kept.key, "--csv", tables).out == (
        "300 events, every one verified\n"
    )
    assert (tables / "decision_made.csv").read_text().count("\n") == 1 + 14
    assert "give --key" in command("record", "open", bundle, "--csv", tables, code=2).err
    assert "give --sqlite" in command("record", "open", bundle, "--key", kept.key, code=2).err


def test_appending_again_passes_over_what_is_there(command, kept) -> None:
    again = command("record", "append", kept.log, kept.folder / "events.jsonl", "--format", "json").out
    assert json.loads(again) == {"new": 0, "seen": 300, "size": 300}


def test_a_wrong_line_is_named(command, kept) -> None:
    wrong = kept.folder / "wrong.jsonl"
    wrong.write_text(lines(300, 2) + '{"kind":"no.such","v":1}\n')
    said = command("record", "append", kept.log, wrong, code=1).err
    assert f"{wrong} line 3: there is no kind of event called 'no.such'" in said


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"c2sp.org/tlog-proof@v1\n", "`waarmerk log verify`"),
        (b'{"schema":"waarmerk.pack/9"}', "the schema is 'waarmerk.pack/9', expected"),
        (b"{}", "the schema is None"),
        (b"", "no receipt"),
        (b'{"a":1,"a":1}', "'a' stands twice"),
    ],
)
def test_what_is_neither_receipt_nor_bundle_is_told(
    command, tmp_path: Path, kept, content: bytes, match: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert match in command("verify", file, "--key", kept.key, code=1).err


def test_wrong_uses_are_told(command, kept, tmp_path: Path) -> None:
    assert "give --key" in command("verify", kept.folder / "blob", code=2).err
    assert "text or json" in command("verify", "x", "--key", kept.key, "--format", "xml", code=2).err
    assert "verifier key" in command("verify", "x", "--key", "nonsense", code=1).err
    assert "cannot read it" in command("verify", tmp_path / "none", "--key", kept.key, code=1).err
    assert "not a regular file" in command("verify", tmp_path, "--key", kept.key, code=1).err
    assert "no log here" in command("record", "export", tmp_path / "none", "-o", "b.zip", code=2).err
    assert "no log here" in command("record", "append", tmp_path / "none", kept.folder / "blob", code=2).err
    assert "nothing to append" in command("record", "append", kept.log, code=2).err
    out = tmp_path / "b.zip"
    assert "not all in the log of 300" in command("record", "export", kept.log, "--to", 300, "-o", out, code=2).err
    assert "no blob" in command("record", "export", kept.log, "--blob", "0" * 64, "-o", out, code=2).err
    assert "cannot be written" in command("record", "export", kept.log, "-o", tmp_path / "no/b.zip", code=1).err
    assert not list(tmp_path.glob(".*.new")) and not out.exists()


def test_an_empty_log_has_nothing_to_export(command, tmp_path: Path) -> None:
    command("log", "init", tmp_path / "log", "--origin", ORIGIN)
    said = command("record", "export", tmp_path / "log", "-o", tmp_path / "b.zip", code=2).err
    assert "the log is empty" in said


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow beyond 20 kB, which to a program is a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_is_one_sentence_and_leaves_no_half_file(command, kept, request) -> None:
    bundle, out = kept.folder / "b.zip", kept.folder / "out"
    command("record", "export", kept.log, "-o", bundle)
    (kept.folder / "more.jsonl").write_text(lines(300, 100))
    out.mkdir()
    request.getfixturevalue("small_disk")
    for said in (
        command("record", "export", kept.log, "-o", out / "c.zip", code=1).err,
        command("record", "open", bundle, "--key", kept.key, "--sqlite", out / "o.db", code=1).err,
        command("record", "open", bundle, "--key", kept.key, "--csv", out / "csv", code=1).err,
        command("record", "append", kept.log, kept.folder / "more.jsonl", code=1).err,
    ):
        assert said.startswith("waarmerk: ") and said.count("\n") == 1
    assert not list(out.iterdir())


def test_all_blobs_are_those_that_the_events_of_the_range_name_and_the_store_has(command, kept) -> None:
    (kept.folder / "other").write_bytes(b"named by nobody")
    named = json.loads(lines(9, 1)) | {"id": "e" * 32, "text": kept.digest}
    (kept.folder / "named.jsonl").write_text(json.dumps(named))
    command("record", "append", kept.log, kept.folder / "named.jsonl", "--blob", kept.folder / "other")
    bundle = kept.folder / "b.zip"
    said = command("record", "export", kept.log, "--blob", "all", "-o", bundle, "--format", "json").out
    assert json.loads(said)["blobs"] == 1
    assert "blobs: 1 in it, each is the one" in command("verify", bundle, "--key", kept.key).out
    said = command("record", "export", kept.log, "--to", 299, "--blob", "all", "-o", bundle, "--format", "json").out
    assert json.loads(said)["blobs"] == 0


def test_several_receipts_are_a_pack_that_is_verified_one_by_one(command, kept) -> None:
    pack = kept.folder / "pack.json"
    command("record", "receipt", kept.log, f"{5:032x}", f"{2:032x}", "-o", pack)
    told = command("verify", pack, "--key", kept.key).out
    assert told.index("entry 2 of that log") < told.index("entry 5 of that log")
    pack.write_bytes(pack.read_bytes().replace(b'"n":6', b'"n":7'))
    command("verify", pack, "--key", kept.key, code=4)

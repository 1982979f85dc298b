"""`waarmerk bank` as a person or a script calls it, on pictures."""

import json
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest

from tests.bank.store.storing import SCAM, codes, fresh_database
from tests.support import postgres
from tests.support.clips import encode
from waarmerk.bank.replica import Replica
from waarmerk.bank.signals.pdq import print_hash
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.reading import Reader
from waarmerk.cli.main import run

PICTURES = Path(__file__).parents[1] / "vectors" / "pdq"
ORIGINAL, SMALL = PICTURES / "bridge-aaa-orig.jpg", PICTURES / "bridge-shrink-a-lot.jpg"
FROM = ("--category", SCAM, "--source", "desk")


class Said:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def json(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def bank(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = str(tmp_path / "bank.sqlite")

    def call(*words: object, address: str = path) -> Said:
        code = 0
        try:
            run(["bank", *map(str, words), "--bank", address])
        except SystemExit as done:
            code = int(done.code or 0)
        return Said(code, *capsys.readouterr())

    call.path = Path(path)  # type: ignore[attr-defined]
    assert call("create").code == 0
    return call


def added(bank) -> str:
    said = bank("add", ORIGINAL, *FROM, "--by", "Ann", "--format", "json")
    assert (said.code, said.err) == (0, "")
    ((entry,),) = (one["entries"] for one in said.json())
    return entry


def test_what_was_added_is_listed_and_found_in_a_smaller_copy(bank) -> None:
    entry = added(bank)
    (listed,) = bank("list", "--format", "json").json()
    assert (listed["entry"], listed["status"], listed["origin"]) == (entry, "confirmed", "desk")
    said = bank("match", SMALL, "--fail-on", "match", "--format", "json")
    (answer,) = said.json()
    (match,) = answer["matches"]
    assert said.code == 3
    assert (answer["path"], answer["generation"]) == (str(SMALL), 1)
    assert set(match) >= {"entry", "status", "origin", "signal", "distance", "query_matched", "known_matched"}
    assert (match["entry"], match["status"], match["signal"], match["transform"]) == (
        entry,
        "confirmed",
        "pdq",
        "none",
    )
    assert match["distance"] <= 16
    assert set(match["alignment"][0]) == {"query_start_s", "query_end_s", "known_start_s", "known_end_s"}
    assert bank("match", SMALL).code == 0


def test_an_entry_that_is_withdrawn_matches_no_more_and_says_since_when(bank) -> None:
    entry = added(bank)
    assert bank("match", SMALL, "--remember", "--item", "u1", "--account", "a1").code == 0
    said = bank("withdraw", entry, "--by", "Bob", "--reason", "asked to", "--format", "json")
    (told,) = said.json()
    assert (told["to"], told["generation"], told["asked_at"] <= told["honoured_at"]) == ("withdrawn", 2, True)
    assert [(match["item"], match["account"], match["why"]) for match in told["matches"]] == [("u1", "a1", "upload")]
    assert bank("match", SMALL, "--fail-on", "match").code == 0
    assert bank("match", SMALL, "--fail-on", "match", "--as-of", 1).code == 3
    shown = bank("show", entry)
    assert "withdrawn, Bob, asked to" in shown.out
    again = bank("add", ORIGINAL, *FROM, "--by", "Ann")
    assert "1 not added: this source has withdrawn them" in again.out


def test_what_was_uploaded_before_is_found_once_its_hash_comes(bank) -> None:
    assert bank("match", SMALL, "--remember", "--item", "u1").code == 0
    entry = added(bank)
    (found,) = bank("retro", "--since", 0, "--format", "json").json()
    assert (found["item"], found["matches"][0]["entry"]) == ("u1", entry)
    assert bank("retro", "--since", 0).out == ""
    assert "of 1 matches from desk 1 confirmed, 0 rejected; 1 entries" in bank("stats").out


@pytest.mark.parametrize(
    ("bad", "match"),
    [
        ("ab", "line 600, column 3: the hash has 2 digits, not 64"),
        ("f" * 65, "line 600, column 65: the hash has 65 digits, not 64"),
        ("  " + "f" * 30 + "g" + "f" * 33, "line 600, column 33: the sign 'g' is no hexadecimal digit"),
        ("é" * 3, "line 600, column 1"),
    ],
)
def test_a_bad_line_in_the_middle_is_named_and_refuses_the_list_or_is_passed_over(
    bank, tmp_path: Path, bad: str, match: str
) -> None:
    path = tmp_path / "list.txt"
    lines = [print_hash(code) for code in codes(1, 1200)]
    lines[599] = bad
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    refused = bank("import", path, *FROM)
    assert (refused.code, refused.err.count("\n"), match in refused.err) == (1, 1, True)
    assert bank("list").out == ""
    taken = bank("import", path, *FROM, "--bad-lines", "skip", "--format", "json")
    assert (taken.code, taken.json()[0]["added"]) == (1, 1199)
    assert match in taken.err
    again = bank("import", path, *FROM, "--bad-lines", "skip", "--format", "json")
    assert (again.json()[0]["added"], again.json()[0]["known"]) == (0, 1199)


def test_an_exported_list_is_read_again_and_says_the_same(bank, tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    lines = sorted(print_hash(code) for code in codes(1, 50))
    first.write_text("\n".join(lines) + "\n", encoding="ascii")
    assert bank("import", first, *FROM).code == 0
    assert bank("import", first, "--category", SCAM, "--source", "other").code == 0
    assert "50 hashes in" in bank("export", "--out", second).out
    assert second.read_text(encoding="ascii") == first.read_text(encoding="ascii")
    (one,) = (entry["entry"] for entry in bank("list", "--source", "desk", "--format", "json").json()[:1])
    (other,) = (entry["entry"] for entry in bank("list", "--source", "other", "--format", "json").json()[:1])
    assert bank("withdraw", one, other, "--by", "Ann", "--reason", "asked to").code == 0
    bank("export", "--out", second)
    assert second.read_text(encoding="ascii").splitlines() == lines[1:]


def test_a_line_without_an_end_is_read_in_bounded_memory(bank, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"f" * 100_000 + b"\n" + print_hash(codes(1)[0]).encode() + b"\n")
    said = bank("import", path, *FROM, "--bad-lines", "skip", "--format", "json")
    assert said.json()[0]["added"] == 1
    assert said.err.count("digits, not 64") == 1


def test_a_list_of_digests_finds_equal_files(bank, tmp_path: Path) -> None:
    from hashlib import sha256

    path = tmp_path / "list.txt"
    path.write_text(f"# equal files\n{sha256(SMALL.read_bytes()).hexdigest()}\n", encoding="ascii")
    assert bank("import", path, *FROM, "--signal", "sha256").code == 0
    (answer,) = bank("match", SMALL, "--format", "json").json()
    assert [match["signal"] for match in answer["matches"]] == ["sha256"]
    assert bank("match", ORIGINAL, "--fail-on", "match").code == 0


def test_the_hashes_of_another_machine_are_added_without_the_medium(bank, tmp_path: Path) -> None:
    path = tmp_path / "hashed.jsonl"
    value = {
        "path": "x.jpg",
        "sha256": "ab" * 32,
        "signals": {"pdq": {"hash": print_hash(codes(4)[0]), "quality": 90}},
    }
    path.write_text(json.dumps(value) + "\n", encoding="ascii")
    assert "1 added" in bank("add", path, *FROM, "--by", "Ann").out
    flat = value["signals"]["pdq"] | {"quality": 20}
    path.write_text(json.dumps({"path": "x.jpg", "signals": {"pdq": flat}}), encoding="ascii")
    said = bank("add", path, *FROM, "--by", "Ann")
    assert (said.code, "quality of 50 or better" in said.err, str(path) in said.err) == (1, True, True)


def test_a_harmless_bank_suppresses_and_says_so(bank) -> None:
    added(bank)
    assert bank("create", "--name", "HARMLESS", "--kind", "harmless").code == 0
    bank("add", ORIGINAL, *FROM, "--by", "Ann", "--name", "HARMLESS", "--note", "the city's own picture")
    said = bank("match", SMALL, "--fail-on", "match")
    assert said.code == 0
    assert "suppressed: " in said.out
    assert "the city's own picture" in said.out


@pytest.mark.parametrize(
    ("words", "code", "match"),
    [
        (("match", "nowhere.jpg"), 1, "nowhere.jpg"),
        (("match", SMALL, "--name", "OTHER"), 2, "there is no bank OTHER"),
        (("match", SMALL, "--as-of", 9), 2, "no generation 9"),
        (("match", SMALL, "--item", "x"), 2, "belong to --remember"),
        (("create",), 2, "there is a bank DEFAULT already"),
        (("confirm", "0" * 32, "--by", "Ann", "--reason", "x"), 2, "there is no entry"),
        (("add", SMALL, *FROM, "--by", "Ann", "--status", "retired"), 2, "confirmed or seeded"),
        (("import", "nowhere.txt", *FROM), 1, "nowhere.txt"),
        (("list", "--format", "xml"), 2, "text or json"),
    ],
)
def test_what_cannot_be_is_one_sentence(bank, words, code: int, match: str) -> None:
    said = bank(*words)
    assert (said.code, said.out, said.err.count("\n")) == (code, "", 1)
    assert match in said.err


def test_a_corrupt_entry_is_named_and_the_others_match(bank) -> None:
    entry = added(bank)
    connection = sqlite3.connect(bank.path)
    connection.execute(
        "INSERT INTO waarmerk_bank_entry (id, bank, status, origin, category, confirmers, added_at, since, signals,"
        " note, digest, item) SELECT ?, bank, status, 'x', category, '', added_at, since, signals, '', x'00', x'0102'"
        " FROM waarmerk_bank_entry",
        ("1" * 32,),
    )
    connection.commit()
    connection.close()
    said = bank("match", SMALL, "--format", "json")
    assert (said.code, [match["entry"] for match in said.json()[0]["matches"]]) == (4, [entry])
    assert "left out: the stored hashes were changed" in said.err


def test_the_same_commands_work_on_postgresql(bank) -> None:
    with postgres.server() as server, fresh_database(server) as address:
        assert bank("list", address=address).code == 2
        assert bank("create", address=address).code == 0
        assert bank("add", ORIGINAL, *FROM, "--by", "Ann", address=address).code == 0
        assert bank("match", SMALL, "--fail-on", "match", "--remember", address=address).code == 3
        assert "of 1 matches from desk 1 confirmed" in bank("stats", address=address).out


def test_the_original_is_not_in_the_bank(bank) -> None:
    added(bank)
    assert np.frombuffer(bank.path.read_bytes()[:16], "S16")[0].startswith(b"SQLite format 3")
    assert ORIGINAL.read_bytes()[1000:1200] not in bank.path.read_bytes()


def checked(bank, capsys: pytest.CaptureFixture[str], suffix: str = "") -> dict:
    with pytest.raises(SystemExit) as done:
        run(["check", str(SMALL), "--bank", f"{bank.path}{suffix}", "--format", "json"])
    assert done.value.code == 0
    (row,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    return {"label": row["conclusion"]["label"]} | next(
        one["facts"] for one in row["findings"] if one["analyzer"] == "matching"
    )


def test_check_asks_a_bank_and_only_a_confirmed_entry_makes_a_known_fake(
    bank, capsys: pytest.CaptureFixture[str]
) -> None:
    said = bank("add", ORIGINAL, *FROM, "--by", "Ann", "--status", "seeded", "--format", "json")
    ((entry,),) = (one["entries"] for one in said.json())
    seeded = checked(bank, capsys, ":DEFAULT")
    assert [(one["entry"], one["status"]) for one in seeded["known"]] == [(entry, "seeded")]
    assert seeded["confirmed_match"] is False
    assert seeded["label"] != "known-fake"
    assert bank("confirm", entry, "--by", "Ben", "--reason", "seen").code == 0
    assert checked(bank, capsys)["label"] == "known-fake"
    assert bank("withdraw", entry, "--by", "Ben", "--reason", "asked for").code == 0
    gone = checked(bank, capsys)
    assert (gone["known"], gone["label"] != "known-fake") == ([], True)


def test_check_tells_what_a_harmless_bank_suppresses(bank, capsys: pytest.CaptureFixture[str]) -> None:
    entry = added(bank)
    assert bank("create", "--name", "HARMLESS", "--kind", "harmless").code == 0
    assert bank("add", SMALL, *FROM, "--by", "Ann", "--name", "HARMLESS", "--note", "a bridge").code == 0
    facts = checked(bank, capsys)
    assert (facts["known"], facts["label"] != "known-fake") == ([], True)
    assert entry in {one["entry"] for one in facts["suppressed"]}
    assert [one["note"] for one in facts["harmless"]] == ["a bridge"]


@pytest.mark.parametrize("suffix", [":NOWHERE", ".none"])
def test_check_names_the_bank_that_is_not_there(bank, capsys: pytest.CaptureFixture[str], suffix: str) -> None:
    with pytest.raises(SystemExit) as done:
        run(["check", str(SMALL), "--bank", f"{bank.path}{suffix}"])
    assert done.value.code == 2
    assert "there is no bank" in capsys.readouterr().err


def test_a_file_that_is_known_as_harmless_too_is_suppressed_by_its_digest_as_well(bank) -> None:
    entry = added(bank)
    assert bank("create", "--name", "HARMLESS", "--kind", "harmless").code == 0
    assert bank("add", ORIGINAL, *FROM, "--by", "Ann", "--name", "HARMLESS").code == 0
    said = bank("match", ORIGINAL, "--fail-on", "match", "--format", "json")
    (answer,) = said.json()
    assert (said.code, answer["matches"]) == (0, [])
    assert {(one["entry"], one["signal"]) for one in answer["suppressed"]} == {(entry, "sha256"), (entry, "pdq")}


def test_a_generation_before_the_first_is_wrong_use(bank) -> None:
    assert bank("match", SMALL, "--as-of", "-1").code == 2


def test_errors_of_matching_are_named_as_ours_like_every_other(bank, tmp_path: Path) -> None:
    said = bank("match", tmp_path / "none.jpg")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("waarmerk: ")


def test_it_is_said_that_a_black_clip_is_found_by_equal_files_alone(bank, tmp_path: Path) -> None:
    path = encode(tmp_path / "black.mp4", [np.zeros((120, 160, 3), np.uint8)] * 12)
    said = bank("add", path, *FROM, "--by", "Ann")
    assert said.code == 0
    assert "black.mp4: its pictures show too little to be recognised by" in said.err
    assert "only an equal file will be found" in said.err
    assert bank("match", path, "--fail-on", "match").code == 3


def test_a_withdrawal_names_the_workers_that_honour_it(bank) -> None:
    entry = added(bank)
    replica = Replica(Reader(Address.of(str(bank.path))))
    replica.follow()
    try:
        name = replica.notes.replica
        until = time.monotonic() + 30
        while name not in bank("stats").out:
            assert time.monotonic() < until
        (told,) = bank("withdraw", entry, "--by", "Bob", "--reason", "asked", "--format", "json").json()
        assert [each["replica"] for each in told["replicas"]] == [name]
        while f"replica {name}: since " not in bank("show", entry).out:
            assert time.monotonic() < until
    finally:
        replica.stop()
        replica.reader.close()
    assert "replica" not in bank("show", entry).out

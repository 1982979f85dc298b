"""What goes wrong under a store: a full disk, a file cut short, bytes that changed, a server that went away."""

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bank.store.storing import ANN, DESK, make, opened, single, sqlite
from waarmerk.bank.replica import Replica
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.store import Store
from waarmerk.errors import DependencyError, IntegrityError, UnavailableError, UsageError

ROOT = Path(__file__).parents[3]


def test_a_full_disk_is_one_sentence_and_nothing_stored_before_is_lost(tmp_path: Path) -> None:
    address = sqlite(tmp_path)
    with_room = make(address)
    with_room.add("DEFAULT", DESK, [single(1)], ANN)
    with_room.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with_room.close()
    # A limit on the size of files is how a process of its own meets a disk without room.
    script = (
        "import resource, signal, sys\n"
        "from tests.bank.store.storing import ANN, DESK, opened, single\n"
        "from waarmerk.errors import UnavailableError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = opened(sys.argv[1])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n"
        "    store.add('DEFAULT', DESK, (single(seed) for seed in range(2, 5000)), ANN)\n"
        "except UnavailableError as error:\n"
        "    print(error.sentence())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, address], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "nothing of this change was stored" in done.stdout, done.stdout + done.stderr
    assert done.stdout.count("\n") == 1
    after = opened(address)
    assert len(list(after.entries("DEFAULT"))) == 1
    assert len(after.add("DEFAULT", DESK, [single(2)], ANN).ids) == 1
    after.close()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_file_cut_short_is_told_before_anything_is_answered(tmp_path: Path) -> None:
    address = sqlite(tmp_path)
    store = make(address)
    store.add("DEFAULT", DESK, (single(seed) for seed in range(500)), ANN)
    store.close()
    size = Path(address).stat().st_size
    os.truncate(address, size // 2)
    with pytest.raises(IntegrityError, match=f"cut short: {size // 2} of {size} bytes"):
        opened(address)


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to look like one" * 4, b"SQLite"])
def test_a_file_that_is_no_bank_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match="is no bank"):
        opened(str(path))


def test_a_sqlite_file_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE something (one INTEGER)")
    connection.commit()
    connection.close()
    with pytest.raises(UsageError, match="there is no bank here"):
        opened(str(path))


def test_one_corrupt_hash_is_left_out_alone_and_named(store: Store, address: str) -> None:
    store.add("DEFAULT", DESK, [single(seed) for seed in range(3)], ANN)
    bad, *_, good = (entry.number for entry in store.entries("DEFAULT"))
    with store.database.transaction() as rows:
        broken = bytearray(store_item(rows, bad))
        broken[10] ^= 1
        rows.change("UPDATE waarmerk_bank_entry SET item = ? WHERE number = ?", (bytes(broken), bad))
    replica = Replica(opened(address))
    assert replica.damaged() == {bad: "the stored hashes were changed"}
    assert len(replica.known("DEFAULT")) == 2
    assert replica.known("DEFAULT").among([bad, good]) == [good]
    replica.reader.close()


def store_item(rows, number: int) -> bytes:
    return bytes(rows.one("SELECT item FROM waarmerk_bank_entry WHERE number = ?", (number,))[0])


def test_a_password_is_never_shown() -> None:
    assert Address.of("postgresql://ann:secret@db.example/bank").shown == "postgresql://ann@db.example/bank"
    assert Address.of("postgres:///bank?host=/run").shown == "postgresql:///bank?host=/run"
    with pytest.raises(UsageError, match="mysql:// is no place of a bank"):
        Address.of("mysql://ann:secret@db.example/bank")


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as told:
        opened(f"postgresql://ann:secret@/bank?host={tmp_path}")
    assert "secret" not in told.value.sentence()
    assert "\n" not in told.value.sentence()


def test_postgresql_without_its_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DependencyError, match=r"needs the Python package psycopg"):
        opened("postgresql://ann@/bank")


def test_a_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    address = sqlite(tmp_path)
    make(address).close()
    assert Path(address).stat().st_mode & 0o077 == 0

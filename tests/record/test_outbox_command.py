"""`waarmerk record deliver` and what `receipt` and `export` take from a platform's outbox."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from tests.record.making import ORIGIN, SEED
from tests.record.outboxing import NOW, fresh
from waarmerk.record.log.keyring import create_log
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.outbox import SQLITE, Outbox, Rows


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    """A platform's database with three events, beside an empty log."""
    path = tmp_path / "platform.sqlite"
    connection = sqlite3.connect(path)
    Rows(connection, SQLITE).create()
    for number in range(3):
        Outbox(SQLITE, lambda: NOW, os.urandom).record(connection, fresh(number, id=f"{number:032x}"))
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def log(tmp_path: Path) -> tuple[Path, str]:
    return tmp_path / "log", create_log(PosixStorage(tmp_path / "log"), ORIGIN, SEED).text


def test_what_is_delivered_from_an_outbox_is_exported_and_verifies(command, platform, log, tmp_path: Path) -> None:
    folder, key = log
    assert json.loads(command("record", "deliver", folder, "--outbox", platform, "--format", "json").out) == {
        "delivered": 3,
        "size": 3,
    }
    assert "0 events delivered" in command("record", "deliver", folder, "--outbox", platform).out
    bundle, receipt = tmp_path / "bundle.zip", tmp_path / "receipt.json"
    assert "3 events" in command("record", "export", folder, "--outbox", platform, "-o", bundle).out
    command("record", "receipt", folder, f"{2:032x}", "--outbox", platform, "-o", receipt)
    for file in (bundle, receipt):
        command("verify", file, "--key", key)


def test_what_is_no_outbox_is_refused_by_name(command, log, tmp_path: Path) -> None:
    folder, _ = log
    empty, text, missing = tmp_path / "empty.sqlite", tmp_path / "text", tmp_path / "missing"
    sqlite3.connect(empty).close()
    text.write_text("no database " * 100, encoding="ascii")
    assert "no outbox" in command("record", "deliver", folder, "--outbox", empty, code=2).err
    assert "no sound SQLite" in command("record", "deliver", folder, "--outbox", text, code=1).err
    assert "failed" in command("record", "deliver", folder, "--outbox", missing, code=1).err
    assert not missing.exists()

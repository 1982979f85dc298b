"""A desk and its bank in one file of SQLite: another process that comes and goes takes nothing with it."""

import subprocess
import sys
from pathlib import Path

DESK = """
import os, subprocess, sys
from datetime import UTC, datetime
from waarmerk.desk.cases.banking import DeskBank
from waarmerk.desk.intake.uploads import Upload, take_upload
from waarmerk.desk.store.database import open_database
from waarmerk.desk.store.unit import Desk

def count():
    words = "import sqlite3 as s, sys; print(len([*s.connect(sys.argv[1]).execute('SELECT id FROM item')]))"
    done = subprocess.run([sys.executable, "-c", words, sys.argv[1]], capture_output=True, text=True)
    return done.stdout.strip()

clock = lambda: datetime.now(UTC)
desk = Desk(open_database(f"sqlite:///{sys.argv[1]}"), "clips", clock, os.urandom)
for number in range(2):
    bank = DeskBank(sys.argv[1], "clips", clock, os.urandom)
    count()  # opens the file, closes it again
    with desk.write() as unit:
        take_upload(unit, Upload(f"clip-{number}", "u1", ("CONTENT_TYPE_VIDEO",), clock()))
    print(count())
    bank.close()
"""


def test_what_the_desk_writes_is_seen_after_another_process_closed_the_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DESK, str(tmp_path / "desk.db")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1", "2"]

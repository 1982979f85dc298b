"""A desk over each kind of database, with a clock that the test moves."""

import itertools
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, update

from tests.support import postgres
from waarmerk.desk.intake.notices import Notice, take_notice
from waarmerk.desk.intake.uploads import Upload, take_upload
from waarmerk.desk.policy.choice import Choice, Proposal
from waarmerk.desk.store import tables
from waarmerk.desk.store.database import open_database
from waarmerk.desk.store.unit import Desk

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
CATEGORY = "STATEMENT_CATEGORY_CYBER_VIOLENCE"
KEYWORD = "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE"
REMOVED = "DECISION_VISIBILITY_CONTENT_REMOVED"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres.server() as address:
        yield address


class Place:
    """A desk, its clock, and shortcuts for what every test needs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = START
        self.desk = self.opened()

    def opened(self) -> Desk:
        """Another process's view of the same desk."""
        return Desk(open_database(self.url), "clips", lambda: self.now, os.urandom)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def upload(self, **changed) -> str:
        given = {
            "platform_ref": f"clip-{next(_numbers)}",
            "uploader": "u1",
            "content_type": ("CONTENT_TYPE_VIDEO",),
            "posted_at": self.now,
        }
        with self.desk.write() as unit:
            return take_upload(unit, Upload(**given | changed))[0]

    def notice(self, *items: str, **changed):
        given = {
            "items": items,
            "category": CATEGORY,
            "keyword": KEYWORD,
            "language": "nl",
            "channel": "form",
            "reason": "my face on another body",
            "name": "An",
            "email": "an@example.org",
            "good_faith": True,
        }
        with self.desk.write() as unit:
            return take_notice(unit, Notice(**given | changed))

    def waiting(self, case_id: str, **changed) -> Proposal:
        """Has a case wait for a person with a proposal, as its preparation does."""
        given = proposal(**changed)
        with self.desk.write() as unit:
            unit.connection.execute(
                update(tables.case)
                .where(tables.case.c.id == case_id)
                .values(state="waiting", proposal=given_as_json(given), taken_up_at=unit.at)
            )
        return given

    def rows(self, table, *where):
        with self.desk.read() as connection:
            return connection.execute(select(table).where(*where)).all()

    def row(self, table, *where):
        (found,) = self.rows(table, *where)
        return found

    def events(self, kind: str) -> list[dict]:
        with self.desk.read() as connection:
            rows = connection.exec_driver_sql("SELECT body FROM waarmerk_outbox ORDER BY sequence").all()
        return [event for row in rows if (event := json.loads(bytes(row[0])))["kind"] == kind]


def given_as_json(value) -> dict:
    import msgspec

    return msgspec.to_builtins(value)


def choice(**changed) -> Choice:
    given = {
        "outcome": "restrict",
        "rule": "intimate",
        "category": CATEGORY,
        "keywords": (KEYWORD,),
        "restrictions": (REMOVED,),
        "ground": "law",
        "ground_ref": "Criminal Code, article 254ba",
        "basis": ("context",),
        "explanation": {"en": "A fake intimate picture.", "nl": "Een nagemaakt intiem beeld."},
    }
    return Choice(**given | changed)


def proposal(chosen: Choice | None = None, **changed) -> Proposal:
    given = {
        "choice": chosen or choice(),
        "policy": "0" * 64,
        "needs_person": True,
        "needs_two": False,
        "deadline_h": 24.0,
        "reasons": (),
        "detected": False,
    }
    return Proposal(**given | changed)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        made = Place(f"sqlite:///{tmp_path}/desk.db")
        yield made
        made.desk.engine.dispose()
        return
    address = request.getfixturevalue("server")
    name = f"desk_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    folder = dict(part.split("=") for part in address.split())
    made = Place(f"postgresql+psycopg://{folder['user']}@/{name}?host={folder['host']}")
    yield made
    made.desk.engine.dispose()

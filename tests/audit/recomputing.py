"""Obligations worked out a second way: one SQL query each over the tables of `record open`."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from waarmerk.audit.loaded import Record
from waarmerk.audit.rows import HOUR
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.events.catalogue import KINDS
from waarmerk.record.log.keys import parse_verifier_key
from waarmerk.record.tables import table_of, write_tables

FOLDER = Path(__file__).parent / "sql"
QUERIES = sorted(path.stem for path in FOLDER.glob("*.sql") if path.stem != "prelude")
_MS = "unixepoch({0}) * 1000 + CAST(substr({0}, 21, 3) AS INTEGER)"


@contextmanager
def tables(bundle: Path, folder: Path) -> Iterator[sqlite3.Connection]:
    """The tables of a bundle with the views that the queries read."""
    with open_bundle(bundle) as opened:
        keys = [parse_verifier_key(text) for text in opened.manifest.keys]
        write_tables(opened, keys, sqlite=folder / "record.sqlite")
    with closing(sqlite3.connect(folder / "record.sqlite")) as db:
        union = " UNION ALL ".join(
            f"SELECT log_index, id, channel, n, src, by_pid, {_MS.format('at')} AS at, "
            f'{_MS.format("logged_at")} AS logged_at FROM "{table_of(kind)}"'
            for kind in KINDS
        )
        db.execute(f"CREATE TEMP TABLE every AS {union}")
        db.execute("CREATE INDEX temp.every_id ON every (id)")
        db.executescript((FOLDER / "prelude.sql").read_text(encoding="utf-8"))
        yield db


def recomputed(db: sqlite3.Connection, record: Record, obligation: str) -> Counter[tuple[int, object]]:
    """What the query of an obligation says: how often an entry has a verdict."""
    query = (FOLDER / f"{obligation}.sql").read_text(encoding="utf-8")
    within = round(record.within(obligation).hours * HOUR)
    given = {name: value for name, value in {"end": record.end, "within": within}.items() if f":{name}" in query}
    return Counter((index, verdict) for index, verdict in db.execute(query, given))

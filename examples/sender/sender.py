"""A platform that never waits for its desk: what the desk is to be told is noted beside the platform's own rows, and
sent afterwards, again and again, until the desk took it.

Rules:
- `note` is called in the platform's own transaction and touches no network: publishing cannot fail or wait because
  the desk is down.
- `send` is called by a timer. What was noted goes in its order, each with a key of its own: the desk does it once,
  however often it comes. What the desk refuses for good is kept aside with its answer and holds up nothing else.
"""

from __future__ import annotations

import json
import sqlite3
import uuid

import httpx

TABLE = """CREATE TABLE IF NOT EXISTS desk_told (
  n INTEGER PRIMARY KEY, key TEXT NOT NULL, path TEXT NOT NULL, body TEXT NOT NULL, answer TEXT)"""
# Not now, and not our fault: a key that was not yet made, a limit, or an error on the other side.
_AGAIN = (401, 403, 408, 409, 425, 429)


def note(connection: sqlite3.Connection, path: str, body: dict[str, object]) -> None:
    """Notes what the desk is to be told, in the caller's transaction."""
    row = (str(uuid.uuid4()), path, json.dumps(body))
    connection.execute("INSERT INTO desk_told (key, path, body) VALUES (?, ?, ?)", row)


def send(connection: sqlite3.Connection, client: httpx.Client) -> int:
    """Sends what was noted until the desk does not answer; how many it took."""
    waiting = "SELECT n, key, path, body FROM desk_told WHERE answer IS NULL ORDER BY n"
    took = 0
    for n, key, path, body in connection.execute(waiting).fetchall():
        headers = {"content-type": "application/json", "idempotency-key": key}
        try:
            answer = client.post(path, content=body, headers=headers)
        except httpx.HTTPError:
            break
        if answer.status_code in _AGAIN or answer.status_code >= 500:
            break
        connection.execute("UPDATE desk_told SET answer = ? WHERE n = ?", (f"{answer.status_code} {answer.text}", n))
        connection.commit()
        took += answer.is_success
    return took

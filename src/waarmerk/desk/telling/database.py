"""The client of the Commission's Transparency Database: what waits is submitted, and what came of it is recorded.

Rules (of the server, as read in its source):
- A batch of 1 to 100 is taken whole or not at all; one statement that it refuses is taken out and told apart.
- An identifier that exists already refuses the batch. After a time-out it may be our own: it is asked for by
  identifier, and what is there was created.
- 429 is plain text: wait, with growing gaps, and keep under both windows (per second, per minute). 401 and 403 stop
  everything: the key is wrong, and trying again would only repeat it. Redirects are not followed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from sqlalchemy import select, update

from waarmerk.desk.store.tables import statement
from waarmerk.desk.store.unit import MACHINE, Desk, Unit
from waarmerk.dsa import vocabulary
from waarmerk.dsa.statement import validate
from waarmerk.errors import UnavailableError, UsageError
from waarmerk.values import Json

_GAPS_S = (1.0, 2.0, 5.0, 15.0, 60.0)
_UNPROCESSABLE = 422


@dataclass(frozen=True)
class Answer:
    """What a server said: its status and the bytes of its body."""

    status: int
    body: bytes


class Caller(Protocol):
    """One request to the database; raises `TimeoutError` where no answer came, `OSError` where nobody is there."""

    def __call__(self, method: str, path: str, body: Json | None, /) -> Answer: ...


class Windows:
    """Both rate windows of the server, kept from this side. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        limits = vocabulary.server().limits
        self._windows = [(1.0, limits.per_second, deque[float]()), (60.0, limits.per_minute, deque[float]())]
        self._clock = clock
        self._sleep = sleep

    def wait(self) -> None:
        """Waits until one more request fits in both windows, and counts it."""
        for length, most, times in self._windows:
            while True:
                now = self._clock()
                while times and times[0] <= now - length:
                    times.popleft()
                if len(times) < most:
                    break
                self._sleep(times[0] + length - now)
        for _, _, times in self._windows:
            times.append(self._clock())


class Submitter:
    """Submits what waits. Raises `UsageError` for a key that is refused, `UnavailableError` to try again later."""

    def __init__(self, desk: Desk, call: Caller, windows: Windows, sleep: Callable[[float], None]) -> None:
        self._desk = desk
        self._call = call
        self._windows = windows
        self._sleep = sleep

    def submit_due(self) -> int:
        """Submits batches until nothing waits; how many statements were created."""
        created = 0
        while rows := self._waiting():
            created += self._submit(rows)
        return created

    def _waiting(self) -> list[tuple[str, str, dict[str, Any]]]:
        most = vocabulary.server().batch.max
        with self._desk.read() as connection:
            rows = connection.execute(
                select(statement.c.puid, statement.c.decision, statement.c.body)
                .where(statement.c.state == "waiting")
                .order_by(statement.c.at, statement.c.puid)
                .limit(most)
            ).all()
        return [(row.puid, row.decision, row.body) for row in rows]

    def _submit(self, rows: list[tuple[str, str, dict[str, Any]]]) -> int:
        good = []
        for row in rows:
            wrong = [found.sentence for found in validate(row[2]) if found.refused]
            if wrong:
                self._settled([row], "rejected", failure="; ".join(wrong)[:1000])
            else:
                good.append(row)
        if not good:
            return 0
        try:
            answer = self._ask("POST", "/api/v1/statements", {"statements": [body for _, _, body in good]})
        except TimeoutError:
            return self._sort_out(good)
        if answer.status in (200, 201):
            uuids = {each.get("puid"): each.get("uuid") for each in _json(answer).get("statements", [])}
            self._settled(good, "created", uuids=uuids)
            return len(good)
        if answer.status == _UNPROCESSABLE:
            return self._refused(good, _json(answer))
        raise UnavailableError(f"the database answered {answer.status}", hint="trying again later")

    def _refused(self, rows: list[tuple[str, str, dict[str, Any]]], said: dict[str, Any]) -> int:
        """Takes out what was refused; the rest waits for the next batch."""
        errors = said.get("errors") or {}
        # The server puts them among the errors; read as any other error, what we created would count as refused.
        existing = set(errors.get("existing_puids") or said.get("existing_puids") or [])
        known = [row for row in rows if row[0] in existing]
        if known:
            created = self._sort_out(known)
            if not created:
                raise UnavailableError("the database contradicts itself about identifiers", hint="trying again later")
            return created
        numbers = {key.split(".")[0].rpartition("_")[2] for key in errors}
        bad = [row for number, row in enumerate(rows) if str(number) in numbers]
        if not bad:
            if len(rows) == 1:
                bad = rows
            else:  # the server does not say which: one by one
                return sum(self._submit([row]) for row in rows)
        self._settled(bad, "rejected", failure=msgspec.json.encode(errors).decode()[:1000])
        return 0

    def _sort_out(self, rows: list[tuple[str, str, dict[str, Any]]]) -> int:
        """After a time-out, or for identifiers that exist: what is there was created by us, the rest waits."""
        created = 0
        for row in rows:
            answer = self._ask("GET", f"/api/v1/statement/existing-puid/{row[0]}", None)
            if answer.status in (200, 302):
                self._settled([row], "created")
                created += 1
        return created

    def _ask(self, method: str, path: str, body: Json | None) -> Answer:
        """One request within the windows; waits and asks again at 429 and where nobody is there."""
        for gap in (*_GAPS_S, None):
            self._windows.wait()
            try:
                answer = self._call(method, path, body)
            except TimeoutError:
                raise
            except OSError as error:
                if gap is None:
                    raise UnavailableError(f"the database cannot be reached: {error}") from error
                self._sleep(gap)
                continue
            if answer.status in (401, 403):
                raise UsageError("the database refuses the key", hint="nothing was lost; set the right one")
            if answer.status != 429 and answer.status < 500:
                return answer
            if gap is None:
                raise UnavailableError(f"the database answered {answer.status}", hint="trying again later")
            self._sleep(gap)
        raise UnavailableError("the database cannot be reached")

    def _settled(
        self,
        rows: list[tuple[str, str, dict[str, Any]]],
        state: str,
        *,
        uuids: dict[str, str] | None = None,
        failure: str | None = None,
    ) -> None:
        with self._desk.write() as unit:
            for identifier, decision_id, body in rows:
                _record(unit, identifier, decision_id, body, state, (uuids or {}).get(identifier))
                unit.connection.execute(
                    update(statement)
                    .where(statement.c.puid == identifier, statement.c.state == "waiting")
                    .values(state=state, failure=failure, uuid=(uuids or {}).get(identifier))
                )


def _record(
    unit: Unit, identifier: str, decision_id: str, body: dict[str, Any], state: str, uuid: str | None
) -> None:
    waits = unit.connection.execute(
        select(statement.c.state).where(statement.c.puid == identifier, statement.c.state == "waiting")
    ).first()
    if waits is not None:
        unit.record(
            "statement.submitted",
            "statements",
            MACHINE,
            puid=identifier,
            decision=decision_id,
            body=body,
            result=state,
            uuid=uuid,
        )


def _json(answer: Answer) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(answer.body)
    except msgspec.DecodeError as error:
        raise UnavailableError("the database answered something else than JSON") from error
    return value if isinstance(value, dict) else {}

"""What an operator may put between the desk and the Commission's database: statements changed, thrown away."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from simulation.plaza.habits import Habits
from simulation.transparency import Database

_TURNED = {"Yes": "No", "No": "Yes"}


@dataclass
class Relay(Database):
    """The database as the desk reaches it."""

    habits: Habits | None = None
    shut: bool = False

    def shut_out(self) -> None:
        """From now on the desk's key is refused."""
        self.token, self.shut = "another", True

    def take(self, bodies: list[Any]) -> tuple[int, dict[str, Any]]:
        """See `Database`: what is passed on, and the answer that the desk gets."""
        if self.habits is None:
            return super().take(bodies)
        passed = [body for body in bodies if not self._strikes("statements-withheld", body)]
        turned = [
            {**body, "automated_detection": _TURNED[body["automated_detection"]]}
            if self._strikes("flag-inverted", body)
            else body
            for body in passed
        ]
        status, said = super().take(turned) if turned else (201, {"statements": []})
        if status != 201:
            return status, said
        there = {row["puid"]: row for row in said["statements"]}
        for body in bodies:
            there.setdefault(body["puid"], {**body, "uuid": str(uuid.uuid4())})
        return status, {"statements": [there[body["puid"]] for body in bodies]}

    def _strikes(self, way: str, body: dict[str, Any]) -> bool:
        return self.habits is not None and self.habits.strikes(way, puid=str(body["puid"]))

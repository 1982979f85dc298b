"""A world that a test made: its folder, its events, its truth, and what the outsiders wrote down."""

from __future__ import annotations

import csv
import json
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from simulation.run import simulate

from waarmerk.record.log.keys import VerifierKey, parse_verifier_key


@dataclass(frozen=True)
class Seen:
    """What lies in a folder that `simulate` wrote."""

    folder: Path

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """Every event, in the order of the log."""
        with zipfile.ZipFile(self.folder / "bundle.zip") as bundle, bundle.open("events.jsonl") as lines:
            return [json.loads(line)["event"] for line in lines]

    @cached_property
    def kinds(self) -> dict[str, list[dict[str, Any]]]:
        """Events by kind."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for event in self.events:
            found[event["kind"]].append(event)
        return found

    @cached_property
    def truth(self) -> dict[str, Any]:
        """What was done wrong, and what only looks so."""
        decoded: dict[str, Any] = json.loads((self.folder / "truth.json").read_text())
        return decoded

    @property
    def key(self) -> VerifierKey:
        """The log's verifier key."""
        return parse_verifier_key((self.folder / "log.key").read_text().strip())

    def wrong(self, habit: str, name: str) -> set[str]:
        """The ids of one kind that a habit did wrong."""
        return {ids[name] for ids in self.truth["habits"][habit]["wrong"]}

    def table(self, name: str) -> list[dict[str, str]]:
        """A CSV of the outsiders."""
        with (self.folder / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


def world(folder: Path, habits: dict[str, float] | None = None, seed: int = 11, days: int = 8) -> Seen:
    """A small world in a new folder."""
    simulate(folder, seed=seed, days=days, habits=habits, uploads_per_day=700, notices_per_day=50)
    return Seen(folder)

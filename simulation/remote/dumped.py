"""The daily dump of what a real desk submitted to the simulated database, as the Commission publishes it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulation.plaza.database import COLUMNS
from simulation.world.clock import text


def write_dump(
    path: Path, statements: Mapping[str, Mapping[str, Any]], times: Mapping[str, int], service: str
) -> None:
    """All statements in one file. `times`: when each was created, by its identifier."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for puid, body in sorted(statements.items(), key=lambda each: times[each[0]]):
            row = dict.fromkeys(COLUMNS, "")
            for name, value in body.items():
                if name in row:
                    row[name] = json.dumps(value, separators=(",", ":")) if isinstance(value, list) else str(value)
            for name in ("content_date", "application_date"):
                row[name] = f"{row[name]} 00:00:00"
            row["platform_name"], row["platform_uid"] = service, puid
            row["created_at"] = text(times[puid])[:19].replace("T", " ")
            writer.writerow(row)

"""Which side of the split a row of data stands on: train, calibrate, test, or left out.

Rules: clips are split by whole source, faces by the split of their list, portraits by person; a group never stands on
two sides (`sides.json` says which and why). What is called "test" is looked at once, when a model is finished.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from waarmerk.errors import InputError

Side = Literal["train", "calibrate", "test", "left-out"]
Folder = Literal["portraits", "faces", "clips"]
FOLDERS: tuple[Folder, ...] = ("portraits", "faces", "clips")


@dataclass(frozen=True)
class Row:
    """One picture, or one clip (or panel of one), of the data folder. `rectangle`: x, y, width, height in pixels."""

    folder: Folder
    path: Path
    label: str
    source: str
    group: str
    method: str
    pair: str
    side: Side
    rectangle: tuple[int, int, int, int] | None = None
    start_s: float | None = None
    end_s: float | None = None

    @property
    def fake(self) -> bool:
        """Whether the row is labelled fake."""
        return self.label == "fake"


def _sides() -> dict[str, Side]:
    stated = json.loads((files("waarmerk.training") / "sides.json").read_text(encoding="utf-8"))["clips"]
    named: dict[str, Side] = {source: side for side in ("train", "calibrate", "test") for source in stated[side]}
    return named | dict.fromkeys(stated["left_out"], "left-out")


def shippable() -> frozenset[str]:
    """The sources whose terms allow redistribution, as far as stated where they were found."""
    stated = json.loads((files("waarmerk.training") / "sides.json").read_text(encoding="utf-8"))
    return frozenset(stated["shippable"])


def side_of(folder: Folder, source: str, group: str, split: str) -> Side:
    """The side of a row; a clip source that `sides.json` does not name is left out."""
    if folder == "clips":
        sides = _sides()
        return sides.get(group, sides.get(source, "left-out"))
    if folder == "faces":
        return "calibrate" if split == "val" else "train"
    held = int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % 20 == 0
    return "calibrate" if held else "train"


def rows(data: Path, folder: Folder) -> Iterator[Row]:
    """The rows of `data/folder/index.csv`; InputError where the list or a column is missing."""
    index = data / folder / "index.csv"
    if not index.is_file():
        raise InputError(
            "the list of this data folder is missing", where=str(index), hint="see docs/explanation/training.md"
        )
    with index.open(newline="", encoding="utf-8") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            try:
                yield _row(data / folder, folder, row)
            except (KeyError, ValueError) as error:
                raise InputError(
                    f"line {number} cannot be read: {error}",
                    where=str(index),
                    hint="columns: path or file, label, method, source, group",
                ) from error


def _row(base: Path, folder: Folder, row: dict[str, str]) -> Row:
    numbers = [row.get(name) or "" for name in ("x", "y", "width", "height")]
    rectangle = tuple(int(float(value)) for value in numbers) if folder == "clips" and all(numbers) else None
    start, end = row.get("start_s") or "", row.get("end_s") or ""
    return Row(
        folder=folder,
        path=base / (row.get("path") or row["file"]),
        label=row["label"],
        source=row["source"],
        group=row["group"],
        method=row["method"],
        pair=row.get("pair") or "",
        side=side_of(folder, row["source"], row["group"], row.get("split") or ""),
        rectangle=rectangle,  # type: ignore[arg-type]
        start_s=float(start) if start else None,
        end_s=float(end) if end else None,
    )

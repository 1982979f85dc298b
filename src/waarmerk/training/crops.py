"""The first step of training: every row of the data folder becomes wide crops with landmarks, in a store.

Faces are found and measured by the examination's own finder and mesh, so that training sees the crops that the
examination will cut. A clip gives `PER_CLIP` pictures, spread evenly between its start and its end, cut to its
rectangle after decoding. What holds no face is counted and named, never skipped in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image

from waarmerk.examine.faces.crops import mesh_box
from waarmerk.examine.faces.finder import load_finder
from waarmerk.examine.faces.interface import Box
from waarmerk.examine.faces.locate import Located, locate
from waarmerk.examine.faces.mesh import FaceMesh
from waarmerk.training.cutting import halved, wide_square
from waarmerk.training.recipes.pictures import Picture
from waarmerk.training.sides import FOLDERS, Row, rows
from waarmerk.training.store import WIDEST, Writer

PER_CLIP = 16
ROOM = 0.3
"""Black border, as a share of the longer side, with which a picture is searched again when nothing was found."""


@dataclass(frozen=True)
class Seen:
    """How many rows gave at least one crop, how many crops, and which rows gave none."""

    crops: Counter[str]
    without_face: tuple[str, ...]


def spread(row: Row, per_clip: int = PER_CLIP) -> Iterator[tuple[float, Picture]]:
    """(time, picture) of a row: itself, or `per_clip` pictures of a clip, upright, cut to the rectangle."""
    if row.folder != "clips":
        yield 0.0, np.asarray(Image.open(row.path).convert("RGB"))
        return
    with av.open(str(row.path)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        length = (
            float(stream.duration * stream.time_base) if stream.duration else float(container.duration or 0) / 1e6
        )
        start, end = row.start_s or 0.0, min(row.end_s or length, length or float("inf"))
        wanted = [start + (number + 0.5) * (end - start) / per_clip for number in range(per_clip)]
        for frame in container.decode(stream):
            if not wanted:
                break
            time = float((frame.pts or 0) * stream.time_base)
            if time < wanted[0]:
                continue
            while wanted and wanted[0] <= time:
                wanted.pop(0)
            if time > end:
                break
            rgb = np.rot90(frame.reformat(format="rgb24", threads=1).to_ndarray(), round(frame.rotation / 90))
            if row.rectangle is not None:
                x, y, width, height = row.rectangle
                rgb = rgb[y : y + height, x : x + width]
            yield time, np.ascontiguousarray(rgb)


class Measurer:
    """Locates the face that a row is about, as the examination does."""

    def __init__(self) -> None:
        self.finder, self.mesh = load_finder(), FaceMesh()

    def face(self, rgb: Picture, last: tuple[float, float] | None) -> Located | None:
        """The largest face with a mesh, or the one nearest to `last` (middle of the one before); None if none."""
        faces = [each for each in locate(rgb, self.finder, self.mesh) if each.landmarks is not None]
        faces = faces or self._with_room(rgb)
        if not faces:
            return None
        if last is None:
            return max(faces, key=lambda each: each.box[2] * each.box[3] * each.score)
        return min(faces, key=lambda each: sum(abs(a - b) for a, b in zip(middle(each.box), last, strict=True)))

    def _with_room(self, rgb: Picture) -> list[Located]:
        """Faces that fill the picture: the finder knows them with some room around."""
        room = round(ROOM * max(rgb.shape[:2]))
        padded = np.pad(rgb, ((room, room), (room, room), (0, 0)))
        found = []
        for each in locate(padded, self.finder, self.mesh):
            if each.landmarks is not None:
                landmarks = each.landmarks - np.array([room, room, 0], np.float32)
                found.append(Located(mesh_box(landmarks), each.score, each.presence, landmarks, each.angle))
        return found


def middle(box: Box) -> tuple[float, float]:
    """The middle of a box."""
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def gather(data: Path, store: Path, per_clip: int = PER_CLIP) -> Seen:
    """Writes the store of all three folders of `data`; returns what was found."""
    measurer = Measurer()
    counted: Counter[str] = Counter()
    without: list[str] = []
    with Writer(store) as writer:
        for folder in FOLDERS:
            for row in rows(data, folder):
                added = _add(writer, measurer, row, per_clip)
                counted[folder] += added
                if not added:
                    without.append(f"{folder}/{row.path.name}")
    return Seen(counted, tuple(without))


def _add(writer: Writer, measurer: Measurer, row: Row, per_clip: int) -> int:
    last: tuple[float, float] | None = None
    added = 0
    for time, rgb in spread(row, per_clip):
        found = measurer.face(rgb, last)
        if found is None or found.landmarks is None:
            continue
        box = found.box
        if row.folder == "clips":
            last = middle(box)
        x0, y0, x1, y1 = wide_square(box, rgb.shape[1], rgb.shape[0])
        if min(x1 - x0, y1 - y0) < 16:
            continue
        wide, scale = halved(rgb[y0:y1, x0:x1], WIDEST)
        writer.add(
            wide,
            (found.landmarks[:, :2] - (x0, y0)).astype(np.float32) * np.float32(scale),
            folder=row.folder,
            name=row.path.name if row.rectangle is None else f"{row.path.name}@{row.rectangle[0]},{row.rectangle[1]}",
            source=row.source,
            group=row.group,
            method=row.method,
            pair=row.pair,
            label=row.label,
            side=row.side,
            box=((box[0] - x0) * scale, (box[1] - y0) * scale, box[2] * scale, box[3] * scale),
            score=found.score,
            native=max(box[2], box[3]),
            t_s=time,
        )
        added += 1
    return added

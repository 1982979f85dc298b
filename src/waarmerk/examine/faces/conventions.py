"""Every finder draws its boxes differently; the house's box is the bounding box of the face mesh's 468 points.

Measured as medians over faces that the finder and the mesh both saw in real clips, by
`python benchmarks/bench_faces.py --clips FOLDER --yunet FILE`, which prints these figures anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from waarmerk.errors import InputError
from waarmerk.examine.faces.interface import Box


@dataclass(frozen=True)
class Convention:
    """The mesh's box in units of the finder's width and height; `right`, `down`: how far its centre lies off."""

    width: float
    height: float
    right: float
    down: float


CONVENTIONS = {
    "blazeface-back": Convention(0.93, 1.07, 0.0, -0.05),
    "blazeface-full": Convention(0.88, 1.02, 0.01, -0.01),
    "yunet": Convention(1.06, 0.91, -0.01, 0.04),
    "mesh": Convention(1.0, 1.0, 0.0, 0.0),
}


def to_mesh(box: Box, convention: str) -> Box:
    """A finder's box as the mesh would draw it; `convention` is the finder's name up to its colon."""
    found = CONVENTIONS.get(convention.partition(":")[0])
    if found is None:
        raise InputError(
            f"how {convention!r} draws its boxes is not known",
            where="faces",
            hint=f"known: {', '.join(sorted(CONVENTIONS))}",
        )
    x, y, width, height = box
    centre = x + width * (0.5 + found.right), y + height * (0.5 + found.down)
    width, height = width * found.width, height * found.height
    return centre[0] - width / 2, centre[1] - height / 2, width, height

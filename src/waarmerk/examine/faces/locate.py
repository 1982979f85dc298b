"""Where a face is in one picture, in the house's convention: found, fitted with the mesh, one box.

The same for a training picture as for a sample of a video. A face needs the mesh's presence, or a finder that is
sure of it: what neither holds is a pattern in a curtain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.faces.boxes import overlap
from waarmerk.examine.faces.conventions import to_mesh
from waarmerk.examine.faces.crops import croppable, mesh_box
from waarmerk.examine.faces.interface import Box, Face, FaceFinder, Glancing
from waarmerk.examine.faces.mesh import PRESENCE, Mesh, eyes, tilt
from waarmerk.examine.media.pieces import Picture

SURE = 0.8
"""Finder's score from which a face counts though the mesh sees none (profiles, hands before the face): in real
clips every stray of the built-in finders scored under 0.75."""
SAME = 0.5
"""Overlap of two fitted boxes from which they are one face, found twice."""


class Fitter(Protocol):
    """Fits a mesh to the face in a box; `FaceMesh` is the one that travels in the package."""

    def fit(self, rgb: Picture, box: Box, angle: float = 0.0) -> Mesh:
        """The mesh of the face in a box of the mesh's convention, turned by `angle` radians."""
        ...


@dataclass(frozen=True)
class Located:
    """A face's box as the mesh draws it, and its mesh, float32 [468, 3] pixels, or None where the mesh abstained.

    `score`: the finder's, 0..1; `presence`: the mesh's, 0..1; `angle`: the tilt of the eyes, radians.
    """

    box: Box
    score: float
    presence: float
    landmarks: NDArray[np.float32] | None
    angle: float = 0.0


def fitted(rgb: Picture, box: Box, angle: float, score: float, mesh: Fitter) -> Located:
    """The face in a box of the mesh's convention, with its mesh; the box as it was where the mesh sees none."""
    found = mesh.fit(rgb, box, angle)
    if found.presence < PRESENCE or not croppable(mesh_box(found.landmarks)):
        return Located(box, score, found.presence, None, angle)
    return Located(mesh_box(found.landmarks), score, found.presence, found.landmarks, tilt(*eyes(found.landmarks)))


def locate(
    rgb: Picture, finder: FaceFinder, mesh: Fitter, at_most: int | None = None, *, quick: bool = False
) -> list[Located]:
    """Every face of a picture, the largest `at_most` of them, largest first; one found twice counts once.

    `quick`: a glance is enough, where the finder has one.
    """
    seen = finder.glance(rgb) if quick and isinstance(finder, Glancing) else finder.find(rgb)
    faces = sorted(seen, key=lambda face: -face.box[2] * face.box[3])
    located: list[Located] = []
    for face in faces[:at_most]:
        box = to_mesh(face.box, finder.name)
        if not croppable(box):
            continue
        found = fitted(rgb, box, _angle(face), face.score, mesh)
        if found.landmarks is None and found.score < SURE:
            continue
        if all(overlap(found.box, other.box) < SAME for other in located):
            located.append(found)
    return located


def _angle(face: Face) -> float:
    return tilt(face.points[0], face.points[1]) if face.points is not None else 0.0

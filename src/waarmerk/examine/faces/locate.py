"""Where a face is in one picture, in the house's convention: found, fitted with the mesh, one box.

The same for a training picture as for a sample of a video.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.faces.conventions import to_mesh
from waarmerk.examine.faces.crops import mesh_box
from waarmerk.examine.faces.interface import Box, Face, FaceFinder
from waarmerk.examine.faces.mesh import PRESENCE, FaceMesh, tilt
from waarmerk.examine.media.pieces import Picture


@dataclass(frozen=True)
class Located:
    """A face's box as the mesh draws it, and its mesh, float32 [468, 3] pixels, or None where the mesh abstained.

    `score`: the finder's, 0..1; `presence`: the mesh's, 0..1.
    """

    box: Box
    score: float
    presence: float
    landmarks: NDArray[np.float32] | None


def fitted(rgb: Picture, face: Face, finder: str, mesh: FaceMesh) -> Located:
    """A found face with its mesh; where the mesh sees none, the finder's box in the mesh's convention."""
    angle = tilt(face.points[0], face.points[1]) if face.points is not None else 0.0
    found = mesh.fit(rgb, to_mesh(face.box, finder), angle)
    if found.presence < PRESENCE:
        return Located(to_mesh(face.box, finder), face.score, found.presence, None)
    return Located(mesh_box(found.landmarks), face.score, found.presence, found.landmarks)


def locate(rgb: Picture, finder: FaceFinder, mesh: FaceMesh) -> list[Located]:
    """Every face of a picture, best first."""
    return [fitted(rgb, face, finder.name, mesh) for face in finder.find(rgb)]

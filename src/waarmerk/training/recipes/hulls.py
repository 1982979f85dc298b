"""The regions of a face that a forger replaces, as masks from the 468-point face mesh.

Four hulls after Face X-ray and Self-Blended Images (Li et al. 2020; Shiohara and Yamasaki 2022), redrawn for the
mesh, which has a forehead that 68 points lack:

- `face`: the whole oval with the forehead;
- `jaw`: jaw, nose ridge and eyes, no forehead (what DeepFaceLab calls full);
- `raised`: jaw to the brows, the brows raised by half of their distance to the eyes;
- `parts`: the union of eyes with brows, nose, mouth and cheeks, as separate hulls;

and one for lip-sync: `mouth`, from the base of the nose to the chin.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from waarmerk.training.recipes.pictures import Map, Points, filled, hull

Hull = Literal["face", "jaw", "raised", "parts", "mouth"]
HULLS: tuple[Hull, ...] = get_args(Hull)

# Point numbers of the MediaPipe face mesh (canonical face model); left and right are the person's own.
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288),
    *(397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136),
    *(172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
JAW = OVAL[7:30]
"""From ear to ear along the chin."""
LEFT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398)
RIGHT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173)
LEFT_BROW = (276, 283, 282, 295, 285, 300, 293, 334, 296, 336)
RIGHT_BROW = (46, 53, 52, 65, 55, 70, 63, 105, 66, 107)
NOSE = (168, 6, 197, 195, 5, 4, 1, 19, 2, 98, 327, 129, 358, 64, 294, 48, 278, 115, 344)
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
CHIN = (152, 148, 377, 176, 400, 149, 378, 150, 379)
LEFT_CHEEK = (454, 323, 361, 288, 425, 411, 416, 347, 330, 280)
RIGHT_CHEEK = (234, 93, 132, 58, 205, 187, 192, 118, 101, 50)
NOSE_BASE = (2, 98, 327, 129, 358)


def _of(landmarks: Points, *groups: tuple[int, ...]) -> Points:
    return landmarks[[index for group in groups for index in group]]


def polygons(landmarks: Points, kind: Hull) -> list[Points]:
    """The convex polygons whose union is the region `kind`; `landmarks`: float32 [468, 2 or more] (x, y, ...)."""
    points = landmarks[:, :2].astype(np.float32)
    if kind == "face":
        return [hull(_of(points, OVAL))]
    if kind == "jaw":
        return [hull(_of(points, JAW, NOSE, LEFT_EYE, RIGHT_EYE))]
    if kind == "raised":
        lifted = []
        for brow, eye in ((LEFT_BROW, LEFT_EYE), (RIGHT_BROW, RIGHT_EYE)):
            up = _of(points, brow).mean(axis=0) - _of(points, eye).mean(axis=0)
            lifted.append(_of(points, brow) + 0.5 * up)
        return [hull(np.concatenate([_of(points, JAW), *lifted]))]
    if kind == "mouth":
        return [hull(_of(points, LIPS, CHIN, NOSE_BASE))]
    return [
        hull(_of(points, LEFT_EYE, LEFT_BROW)),
        hull(_of(points, RIGHT_EYE, RIGHT_BROW)),
        hull(_of(points, NOSE)),
        hull(_of(points, LIPS)),
        hull(_of(points, LEFT_CHEEK)),
        hull(_of(points, RIGHT_CHEEK)),
    ]


def hull_mask(landmarks: Points, height: int, width: int, kind: Hull) -> Map:
    """float32 [height, width]: 1.0 inside the region `kind`, 0.0 outside."""
    return filled(polygons(landmarks, kind), height, width)

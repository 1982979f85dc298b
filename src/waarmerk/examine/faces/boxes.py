"""Boxes: overlap, and one box out of several that mean the same face.

Merging is weighted: the boxes that overlap the best one are averaged by their scores, because BlazeFace's anchors
each see the face a little differently and the mean is steadier over time than the best alone (Bazarevsky et al.
2019, section 4).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.faces.interface import Box, Face

Floats = NDArray[np.float32]

OVERLAP = 0.3
"""Intersection over union from which two boxes of one finder mean one face: BlazeFace's own setting."""


def overlap(first: Box, second: Box) -> float:
    """Intersection over union of two boxes, 0..1."""
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (first[2] * first[3] + second[2] * second[3] - shared)


def overlaps(box: Floats, boxes: Floats) -> Floats:
    """Intersection over union of float32 [4] with float32 [n, 4], both x, y, width, height."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[:2] + box[2:4], boxes[:, :2] + boxes[:, 2:4])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    union = box[2] * box[3] + boxes[:, 2] * boxes[:, 3] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), dtype=np.float32)


def merged(values: Floats, scores: Floats, at_most: int) -> list[Face]:
    """Faces, best first, from candidates: float32 [n, 4 + 2 p] (x, y, width, height, p points), scores [n]."""
    faces: list[Face] = []
    order = np.argsort(-scores, kind="stable")
    values, scores = values[order], scores[order]
    while len(scores) and len(faces) < at_most:
        same = overlaps(values[0, :4], values[:, :4]) > OVERLAP
        same[0] = True
        mean = np.average(values[same], axis=0, weights=scores[same])
        points = mean[4:].astype(np.float32).reshape(-1, 2) if len(mean) > 4 else None
        box = (float(mean[0]), float(mean[1]), float(mean[2]), float(mean[3]))
        faces.append(Face(box, float(scores[0]), points))
        values, scores = values[~same], scores[~same]
    return faces

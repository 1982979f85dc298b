"""A landmark swap: the face of one portrait, bent to the landmarks of another, coloured alike and blended in.

The classical face swap (Kowalski's FaceSwap; the "Deepfake Detection" family of landmark swaps), which needs no
network: what it leaves behind (a seam, resampling, two noises, one light on another's skin) is what blends of every
kind leave. Steps:

1. a thin-plate spline through the landmarks (Bookstein 1989) says for each target pixel where in the source it is;
2. the source's colours are given the target's mean and spread in CIE Lab (Reinhard et al. 2001);
3. the seam is closed by a membrane (Perez et al. 2003: the difference at the edge, spread smoothly over the
   inside) or left as it is, and the edge is feathered.

No draw of its own: the caller passes what varies. Numpy and Pillow only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from waarmerk.errors import InputError
from waarmerk.training.recipes.hulls import (
    LEFT_BROW,
    LEFT_EYE,
    LIPS,
    NOSE,
    OVAL,
    RIGHT_BROW,
    RIGHT_EYE,
    Hull,
    hull_mask,
)
from waarmerk.training.recipes.pictures import Map, Picture, Points, as_picture, gaussian, remap, resize

Blend = Literal["membrane", "feather"]

POINTS: Final = tuple(dict.fromkeys((*OVAL, *RIGHT_EYE, *LEFT_EYE, *RIGHT_BROW, *LEFT_BROW, *NOSE, *LIPS)))
"""The landmarks that the spline goes through: contours; what lies between follows them."""
_GRID: Final = 8
"""Pixels between the places at which the spline is computed; it is smooth, so the rest is interpolated."""


@dataclass(frozen=True)
class Swap:
    """`picture`: uint8 [h, w, 3]; `mask`: float32 [h, w], 0..1, how much of each pixel is the source's face."""

    picture: Picture
    mask: Map


def swap(
    target: Picture,
    target_landmarks: Points,
    source: Picture,
    source_landmarks: Points,
    *,
    kind: Hull = "raised",
    blend: Blend = "feather",
    feather: float = 0.06,
    recolour: float = 1.0,
) -> Swap:
    """The source's face in the target's place; landmarks float32 [468, 2 or more] in pixels of their picture.

    `feather`: width of the soft edge / width of the face; `recolour`: how far colours are moved, 0..1.
    Raises InputError where the landmarks span no face (fewer than 8 pixels) or lie outside the target.
    """
    to, origin = (points[:, :2].astype(np.float64) for points in (target_landmarks, source_landmarks))
    height, width = target.shape[:2]
    span, source_span = (float(np.ptp(points[list(OVAL), 0])) for points in (to, origin))
    if not (np.isfinite(to).all() and np.isfinite(origin).all()) or min(span, source_span) < 8:
        raise InputError("these landmarks span no face", hint="give 468 points in pixels of their own picture")
    mask = hull_mask(to.astype(np.float32), height, width, kind)
    if not mask.any():
        raise InputError("the face lies outside the picture")
    # A source much larger than its place is averaged down first, or the warp would skip pixels.
    shrink = min(1.0, span / source_span)
    if shrink < 1:
        size = (max(2, round(source.shape[1] * shrink)), max(2, round(source.shape[0] * shrink)))
        origin = origin * np.asarray(size) / (source.shape[1], source.shape[0])
        source = resize(source, size, Image.Resampling.LANCZOS)
    x, y = _warp(to[list(POINTS)], origin[list(POINTS)], height, width)
    face = remap(source.astype(np.float32), x, y)
    base = target.astype(np.float32)
    inside = mask > 0
    face = face + recolour * (_recoloured(face, base, inside) - face)
    soft = _feathered(mask, feather * span)
    if blend == "membrane":
        # Smoothed, and from well inside: hair and shadow at the very edge would be drawn over the whole face.
        face = face + _membrane(gaussian(base - face, 0.04 * span), soft > 0.9)
    return Swap(as_picture(base + soft[..., None] * (face - base)), soft)


def _warp(to: NDArray[np.float64], origin: NDArray[np.float64], height: int, width: int) -> tuple[Map, Map]:
    """For each pixel of the target its place in the source: a thin-plate spline through the pairs of points."""
    middle, scale = to.mean(axis=0), to.std()
    knots = (to - middle) / scale
    count = len(knots)
    system = np.zeros((count + 3, count + 3))
    # A trace of stiffness: landmarks that fall together must not bend the plane without end.
    system[:count, :count] = _bend(knots, knots) + 1e-3 * np.eye(count)
    system[:count, count:] = np.c_[np.ones(count), knots]
    system[count:, :count] = system[:count, count:].T
    weights = np.linalg.solve(system, np.r_[origin, np.zeros((3, 2))])
    rows, columns = (np.linspace(0, side - 1, max(2, -(-side // _GRID) + 1)) for side in (height, width))
    grid = (np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2) - middle) / scale
    places = np.c_[_bend(grid, knots), np.ones(len(grid)), grid] @ weights
    coarse = places.reshape(len(rows), len(columns), 2).astype(np.float32)
    across = np.broadcast_to(np.linspace(0, len(columns) - 1, width, dtype=np.float32), (height, width))
    down = np.broadcast_to(np.linspace(0, len(rows) - 1, height, dtype=np.float32)[:, None], (height, width))
    fine = remap(coarse, across, down)
    return fine[..., 0], fine[..., 1]


def _bend(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The spline's radial function r^2 log r^2 between each of `a` and each of `b`."""
    squared = ((a[:, None] - b[None]) ** 2).sum(axis=2)
    result: NDArray[np.float64] = squared * np.log(np.maximum(squared, 1e-12))
    return result


def _feathered(mask: Map, width: float) -> Map:
    """The mask with an edge that rises inwards from 0 over about `width` pixels; nothing outside is touched."""
    soft = gaussian(mask, width / 2)
    return np.clip(2 * soft - 1, 0, 1) * mask


def _recoloured(face: Map, base: Map, inside: NDArray[np.bool_]) -> Map:
    """`face` with mean and spread of `base`'s Lab values inside the mask."""
    lab, wanted = _to_lab(face), _to_lab(base[inside])
    own = lab[inside]
    spread = np.clip(wanted.std(axis=0) / np.maximum(own.std(axis=0), 1e-3), 0.5, 2.0)
    return _from_lab((lab - own.mean(axis=0)) * spread + wanted.mean(axis=0))


def _membrane(difference: Map, inside: NDArray[np.bool_]) -> Map:
    """The function that equals `difference` outside and is harmonic inside, coarse to fine; zero far outside.

    The multigrid way of Poisson blending: what the edge differs by is spread over the inside without a crease.
    """
    if min(inside.shape) > 8:
        small = ((inside.shape[1] + 1) // 2, (inside.shape[0] + 1) // 2)
        outside = (~inside).astype(np.float32)
        weight = _halved(outside, small)
        values = np.stack([_halved(difference[..., c] * outside, small) for c in range(3)], axis=-1)
        coarse = _membrane((values / np.maximum(weight, 1e-6)[..., None]).astype(np.float32), weight < 1e-3)
        size = (inside.shape[1], inside.shape[0])
        start = np.stack([_resized(coarse[..., c], size) for c in range(3)], axis=-1)
    else:
        known = difference[~inside]
        start = np.broadcast_to(known.mean(axis=0) if len(known) else np.zeros(3, np.float32), difference.shape)
    now = np.where(inside[..., None], start, difference).astype(np.float32)
    for _ in range(24):
        padded = np.pad(now, ((1, 1), (1, 1), (0, 0)), mode="edge")
        mean = (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 4
        now = np.where(inside[..., None], mean, difference).astype(np.float32)
    return now


def _halved(values: Map, size: tuple[int, int]) -> Map:
    return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BOX), np.float32)


def _resized(values: Map, size: tuple[int, int]) -> Map:
    return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BILINEAR), np.float32)


# sRGB to XYZ, D65 (IEC 61966-2-1); white of D65 in the second line.
_XYZ: Final = np.asarray([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32)
_WHITE: Final = _XYZ.sum(axis=1)
_RGB: Final = np.linalg.inv(_XYZ).astype(np.float32)


def _to_lab(rgb: Map) -> Map:
    """CIE Lab of sRGB values 0..255, last axis three."""
    unit = np.clip(rgb / 255, 0, 1)
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    ratio = (linear @ _XYZ.T) / _WHITE
    curve = np.where(ratio > 216 / 24389, np.cbrt(ratio), (841 / 108) * ratio + 4 / 29)
    x, y, z = curve[..., 0], curve[..., 1], curve[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def _from_lab(lab: Map) -> Map:
    """sRGB values 0..255 of CIE Lab; what lies outside sRGB is clipped."""
    y = (lab[..., 0] + 16) / 116
    curve = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    ratio = np.where(curve > 6 / 29, curve**3, (108 / 841) * (curve - 4 / 29))
    linear = np.clip((ratio * _WHITE) @ _RGB.T, 0, 1)
    unit = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (255 * unit).astype(np.float32)

"""The few picture operations that the recipes share: remap, blur, resize, convex hulls. Pure, numpy and Pillow.

Pictures are uint8 [h, w, 3] RGB; maps are float32 [h, w], 0..1; points are float32 [n, 2] (x, y) in pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Picture = NDArray[np.uint8]
Map = NDArray[np.float32]
Points = NDArray[np.float32]

KERNELS = (
    Image.Resampling.NEAREST,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
    Image.Resampling.BOX,
)


def as_picture(values: NDArray[np.floating]) -> Picture:
    """Float values 0..255 rounded and clipped to uint8."""
    return np.asarray(np.clip(values + 0.5, 0, 255), dtype=np.uint8)


def resize(rgb: Picture, size: tuple[int, int], kernel: Image.Resampling = Image.Resampling.BILINEAR) -> Picture:
    """`rgb` at `size` = (width, height)."""
    if (rgb.shape[1], rgb.shape[0]) == size:
        return rgb
    return np.asarray(Image.fromarray(rgb).resize(size, kernel))


def resize_map(values: Map, size: tuple[int, int]) -> Map:
    """A float map at `size` = (width, height), bilinear."""
    return np.asarray(Image.fromarray(values, mode=None).resize(size, Image.Resampling.BILINEAR), dtype=np.float32)


def gaussian(values: Map, sigma: float, radius: int | None = None) -> Map:
    """`values` under a Gaussian of `sigma` pixels, truncated at `radius` (default 3 sigma), edges repeated."""
    if sigma <= 0:
        return values
    reach = max(1, round(3 * sigma)) if radius is None else radius
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    taps /= taps.sum()
    out = values
    for axis in (0, 1):
        widths = [(0, 0)] * out.ndim
        widths[axis] = (reach, reach)
        padded = np.pad(out, widths, mode="edge")
        length = out.shape[axis]
        total = np.zeros_like(out)
        for index, tap in enumerate(taps):
            part = padded[index : index + length] if axis == 0 else padded[:, index : index + length]
            total += tap * part
        out = total
    return out


def blur(rgb: Picture, sigma: float) -> Picture:
    """`rgb` under a Gaussian of `sigma` pixels."""
    return as_picture(gaussian(rgb.astype(np.float32), sigma)) if sigma > 0 else rgb


def remap(values: Map, x: Map, y: Map) -> Map:
    """`values` [h, w] or [h, w, c] read at the float positions (x, y), bilinear, edges repeated."""
    height, width = values.shape[:2]
    x = np.clip(x, 0, width - 1.001)
    y = np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    fx, fy = x - left, y - top
    if values.ndim == 3:
        fx, fy = fx[..., None], fy[..., None]
    flat = values.reshape(height * width, *values.shape[2:])
    index = top * width + left
    upper = flat[index] * (1 - fx) + flat[index + 1] * fx
    lower = flat[index + width] * (1 - fx) + flat[index + width + 1] * fx
    result: Map = (upper * (1 - fy) + lower * fy).astype(np.float32)
    return result


def hull(points: Points) -> Points:
    """The convex hull of `points`, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:
        return np.array(ordered, dtype=np.float32)

    def half(chain: list[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for point in chain:
            while (
                len(kept) > 1
                and (
                    (kept[-1][0] - kept[-2][0]) * (point[1] - kept[-2][1])
                    - (kept[-1][1] - kept[-2][1]) * (point[0] - kept[-2][0])
                )
                <= 0
            ):
                kept.pop()
            kept.append(point)
        return kept[:-1]

    return np.array(half(ordered) + half(ordered[::-1]), dtype=np.float32)


def filled(polygons: list[Points], height: int, width: int) -> Map:
    """1.0 inside the union of `polygons`, 0.0 outside."""
    canvas = Image.new("L", (width, height))
    draw = ImageDraw.Draw(canvas)
    for polygon in polygons:
        if len(polygon) >= 3:
            draw.polygon([(float(x), float(y)) for x, y in polygon], fill=1)
    return np.asarray(canvas, dtype=np.float32)

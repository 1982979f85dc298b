"""PDQ: a 256-bit perceptual hash of a picture, compatible with the reference implementation.

Rules (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019):
- luma, two passes of a box filter in each direction (a tent, "Jarosz" filter), sampled down to 64 x 64;
- the 16 x 16 lowest coefficients of its DCT, without the constant row and column; a bit is 1 where the
  coefficient lies above their (lower) median; bit `16 i + j` is row i, column j; printed as 64 lower-case
  hexadecimal digits, the highest bit first;
- quality 0..100 from the differences of neighbouring samples: flat pictures say nothing about what they show.

Filter and sampling are linear and separable, so both become one sum of a few weighted rows a side, its weights cached
by the side's length: the 64 x 64 samples need one pass over the picture instead of eight, and no matrix product that
would wake other threads. The orientation that a file's metadata asks for is the caller's business; the reference
ignores it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from waarmerk.errors import InputError

BITS: Final = 256
DISTANCE: Final = 31
"""Two hashes at this Hamming distance or less are a match (the reference's threshold)."""
QUALITY_FLOOR: Final = 50
"""Below it a hash says too little about its picture to be compared (the reference's threshold)."""

_SIDE: Final = 64
_BLOCK: Final = 16

Hash = NDArray[np.uint64]
"""uint64 [4], the lowest 64 bits first; a list of hashes is uint64 [n, 4]."""

Transform = Literal[
    "none", "mirrored", "flipped", "rotated-180", "transposed", "rotated-90", "rotated-270", "anti-transposed"
]

# What a turn of the picture does to its coefficients: (transpose first, sign of odd rows, sign of odd columns).
# Reversing an axis turns cosine k (counted from 1) into (-1)^k times itself.
_DIHEDRAL: Final[dict[Transform, tuple[bool, bool, bool]]] = {
    "none": (False, False, False),
    "mirrored": (False, False, True),
    "flipped": (False, True, False),
    "rotated-180": (False, True, True),
    "transposed": (True, False, False),
    "rotated-90": (True, True, False),
    "rotated-270": (True, False, True),
    "anti-transposed": (True, True, True),
}
_REVERSED: Final = np.where(np.arange(_BLOCK) % 2 == 0, -1.0, 1.0).astype(np.float32)


@dataclass(frozen=True)
class Coefficients:
    """What a picture is hashed from: float32 [16, 16] of its DCT, and its quality 0..100."""

    dct: NDArray[np.float32]
    quality: int


def coefficients(luma: NDArray[np.uint8] | NDArray[np.float32]) -> Coefficients:
    """The coefficients of a picture's luma, [h, w], 0..255.

    Raises InputError where that is no picture of at least one sample.
    """
    return with_mirror(luma)[0]


def with_mirror(luma: NDArray[np.uint8] | NDArray[np.float32]) -> tuple[Coefficients, Coefficients]:
    """The coefficients of a picture and of its mirror image, at hardly more than the price of one.

    Exact for the mirror, where the signs of `hash_of` are not: the reference samples a side at places that do
    not lie symmetrically. Raises InputError as `coefficients` does.
    """
    if luma.ndim != 2 or not luma.size:
        raise InputError(f"a picture of shape {luma.shape} has no PDQ hash", hint="give its luma, height by width")
    rows = np.ascontiguousarray(_sampled(luma).T)
    plain, mirrored = _sampled(rows).T, _sampled(rows[::-1]).T
    return _transformed(plain), _transformed(mirrored)


def hash_of(found: Coefficients, transform: Transform = "none") -> Hash:
    """The hash that the picture would have after `transform`, from the coefficients of the picture itself."""
    transpose, rows, columns = _DIHEDRAL[transform]
    turned = found.dct.T if transpose else found.dct
    if rows:
        turned = turned * _REVERSED[:, None]
    if columns:
        turned = turned * _REVERSED[None, :]
    flat = turned.ravel()
    median = np.partition(flat, BITS // 2 - 1)[BITS // 2 - 1]
    return np.packbits(flat > median, bitorder="little").view("<u8").astype(np.uint64)


def dihedral(found: Coefficients) -> dict[Transform, Hash]:
    """The hashes of the picture's eight turns and mirrors. Rotations are anticlockwise."""
    return {transform: hash_of(found, transform) for transform in _DIHEDRAL}


def luma_of(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Luma of an RGB picture, uint8 [h, w, 3], as the reference weighs it; float32 [h, w], 0..255."""
    return rgb.astype(np.float32) @ np.asarray([0.299, 0.587, 0.114], np.float32)


def print_hash(value: Hash) -> str:
    """The hash as 64 lower-case hexadecimal digits."""
    return "".join(f"{int(word):016x}" for word in reversed(value))


_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")


def parse_hash(text: str) -> Hash:
    """The hash that 64 hexadecimal digits stand for; raises InputError that says what is wrong with others."""
    if not _HEX.fullmatch(text):
        strange = next((sign for sign in text if sign not in "0123456789abcdefABCDEF"), None)
        what = f"{len(text)} characters" if strange is None else f"the character {strange!r}"
        raise InputError(f"a PDQ hash has {what}", hint="it is 64 hexadecimal digits")
    return np.frombuffer(bytes.fromhex(text)[::-1], "<u8").astype(np.uint64)


def distance(a: Hash, b: Hash) -> int:
    """Hamming distance of two hashes, 0 to 256 bits."""
    return int(np.bitwise_count(a ^ b).sum())


def _transformed(samples: NDArray[np.float32]) -> Coefficients:
    return Coefficients(_DCT @ samples @ _DCT.T, _quality(samples))


def _sampled(values: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """[n, m] filtered and sampled along its first axis: float32 [64, m]."""
    places, weights = _sampler(len(values))
    total: NDArray[np.float32] = weights[0][:, None] * values[places[0]]
    for place, weight in zip(places[1:], weights[1:], strict=True):
        total += weight[:, None] * values[place]
    return total


@lru_cache(maxsize=64)
def _sampler(length: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Places int64 [k, 64] and weights float32 [k, 64] of (box filter)^2 at the 64 samples of a side that long."""
    window = -(-length // (2 * _SIDE))
    ahead = (window + 2) // 2 - 1
    everywhere = np.arange(length)
    first = np.maximum(everywhere - (window - 1 - ahead), 0)
    last = np.minimum(everywhere + ahead, length - 1)
    sampled = ((np.arange(_SIDE) + 0.5) * length / _SIDE).astype(np.int64)
    start = first[first[sampled]]
    taps = int((last[last[sampled]] - start).max()) + 1
    weights = np.zeros((taps, _SIDE), np.float64)
    for column, place in enumerate(sampled):
        for middle in range(first[place], last[place] + 1):
            # Places past the edge are left out of the mean, so the mean is over fewer there.
            share = 1 / ((last[place] - first[place] + 1) * (last[middle] - first[middle] + 1))
            weights[first[middle] - start[column] : last[middle] - start[column] + 1, column] += share
    places = np.minimum(start + np.arange(taps)[:, None], length - 1)
    return places, weights.astype(np.float32)


def _quality(samples: NDArray[np.float32]) -> int:
    """Sum of the differences of neighbouring samples, in whole percent of the range each, over 90; 0..100."""
    steps = [np.abs(np.diff(samples, axis=axis) * np.float32(100 / 255)).astype(np.int64).sum() for axis in (0, 1)]
    return min(100, int(sum(steps)) // 90)


_DCT: Final = (
    np.sqrt(2 / _SIDE) * np.cos(np.pi / (2 * _SIDE) * np.outer(np.arange(1, _BLOCK + 1), 2 * np.arange(_SIDE) + 1))
).astype(np.float32)

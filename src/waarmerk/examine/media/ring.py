"""The pictures' way from child to parent: slots in one sealed memory file that both map.

A slot holds RGB and then luma, without gaps. The size is sealed before the child starts, so a child that was
taken over can spoil pixels but can neither shrink the file under the parent's feet nor grow it.
"""

from __future__ import annotations

import fcntl
import mmap
import os

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.pieces import Picture

# Of <linux/fcntl.h>; Python 3.11's fcntl module has them on Linux only, which is the only system we run on.
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def slot_bytes(limits: Limits) -> int:
    """Bytes of one slot, a whole number of pages."""
    need = limits.kept_pixels * 3 + limits.luma_side**2
    return -(-need // mmap.PAGESIZE) * mmap.PAGESIZE


def create(limits: Limits) -> int:
    """A new sealed memory file for the ring; its pages take memory only once they are written."""
    descriptor = os.memfd_create("waarmerk-pictures", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.ftruncate(descriptor, slot_bytes(limits) * limits.slots)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def close(descriptor: int) -> None:
    """Gives the memory file back; maps of it stay valid as long as somebody holds an array of theirs."""
    os.close(descriptor)


class Ring:
    """The mapped slots, seen from either side; only the child's side is `writable`."""

    def __init__(self, descriptor: int, limits: Limits, *, writable: bool) -> None:
        self._size = slot_bytes(limits)
        access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
        self._map = mmap.mmap(descriptor, self._size * limits.slots, access=access)
        self.slots = limits.slots

    def rgb(self, slot: int, height: int, width: int) -> Picture:
        """uint8 [height, width, 3] in that slot."""
        return self._view(slot, 0, height * width * 3).reshape(height, width, 3)

    def luma(self, slot: int, height: int, width: int, luma_height: int, luma_width: int) -> NDArray[np.uint8]:
        """uint8 [luma_height, luma_width] behind the RGB of `height` x `width` in that slot."""
        return self._view(slot, height * width * 3, luma_height * luma_width).reshape(luma_height, luma_width)

    def fits(self, height: int, width: int, luma_height: int, luma_width: int) -> bool:
        """Whether such a picture and its luma lie within one slot."""
        sides = (height, width, luma_height, luma_width)
        return min(sides) > 0 and height * width * 3 + luma_height * luma_width <= self._size

    def _view(self, slot: int, offset: int, length: int) -> NDArray[np.uint8]:
        return np.frombuffer(self._map, np.uint8, length, slot * self._size + offset)

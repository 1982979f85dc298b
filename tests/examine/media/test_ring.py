import os

import numpy as np
import pytest

from waarmerk.examine.media import ring as rings
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.ring import Ring

SMALL = Limits(kept_pixels=100 * 80, luma_side=50)


def test_what_one_side_writes_the_other_sees() -> None:
    descriptor = rings.create(SMALL)
    child, parent = Ring(descriptor, SMALL, writable=True), Ring(descriptor, SMALL, writable=False)
    rings.close(descriptor)
    for slot in range(SMALL.slots):
        child.rgb(slot, 80, 100)[...] = slot + 1
        child.luma(slot, 80, 100, 40, 50)[...] = slot + 101
    for slot in range(SMALL.slots):
        assert (parent.rgb(slot, 80, 100) == slot + 1).all()
        assert (parent.luma(slot, 80, 100, 40, 50) == slot + 101).all()


def test_the_memory_cannot_be_shrunk_or_grown() -> None:
    descriptor = rings.create(SMALL)
    for size in (0, 1 << 24):
        with pytest.raises(PermissionError):
            os.ftruncate(descriptor, size)
    rings.close(descriptor)


@pytest.mark.parametrize(
    ("sides", "fits"),
    [
        ((80, 100, 40, 50), True),
        ((100, 80, 50, 40), True),
        ((120, 100, 40, 50), False),
        ((0, 100, 40, 50), False),
        ((80, 100, -1, 50), False),
        ((1 << 40, 1, 1, 1), False),
    ],
)
def test_only_pictures_within_a_slot_fit(sides: tuple[int, int, int, int], fits: bool) -> None:
    descriptor = rings.create(SMALL)
    assert Ring(descriptor, SMALL, writable=False).fits(*sides) is fits
    rings.close(descriptor)


def test_every_slot_holds_the_largest_picture_and_its_luma() -> None:
    descriptor = rings.create(SMALL)
    ring = Ring(descriptor, SMALL, writable=True)
    rings.close(descriptor)
    last = SMALL.slots - 1
    ring.rgb(last, 80, 100)[...] = 1
    assert np.count_nonzero(ring.luma(last, 80, 100, 50, 50)) == 0

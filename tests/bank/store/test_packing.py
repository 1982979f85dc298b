"""Items and uploads as bytes: they come back as they went, and a changed byte is always known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bank.store.storing import codes, frames, upload, video
from waarmerk.bank.signals.interface import KnownItem, Parts
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.bank.store.packing import SINGLE_SIZE, pack_item, pack_signals, unpack_item, unpack_signals
from waarmerk.errors import IntegrityError


def same(one, other) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__)
    return one == other


ITEMS = st.builds(
    lambda count, parts, audio, sha256, kind: KnownItem(
        kind,
        frames(count, count),
        Parts(codes(1, parts), np.arange(parts) % max(count, 1), np.ones(parts, np.uint8)),
        audio,
        sha256,
    ),
    st.integers(0, 5),
    st.integers(0, 3),
    st.sampled_from([None, np.arange(9, dtype=np.uint32)]),
    st.sampled_from([None, "ab" * 32]),
    st.sampled_from(["image", "video"]),
)


@given(ITEMS)
def test_an_item_comes_back_as_it_went(item: KnownItem) -> None:
    assert same(unpack_item(pack_item(item)), item)


def test_a_single_hash_is_38_bytes() -> None:
    one = FrameHashes(np.zeros(1, np.int64), np.full(1, 77, np.uint8), codes(3), np.zeros(1))
    packed = pack_item(KnownItem("image", one))
    assert len(packed) == SINGLE_SIZE
    assert same(unpack_item(packed).frames, one)


def test_an_upload_comes_back_as_it_went() -> None:
    signals = upload(1, 2, 3)
    assert same(unpack_signals(pack_signals(signals)), signals)


@pytest.mark.parametrize("item", [video(1), KnownItem("image", frames(1, 1))])
@given(place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_byte_is_known(item: KnownItem, place: int, flip: int) -> None:
    packed = bytearray(pack_item(item))
    packed[place % len(packed)] ^= flip
    with pytest.raises(IntegrityError):
        unpack_item(bytes(packed))


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02\x00\x00\x00"])
def test_what_was_cut_short_is_known(data: bytes) -> None:
    with pytest.raises(IntegrityError):
        unpack_item(data)

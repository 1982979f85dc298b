from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clips import encode, moving
from waarmerk.examine.media.limits import LIMITS, Limits
from waarmerk.examine.media.skipping import H264Judge, HevcJudge, NalFormat, choose, nal_format


def unit(*data: int) -> bytes:
    return len(data).to_bytes(4, "big") + bytes(data)


LENGTHS, STARTS = NalFormat(4), NalFormat(0)
H264_REFERRED, H264_UNREFERRED, H264_SEI = unit(0x41, 1), unit(0x01, 1), unit(0x06, 1)


@pytest.mark.parametrize(
    ("packet", "verdict"),
    [
        (H264_REFERRED, False),
        (H264_UNREFERRED, True),
        (H264_SEI + H264_UNREFERRED, True),
        (H264_UNREFERRED + H264_UNREFERRED, True),
        (H264_REFERRED + H264_UNREFERRED, None),
        (H264_SEI, None),
        (b"\0\0\0\xff\x01", None),
    ],
)
def test_an_h264_picture_is_unreferred_when_all_its_slices_are(packet: bytes, verdict: bool | None) -> None:
    assert H264Judge(LENGTHS).unreferred(memoryview(packet)) is verdict


def hevc_unit(kind: int, sub_layer: int = 1, layer: int = 0) -> bytes:
    return unit(kind << 1 | layer >> 5, (layer & 31) << 3 | sub_layer, 0)


def test_an_hevc_picture_is_unreferred_by_its_type() -> None:
    judge = HevcJudge(LENGTHS)
    assert judge.unreferred(memoryview(hevc_unit(1))) is False
    assert judge.unreferred(memoryview(hevc_unit(0))) is True
    assert judge.unreferred(memoryview(hevc_unit(19))) is False
    assert judge.sure()


def test_an_hevc_sub_layer_that_a_higher_one_may_build_on_makes_all_unsure() -> None:
    judge = HevcJudge(LENGTHS)
    judge.unreferred(memoryview(hevc_unit(0, sub_layer=1)))
    assert judge.sure()
    judge.unreferred(memoryview(hevc_unit(1, sub_layer=2)))
    assert not judge.sure()


def test_other_layers_of_hevc_are_not_looked_at() -> None:
    judge = HevcJudge(LENGTHS)
    assert judge.unreferred(memoryview(hevc_unit(1) + hevc_unit(0, layer=1))) is False


@given(st.binary(max_size=300), st.integers(1, 4))
def test_units_by_length_never_reach_outside(data: bytes, size: int) -> None:
    assert sum(len(one) + size for one in NalFormat(size).units(memoryview(data))) <= len(data)


@given(
    st.lists(st.binary(min_size=1, max_size=20).filter(lambda b: b"\0\0" not in b and b[-1:] != b"\0"), max_size=8)
)
def test_units_between_start_codes_are_found_whole(units: list[bytes]) -> None:
    data = b"".join(b"\0\0\1" + one for one in units)
    assert [bytes(one) for one in STARTS.units(memoryview(data))] == units


def test_the_format_of_units_is_the_configurations() -> None:
    assert nal_format("h264", b"\1\x64\0\x1f\xff\xe1\0") == NalFormat(4)
    assert nal_format("h264", b"\0\0\0\1\x67\0\0") == NalFormat(0)
    assert nal_format("hevc", b"\1" + bytes(20) + b"\x02" + bytes(4)) == NalFormat(3)


def chosen(path: Path, rate: float = 4.0, limits: Limits = LIMITS) -> str:
    with av.open(str(path)) as container:
        return choose(container, container.streams.video[0], rate, limits)


def test_both_ways_of_storing_units_give_the_same_choice(tmp_path: Path) -> None:
    options = {"preset": "veryfast", "bf": "3", "g": "250"}
    for name in ("a.mp4", "a.ts"):
        assert chosen(encode(tmp_path / name, moving(50), options=options)) == "nonref"


def test_a_stream_without_unreferred_pictures_is_decoded_in_full(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(50), options={"preset": "ultrafast", "bf": "0"})
    assert chosen(path) == "default"


def test_a_rate_that_needs_every_picture_is_decoded_in_full(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(50), options={"preset": "veryfast", "bf": "3"})
    assert chosen(path, rate=24.0) == "default"


def test_beyond_the_bound_on_pictures_nothing_is_left_out(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(50), options={"preset": "veryfast", "bf": "3"})
    assert chosen(path, limits=Limits(frames=20)) == "default"

"""Pictures' kinds and quantisers, held against what the encoder was told and what FFmpeg decodes."""

import contextlib
import io
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clips import encode, moving
from waarmerk.errors import InputError
from waarmerk.examine.media.structure import h264, iso
from waarmerk.examine.media.structure.bits import Bits
from waarmerk.examine.media.structure.pictures import unregistered
from waarmerk.examine.media.structure.window import Window
from waarmerk.values import Json

KINDS = {1: "I", 2: "P", 3: "B"}
X265 = "log-level=none:pools=1:frame-threads=1:info=1"


def facts_of(path: Path) -> dict[str, Json]:
    with path.open("rb") as file:
        return iso.describe(Window(file)).facts["pictures"]


def kinds_by_ffmpeg(path: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            kind = KINDS[int(frame.pict_type)]
            counts[kind] = counts.get(kind, 0) + 1
    return counts


@pytest.mark.parametrize(
    "options",
    [
        {"preset": "veryfast", "bf": "3", "g": "20"},
        {"preset": "medium", "bf": "2", "weightp": "2", "g": "30", "refs": "4"},
        {"preset": "ultrafast", "bf": "0", "g": "10", "x264-params": "slices=3"},
        {"preset": "veryfast", "profile": "baseline"},
        {"preset": "veryfast", "x264-params": "interlaced=1:bff=1"},
        {"preset": "veryfast", "x264-params": "cqm=jvt:8x8dct=1"},
        {"preset": "veryfast", "x264-params": "force-cfr=1:nal-hrd=vbr:vbv-maxrate=900:vbv-bufsize=900"},
    ],
)
def test_h264_pictures_are_counted_as_ffmpeg_decodes_them(tmp_path: Path, options: dict[str, str]) -> None:
    path = encode(tmp_path / "a.mp4", moving(60), options=options)
    facts = facts_of(path)
    assert facts["unread"] == 0
    assert facts["pictures_read"] == 60
    seen: dict[str, int] = {}
    for letter, count in facts["kinds"].items():
        kind = "I" if letter == "K" else letter.upper()
        seen[kind] = seen.get(kind, 0) + count
    assert seen == kinds_by_ffmpeg(path)


@pytest.mark.parametrize(
    "movflags", ["frag_keyframe+empty_moov", "frag_keyframe+empty_moov+default_base_moof", "dash"]
)
def test_pictures_in_fragments_are_counted_like_others(tmp_path: Path, movflags: str) -> None:
    options = {"preset": "veryfast", "g": "12", "keyint_min": "12", "sc_threshold": "0"}
    whole = facts_of(encode(tmp_path / "a.mp4", moving(60), options=options))
    parts = facts_of(encode(tmp_path / "b.mp4", moving(60), options=options, muxer={"movflags": movflags}))
    for name in ("pictures_read", "kinds", "pattern", "key_gaps", "quantiser"):
        assert parts[name] == whole[name], name


@pytest.mark.parametrize("quantiser", [12, 23, 41])
def test_the_quantiser_is_the_one_that_the_encoder_was_told(tmp_path: Path, quantiser: int) -> None:
    params = f"qp={quantiser}:ipratio=1:pbratio=1:weightp=2:weightb=1"
    path = encode(tmp_path / "a.mp4", moving(40), options={"preset": "fast", "x264-params": params})
    spread = facts_of(path)["quantiser"]
    assert set(spread) == {"I", "P", "B"}
    assert {(one["least"], one["most"]) for one in spread.values()} == {(quantiser, quantiser)}


def test_the_distance_of_key_pictures_and_the_encoders_own_words_are_read(tmp_path: Path) -> None:
    options = {"preset": "veryfast", "g": "12", "keyint_min": "12", "sc_threshold": "0"}
    facts = facts_of(encode(tmp_path / "a.mp4", moving(60), options=options))
    assert facts["key_gaps"] == [[12, 4]]
    assert facts["encoder"][0].startswith("x264 - core")
    assert facts["pattern"].startswith("K")


def test_a_baseline_stream_is_told_from_a_high_one(tmp_path: Path) -> None:
    low = facts_of(encode(tmp_path / "a.mp4", moving(4), options={"preset": "ultrafast", "profile": "baseline"}))
    high = facts_of(encode(tmp_path / "b.mp4", moving(4), options={"preset": "medium"}))
    assert (low["sequence"]["profile"], low["picture"]["cabac"]) == (66, False)
    assert (high["sequence"]["profile"], high["picture"]["cabac"]) == (100, True)


def test_hevc_pictures_are_counted_as_ffmpeg_decodes_them(tmp_path: Path) -> None:
    options = {"preset": "ultrafast", "x265-params": f"{X265}:bframes=3:keyint=20:b-adapt=0"}
    path = encode(tmp_path / "a.mp4", moving(50), "libx265", options=options)
    facts = facts_of(path)
    assert facts["unread"] == 0
    seen: dict[str, int] = {}
    for letter, count in facts["kinds"].items():
        kind = "I" if letter == "K" else letter.upper()
        seen[kind] = seen.get(kind, 0) + count
    assert seen == kinds_by_ffmpeg(path)
    assert facts["profile"] == 1
    assert facts["encoder"][0].startswith("x265")


def test_exp_golomb_codes_are_those_of_the_standard() -> None:
    # ITU-T H.264, table 9-2 and 9-3.
    codes = {"1": (0, 0), "010": (1, 1), "011": (2, -1), "00100": (3, 2), "00101": (4, -2), "0001000": (7, 4)}
    for bits, (unsigned, signed) in codes.items():
        payload = int(bits.ljust(16, "0"), 2).to_bytes(2, "big")
        assert (Bits(payload).ue(), Bits(payload).se()) == (unsigned, signed)


def test_a_payload_that_ends_too_early_is_an_error_of_ours() -> None:
    with pytest.raises(InputError, match="ends too early"):
        Bits(b"").u(1)
    with pytest.raises(InputError, match="too long"):
        Bits(bytes(20)).ue()


@given(st.binary(max_size=200))
def test_any_bytes_as_parameter_sets_or_slices_end_in_a_value_or_our_error(data: bytes) -> None:
    unit = b"\x65" + data
    for parse in (h264.sps, h264.pps):
        try:
            parse(unit)
        except InputError:
            continue
    sequence = h264.Sps(100, 0, 31, 1, False, 4, 0, 4, False, 4, True, True, 10, 6, True)
    picture = h264.Pps(0, True, True, 0, (3, 2), True, 1, 26, 0, True, True)
    with contextlib.suppress(InputError):
        assert h264.slice_header(unit, sequence, {0: picture}).kind in h264.SLICE_TYPES


@given(st.binary(max_size=400))
def test_any_bytes_as_sei_end(data: bytes) -> None:
    assert len(unregistered(data)) <= 4


def test_a_file_that_ends_within_its_tables_is_described_as_far_as_it_goes(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(10), options={"preset": "ultrafast"}, muxer={"movflags": "faststart"})
    data = path.read_bytes()
    described = iso.describe(Window(io.BytesIO(data[: data.index(b"stsz") + 10])))
    assert described.damage
    assert "moov/trak" in described.outline

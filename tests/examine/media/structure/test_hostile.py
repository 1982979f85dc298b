"""The parsers on hostile bytes: they end, quickly, in facts that are bounded JSON; nothing else comes out of them."""

import io
import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.examine.media.structure.test_outline import ASSET
from tests.support.clips import encode, heic, moving, portrait
from waarmerk.examine.media import heif
from waarmerk.examine.media.structure import reader
from waarmerk.examine.media.structure.window import Window

STARTS = [b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3", b"\xff\xd8", b"RIFF\xff\0\0\0AVI ", b"\x89PNG\r\n\x1a\n"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("files")
    quick = {"preset": "ultrafast"}
    x265 = {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1"}
    vp9 = {"cpu-used": "8", "deadline": "realtime"}
    Image.fromarray(portrait()).resize((96, 96)).save(folder / "a.jpg", progressive=True)
    Image.fromarray(moving(1)[0]).save(folder / "a.png")
    paths: list[Path] = [
        encode(folder / "a.mp4", moving(12), options=quick, muxer={"movflags": "faststart"}),
        encode(folder / "b.mp4", moving(12), options=quick, muxer={"movflags": "frag_keyframe+empty_moov"}),
        encode(folder / "a.mov", moving(6), "libx265", options=x265),
        encode(folder / "a.webm", moving(6), "libvpx-vp9", options=vp9),
        encode(folder / "a.avi", moving(3), "mpeg4"),
        heic(folder / "a.heic", portrait()[:64, :64].copy(), 32),
        folder / "a.jpg",
        folder / "a.png",
    ]
    return [path.read_bytes()[:40_000] for path in paths]


def held(data: bytes) -> None:
    """Everything that is asked of a parser."""
    began = time.process_time()
    facts = reader.read(io.BytesIO(data), ASSET, {})
    heif.grid(Window(io.BytesIO(data)))
    assert time.process_time() - began < 3
    assert len(json.dumps(facts)) < 400_000


@given(st.sampled_from(STARTS), st.binary(max_size=500))
def test_random_bytes_after_a_good_start(start: bytes, data: bytes) -> None:
    held(start + data)


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_real_files_with_bytes_changed_removed_and_doubled(files: list[bytes], data: st.DataObject) -> None:
    mutated = bytearray(data.draw(st.sampled_from(files)))
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, min(len(mutated) - 1, 3000)))
        match data.draw(st.sampled_from(["byte", "big", "cut", "double", "end"])):
            case "byte":
                mutated[place] = data.draw(st.integers(0, 255))
            case "big":
                mutated[place : place + 4] = data.draw(
                    st.sampled_from([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1"])
                )
            case "cut":
                del mutated[place : place + data.draw(st.integers(1, 40))]
            case "double":
                mutated[place:place] = mutated[place : place + data.draw(st.integers(1, 40))]
            case "end":
                del mutated[place + 1 :]
        if not mutated:
            break
    held(bytes(mutated))


def test_a_file_of_nothing_but_tiny_boxes_is_read_in_bounded_time() -> None:
    held(b"\0\0\0\x08moov" * 50_000)


def test_a_file_of_nothing_but_tiny_elements_is_read_in_bounded_time() -> None:
    held(b"\x1a\x45\xdf\xa3\x80" + b"\xec\x80" * 200_000)


def test_a_file_of_nothing_but_markers_is_read_in_bounded_time() -> None:
    held(b"\xff\xd8" + b"\xff\xfe\0\2" * 100_000)


def test_a_scan_of_nothing_but_stuffing_is_read_in_bounded_time() -> None:
    held(b"\xff\xd8\xff\xda\0\2" + b"\xff\0" * 2_000_000)


def test_tables_that_claim_more_than_they_hold_are_read_as_far_as_they_go(files: list[bytes]) -> None:
    data = bytearray(files[0])
    for kind in (b"stts", b"stsc", b"stsz", b"stco", b"ctts", b"stss"):
        place = data.find(kind)
        if place >= 0:
            data[place + 8 : place + 16] = b"\xff" * 8
    held(bytes(data))

"""Everything that is thrown at an upload box: one clear sentence each, never a traceback, never a hang."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.examine.media.reading_helpers import whole_pass
from tests.support.clips import claiming, encode, many_streams, moving, png_header, sound
from waarmerk.errors import InputError, NoMediumError
from waarmerk.examine.media.limits import Limits

QUICK = {"preset": "ultrafast", "g": "12"}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds, index first."""
    path = tmp_path_factory.mktemp("clip") / "a.mp4"
    return encode(path, moving(48), options=QUICK, muxer={"movflags": "faststart"}).read_bytes()


def refused(path: Path, limits: Limits | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        whole_pass(path, limits=limits or Limits())
    error = caught.value
    assert error.where == str(path)
    assert "\n" not in error.message
    assert "made its decoder" not in error.message, "a file that is merely bad makes nothing misbehave"
    return error


def written(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


@pytest.mark.parametrize(
    "data",
    [
        random.Random(1).randbytes(50_000),
        b"just some words\n" * 400,
        b"<html><body>no video here</body></html>",
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\0" * 4096,
        b"P6 10 10 255\n",
        b"x",
    ],
    ids=["noise", "text", "html", "playlist", "concat", "zeros", "ppm", "byte"],
)
def test_what_is_no_medium_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    error = refused(written(tmp_path, "clip.mp4", data))
    assert isinstance(error, NoMediumError)
    assert error.message == "is no video or image that can be read"


def test_a_document_that_holds_a_picture_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    Image.fromarray(moving(1, 320, 240)[0]).save(path)
    assert b"\xff\xd8\xff" in path.read_bytes(), "the picture lies in it as a JPEG"
    assert isinstance(refused(path), NoMediumError)


def test_the_name_of_a_file_decides_nothing(tmp_path: Path, clip: bytes) -> None:
    done = whole_pass(written(tmp_path, "notes.txt", clip))
    assert done.asset.video_codec == "h264"


def test_a_video_cut_before_its_index(tmp_path: Path) -> None:
    data = encode(tmp_path / "a.mp4", moving(24), options=QUICK).read_bytes()
    error = refused(written(tmp_path, "cut.mp4", data[: len(data) // 2]))
    assert error.message == "is an MP4 or MOV without its index (moov): it was cut off before its end"
    assert not isinstance(error, NoMediumError)


def test_a_video_cut_in_the_middle_is_examined_as_far_as_it_goes(tmp_path: Path, clip: bytes) -> None:
    done = whole_pass(written(tmp_path, "cut.mp4", clip[: len(clip) * 6 // 10]))
    assert 2 <= len(done.samples) < 8
    assert done.sampling.cut
    assert done.sampling.cut_s is not None
    assert done.samples[-1].t_s <= done.sampling.cut_s < 1.9


def test_a_video_damaged_in_the_middle_is_examined_and_the_damage_counted(tmp_path: Path, clip: bytes) -> None:
    data = bytearray(clip)
    middle = len(data) // 2
    data[middle : middle + 600] = random.Random(2).randbytes(600)
    done = whole_pass(written(tmp_path, "damaged.mp4", bytes(data)))
    assert done.sampling.damaged > 0
    assert done.samples[-1].t_s > 1.5


def test_an_index_without_any_picture(tmp_path: Path, clip: bytes) -> None:
    start = clip.index(b"mdat") + 4
    error = refused(written(tmp_path, "blank.mp4", clip[:start] + bytes(len(clip) - start)))
    assert error.message.startswith("holds no picture that can be decoded")


def test_a_header_that_claims_a_thousand_million_pictures(tmp_path: Path, clip: bytes) -> None:
    assert refused(written(tmp_path, "claim.mp4", claiming(clip, 10**9))).message.startswith("is damaged")


def test_an_image_of_60000_by_60000(tmp_path: Path) -> None:
    error = refused(written(tmp_path, "bomb.png", png_header(60_000, 60_000)))
    assert error.message == "is a picture of 60000 x 60000, larger than the limit of 50 megapixels"


def test_a_jpeg_that_claims_60000_by_60000(tmp_path: Path) -> None:
    path = tmp_path / "bomb.jpg"
    Image.fromarray(moving(1)[0]).save(path)
    data = bytearray(path.read_bytes())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = bytes.fromhex("ea60ea60")
    error = refused(written(tmp_path, "bomb.jpg", bytes(data)))
    assert error.message == "is a picture of 60000 x 60000, larger than the limit of 256 megapixels"


def test_a_webp_whose_header_claims_too_much(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    Image.fromarray(moving(1)[0]).save(path, lossless=True)
    data = bytearray(path.read_bytes())
    data[21:25] = (16382 | 16382 << 14).to_bytes(4, "little")
    error = refused(written(tmp_path, "bomb.webp", bytes(data)))
    assert error.message == "is a picture of 16383 x 16383, larger than the limit of 16 megapixels"


def test_a_video_of_60000_by_60000(tmp_path: Path, clip: bytes) -> None:
    path = encode(tmp_path / "a.avi", moving(2), "ffv1")
    data = path.read_bytes()
    for field in (b"\xa0\0\0\0\x60\0\0\0",):
        data = data.replace(field, bytes.fromhex("60ea000060ea0000"))
    refused(written(tmp_path, "bomb.avi", data))


@pytest.mark.parametrize("name", ["many.mkv", "many.mp4", "many.mov"])
def test_hundreds_of_streams(tmp_path: Path, name: str) -> None:
    error = refused(many_streams(tmp_path / name, 300))
    assert error.message == "holds more than the 32 streams that one medium may have"


def test_sound_alone(tmp_path: Path) -> None:
    error = refused(sound(tmp_path / "a.m4a"))
    assert isinstance(error, NoMediumError)
    assert error.message == "holds sound but no pictures"


def test_an_image_cut_in_the_middle_is_examined_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(moving(1, 640, 480)[0]).save(path, quality=95)
    done = whole_pass(written(tmp_path, "cut.jpg", path.read_bytes()[: path.stat().st_size // 2]))
    assert len(done.samples) == 1
    assert done.sampling.cut is not None
    assert done.sampling.cut_s == 0.0


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_an_image_cut_within_its_header_is_damaged_and_no_other_kind_of_file(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    Image.fromarray(moving(1)[0]).save(path)
    error = refused(written(tmp_path, f"cut.{form}", path.read_bytes()[:20]))
    assert error.message == f"is a damaged {form.upper()} picture: its beginning cannot be read"
    assert not isinstance(error, NoMediumError)


@pytest.mark.parametrize("data", [b"BMW or Audi?\x00\x01", b"II*\x00 raw of a camera"], ids=["bmp", "tiff"])
def test_what_only_begins_like_a_picture_is_no_medium(tmp_path: Path, data: bytes) -> None:
    assert isinstance(refused(written(tmp_path, "a.bin", data)), NoMediumError)


def test_a_medium_that_needs_too_much_memory(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(4, 1920, 1080), options={"preset": "ultrafast"})
    with pytest.raises(InputError, match=r"needs more than the 48 MiB of memory|made its decoder"):
        whole_pass(path, limits=Limits(child_data=48 << 20))


def test_bytes_changed_anywhere_end_in_pictures_or_in_one_sentence(tmp_path: Path, clip: bytes) -> None:
    rng = random.Random(3)
    outcomes = set()
    for turn in range(25):
        data = bytearray(clip)
        for _ in range(rng.choice((1, 8, 60))):
            data[rng.randrange(len(data) if turn % 2 else 3000)] = rng.randrange(256)
        try:
            outcomes.add(len(whole_pass(written(tmp_path, "fuzzed.mp4", bytes(data))).samples) > 0)
        except InputError as error:
            assert error.where
            outcomes.add(False)
    assert outcomes == {True, False}, "some survive, some do not: otherwise this tests nothing"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_file_that_its_reader_may_not_read_is_one_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, "secret.mp4", b"x")
    path.chmod(0)
    probe = (
        "import os, sys; sys.path[:] = eval(sys.argv[1]);"
        "from waarmerk.examine.media.medium import open_medium;"
        "from waarmerk.errors import InputError;"
        "os.setuid(65534)\n"
        "try: open_medium(sys.argv[2])\n"
        "except InputError as error: print(error.message)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", probe, repr(sys.path), str(path)], capture_output=True, text=True, check=False
    )
    assert shown.stdout == "may not be read\n", shown.stderr

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.examine.media.reading_helpers import whole_pass
from tests.support.clips import heic, moving, portrait
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.sniff import form_of
from waarmerk.examine.media.stills import webp_size

PICTURE = moving(1, 200, 120)[0]


@pytest.mark.parametrize("form", ["png", "bmp", "tiff", "webp", "gif"])
def test_a_still_without_loss_arrives_as_it_is(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    picture = PICTURE // 64 * 64 if form == "gif" else PICTURE
    image = Image.fromarray(picture)
    if form == "gif":
        image = image.quantize(64)
        picture = np.asarray(image.convert("RGB"))
    image.save(path, **({"lossless": True} if form == "webp" else {}))
    done = whole_pass(path)
    assert (done.asset.kind, done.asset.fps, done.asset.duration_s) == ("image", None, None)
    assert len(done.samples) == 1
    assert np.array_equal(done.pictures[0], picture)
    assert done.lumas[0].shape == (120, 200)
    assert done.sampling.cut is None


@pytest.mark.parametrize("form", ["jpeg", "avif"])
def test_a_still_with_loss_arrives_nearly_as_it_is(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    Image.fromarray(portrait()).save(path, quality=95)
    done = whole_pass(path)
    assert done.asset.kind == "image"
    assert np.abs(done.pictures[0].astype(int) - portrait()).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.png"
    Image.fromarray(PICTURE).save(path, exif=exif)
    done = whole_pass(path)
    with Image.open(path) as image:
        upright = np.asarray(ImageOps.exif_transpose(image))
    assert np.array_equal(done.pictures[0], upright)
    assert (done.asset.height, done.asset.width) == upright.shape[:2]


def test_transparency_is_blended_on_mid_grey(tmp_path: Path) -> None:
    rgba = np.dstack([PICTURE, np.full(PICTURE.shape[:2], 255, np.uint8)])
    rgba[:, :100, 3] = 0
    Image.fromarray(rgba).save(tmp_path / "a.png")
    done = whole_pass(tmp_path / "a.png")
    assert (done.pictures[0][:, :100] == 128).all()
    assert np.array_equal(done.pictures[0][:, 100:], PICTURE[:, 100:])


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    grey = np.linspace(0, 65535, 120 * 200).reshape(120, 200).astype(np.uint16)
    Image.fromarray(grey).save(tmp_path / "a.png")
    done = whole_pass(tmp_path / "a.png")
    assert np.array_equal(done.pictures[0][:, :, 0], (grey >> 8).astype(np.uint8))


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "YCbCr", "LA", "I"])
def test_every_colour_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(PICTURE).convert(mode)
    form = "tiff" if mode in {"CMYK", "YCbCr", "I"} else "png"
    image.save(tmp_path / f"a.{form}")
    done = whole_pass(tmp_path / f"a.{form}")
    assert done.pictures[0].shape == (120, 200, 3)
    assert done.pictures[0].std() > 10


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("moves", [True, False])
def test_the_size_of_a_webp_is_read_from_its_first_bytes(tmp_path: Path, lossless: bool, moves: bool) -> None:
    images = [Image.fromarray(picture) for picture in moving(2, 230, 97)]
    path = tmp_path / "a.webp"
    images[0].save(path, lossless=lossless, save_all=moves, append_images=images[1:] if moves else [])
    assert webp_size(path.read_bytes()[:30]) == (230, 97)


@pytest.mark.parametrize("form", ["jpeg", "png"])
def test_a_large_still_is_kept_smaller_and_says_so(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    Image.fromarray(moving(1, 800, 600)[0]).save(path)
    done = whole_pass(path, limits=Limits(kept_pixels=200 * 150, luma_side=64))
    assert done.pictures[0].shape == (150, 200, 3)
    assert done.samples[0].scale == pytest.approx(0.25)
    assert (done.asset.width, done.asset.height) == (800, 600)


@pytest.mark.parametrize("form", ["webp", "avif", "png"])
def test_a_moving_still_format_is_a_video(tmp_path: Path, form: str) -> None:
    first, *rest = [Image.fromarray(picture) for picture in moving(10)]
    path = tmp_path / f"a.{form}"
    first.save(path, save_all=True, append_images=rest, duration=125)
    done = whole_pass(path)
    assert done.asset.kind == "video"
    assert [sample.frame for sample in done.samples] == [0, 2, 4, 6, 8]
    assert [sample.t_s for sample in done.samples] == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0])


def test_the_pages_of_a_tiff_are_no_video(tmp_path: Path) -> None:
    first, *rest = [Image.fromarray(picture) for picture in moving(3)]
    first.save(tmp_path / "a.tiff", save_all=True, append_images=rest)
    done = whole_pass(tmp_path / "a.tiff")
    assert (done.asset.kind, len(done.samples)) == ("image", 1)


@pytest.mark.parametrize(("tile", "turns"), [(None, 0), (None, 1), (128, 0), (128, 3)])
def test_a_heic_arrives_whole_and_upright(tmp_path: Path, tile: int | None, turns: int) -> None:
    picture = np.ascontiguousarray(portrait()[:320, :448])
    done = whole_pass(heic(tmp_path / "a.heic", picture, tile, turns))
    upright = np.rot90(picture, turns)
    assert done.asset.kind == "image"
    assert (done.asset.height, done.asset.width) == upright.shape[:2]
    assert done.pictures[0].shape == upright.shape
    assert np.abs(done.pictures[0].astype(int) - upright).mean() < 3
    assert done.sampling.cut is None


def test_a_heic_whose_last_tiles_are_cut_off_says_so(tmp_path: Path) -> None:
    path = heic(tmp_path / "a.heic", np.ascontiguousarray(portrait()[:256, :256]), 128)
    path.write_bytes(path.read_bytes()[:-20_000])
    done = whole_pass(path)
    assert done.sampling.cut is not None
    assert "of 4 tiles could not be decoded" in done.sampling.cut


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"\0\0\0 ftypavif", "AVIF"),
        (b"\0\0\0 ftypheic", None),
        (b"\x89PNG\r\n\x1a\n" + b"....IHDR....IDAT", "PNG"),
        (b"\x89PNG\r\n\x1a\n" + b"....IHDR....acTL....IDAT", None),
        (b"\x1a\x45\xdf\xa3", None),
        (b"", None),
    ],
)
def test_the_first_bytes_say_who_reads_a_file(head: bytes, form: str | None) -> None:
    assert form_of(head) == form

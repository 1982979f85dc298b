"""PDQ gives the reference's hashes, and obeys its own laws."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from waarmerk.bank.signals.pdq import (
    QUALITY_FLOOR,
    Transform,
    coefficients,
    dihedral,
    distance,
    hash_of,
    luma_of,
    parse_hash,
    print_hash,
    with_mirror,
)
from waarmerk.errors import InputError

VECTORS = Path(__file__).parents[2] / "vectors/pdq"
KNOWN = dict(line.split() for line in (VECTORS / "hashes.txt").read_text().splitlines())


def picture(name: str) -> NDArray[np.float32]:
    return luma_of(np.asarray(Image.open(VECTORS / f"{name}.jpg").convert("RGB")))


@pytest.mark.parametrize("name", KNOWN)
def test_a_picture_has_the_hash_that_the_reference_gives(name: str) -> None:
    found = coefficients(picture(name))
    # JPEG decoders differ by a grey level here and there; the reference itself tolerates as much.
    assert distance(hash_of(found), parse_hash(KNOWN[name])) <= 8
    assert found.quality == 100


def test_the_luma_that_the_decoder_hands_on_keeps_the_hash_within_the_tolerance() -> None:
    full = Image.open(VECTORS / "bridge-aaa-orig.jpg").convert("L")
    small = full.resize((512, 512 * full.height // full.width), Image.Resampling.BOX)
    assert distance(hash_of(coefficients(np.asarray(small))), parse_hash(KNOWN["bridge-aaa-orig"])) <= 10


TURNS: dict[Transform, NDArray[np.float32]] = {
    "none": (whole := picture("bridge-aaa-orig")),
    "mirrored": np.fliplr(whole),
    "flipped": np.flipud(whole),
    "rotated-180": np.rot90(whole, 2),
    "transposed": whole.T,
    "rotated-90": np.rot90(whole),
    "rotated-270": np.rot90(whole, 3),
    "anti-transposed": np.rot90(whole, 2).T,
}


@pytest.mark.parametrize("transform", TURNS)
def test_the_dihedral_set_holds_the_hash_of_every_turned_picture(transform: Transform) -> None:
    told = dihedral(coefficients(TURNS["none"]))
    turned = hash_of(coefficients(TURNS[transform]))
    assert distance(told[transform], turned) <= 8
    assert min(told, key=lambda name: distance(told[name], turned)) == transform


@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_the_mirror_image_is_hashed_exactly(height: int, width: int, seed: int) -> None:
    luma = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    plain, mirrored = with_mirror(luma)
    expected = coefficients(np.ascontiguousarray(luma[:, ::-1]))
    # The order of additions differs, so a coefficient at the median itself may fall on either side.
    assert distance(hash_of(mirrored), hash_of(expected)) <= 2
    assert abs(mirrored.quality - expected.quality) <= 1
    assert np.array_equal(plain.dct, coefficients(luma).dct)


@given(st.binary(min_size=32, max_size=32))
def test_a_hash_that_was_printed_is_parsed_to_itself(raw: bytes) -> None:
    text = raw.hex()
    assert print_hash(parse_hash(text)) == text


@given(st.integers(0, 255), st.integers(0, 255))
def test_the_distance_counts_the_bits_that_differ(first: int, second: int) -> None:
    a, b = (parse_hash(f"{1 << bit:064x}") for bit in (first, second))
    assert distance(a, b) == (0 if first == second else 2)


def test_a_hash_and_its_complement_are_256_bits_apart() -> None:
    assert distance(parse_hash("0" * 64), parse_hash("f" * 64)) == 256


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "0 characters"),
        ("ab", "2 characters"),
        ("f" * 65, "65 characters"),
        ("0" * 63 + "g", "the character 'g'"),
        (" " + "0" * 64, "the character ' '"),
        ("0" * 64 + "\n", r"the character '\n'"),
        ("٣" * 64, "the character '٣'"),
    ],
)
def test_what_is_no_hash_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_hash(text)
    assert says in refused.value.sentence()


@pytest.mark.parametrize("level", [0, 16, 128, 255])
def test_a_flat_picture_lies_below_the_quality_floor(level: int) -> None:
    assert coefficients(np.full((270, 480), level, np.uint8)).quality == 0


def test_a_real_picture_lies_above_the_quality_floor_even_when_it_is_dark() -> None:
    assert coefficients(picture("bridge-aaa-orig") / 4).quality >= QUALITY_FLOOR


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (4, 4, 3)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError):
        coefficients(np.zeros(shape, np.uint8))


def test_one_pixel_is_hashed_without_complaint() -> None:
    assert coefficients(np.full((1, 1), 7, np.uint8)).quality == 0

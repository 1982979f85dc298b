"""The draw: the same for everybody, whatever the order; written a second time as the docs say it."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.audit.drawing import Draw, beacon_bytes, seed_of
from waarmerk.errors import UsageError
from waarmerk.record.log.checkpoint import Checkpoint

HEAD = Checkpoint("example.com/log", 12, bytes(range(32)))
BEACON = "00112233445566778899aabbccddeeff"
IDS = st.lists(st.binary(min_size=16, max_size=16), unique=True, min_size=1, max_size=60)


def again(ids: list[str], n: int, purpose: str) -> list[str]:
    """As `docs/how-to/draw-a-sample.md` says it."""
    lines = f"{HEAD.origin}\n{HEAD.size}\n{base64.b64encode(HEAD.root).decode()}\n{purpose}\n"
    seed = hashlib.sha256(lines.encode() + bytes.fromhex(BEACON)).digest()
    return sorted(ids, key=lambda one: hashlib.sha256(seed + bytes.fromhex(one)).digest())[:n]


def drawn(ids: list[str], n: int, purpose: str = "notices") -> list[str]:
    draw: Draw[None] = Draw(seed_of(HEAD, purpose, beacon_bytes(BEACON)), n)
    for one in ids:
        draw.offer(one, None)
    assert draw.population == len(ids)
    return [item for _, item, _ in draw.drawn()]


@given(IDS, st.integers(1, 70), st.randoms())
def test_anybody_draws_the_same_and_a_larger_sample_begins_with_the_smaller(ids, n, random) -> None:
    names = [one.hex() for one in ids]
    first = drawn(names, n)
    assert first == again(names, n, "notices")
    random.shuffle(names)
    assert drawn(names, n) == first
    assert drawn(names, n + 5)[:n] == first


@given(IDS, st.integers(1, 20), st.randoms())
def test_what_stands_twice_is_drawn_once(ids, n, random) -> None:
    names = [one.hex() for one in ids]
    twice = names * 2
    random.shuffle(twice)
    assert drawn(twice, n) == again(names, n, "notices")


def test_another_purpose_beacon_or_checkpoint_draws_others() -> None:
    names = [hashlib.sha256(bytes([n])).hexdigest()[:32] for n in range(200)]
    assert drawn(names, 20) != drawn(names, 20, "decisions")
    seeds = {
        seed_of(head, "notices", beacon)
        for head in (HEAD, Checkpoint(HEAD.origin, 13, HEAD.root), Checkpoint("x", 12, HEAD.root))
        for beacon in (bytes(8), bytes(9))
    }
    assert len(seeds) == 6


def test_every_item_is_drawn_about_equally_often() -> None:
    names = [hashlib.sha256(bytes([n])).hexdigest()[:32] for n in range(20)]
    counts = dict.fromkeys(names, 0)
    for number in range(2000):
        draw: Draw[None] = Draw(seed_of(HEAD, "notices", number.to_bytes(8, "big")), 5)
        for one in names:
            draw.offer(one, None)
        for _, item, _ in draw.drawn():
            counts[item] += 1
    # Binomial(2000, 1/4): 500, standard deviation 19.
    assert all(400 < count < 600 for count in counts.values())


@pytest.mark.parametrize("value", ["", "00", "zz" * 8, "0011223344556677 ", "123456789abcdef"])
def test_what_is_no_beacon_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="at least 8 bytes in hexadecimal"):
        beacon_bytes(value)

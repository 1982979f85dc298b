"""Where the pieces of a log lie and how entries are packed: paths, widths, entry bundles.

Rules (C2SP tlog-tiles, "APIs"):
- A tile lies at `tile/L/N[.p/W]`, an entry bundle at `tile/entries/N[.p/W]`; L is 0 to 63 without zeros in front.
- N is in groups of three digits, all but the last with an `x` in front: 1234067 is `x001/x234/067`.
- A full tile holds 256 hashes; W is the width of a partial one, 1 to 255; an empty tile does not exist.
- A bundle is, for each entry, its length as two bytes, high one first, and the entry: at most 65,535 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from waarmerk.errors import InputError
from waarmerk.record.log.merkle import HASH_SIZE

WIDTH = 256
MAX_ENTRY = 65_535
MAX_BUNDLE = WIDTH * (MAX_ENTRY + 2)
ENTRIES = -1
"""The level under which entry bundles are listed: below the leaf hashes."""

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class Place:
    """One tile (`level` 0..63) or entry bundle (`level` ENTRIES): `index` in its level, `width` 1..256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path below the log's prefix."""
        return self.full_path if self.width == WIDTH else f"{self.full_path}.p/{self.width}"

    @property
    def full_path(self) -> str:
        """The path of the full tile, which stands in for a partial one that was deleted."""
        groups, rest = [f"{self.index % 1000:03}"], self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        return f"tile/{'entries' if self.level == ENTRIES else self.level}/{'/'.join(groups)}"


def parse_path(path: str) -> Place | None:
    """The place that a path names, None where it is not exactly the path of a tile or bundle."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level = ENTRIES if match[1] == "entries" else int(match[1])
    index = int(re.sub("[x/]", "", match[2]) + match[3])
    place = Place(level, index, int(match[4] or WIDTH))
    # `x000/001`, `.p/256` and level 64 match the pattern, yet no such place is ever made.
    return place if place.path == path and level <= 63 else None


def width_at(size: int, level: int, index: int) -> int:
    """How many hashes tile `index` of `level` holds (bundles: entries) in a log of `size`: 0..256."""
    hashes = size >> (8 * max(level, 0))
    return max(0, min(WIDTH, hashes - index * WIDTH))


def places_of(size: int) -> Iterator[Place]:
    """All bundles and tiles that a log of `size` entries consists of, bundles first, level by level."""
    for level in range(ENTRIES, 64):
        hashes = size >> (8 * max(level, 0))
        if not hashes:
            return
        for index in range(-(-hashes // WIDTH)):
            yield Place(level, index, width_at(size, level, index))


def split_hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile, 32 bytes each."""
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def pack_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one behind the other, each with its length in front. Raises `InputError` above 65,535 bytes."""
    lengths = set(map(len, entries))
    if lengths and max(lengths) > MAX_ENTRY:
        number = next(number for number, entry in enumerate(entries) if len(entry) > MAX_ENTRY)
        raise InputError(
            f"an entry has {len(entries[number])} bytes, the format holds at most {MAX_ENTRY}",
            where=f"entry {number} of the batch",
            hint="append the SHA-256 of large things and keep them elsewhere",
        )
    if len(lengths) == 1:
        # Commitments all have one length: joining them is ten times as quick as packing one by one.
        head = lengths.pop().to_bytes(2, "big")
        return head + head.join(entries)
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def unpack_bundle(bundle: bytes, width: int | None = None) -> Sequence[bytes]:
    """The entries of a bundle. Raises `InputError` where it is cut short or holds other than `width` entries."""
    entries = _unpack_equal(bundle)
    if entries is None:
        entries, at, end = [], 0, len(bundle)
        while at + 2 <= end:
            start = at + 2
            at = start + (bundle[at] << 8 | bundle[at + 1])
            entries.append(bundle[start:at])
        if at != end:
            raise InputError(f"an entry bundle of {end} bytes is cut short in entry {max(len(entries) - 1, 0)}")
    if width is not None and len(entries) != width:
        raise InputError(f"an entry bundle holds {len(entries)} entries, expected {width}")
    return entries


def _unpack_equal(bundle: bytes) -> list[bytes] | None:
    """The entries where all have one length, as commitments do: three times as quick as one by one."""
    step = 2 + int.from_bytes(bundle[:2], "big")
    count, rest = divmod(len(bundle), step)
    if rest or bundle[::step] != bundle[:1] * count or bundle[1::step] != bundle[1:2] * count:
        return None
    return [bundle[at + 2 : at + step] for at in range(0, len(bundle), step)]

"""The entries of one bank that match now, in memory: what matching looks things up in.

Rules:
- A hash of the index is called by a label; `labels` of an entry follow each other, so that its first one says whose a
  label is. Labels are not used again.
- What is about an entry (status, source) stays in the store; here is only what searching needs.
- An entry whose bytes were changed on the disk is left out alone, and named in `damaged`.
- Maps are extended before the index is, and read after it: a search never meets a label that nobody owns.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.index.hamming import HammingIndex, Kernels
from waarmerk.bank.signals.interface import AudioCodes, Codes, Heard, Hits
from waarmerk.bank.signals.pdq import DISTANCE, QUALITY_FLOOR
from waarmerk.bank.store.packing import SINGLE, SINGLE_SIZE, checked, unpack_item
from waarmerk.bank.store.values import Bank, Live
from waarmerk.errors import IntegrityError

_NO_CODES: Final = np.empty((0, 4), np.uint64)


class Members:
    """The matching entries of `bank`. Searching goes on while entries come and go."""

    def __init__(self, bank: Bank, kernels: Kernels | None = None) -> None:
        self.bank = bank
        self.damaged: dict[int, str] = {}
        self._index = HammingIndex(kernels)
        self._sound = _Sound()
        self._md5 = _Md5()
        self._owners = _Owners()

    def __len__(self) -> int:
        return self._owners.alive

    def apply(self, page: Sequence[Live]) -> None:
        """Takes in what became of entries: those without an item leave, new ones come."""
        numbers = np.asarray([live.number for live in page], np.int64)
        there = np.isin(numbers, self._owners.living())
        self._leave(numbers[there & np.asarray([live.packed is None for live in page], np.bool_)])
        self._come([live for live, old in zip(page, there, strict=True) if live.packed is not None and not old])

    def settle(self) -> None:
        """Waits until the tables of the index are built."""
        self._index.settle()

    def near(self, codes: Codes, radius: int = DISTANCE) -> Hits:
        """Every pair of one of `codes` and a hash of a member within `radius` and the bank's own distance."""
        found = self._index.search(codes, min(radius, self.bank.distance))
        first, numbers = self._owners.map()
        owner = np.searchsorted(first, found.label, side="right") - 1
        return Hits(found.query, numbers[owner], found.label.astype(np.int64) - first[owner], found.distance)

    def heard(self, codes: AudioCodes) -> Heard:
        """Every pair of one of `codes` and an equal code of a member."""
        return self._sound.equal(codes)

    def equal(self, md5: str) -> list[int]:
        """The members whose file has this MD5, 32 lower-case hexadecimal digits."""
        return self._md5.equal(md5)

    def among(self, numbers: Sequence[int]) -> list[int]:
        """Those of `numbers` that are members."""
        return [number for number in numbers if self._owners.has(number)]

    def _leave(self, numbers: NDArray[np.int64]) -> None:
        if len(numbers):
            self._index.remove(self._owners.leave(numbers))
            self._sound.remove(numbers)
            self._md5.remove(numbers)

    def _come(self, page: list[Live]) -> None:
        numbers: list[int] = []
        codes: list[bytes | Codes] = []
        for live in page:
            try:
                codes.append(self._codes(live.number, live.packed or b""))
            except IntegrityError as error:
                self.damaged[live.number] = error.message
                continue
            numbers.append(live.number)
        counts = np.asarray([len(one) // 32 if isinstance(one, bytes) else len(one) for one in codes], np.int64)
        labels = self._owners.come(np.asarray(numbers, np.int64), counts)
        joined = b"".join(one if isinstance(one, bytes) else one.astype("<u8").tobytes() for one in codes)
        self._index.add(labels, np.frombuffer(joined, "<u8").astype(np.uint64).reshape(-1, 4))

    def _codes(self, number: int, packed: bytes) -> bytes | Codes:
        """What the index holds of an item: its codes; of a single hash the bytes, without a detour."""
        if len(packed) == SINGLE_SIZE and packed[0] == SINGLE:
            checked(packed)
            return packed[2:34] if packed[1] >= QUALITY_FLOOR else b""
        item = unpack_item(packed)
        if item.audio is not None:
            self._sound.add(number, item.audio)
        if item.md5 is not None:
            self._md5.add(number, item.md5)
        return item.codes()


class _Owners:
    """Whose a label is. Arrays are replaced when they are full, and counted last: readers need no lock."""

    def __init__(self) -> None:
        self._first = np.zeros(1024, np.int64)
        self._numbers = np.zeros(1024, np.int64)
        self._living = np.zeros(1024, np.bool_)
        self._count = 0
        self._labels = 0

    @property
    def alive(self) -> int:
        return int(self._living[: self._count].sum())

    def map(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first label and the number of every entry that ever came, by label."""
        count = self._count
        return self._first[:count], self._numbers[:count]

    def living(self) -> NDArray[np.int64]:
        return self._numbers[: self._count][self._living[: self._count]]

    def has(self, number: int) -> bool:
        return bool(self._living[: self._count][self._numbers[: self._count] == number].any())

    def come(self, numbers: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.uint32]:
        """The labels of new entries, `counts` each."""
        end = self._count + len(numbers)
        if end > len(self._numbers):
            self._first, self._numbers, self._living = (
                np.concatenate([array, np.zeros(max(len(array), len(numbers)), array.dtype)])
                for array in (self._first, self._numbers, self._living)
            )
        self._first[self._count : end] = self._labels + np.cumsum(counts) - counts
        self._numbers[self._count : end] = numbers
        self._living[self._count : end] = True
        self._count = end
        labels = np.arange(self._labels, self._labels + int(counts.sum()), dtype=np.uint32)
        self._labels += len(labels)
        return labels

    def leave(self, numbers: NDArray[np.int64]) -> NDArray[np.uint32]:
        """The labels of entries that leave."""
        places = np.flatnonzero(np.isin(self._numbers[: self._count], numbers) & self._living[: self._count])
        self._living[places] = False
        ends = np.append(self._first[1 : self._count], self._labels)
        return np.concatenate(
            [np.arange(self._first[place], ends[place], dtype=np.uint32) for place in places.tolist()]
        )


class _Md5:
    """The MD5 digests of the members that have one."""

    def __init__(self) -> None:
        self._of: dict[int, str] = {}
        self._numbers: dict[str, tuple[int, ...]] = {}

    def add(self, number: int, md5: str) -> None:
        self._of[number] = md5
        self._numbers[md5] = (*self._numbers.get(md5, ()), number)

    def remove(self, numbers: NDArray[np.int64]) -> None:
        for number in numbers.tolist():
            md5 = self._of.pop(number, None)
            if md5 is not None:
                self._numbers[md5] = tuple(one for one in self._numbers[md5] if one != number)

    def equal(self, md5: str) -> list[int]:
        return list(self._numbers.get(md5, ()))


class _Sound:
    """The sound codes of the members, sorted anew at the first question after a change."""

    def __init__(self) -> None:
        self._by_number: dict[int, AudioCodes] = {}
        self._lock = threading.Lock()
        self._sorted: tuple[AudioCodes, NDArray[np.int64], NDArray[np.int64]] | None = None

    def add(self, number: int, codes: AudioCodes) -> None:
        with self._lock:
            self._by_number[number] = codes
            self._sorted = None

    def remove(self, numbers: NDArray[np.int64]) -> None:
        with self._lock:
            for number in numbers.tolist():
                if self._by_number.pop(number, None) is not None:
                    self._sorted = None

    def equal(self, codes: AudioCodes) -> Heard:
        known, numbers, places = self._table()
        first, last = np.searchsorted(known, codes, "left"), np.searchsorted(known, codes, "right")
        count = last - first
        at = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        return Heard(np.repeat(np.arange(len(codes)), count), numbers[at], places[at])

    def _table(self) -> tuple[AudioCodes, NDArray[np.int64], NDArray[np.int64]]:
        with self._lock:
            if self._sorted is None:
                items = sorted(self._by_number.items())
                codes = np.concatenate([np.empty(0, np.uint32), *(codes for _, codes in items)])
                numbers = np.repeat(
                    np.asarray([number for number, _ in items], np.int64),
                    np.asarray([len(codes) for _, codes in items], np.int64),
                )
                places = np.concatenate([np.empty(0, np.int64), *(np.arange(len(codes)) for _, codes in items)])
                order = np.argsort(codes, kind="stable")
                self._sorted = codes[order], numbers[order], places[order]
            return self._sorted

"""The index of 256-bit hashes: a tail that is swept, behind segments that have tables.

Rules:
- Exact: every segment is either swept or asked through tables that miss nothing (`chunks`); a query whose buckets
  hold too many rows is swept as well, for crowded banks (skewed hashes) would cost more than a sweep.
- New hashes go into the tail. A full tail becomes a segment, is swept until a thread has built its tables in the
  background, and is then swapped in one assignment; a search works on the state that it found when it began.
- Segments are merged when the newer ones have grown to a quarter of an older one, so there are few, and a hash is
  moved about once for each four-fold growth. No change waits for a rebuild.
- A long merge has a thread of its own, so that what comes meanwhile does not stay without tables until it ends.
- Removing overwrites the label; the row goes when its segment is merged, or is half empty.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, Protocol

import numpy as np

from waarmerk.bank.index import plain
from waarmerk.bank.index.chunks import MANY, Flips, Layout, Tables, flips, layout_for
from waarmerk.bank.index.interface import HIGHEST_LABEL, Codes, Hits, Labels
from waarmerk.bank.index.plain import Found
from waarmerk.bank.signals.pdq import DISTANCE
from waarmerk.errors import UsageError

_GONE: Final = np.uint32(HIGHEST_LABEL + 1)
_GROWTH: Final = 4
_LONG: Final = MANY
"""Rows from which building takes about a second."""
_NICE: Final = 10
_CROWDED: Final = 8
"""A row read at a random place costs about as much as eight in a row."""


class Kernels(Protocol):
    """What does the work: `plain` or `fast`."""

    NAME: str
    SEALED: int

    def sweep(self, codes: Codes, queries: Codes, radius: int, /) -> Found: ...
    def build(self, codes: Codes, layout: Layout, /) -> Tables: ...
    def probe(
        self, codes: Codes, tables: Tables, looked: Flips, queries: Codes, radius: int, most: int, /
    ) -> Found: ...


def best_kernels() -> Kernels:
    """Those of the extra `fast` where it is installed, numpy's otherwise."""
    try:
        from waarmerk.bank.index import fast
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"numba", "llvmlite"}:
            raise
        return plain
    return fast


def _best_sealed() -> int:
    """Rows of the tail that suit `best_kernels`, without loading them."""
    return plain.FAST_SEALED if find_spec("numba") is not None else plain.SEALED


@dataclass
class _Segment:
    """Rows that do not grow: `codes` [n, 4], `labels` [n], of which `gone` are removed; None: to be swept."""

    codes: Codes
    labels: Labels
    tables: Tables | None = None
    gone: int = 0

    def __len__(self) -> int:
        return len(self.labels)


@dataclass
class _Tail:
    """Rows that grow: the first `count` of `codes` [size, 4] and `labels` [size]."""

    codes: Codes
    labels: Labels
    count: int = 0

    @staticmethod
    def of(size: int) -> _Tail:
        return _Tail(np.empty((size, 4), np.uint64), np.empty(size, np.uint32))


@dataclass(frozen=True)
class _State:
    """What a search sees. Replaced, never changed, but for the tail's count and labels of removed rows."""

    segments: tuple[_Segment, ...]
    tail: _Tail


@dataclass(frozen=True)
class Shape:
    """How an index is built at this moment: rows a segment, whether each has its tables, rows in the tail, bytes."""

    segments: tuple[int, ...]
    with_tables: tuple[bool, ...]
    tail: int
    bytes: int


@dataclass(frozen=True)
class _Building:
    """Neighbours that become one segment in a thread; what was removed since it began."""

    thread: threading.Thread
    run: tuple[_Segment, ...]
    removed: list[Labels]


class HammingIndex:
    """An `Index` in memory. `sealed`: rows of the tail; `tables` off: everything is swept.

    Without `kernels`, numpy sweeps while there is no more than a tail: a small bank is asked sooner than machine code
    is loaded or made.
    """

    def __init__(self, kernels: Kernels | None = None, *, sealed: int | None = None, tables: bool = True) -> None:
        self._kernels: Kernels = kernels or plain
        self._chosen = kernels is not None
        self._sealed = sealed or (kernels.SEALED if kernels is not None else _best_sealed())
        self._with_tables = tables
        self._state = _State((), _Tail.of(self._sealed))
        self._lock = threading.Lock()
        self._builders: dict[bool, _Building] = {}  # by whether it is a long one
        self._failed: BaseException | None = None
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, labels: Labels, codes: Codes) -> None:
        """Adds hashes; found from the moment this returns. Raises UsageError where sizes or labels are wrong."""
        if codes.shape != (len(labels), 4) or codes.dtype != np.uint64 or labels.dtype != np.uint32:
            raise UsageError(
                f"{labels.dtype} {labels.shape} labels and {codes.dtype} {codes.shape} codes do not go together",
                hint="uint32 [n] and uint64 [n, 4]",
            )
        if len(labels) and labels.max() > HIGHEST_LABEL:
            raise UsageError(f"a label is above {HIGHEST_LABEL}")
        with self._lock:
            if not self._chosen and len(labels) + self._state.tail.count >= self._sealed:
                self._kernels, self._chosen = best_kernels(), True
            if len(labels) >= self._sealed:
                segments = (*self._state.segments, _Segment(np.array(codes, order="C"), np.array(labels)))
                self._state = _State(segments, self._state.tail)
            else:
                self._append(labels, codes)
            self._length += len(labels)
            self._build_if_needed()

    def remove(self, labels: Labels) -> int:
        """Takes out every hash of these labels; gives how many that were."""
        with self._lock:
            count = self._take_out(self._state, labels)
            for building in self._builders.values():
                building.removed.append(labels)
            self._length -= count
            self._build_if_needed()
        return count

    def search(self, codes: Codes, radius: int = DISTANCE) -> Hits:
        """Every known hash within `radius` bits of each of `codes`, none missing."""
        state = self._state
        count = state.tail.count
        # Machine code is made for each kind of array; what may not be written is another kind.
        codes = np.require(codes, np.uint64, ("C", "W"))
        parts = [(self._in(segment, codes, radius), segment.labels) for segment in state.segments]
        parts.append((self._kernels.sweep(state.tail.codes[:count], codes, radius), state.tail.labels))
        query = np.concatenate([found[0] for found, _ in parts])
        label = np.concatenate([labels[found[1]] for found, labels in parts])
        apart = np.concatenate([found[2] for found, _ in parts])
        kept = np.flatnonzero(label != _GONE)
        order = kept[np.lexsort((label[kept], apart[kept], query[kept]))]
        return Hits(query[order], label[order], apart[order])

    def settle(self) -> None:
        """Waits until all tables are built; raises what building raised."""
        while True:
            with self._lock:
                threads, failed = [building.thread for building in self._builders.values()], self._failed
                self._failed = None
            if failed is not None:
                raise failed
            if not threads:
                return
            for thread in threads:
                thread.join()

    def shape(self) -> Shape:
        """How it is built at this moment."""
        state = self._state
        codes = [*(segment.codes for segment in state.segments), state.tail.codes]
        labels = [*(segment.labels for segment in state.segments), state.tail.labels]
        return Shape(
            tuple(len(segment) for segment in state.segments),
            tuple(segment.tables is not None for segment in state.segments),
            state.tail.count,
            sum(array.nbytes for array in codes)
            + sum(array.nbytes for array in labels)
            + sum(segment.tables.bytes for segment in state.segments if segment.tables is not None),
        )

    def _in(self, segment: _Segment, codes: Codes, radius: int) -> Found:
        tables = segment.tables
        if tables is None or radius > DISTANCE:
            return self._kernels.sweep(segment.codes, codes, radius)
        looked = flips(len(tables.layout.width), radius)
        return self._kernels.probe(segment.codes, tables, looked, codes, radius, len(segment) // _CROWDED)

    def _append(self, labels: Labels, codes: Codes) -> None:
        first = 0
        while first < len(labels):
            tail = self._state.tail
            taken = min(self._sealed - tail.count, len(labels) - first)
            tail.codes[tail.count : tail.count + taken] = codes[first : first + taken]
            tail.labels[tail.count : tail.count + taken] = labels[first : first + taken]
            # Counted last: a search never sees a row that is half written.
            tail.count += taken
            first += taken
            if tail.count == self._sealed:
                segment = _Segment(tail.codes, tail.labels, gone=int((tail.labels == _GONE).sum()))
                self._state = _State((*self._state.segments, segment), _Tail.of(self._sealed))

    @staticmethod
    def _take_out(state: _State, labels: Labels) -> int:
        count = 0
        for segment in state.segments:
            gone = _mark(segment.labels, labels)
            segment.gone += gone
            count += gone
        return count + _mark(state.tail.labels[: state.tail.count], labels)

    def _build_if_needed(self) -> None:
        for long in (True, False):
            if long not in self._builders and (run := self._run(long)):
                thread = threading.Thread(target=self._build, args=(long,), name="waarmerk-index", daemon=True)
                self._builders[long] = _Building(thread, run, [])
                thread.start()

    def _run(self, long: bool) -> tuple[_Segment, ...]:
        """Which neighbours are to become one segment, none where all is as it should be or is being built."""
        segments = self._state.segments
        taken = {id(segment) for building in self._builders.values() for segment in building.run}
        for segment in segments:
            if id(segment) not in taken and 2 * segment.gone > len(segment) and long == (len(segment) >= _LONG):
                return (segment,)
        if not self._with_tables:
            return ()
        end = len(segments)
        if long:  # what is short gets its tables first
            waiting = (place for place, one in enumerate(segments) if one.tables is None and len(one) < _LONG)
            end = next(waiting, end)
        first, total = end, 0
        while (
            first
            and id(segments[first - 1]) not in taken
            and (not total or len(segments[first - 1]) < _GROWTH * total)
        ):
            if not long and total + len(segments[first - 1]) >= _LONG:
                break
            first -= 1
            total += len(segments[first])
        run = segments[first:end]
        needed = len(run) > 1 or any(segment.tables is None for segment in run)
        return run if needed and long == (total >= _LONG) else ()

    def _build(self, long: bool) -> None:
        if sys.platform == "linux":  # of this thread alone: who asks goes first
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        try:
            while True:
                merged = self._merged(self._builders[long].run)
                with self._lock:
                    building = self._builders.pop(long)
                    for labels in building.removed:
                        merged.gone += _mark(merged.labels, labels)
                    segments = self._state.segments
                    start = next(place for place, segment in enumerate(segments) if segment is building.run[0])
                    kept = (merged,) if len(merged) else ()
                    rest = segments[start + len(building.run) :]
                    self._state = _State((*segments[:start], *kept, *rest), self._state.tail)
                    if run := self._run(long):
                        self._builders[long] = _Building(building.thread, run, [])
                    self._build_if_needed()
                if not run:
                    return
        except BaseException as error:  # noqa: BLE001  (handed to whoever settles; searches go on, by sweeping)
            with self._lock:
                self._failed = error
                self._builders.pop(long, None)

    def _merged(self, old: tuple[_Segment, ...]) -> _Segment:
        alive = [segment.labels != _GONE for segment in old]
        labels = np.concatenate([segment.labels[kept] for segment, kept in zip(old, alive, strict=True)])
        codes = np.concatenate([segment.codes[kept] for segment, kept in zip(old, alive, strict=True)])
        tables = self._kernels.build(codes, layout_for(len(codes))) if self._with_tables and len(codes) else None
        return _Segment(codes, labels, tables)


def _mark(labels: Labels, gone: Labels) -> int:
    """Overwrites every label that is among `gone`; gives how many those were."""
    hit = np.flatnonzero(labels == gone[0] if len(gone) == 1 else np.isin(labels, gone))
    labels[hit] = _GONE
    return len(hit)

"""A bundle, verified and held in memory as compactly as obligations need it, one record a service.

Rules:
- Nothing is read that does not verify: the checkpoint is signed, the tiles lead to its root, every event is the one
  that was logged. The first that is not raises `IntegrityError` with its evidence.
- Only the kinds and fields that obligations read are kept (`rows`); the rest streams by.
- What is odd and no failure is a note: a recorder's clock that runs backwards, times ahead of it, entries whose event
  is absent, corrections that fit nothing.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from waarmerk.audit.corrections import apply_corrections
from waarmerk.audit.loaded import Note, Record, Witnessed
from waarmerk.audit.rows import HOUR, NATIVE, Row, Rows, milliseconds
from waarmerk.errors import InputError, UsageError
from waarmerk.record.bundle.read import Bundle, open_bundle
from waarmerk.record.events.catalogue import KINDS, native_fields
from waarmerk.record.events.checking import PersonErased
from waarmerk.record.events.coverage import ANY, split
from waarmerk.record.events.types import Event
from waarmerk.record.log.checkpoint import SignedCheckpoint
from waarmerk.record.log.keys import VerifierKey, parse_verifier_key
from waarmerk.record.steps import Gaps
from waarmerk.record.verify import Tree, verify_event

_SHOWN = 20
_AHEAD = 5 * 60_000
"""Milliseconds that two clocks of one house may differ."""
_BACKWARDS = 1_000
_IDS = re.compile(rb'"([0-9a-f]{32})"')
_ALWAYS: dict[str, set[str]] = {
    "service.declared": {"benchmarks", "micro_small", "period", "tier"},
    "record.corrected": {"event", "field", "now"},
}


@dataclass(frozen=True)
class Keys:
    """What an auditor brings: keys of the log (none: the bundle's own, and the audit says so), and witnesses'."""

    log: Sequence[VerifierKey] = ()
    witnesses: Sequence[VerifierKey] = ()


def kept_fields(reads: Iterable[str]) -> dict[str, set[str]]:
    """By kind, the fields that `kind.field` entries name; header fields that are asked of any kind are for all."""
    found = {kind: set(names) for kind, names in _ALWAYS.items()}
    for read in reads:
        kind, name = split(read)
        for one in KINDS if kind == ANY else (kind,):
            found.setdefault(one, set()).update(() if kind == ANY else (name,))
    return found


def load(path: Path, keys: Keys, reads: Iterable[str]) -> list[Record]:
    """The verified records of a bundle, one a service, by name.

    Raises `InputError` where it cannot be read (an unknown schema or kind, entries out of order), `IntegrityError`
    where it does not hold.
    """
    with open_bundle(path) as bundle:
        return load_bundle(bundle, keys, kept_fields(reads), str(path))


def load_bundle(bundle: Bundle, keys: Keys, fields: Mapping[str, Iterable[str]], where: str) -> list[Record]:
    """As `load`, of an open bundle; `fields`: by kind, the fields to keep."""
    manifest = bundle.manifest
    log_keys = list(keys.log) or [parse_verifier_key(text) for text in manifest.keys]
    if not log_keys:
        raise UsageError("the bundle brings no key and none was given", where=where, hint="give --key")
    signed = bundle.signed(log_keys)
    tree = Tree(signed.head, bundle.tile)
    maker = Rows(fields)
    services: dict[str, _Loading] = {}
    gaps = Gaps(manifest.first, manifest.end)
    for stored in bundle.events():
        event = verify_event(stored, tree.leaf(stored.index)).event
        gaps.present(stored.index)
        loading = services.get(event.service)
        if loading is None:
            loading = services[event.service] = _Loading(maker)
        loading.take(stored.index, event, stored.event)
    gaps.close()
    bundle.check_blobs()
    if not services:
        raise InputError(
            f"the bundle has entries {manifest.first} to {manifest.end - 1} and not one event to be audited",
            where=where,
        )
    shared = [Note("key_from_bundle", 1)] if not keys.log else []
    if gaps.count:
        shared.append(Note("absent", gaps.count, tuple(first for first, _ in gaps.shown), {"entries": gaps.words()}))
    if len(services) > 1:
        shared.append(Note("several_services", len(services), (), {"services": ", ".join(sorted(services))}))
    seen = witnessed(signed, keys.witnesses)
    return [
        services[name].record(name, manifest.origin, (manifest.first, manifest.end), gaps.count, shared, seen)
        for name in sorted(services)
    ]


def witnessed(signed: SignedCheckpoint, witnesses: Sequence[VerifierKey]) -> Witnessed | None:
    """Which of the witnesses cosigned and when, ms; None where none was named. Raises `IntegrityError`."""
    if not witnesses:
        return None
    found = signed.cosigned_by(witnesses)
    ids = {key.id for key in found}
    # A cosignature begins with its POSIX time (C2SP tlog-cosignature).
    times = tuple(
        int.from_bytes(line.value[:8], "big") * 1000 for line in signed.note.signatures if line.key_id in ids
    )
    return Witnessed(tuple(key.name for key in found), times)


@dataclass
class _Loading:
    """One service's events as they come."""

    maker: Rows
    rows: dict[str, list[Row]] = field(default_factory=dict)
    channels: dict[str, tuple[array[int], array[int]]] = field(default_factory=dict)
    ids: bytearray = field(default_factory=bytearray)
    indexes: array[int] = field(default_factory=lambda: array("q"))
    erased: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    returned: list[tuple[int, int]] = field(default_factory=list)
    start: int = 0
    last: int = 0
    backwards: tuple[int, int, list[int]] = (0, 0, [])
    ahead: tuple[int, int, list[int]] = (0, 0, [])

    def take(self, index: int, event: Event, body: bytes) -> None:
        kind = str(event.__struct_config__.tag)
        self.ids += bytes.fromhex(event.id)
        self.indexes.append(index)
        numbers, places = self.channels.setdefault(event.channel, (array("q"), array("q")))
        numbers.append(event.n)
        places.append(index)
        at, logged_at = milliseconds(event.at), milliseconds(event.logged_at)
        row = self.maker.make(kind, index, event, at, logged_at)
        if row is not None:
            self.rows.setdefault(kind, []).append(row)
        native = event.src == NATIVE
        if self.erased and native:
            self._look_for_erased(index, at, body)
        if isinstance(event, PersonErased):
            self.erased.setdefault(event.person.encode(), (index, at))
        self.start = min(self.start, logged_at) if self.last else logged_at
        if logged_at < self.last - _BACKWARDS:
            self.backwards = _worse(self.backwards, self.last - logged_at, index)
        if native and at > logged_at + _AHEAD:
            self.ahead = _worse(self.ahead, at - logged_at, index)
        self.last = logged_at

    def _look_for_erased(self, index: int, at: int, body: bytes) -> None:
        """Notes an erased pseudonym in an event that happened after its erasure."""
        for found in _IDS.findall(body):
            erasure = self.erased.get(found)
            if erasure is not None and at > erasure[1]:
                self.returned.append((erasure[0], index))

    def _partial(self, kind: str) -> list[Row]:
        names = [name for name in self.maker.fields[kind] if name in native_fields(kind)]
        imported = (row for row in self.rows[kind] if not row.native)
        return [row for row in imported if any(getattr(row, name) is None for name in names)]

    def record(
        self,
        service: str,
        origin: str,
        span: tuple[int, int],
        absent: int,
        shared: Sequence[Note],
        witnessed: Witnessed | None,
    ) -> Record:
        corrections, originals, lost = apply_corrections(self.rows, bytes(self.ids), self.indexes, self.maker)
        notes = [*shared, *lost]
        for code, (count, most, indexes) in (("clock_backwards", self.backwards), ("clock_ahead", self.ahead)):
            if count:
                notes.append(Note(code, count, tuple(indexes), {"hours": most / HOUR}))
        return Record(
            service=service,
            origin=origin,
            first=span[0],
            stop=span[1],
            absent=absent,
            start=self.start,
            end=self.last,
            rows=self.rows,
            partial={kind: found for kind in self.rows if (found := self._partial(kind))},
            channels=self.channels,
            notes=notes,
            corrections=corrections,
            originals=originals,
            returned=tuple(self.returned),
            witnessed=witnessed,
        )


def _worse(so_far: tuple[int, int, list[int]], by: int, index: int) -> tuple[int, int, list[int]]:
    """(how many, the most in milliseconds, the first places) with one more."""
    count, most, indexes = so_far
    return count + 1, max(most, by), indexes if len(indexes) >= _SHOWN else [*indexes, index]

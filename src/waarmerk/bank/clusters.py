"""Campaigns: uploads that match each other, or the same known item, over time and accounts.

Rules:
- Two uploads belong together where one shows the other (by the rules of `match` and `hearing`), where their files are
  equal, or where both matched the same entry that still matches. What a harmless bank knows joins nothing.
- An upload is compared with what came before it, and of every cluster with the few that share most: links are a tree
  along which the fake was found, not every pair.
- A variant is one file: equal files are copies of one variant. A cluster has at least two uploads.
A cluster says that the same material spreads; whether somebody steers that is for people to find out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.find import find
from waarmerk.bank.index.hamming import HammingIndex
from waarmerk.bank.index.interface import Hits
from waarmerk.bank.known import KnownItems
from waarmerk.bank.replica import BankLookup, Replica
from waarmerk.bank.seen import Seen, matched
from waarmerk.bank.signals.audio import landmarks
from waarmerk.bank.signals.interface import AudioCodes, KnownItem, Lookup
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.values import MATCHING
from waarmerk.values import Json

COMPARED: Final = 3
"""Earlier uploads of a cluster that a new one is compared with."""
SAME: Final = 4
"""Bits within which a frame is one that its cluster shows already."""
_SOUNDS_LEAST: Final = 3


@dataclass(frozen=True)
class Link:
    """Why an upload joined: the earlier upload (or the entry's id, `known`) that it shows, and how."""

    item: str
    other: str
    known: bool
    signal: str
    distance: int
    transform: str


@dataclass(frozen=True)
class Upload:
    """An upload of a cluster. `variant`: its file's number in the cluster, from 0, in the order of coming."""

    item: str
    at: str
    account: str | None
    variant: int


@dataclass(frozen=True)
class Cluster:
    """Uploads of the same material, oldest first; `known`: ids of the entries that some of them matched."""

    uploads: tuple[Upload, ...]
    known: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def accounts(self) -> int:
        """How many accounts are named."""
        return len({upload.account for upload in self.uploads if upload.account is not None})

    @property
    def variants(self) -> int:
        """How many different files there are."""
        return len({upload.variant for upload in self.uploads})

    def spread(self) -> list[tuple[str, int, int]]:
        """By day: uploads, and accounts that had not been seen in it before."""
        days: dict[str, int] = Counter(upload.at[:10] for upload in self.uploads)
        first: dict[str, str] = {}
        for upload in self.uploads:
            if upload.account is not None:
                first.setdefault(upload.account, upload.at[:10])
        new = Counter(first.values())
        return [(day, days[day], new[day]) for day in sorted(days)]

    def transforms(self) -> dict[str, int]:
        """What was done to the material, by how many links show it; `none` left out."""
        found = Counter(link.transform for link in self.links if link.transform != "none")
        return dict(sorted(found.items()))

    def json(self) -> dict[str, Json]:
        """In plain values."""
        return {
            "first_seen": self.uploads[0].at,
            "last_seen": self.uploads[-1].at,
            "uploads": len(self.uploads),
            "accounts": self.accounts,
            "variants": self.variants,
            "known": list(self.known),
            "transforms": self.transforms(),
            "spread": [{"day": day, "uploads": count, "new_accounts": new} for day, count, new in self.spread()],
            "items": [
                {"item": one.item, "at": one.at, "account": one.account, "variant": one.variant}
                for one in self.uploads
            ],
            "links": [
                {
                    "item": one.item,
                    ("entry" if one.known else "other"): one.other,
                    "signal": one.signal,
                    "distance": one.distance,
                    "transform": one.transform,
                }
                for one in self.links
            ],
        }


def clusters(uploads: Iterable[Seen], known: Iterable[Link] = (), *, harmless: Lookup | None = None) -> list[Cluster]:
    """The clusters of these uploads, the largest first; `known`: links to entries, from `known_links`."""
    met = _Met(harmless)
    for upload in uploads:
        met.see(upload)
    for link in known:
        met.join_known(link)
    return sorted(met.clusters(), key=lambda one: (-len(one.uploads), one.uploads[0].at, one.uploads[0].item))


def known_links(reader: Reader) -> list[Link]:
    """What was told about uploads because of entries that still match; the nearest of each upload and entry."""
    with reader.database.reading() as rows:
        numbers = [int(row[0]) for row in rows.all("SELECT DISTINCT entry FROM waarmerk_bank_match")]
    entries = reader.numbered(numbers)
    best: dict[tuple[str, int], Any] = {}
    for match in matched(reader, [number for number in numbers if entries[number].status in MATCHING]):
        key = (match.item, match.entry)
        if key not in best or match.distance < best[key].distance:
            best[key] = match
    return [
        Link(one.item, entries[one.entry].id, True, one.signal, one.distance, one.transform) for one in best.values()
    ]


def harmless_of(replica: Replica) -> Lookup | None:
    """What the harmless banks of a store know; None where there is none."""
    banks = [replica.known(bank.name) for bank in replica.banks() if bank.kind == "harmless"]
    return BankLookup(replica, banks) if any(len(members) for members in banks) else None


class _Met:
    """The uploads so far, in an index, and which of them belong together."""

    def __init__(self, harmless: Lookup | None) -> None:
        self._harmless = harmless
        self._uploads: list[Seen] = []
        self._place: dict[str, int] = {}
        self._above: list[int] = []
        self._links: list[tuple[int, Link]] = []
        self._index = HammingIndex()
        self._files: dict[str, int] = {}
        self._sounds: dict[int, list[int]] = {}
        self._entries: dict[str, int] = {}

    def see(self, upload: Seen) -> None:
        """Takes the next upload, and joins it to what came before."""
        number, signals = len(self._uploads), upload.signals
        self._uploads.append(upload)
        self._place[upload.item] = number
        self._above.append(number)
        equal = self._files.setdefault(signals.sha256, number)
        if equal != number:
            # A copy is looked up by nothing else: all that it would find, the first one has found.
            self._join(number, equal, Link(upload.item, self._uploads[equal].item, False, "sha256", 0, "none"))
            return
        sounds = _codes(signals.audio)
        hits = self._index.search(signals.asked.codes)
        for other in self._candidates(hits, sounds):
            if self._root(other) != self._root(number):
                self._compare(number, other)
        new = signals.frames.codes[self._new_frames(number, hits)]
        self._index.add(np.full(len(new), number, np.uint32), new)
        for code in sounds:
            there = self._sounds.setdefault(code, [])
            if all(self._root(other) != self._root(number) for other in there):
                there.append(number)

    def join_known(self, link: Link) -> None:
        """Joins an upload to the others that matched the same entry."""
        number = self._place.get(link.item)
        if number is not None:
            self._join(number, self._entries.setdefault(link.other, number), link)

    def clusters(self) -> list[Cluster]:
        """What belongs together, where that is more than one upload."""
        groups: dict[int, list[int]] = {}
        for number in range(len(self._uploads)):
            groups.setdefault(self._root(number), []).append(number)
        links: dict[int, list[Link]] = {}
        for number, link in self._links:
            links.setdefault(self._root(number), []).append(link)
        return [self._cluster(group, links.get(root, [])) for root, group in groups.items() if len(group) > 1]

    def _cluster(self, group: list[int], links: Sequence[Link]) -> Cluster:
        several = sorted((self._uploads[number] for number in group), key=lambda one: (one.at, one.number))
        variants: dict[str, int] = {}
        uploads = [
            Upload(one.item, one.at, one.account, variants.setdefault(one.signals.sha256, len(variants)))
            for one in several
        ]
        known = sorted({link.other for link in links if link.known})
        return Cluster(tuple(uploads), tuple(known), tuple(links))

    def _new_frames(self, number: int, hits: Hits) -> NDArray[np.int64]:
        """The usable frames that the upload's cluster does not show yet: a thousand copies fill the index once."""
        signals = self._uploads[number].signals
        near = np.flatnonzero((hits.distance <= SAME) & (signals.asked.view[hits.query] == 0))
        labels, place = np.unique(hits.label[near], return_inverse=True)
        mine = np.asarray([self._root(label) == self._root(number) for label in labels.tolist()], np.bool_)
        there = signals.asked.frame[hits.query[near[mine[place]]]] if len(near) else np.empty(0, np.int64)
        return np.setdiff1d(signals.frames.usable_rows(), there)

    def _candidates(self, hits: Hits, sounds: list[int]) -> list[int]:
        """Earlier uploads that share hashes, the most first, a few of each cluster."""
        shared = Counter(hits.label.tolist())
        heard = Counter(other for code in sounds for other in self._sounds.get(code, ()))
        shared.update({other: count for other, count in heard.items() if count >= _SOUNDS_LEAST})
        taken: Counter[int] = Counter()
        found = []
        for other, _ in shared.most_common():
            root = self._root(other)
            taken[root] += 1
            if taken[root] <= COMPARED:
                found.append(other)
        return found

    def _compare(self, number: int, other: int) -> None:
        mine, theirs = self._uploads[number], self._uploads[other]
        matches = find(mine.signals, KnownItems([KnownItem.of(theirs.signals)]), harmless=self._harmless)
        best = next((match for match in matches if not match.partial), None)
        if best is not None:
            link = Link(mine.item, theirs.item, False, best.signal, best.distance, best.transform)
            self._join(number, other, link)

    def _join(self, number: int, other: int, link: Link) -> None:
        self._above[self._root(number)] = self._root(other)
        self._links.append((number, link))

    def _root(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number


def _codes(audio: AudioCodes | None) -> list[int]:
    """The codes of a sound that are worth looking up, each once."""
    return [] if audio is None else np.unique(audio[landmarks(audio)]).tolist()

"""What was uploaded before its hash came: entries that are new since a generation, against the uploads seen.

Rules: an upload is first tried on the new entries alone, and asked about in full (harmless banks too) only where one
of them is near.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from waarmerk.bank.answer import Told, ask
from waarmerk.bank.members import Members
from waarmerk.bank.replica import Replica
from waarmerk.bank.seen import Seen
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.values import MATCHING, Status


@dataclass(frozen=True)
class Found:
    """An upload that new entries match."""

    upload: Seen
    matches: tuple[Told, ...]
    generation: int


def retroactive(
    replica: Replica,
    uploads: Iterable[Seen],
    since: int,
    *,
    only: Sequence[Status] = MATCHING,
    reader: Reader | None = None,
) -> Iterator[Found]:
    """The uploads that an entry matches which came, or came back, after generation `since`.

    `only`: entries that have one of these states now; `reader`: where the replica's own is in use by its follower.
    """
    fresh: dict[str, Members] = {bank.name: Members(bank) for bank in replica.banks() if bank.kind == "known"}
    numbers: set[int] = set()
    for _, page in (reader or replica.reader).changed(since):
        for name, members in fresh.items():
            mine = [live for live in page if live.bank == name and live.status in only]
            members.apply(mine)
            numbers |= {live.number for live in mine if live.packed is not None}
    for upload in uploads:
        signals = upload.signals
        near = any(len(members.near(signals.asked.codes).query) for members in fresh.values())
        if not near and signals.audio is not None:
            near = any(len(members.heard(signals.audio).query) for members in fresh.values())
        if not near and not numbers & set(replica.exact(signals.sha256)):
            continue
        answer = ask(replica, signals)
        matches = tuple(told for told in answer.matches if told.entry.number in numbers)
        if matches:
            yield Found(upload, matches, answer.generation)

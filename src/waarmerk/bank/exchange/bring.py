"""From the records of a list to entries of a bank, and back.

Rules:
- Known items enter as seeded; what the source has taken back is withdrawn, found by its hashes or by the source's id;
  what is not a fake is counted and stays out.
- What a source says of an item stays with its entry, as JSON, and goes out again in the same format.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from waarmerk.bank.bringing import entry_of
from waarmerk.bank.exchange.common import storable
from waarmerk.bank.exchange.interface import Bad, Format, Record
from waarmerk.bank.exchange.stix import DEFAULT
from waarmerk.bank.store.packing import pack_item, unpack_item
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import MATCHING, Added, By, Entry, NewEntry, Source
from waarmerk.errors import InputError


@dataclass
class Brought:
    """What became of a list's records: taken back by their source (and entries withdrawn so), not fakes."""

    taken_back: list[Record] = field(default_factory=list)
    withdrawn: int = 0
    not_fakes: int = 0


def entries_of(records: Iterable[Record], of_format: Format, brought: Brought, bad: Bad) -> Iterator[NewEntry]:
    """The known items as new entries; the other records are noted in `brought`."""
    for record in records:
        if record.state == "not-a-fake":
            brought.not_fakes += 1
        elif record.state == "withdrawn":
            brought.taken_back.append(record)
        elif record.item is not None:
            try:
                if not storable(record.note):
                    raise InputError(f"the note of {record.id or 'an item'} has signs that are no text")
                yield entry_of(record.item, "seeded", record.note, _extra(record, of_format))
            except InputError as error:
                bad(error)


def bring(
    store: Store,
    bank: str,
    source: Source,
    entries: Iterable[NewEntry],
    brought: Brought,
    *,
    held: Callable[[], str | None] = lambda: None,
) -> Added:
    """Adds the entries, all or none, then withdraws what the source has taken back."""
    added = store.add(bank, source, entries, By(reason=f"listed by {source.origin}"), held=held)
    wanted = {record.id for record in brought.taken_back if record.id is not None}
    gone: dict[str, None] = {}
    for record in brought.taken_back:
        there = None if record.item is None else store.there(bank, source.origin, pack_item(record.item))
        if there is not None and there.status != "withdrawn":
            gone[there.id] = None
    if wanted:
        for entry in store.entries(bank, origin=source.origin):
            if entry.status != "withdrawn" and _kept(entry).get("id") in wanted:
                gone[entry.id] = None
    if gone:
        store.change(list(gone), "withdrawn", By(source.origin, "taken back in its list"))
    brought.withdrawn = len(gone)
    return added


def records_of(reader: Reader, bank: str, of_format: Format, only: str | None = None) -> Iterator[Record]:
    """The entries of a bank that match, as records of a format; taken-out ones too where it can say so."""
    for entry in reader.entries(bank):
        if only is not None and entry.id != only:
            continue
        if entry.status in MATCHING:
            withdrawn = False
        elif entry.status in ("withdrawn", "retired") and of_format.withdraws:
            withdrawn = True
        else:
            continue
        kept = _kept(entry)
        item = unpack_item(reader.packed(entry.number), f"entry {entry.id}")
        tags = tuple(kept.get("tags", ()))
        if of_format.name == "stix" and not any(tag.startswith("T0") for tag in tags):
            tags = (DEFAULT[item.kind], *tags)
        fields = kept.get("fields", {}) if kept.get("format") == of_format.name else {}
        yield Record(
            item,
            "withdrawn" if withdrawn else "known",
            kept.get("id") or entry.id,
            kept.get("at") or entry.added_at,
            tags,
            entry.note,
            fields,
        )


def _extra(record: Record, of_format: Format) -> str:
    more = {"id": record.id, "at": record.at, "tags": list(record.tags), "fields": record.fields}
    return json.dumps({"format": of_format.name, **{name: value for name, value in more.items() if value}})


def _kept(entry: Entry) -> dict[str, Any]:
    """What its source said of an entry; nothing where that is not ours to read."""
    if entry.extra is None:
        return {}
    value = json.loads(entry.extra)
    return value if isinstance(value, dict) and "format" in value else {}

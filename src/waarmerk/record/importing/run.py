"""Records of a source into the record: mapped, told apart from what is there already, recorded in batches.

Rules:
- A record becomes all of its events or none.
- A run is a channel of its own (`import-` and eight random digits), numbered from 1 without gaps.
- An event whose id is stored is passed over where it says the same (but for `logged_at`, `channel` and `n`), or was
  erased; where it says something else, the line is named, for a correction is an event of its own.
- Memory: one batch of events.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from waarmerk.errors import InputError
from waarmerk.record.events.catalogue import KINDS, MAX_EVENT, encode
from waarmerk.record.importing.names import Names
from waarmerk.record.importing.rows import Row, Unmapped
from waarmerk.record.importing.templates import Context
from waarmerk.record.strict import loads
from waarmerk.values import Json

if TYPE_CHECKING:
    # It reads YAML, which is no part of the bare install; `record forget` needs none.
    from waarmerk.record.importing.maps import Made, Map

_BATCH = 4096
_OWN = ("logged_at", "channel", "n")
Events = list[tuple[str, bytes]]


class Kept(Protocol):
    """Where events are kept already."""

    def find(self, event_id: str) -> tuple[bool, bytes | None]:
        """Whether the id is there, and the event's canonical JSON, None where it was erased."""


class Nowhere:
    """No event is kept: for a trial."""

    def find(self, event_id: str) -> tuple[bool, bytes | None]:  # noqa: ARG002 -- as `Kept` has it
        """Nothing is there."""
        return False, None


@dataclass
class Tally:
    """What became of the lines and the events in them; `skipped`: lines that the map passes over, by its reason."""

    lines: int = 0
    unmapped: int = 0
    new: int = 0
    seen: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


class Importer:
    """One run; `tally` is what became of the lines.

    `store` brings a batch of events (id, canonical JSON) into the log, durable when it returns; `now` gives the
    moment for `logged_at`; `service` is what the map does not know.
    """

    def __init__(
        self,
        made: Map,
        names: Names,
        kept: Kept,
        store: Callable[[Events], None],
        *,
        channel: str,
        now: Callable[[], str],
        service: str | None,
    ) -> None:
        self.tally = Tally()
        self._map, self._names, self._kept, self._store = made, names, kept, store
        self._channel, self._now, self._service = channel, now, service
        self._number = 0
        self._batch: dict[str, bytes] = {}

    def run(self, rows: Iterable[Row | Unmapped]) -> Iterator[Unmapped]:
        """Records what the rows become; gives every line that cannot be mapped."""
        for row in rows:
            self.tally.lines += 1
            told = row if isinstance(row, Unmapped) else self._take(row)
            if told is not None:
                self.tally.unmapped += 1
                yield told
            if len(self._batch) >= _BATCH:
                self._flush()
        self._flush()

    def _take(self, row: Row) -> Unmapped | None:
        try:
            values = self._read_json(row.values)
            why = next((skip.why for skip in self._map.skips if skip.when(values)), None)
            if why is not None:
                self.tally.skipped[why] += 1
                return None
            wanted = [made for made in self._map.events if made.when(values)]
            if not wanted:
                raise InputError("the map says nothing of a record like this")
            new, seen = self._events(values, wanted)
        except InputError as error:
            return Unmapped(row.file, row.line, error.message)
        self._number += len(new)
        self._batch |= new
        self.tally.new += len(new)
        self.tally.seen += seen
        return None

    def _events(self, values: Mapping[str, Json], wanted: list[Made]) -> tuple[dict[str, bytes], int]:
        """The new events of a record by id, and how many of its events are there already."""
        service = self._service
        if self._map.service is not None:
            service = self._map.service(Context(values, self._names, self._map.name, "", ""))
        if service is None:
            raise InputError("the record does not say of which service it is")
        key = [path(values) for path in self._map.key]
        if any(part is None for part in key):
            raise InputError("the record lacks what the map numbers records by")
        new: dict[str, bytes] = {}
        seen = 0
        kinds: Counter[str] = Counter()
        for made in wanted:
            # Of several of one kind, the second has another id than the first.
            own = (str(service), made.kind, str(kinds[made.kind]), *map(str, key))
            kinds[made.kind] += 1
            event_id = self._names.derived(self._map.name, "event", *own)
            event = self._event(values, made, str(service), event_id, self._number + len(new) + 1)
            if self._is_new(event_id, event):
                new[event_id] = event
            else:
                seen += 1
        return new, seen

    def _event(self, values: Mapping[str, Json], made: Made, service: str, event_id: str, number: int) -> bytes:
        context = Context(values, self._names, self._map.name, service, "")
        at = (made.at or self._map.at)(context)
        if not isinstance(at, str):
            raise InputError("the record does not say when it happened")
        context = Context(values, self._names, self._map.name, service, at)
        header: dict[str, Json] = {
            "kind": made.kind,
            "v": 1,
            "id": event_id,
            "at": at,
            "logged_at": self._now(),
            "service": service,
            "channel": self._channel,
            "n": number,
            "by": {"type": "importer"},
            "src": f"import:{self._map.name}",
        }
        fields = ((name, template(context)) for name, template in made.fields.items())
        present = {name: value for name, value in fields if value is not None}
        try:
            data = encode(msgspec.convert({**header, **present}, KINDS[made.kind], strict=False))
        except msgspec.ValidationError as error:
            raise InputError(f"it makes no {made.kind}: {error}") from error
        if len(data) > MAX_EVENT:
            raise InputError(f"the event would have {len(data)} bytes, above the limit of {MAX_EVENT}")
        return data

    def _is_new(self, event_id: str, data: bytes) -> bool:
        stored: bytes | None = self._batch.get(event_id)
        if stored is None:
            there, stored = self._kept.find(event_id)
            if not there:
                return True
        if stored is not None and _content(stored) != _content(data):
            raise InputError("this record was imported before and said something else")
        return False

    def _read_json(self, values: Mapping[str, Json]) -> dict[str, Json]:
        return {name: _parsed(name, value) if name in self._map.json else value for name, value in values.items()}

    def _flush(self) -> None:
        if self._batch:
            self._names.keep()
            self._store(list(self._batch.items()))
            self._batch = {}


def _parsed(name: str, value: Json) -> Json:
    """What the JSON in a column says; a text that is none stands for itself."""
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        return loads(value.encode("utf-8", "surrogatepass"))
    except InputError as error:
        raise InputError(f"the column {name}: {error.message}") from error


def _content(data: bytes) -> Json:
    value = json.loads(data)
    return {name: one for name, one in value.items() if name not in _OWN}

"""Events as small rows: only the fields that obligations read, equal values held once, times as numbers.

Rules:
- A row has the names of the catalogue; `index` is where the log holds the event.
- A time is milliseconds since 1970 (UTC); whatever else is as the event says, None where it says nothing.
- Of a statement's `body` the coded fields stay, and the names of texts that look like personal data; the texts go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast, get_type_hints

import msgspec

from waarmerk.dsa.rules import house_rules, values_of
from waarmerk.record.events.catalogue import KINDS
from waarmerk.record.events.types import Event, Time, parts_of

NATIVE = "native"
HOUR = 3_600_000
"""Milliseconds."""
_HEADER = ("at", "logged_at", "src")
_PERSONAL = ("personal_email", "personal_handle", "personal_phone")
_TEXTS = ("decision_facts", "illegal_content_explanation", "incompatible_content_explanation")


class Row(msgspec.Struct, gc=False):
    """An event in short; the fields of its kind come behind these. `at`, `logged_at`: milliseconds."""

    index: int
    at: int
    logged_at: int
    native: bool

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class Body(msgspec.Struct, frozen=True, gc=False):
    """The coded fields of a statement of reasons; `personal`: texts of it in which personal data seem to stand."""

    automated_detection: str
    automated_decision: str
    source_type: str
    territorial_scope: tuple[str, ...]
    application_date: str
    category: str
    category_specification: tuple[str, ...]
    content_type: tuple[str, ...]
    decision_ground: str
    personal: tuple[str, ...]


def milliseconds(moment: str) -> int:
    """A time of the catalogue as milliseconds since 1970."""
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


def moment(milliseconds_: int) -> str:
    """Milliseconds since 1970 as the catalogue spells a time."""
    whole = datetime.fromtimestamp(milliseconds_ // 1000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{milliseconds_ % 1000:03d}Z"


@cache
def _times(kind: str) -> frozenset[str]:
    hints = get_type_hints(KINDS[kind], include_extras=True)
    return frozenset(name for name, hint in hints.items() if Time in set(parts_of(hint)))


class Rows:
    """Makes rows of events. `reads`: by kind, the fields that are kept beside the header's times."""

    def __init__(self, reads: Mapping[str, Iterable[str]]) -> None:
        self._held: dict[Any, Any] = {}
        self.fields = {kind: tuple(sorted(set(names) - set(_HEADER))) for kind, names in reads.items()}
        self._make = {kind: self._maker(kind, names) for kind, names in self.fields.items()}

    def make(self, kind: str, index: int, event: Event, at: int, logged_at: int) -> Row | None:
        """The row of an event, None where nobody reads its kind."""
        make = self._make.get(kind)
        return None if make is None else make(index, event, at, logged_at)

    def value(self, kind: str, name: str, value: Any) -> Any:
        """One field as a row holds it."""
        if value is None:
            return None
        if name in _times(kind):
            return milliseconds(value)
        if isinstance(value, dict):
            return self._held.setdefault(body := _body(value), body) if name == "body" else value
        if isinstance(value, str) or (value and isinstance(value, (tuple, msgspec.Struct))):
            return self._hold(value)
        return value

    def _hold(self, value: Any) -> Any:
        """The first of equal values; ids inside a list are shared with ids elsewhere."""
        if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], str):
            value = (self._held.setdefault(value[0], value[0]),)
        try:
            return self._held.setdefault(value, value)
        except TypeError:  # a part that is by name has no hash
            return value

    def _maker(self, kind: str, names: tuple[str, ...]) -> Callable[[int, Event, int, int], Row]:
        shape = msgspec.defstruct(kind.replace(".", "_"), [(name, Any) for name in names], bases=(Row,), gc=False)
        value = self.value
        take = _taker(names)

        def make(index: int, event: Event, at: int, logged_at: int) -> Row:
            found = [value(kind, name, got) for name, got in zip(names, take(event), strict=True)]
            return cast("Row", shape(index, at, logged_at, event.src == NATIVE, *found))

        return make


def _taker(names: tuple[str, ...]) -> Callable[[Event], Iterable[Any]]:
    """The values of these fields of an event."""
    if len(names) < 2:  # attrgetter gives a bare value for one name and takes none
        return lambda event: [getattr(event, name) for name in names]
    return attrgetter(*names)


def _body(body: Mapping[str, Any]) -> Body:
    values = values_of(body)
    texts = {name: str(values[name]) for name in _TEXTS}
    found: list[str] = []
    for name in _PERSONAL:
        rule = house_rules()[name]
        if rule.check is not None and any(mark in text for mark in rule.marks for text in texts.values()):
            found += [breach.field for breach in rule.check(**texts)]

    def text(name: str) -> str:
        return str(values[name])

    def many(name: str) -> tuple[str, ...]:
        value = values[name]
        return value if isinstance(value, tuple) else (value,)

    return Body(
        automated_detection=text("automated_detection"),
        automated_decision=text("automated_decision"),
        source_type=text("source_type"),
        territorial_scope=tuple(sorted(set(many("territorial_scope")))),
        application_date=text("application_date")[:10],
        category=text("category"),
        category_specification=many("category_specification"),
        content_type=many("content_type"),
        decision_ground=text("decision_ground"),
        personal=tuple(sorted(set(found))),
    )

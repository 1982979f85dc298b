"""The types that the fields of events share; closed lists come from the law's vocabulary, as data.

Rules:
- An id and a pseudonym are 128 random bits, a digest is SHA-256, each in lower-case hexadecimal.
- A time is RFC 3339 in UTC with milliseconds, one spelling a moment: `2026-02-03T14:05:06.789Z`.
- A field of type `Native` is in every native event; an imported one lacks it where its source does not carry it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, TypeVar, get_args

import msgspec

from waarmerk.dsa import vocabulary

Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$", description="128 random bits")]
Pid = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$", description="a person's pseudonym, 128 random bits")]
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256")]
Time = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}\.[0-9]{3}Z$",
        description="RFC 3339, UTC, milliseconds",
    ),
]
Date = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", description="a day, as RFC 3339 writes it"
    ),
]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
_T = TypeVar("_T")
NATIVE = msgspec.Meta(extra={"required": "native"})
Native = Annotated[_T | None, NATIVE]
"""What a native event must say; absent in an event with `src` import:NAME alone."""


def parts_of(hint: Any) -> Iterator[Any]:
    """A type and all that it is made of."""
    yield hint
    for part in get_args(hint):
        yield from parts_of(part)


def _closed(codes: Iterable[str]) -> Any:
    return Literal[tuple(codes)]


if TYPE_CHECKING:
    Restriction: TypeAlias = str
    Ground: TypeAlias = str
    ContentType: TypeAlias = str
    Category: TypeAlias = str
    OrderCategory: TypeAlias = str
    Keyword: TypeAlias = str
    Language: TypeAlias = str
    Territory: TypeAlias = str
    MemberState: TypeAlias = str
    Automation: TypeAlias = str
else:
    Restriction = _closed(
        code
        for kind in ("visibility", "monetary", "provision", "account")
        for code in vocabulary.enum(f"decision_{kind}")
    )
    Ground = _closed(vocabulary.enum("decision_ground"))
    ContentType = _closed(vocabulary.enum("content_type"))
    Category = _closed(vocabulary.enum("category"))
    OrderCategory = _closed(dict.fromkeys([*vocabulary.enum("category"), *vocabulary.categories()]))
    Keyword = _closed(vocabulary.enum("category_specification"))
    Language = _closed(vocabulary.languages())
    Territory = _closed(vocabulary.territories())
    MemberState = _closed(vocabulary.member_states())
    Automation = _closed(vocabulary.enum("automated_decision"))


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of an event."""


class Period(Value, frozen=True):
    """From a day to a day, both included."""

    start: Date
    end: Date


class Party(Value, frozen=True):
    """Who did it: a person by pseudonym, a machine by the digest of its tool, an authority, or the importer."""

    type: Literal["person", "machine", "authority", "importer"]
    pid: Pid | None = None
    tool: Digest | None = None
    role: Literal["intake", "reviewer", "senior", "auditor", "admin"] | None = None


class Event(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"
):
    """The header of every event: `at` by its source's clock, `logged_at` set by the recorder alone.

    `channel` and `n`: the intake or component, and the number in it without gaps, from 1. `src`: `native` or
    `import:NAME`.
    """

    v: Literal[1]
    id: Id
    at: Time
    logged_at: Time
    service: Word
    channel: Word
    n: Number
    by: Party
    src: Annotated[str, msgspec.Meta(pattern="^(native|import:[a-z0-9._-]{1,64})$")]

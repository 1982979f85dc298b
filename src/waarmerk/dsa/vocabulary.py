"""The law's words as data: enums, categories with their keywords, places, the server's rules, the dumps' columns.

Rules:
- Nothing of the law is spelled in code: whoever needs a code asks here by name (a test holds it).
- Every data file says its source and version; `sources()` lists them.
- Files are read when first asked for, once.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec


class Category(msgspec.Struct, frozen=True):
    """A category of the harmonised list: `number` as in the report template (1 to 17), keywords in its order."""

    code: str
    number: int
    label: str
    keywords: tuple[str, ...]


class Field(msgspec.Struct, frozen=True):
    """What the server demands of one field of a statement; conditions are sentences that `statement` parses."""

    type: Literal["string", "array", "date", "url", "object"]
    required: bool = False
    nullable: bool = False
    enum: str | None = None
    max: int | None = None
    pattern: str | None = None
    min_date: str | None = None
    max_date: str | None = None
    required_if: str | None = None
    required_without_all: tuple[str, ...] = ()
    dropped_unless: str | None = None
    dropped_if: str | None = None
    note: str | None = None


class Dumps(msgspec.Struct, frozen=True):
    """The shape of the daily dumps: today's columns, which of them are newer, which the light variant lacks.

    Codes that are gone since `new_schema_from` (a date) map to what they are called now, None where to nothing.
    """

    columns: tuple[str, ...]
    added_2025_07_01: tuple[str, ...]
    light_drops: tuple[str, ...]
    new_schema_from: str
    renamed_categories: dict[str, str | None]
    renamed_keywords: dict[str, str | None]

    def columns_before(self) -> tuple[str, ...]:
        """The columns of a dump from before 1 July 2025."""
        return tuple(name for name in self.columns if name not in self.added_2025_07_01)


class Source(msgspec.Struct, frozen=True):
    """Where a data file comes from."""

    source: str
    version: str


class _Enums(msgspec.Struct, frozen=True):
    enums: dict[str, dict[str, str]]


class _Keywords(msgspec.Struct, frozen=True):
    categories: tuple[Category, ...]


class _Places(msgspec.Struct, frozen=True):
    member_states: tuple[str, ...]
    eea: tuple[str, ...]
    languages: tuple[str, ...]


class _Fields(msgspec.Struct, frozen=True):
    fields: dict[str, Field]


class _Batch(msgspec.Struct, frozen=True):
    body_key: str
    min: int
    max: int


class _Limits(msgspec.Struct, frozen=True):
    per_second: int
    per_minute: int


class _Server(msgspec.Struct, frozen=True):
    batch: _Batch
    limits: _Limits


FILES = ("enums", "keywords", "places", "fields", "server", "dumps", "fines")


def _read(name: str) -> bytes:
    return (files("waarmerk.dsa") / "data" / f"{name}.json").read_bytes()


@cache
def sources() -> dict[str, Source]:
    """Source and version of every data file, by its name."""
    return {name: msgspec.json.decode(_read(name), type=Source) for name in FILES}


@cache
def enums() -> dict[str, dict[str, str]]:
    """Every closed list of the statement with labels, by its name in the API: value to English label."""
    return msgspec.json.decode(_read("enums"), type=_Enums).enums


def enum(name: str) -> dict[str, str]:
    """One closed list (`category`, `category_specification`, `source_type`, ...): value to English label."""
    return enums()[name]


@cache
def categories() -> dict[str, Category]:
    """The 17 categories of the report template by code, in its order.

    Two of them are not categories of a statement: the type "not specified" of orders stands in orders alone.
    """
    decoded = msgspec.json.decode(_read("keywords"), type=_Keywords)
    return {category.code: category for category in decoded.categories}


@cache
def keyword_categories() -> dict[str, frozenset[str]]:
    """The categories in which each keyword stands; a keyword of the API alone (no row of the template) has none."""
    found: dict[str, set[str]] = {keyword: set() for keyword in enum("category_specification")}
    for category in categories().values():
        for keyword in category.keywords:
            found[keyword].add(category.code)
    return {keyword: frozenset(codes) for keyword, codes in found.items()}


@cache
def _places() -> _Places:
    return msgspec.json.decode(_read("places"), type=_Places)


def member_states() -> tuple[str, ...]:
    """The 27 Member States as the database writes them (Greece is GR)."""
    return _places().member_states


def territories() -> tuple[str, ...]:
    """The territories that a statement may name: Member States, Iceland, Liechtenstein and Norway."""
    return _places().eea


def languages() -> tuple[str, ...]:
    """The languages that a statement may name, upper case."""
    return _places().languages


@cache
def fields() -> dict[str, Field]:
    """The server's rules for every field of a statement, in the order of its documentation."""
    return msgspec.json.decode(_read("fields"), type=_Fields).fields


@cache
def server() -> _Server:
    """The batch's key and size, and how many requests the server takes."""
    return msgspec.json.decode(_read("server"), type=_Server)


@cache
def dumps() -> Dumps:
    """The columns of the daily dumps, today's and those before 1 July 2025."""
    return msgspec.json.decode(_read("dumps"), type=Dumps)

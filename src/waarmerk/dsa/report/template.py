"""The official template of a transparency report as one typed value: parts, columns, rows, applicability.

Rules:
- The labels come from the eleven CSV files of Annex I (Implementing Regulation (EU) 2024/2835), never from code;
  code gives each column, indicator and scope a short key by its place in the template, and a kind.
- A column's kind decides how its cells are read: count, items (a count of things that may be named twice),
  median (hours), share (0 to 1), text, context.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal

import msgspec

from waarmerk.dsa.report.words import normal
from waarmerk.dsa.vocabulary import Source

Kind = Literal["key", "text", "count", "items", "median", "share", "context"]

TOTAL = "TOTAL"
OTHER = "KEYWORD_OTHER"
CATEGORY_PARTS = (3, 4, 5, 6)
INDICATOR_PARTS = (7, 8, 9, 10)

# Keys of the columns with figures, in the template's order, with their kind.
_RESTRICTIONS = [
    "removal",
    "disable",
    "demoted",
    "age_restricted",
    "interaction_restricted",
    "labelled",
    "visibility_other",
    "monetary_suspension",
    "monetary_termination",
    "monetary_other",
    "service_suspension",
    "service_termination",
    "account_suspension",
    "account_termination",
]
_FIGURES: dict[int, tuple[tuple[str, Kind], ...]] = {
    3: (
        ("orders_act", "count"),
        ("items", "items"),
        ("act_receipt", "median"),
        ("act_effect", "median"),
        ("orders_info", "count"),
        ("info_receipt", "median"),
        ("info_effect", "median"),
    ),
    4: (
        ("notices", "count"),
        ("notices_flagger", "count"),
        ("items", "items"),
        ("items_flagger", "items"),
        ("median", "median"),
        ("median_flagger", "median"),
        ("actions_law", "count"),
        ("actions_law_flagger", "count"),
        ("actions_terms", "count"),
        ("actions_terms_flagger", "count"),
    ),
    5: (("measures", "count"), ("automated", "count"), *((name, "count") for name in _RESTRICTIONS)),
    6: (("measures", "count"), ("automated", "count"), *((name, "count") for name in _RESTRICTIONS)),
}
RESTRICTIONS = tuple(_RESTRICTIONS)

# Keys of indicators and scopes by the order in which the template first names them.
_INDICATORS: dict[int, tuple[str, ...]] = {
    1: ("provider", "published", "previous", "start", "end"),
    7: (
        "complaints",
        "new_restrictions",
        "visibility",
        "service",
        "account",
        "monetisation",
        "no_action",
        "no_action_flagger",
        "disputes",
        "suspended_content",
        "suspended_notices",
        "suspended_complaints",
    ),
    8: ("solely", "not_automated", "accuracy", "precision", "recall", "notices_solely", "notices_not_automated"),
    9: ("internal", "external", "linguistic"),
    10: ("recipients",),
    11: (
        "summary",
        "methods",
        "automated_means",
        "accuracy_indicators",
        "purposes",
        "safeguards",
        "governance",
        "qualifications",
        "training",
        "support",
        "methodology",
    ),
}
_SCOPES: dict[int, tuple[str, ...]] = {
    7: ("total", "upheld", "partially_reversed", "reversed", "median", "omitted", "implemented"),
    8: ("total", "own", "notices", "flagger"),
    9: ("total",),
    10: ("total",),
}


@dataclass(frozen=True)
class Column:
    """One column of a part: the template's header without outer blanks, our key, its kind, its place from 0."""

    key: str
    header: str
    kind: Kind
    place: int


@dataclass(frozen=True)
class Part:
    """One part of the template: number, file name, columns, and the rows as the template gives them."""

    number: int
    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    @cached_property
    def by_key(self) -> dict[str, Column]:
        """Columns by key."""
        return {column.key: column for column in self.columns}

    @cached_property
    def indicators(self) -> dict[str, str]:
        """Normalised label of every indicator to its key (parts 1 and 7 to 11)."""
        return _keys(self, "indicator", _INDICATORS.get(self.number, ()))

    @cached_property
    def scopes(self) -> dict[str, str]:
        """Normalised label of the scopes that are no language or Member State, to their key."""
        return _keys(self, "scope", _SCOPES.get(self.number, ()))

    @cached_property
    def indicator_labels(self) -> dict[str, str]:
        """Key of every indicator to the template's label."""
        return _labels(self, "indicator", _INDICATORS.get(self.number, ()))

    @cached_property
    def scope_labels(self) -> dict[str, str]:
        """Key of every scope to the template's label."""
        return _labels(self, "scope", _SCOPES.get(self.number, ()))

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The main categories that this part knows, in order, without TOTAL (parts 3 to 6)."""
        return tuple(dict.fromkeys(label for label in self._labels if label.startswith("STATEMENT_")))

    @cached_property
    def applicability(self) -> frozenset[str]:
        """To whom rows of this part apply, in the template's words."""
        return frozenset(row[0] for row in self.rows) if self.columns[0].key == "applicability" else frozenset()

    def words_of(self, column: str) -> frozenset[str]:
        """What the unfilled template itself writes in a column, normalised."""
        return _words_of(self.number, column)

    @cached_property
    def _labels(self) -> tuple[str, ...]:
        place = self.by_key["category"].place
        return tuple(row[place].strip() for row in self.rows)


_NAMES = [
    "1_summary",
    "2_categories_names",
    "3_member_states_orders",
    "4_notices",
    "5_own_initiative_illegal",
    "6_own_initiative_TC",
    "7_appeals_and_recidivism",
    "8_automated_means",
    "9_human_resources",
    "10_AMAR",
    "11_qualitative",
]
_KEYS: dict[int, tuple[str, ...]] = {
    1: ("applicability", "service", "indicator", "value"),
    2: ("label", "meaning", "category", "context"),
    7: ("applicability", "service", "period", "section", "indicator", "scope", "value", "context"),
    10: ("applicability", "service", "period", "section", "indicator", "scope", "value"),
    11: ("applicability", "service", "period", "indicator", "value"),
}
_KEYS[8] = _KEYS[9] = _KEYS[7]


@cache
def parts() -> dict[int, Part]:
    """The eleven parts by number, read from the official CSV files once."""
    return {number: _read(number, name) for number, name in enumerate(_NAMES, start=1)}


def source() -> Source:
    """Where the template comes from."""
    return msgspec.json.decode(_file("sources.json"), type=Source)


@cache
def applicability_of(part: int, indicator: str, scope: str) -> str:
    """To whom a row of an indicator part applies, in the template's words ("" when it has no such row)."""
    known = parts()[part]
    columns = known.by_key
    for row in known.rows:
        key = known.indicators.get(normal(row[columns["indicator"].place]), "")
        place = columns["scope"].place if "scope" in columns else None
        own = known.scopes.get(normal(row[place]), "") if place is not None else ""
        if key == indicator and own == scope:
            return row[0].strip()
    return ""


@cache
def category_labels() -> dict[str, str]:
    """Normalised "Category 1a" and description of every row of part 2 to its code."""
    found: dict[str, str] = {}
    for label, meaning, code, _ in parts()[2].rows:
        found[normal(label)] = code.strip()
        found.setdefault(normal(meaning), code.strip())
    return found


@cache
def template_words() -> frozenset[str]:
    """Normalised headings and labels of every part: what cells say when a line is cut where it should be."""
    texts = (text for part in parts().values() for row in (_headers(part), *part.rows) for text in row)
    return frozenset(words for text in texts if (words := normal(text)))


def _headers(part: Part) -> tuple[str, ...]:
    return tuple(column.header for column in part.columns)


def _file(name: str) -> bytes:
    return (files("waarmerk.dsa") / "data" / "report_template" / name).read_bytes()


def _read(number: int, name: str) -> Part:
    table = list(csv.reader(io.StringIO(_file(f"{name}.csv").decode("utf-8-sig"))))
    header, rows = table[0], table[1:]
    return Part(number, name, tuple(_columns(number, header)), tuple(tuple(row) for row in rows))


def _columns(number: int, header: list[str]) -> list[Column]:
    if number in _FIGURES:
        keys: list[tuple[str, Kind]] = [("applicability", "text"), ("service", "text"), ("period", "text")]
        keys += [("category", "key"), ("description", "text")]
        if number == 3:
            keys.append(("scope", "key"))
        keys += _FIGURES[number]
        keys += [(f"context_{key}", "context") for key, _ in _FIGURES[number]]
    else:
        kinds: dict[str, Kind] = {"indicator": "key", "scope": "key", "category": "key", "context": "context"}
        keys = [(key, kinds.get(key, "text")) for key in _KEYS[number]]
    return [
        Column(key, text.strip(), kind, place)
        for place, ((key, kind), text) in enumerate(zip(keys, header, strict=True))
    ]


@cache
def _words_of(number: int, column: str) -> frozenset[str]:
    part = parts()[number]
    place = part.by_key[column].place
    return frozenset(normal(row[place]) for row in part.rows if row[place].strip())


def _distinct(part: Part, column: str) -> list[str]:
    if column not in part.by_key:
        return []
    place = part.by_key[column].place
    return list(dict.fromkeys(row[place].strip() for row in part.rows))


def _keys(part: Part, column: str, keys: tuple[str, ...]) -> dict[str, str]:
    return {normal(label): key for label, key in zip(_distinct(part, column), keys, strict=False)}


def _labels(part: Part, column: str, keys: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(keys, _distinct(part, column), strict=False))

"""Which part of the template a sheet is, where its header stands, which column is which: by content, not by name.

Rules:
- Headers and row labels decide; the name of the file or sheet only breaks ties (parts 5 and 6 under foreign headers).
- A header that stands one place beside its data is moved to where the row labels are, and told.
- Columns without a recognised header are taken by place only where the sheet is as wide as the template.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from waarmerk.dsa import vocabulary
from waarmerk.dsa.report.read.texts import Sheet
from waarmerk.dsa.report.template import CATEGORY_PARTS, TOTAL, Part, category_labels, parts
from waarmerk.dsa.report.words import normal

_HEADER_LINES = 15
_SAMPLE = 120
_ENOUGH = 0.42
_CODE = re.compile(r"^(?:STATEMENT_CATEGORY|KEYWORD)_[A-Z_]+$")
_CODE_INSIDE = re.compile(r"(?<![A-Z])(?:STATEMENT_CATEGORY|KEYWORD)_[A-Z_]*[A-Z]")
_NUMBER_IN_NAME = re.compile(r"(?:^|[^0-9])(1[01]|[1-9])(?=[^0-9]|$)")


@dataclass(frozen=True)
class Recognised:
    """A sheet as a part: `header` is the index of its header row or None, `places` the column of each key.

    `renamed`: headings in other words, of columns that were taken by place among recognised ones.
    """

    part: Part
    header: int | None
    places: dict[str, int]
    missing: tuple[str, ...]
    extra: tuple[tuple[str, int], ...]
    shift: int
    by_place: bool
    renamed: tuple[str, ...]


def recognise(sheet: Sheet) -> Recognised | None:
    """The part that a sheet is, or None when it is none."""
    if not sheet.rows:
        return None
    best: tuple[float, Part, int | None] | None = None
    for part in parts().values():
        header, overlap = _header(sheet, part)
        body = _body(sheet, part, header)
        if not overlap and not body:
            continue
        width = _width(sheet, len(part.columns))
        alike = 1.0 if width == len(part.columns) else max(0.0, 1 - abs(width - len(part.columns)) / 12)
        score = 0.5 * overlap + 0.4 * body + 0.1 * alike + _own_words(sheet, part, header) + _name(sheet.name, part)
        if best is None or score > best[0]:
            best = (score, part, header if overlap >= 0.3 else None)
    if best is None or best[0] < _ENOUGH:
        return None
    _, part, header = best
    if header is None:
        header = _foreign_header(sheet, part)
    return _places(sheet, part, header)


@cache
def _headers(number: int) -> dict[str, str]:
    return {normal(column.header): column.key for column in parts()[number].columns if column.kind != "context"}


def _header(sheet: Sheet, part: Part) -> tuple[int | None, float]:
    wanted = _headers(part.number)
    found, most = None, 0.0
    for index, (_, values) in enumerate(sheet.rows[:_HEADER_LINES]):
        texts = {normal(value) for value in values if isinstance(value, str)}
        share = len(wanted.keys() & texts) / len(wanted)
        if share > most:
            found, most = index, share
    return found, most


def _own_words(sheet: Sheet, part: Part, header: int | None) -> float:
    """What tells parts 5 and 6 apart, more than a name can: how the column of the categories is called."""
    if header is None or part.number not in CATEGORY_PARTS:
        return 0.0
    title = normal(part.by_key["category"].header)
    return 0.12 if any(isinstance(v, str) and normal(v) == title for v in sheet.rows[header][1]) else 0.0


def _body(sheet: Sheet, part: Part, header: int | None) -> float:
    rows = sheet.rows[(header or 0) + 1 :][:_SAMPLE] if header is not None else sheet.rows[:_SAMPLE]
    if not rows:
        return 0.0
    return sum(any(_is_label(part, value) for value in values if isinstance(value, str)) for _, values in rows) / len(
        rows
    )


def _is_label(part: Part, text: str) -> bool:
    if part.indicators:
        return normal(text) in part.indicators
    if part.number == 2:
        return bool(re.match(r"^category \d+[a-z]?$", normal(text)))
    return label_code(text) is not None


@lru_cache(maxsize=20_000)
def label_code(text: str) -> str | None:
    """The code of a category, keyword or TOTAL as a report may write it, or None."""
    bare = text.strip()
    upper = re.sub(r"[\s-]+", "_", bare).upper()
    if upper == TOTAL or not bare:
        return TOTAL if bare else None
    if _CODE.match(upper) and (upper in vocabulary.categories() or upper in vocabulary.keyword_categories()):
        return upper
    inside = _CODE_INSIDE.findall(upper)
    if len(inside) == 1 and inside[0] != upper:
        return label_code(inside[0])
    return category_labels().get(normal(bare))


def _name(name: str, part: Part) -> float:
    leaf = name.rpartition("#")[2] if "#" in name else name.rpartition("/")[2]
    words = normal(leaf.rpartition(".")[0] or leaf if "#" not in name else leaf)
    own = normal(part.name.partition("_")[2])
    bonus = 0.06 if own in words else 0.0
    numbers = _NUMBER_IN_NAME.findall(leaf)
    if numbers and int(numbers[-1] if len(numbers) == 1 else numbers[0]) == part.number:
        bonus += 0.06
    if part.number == 6 and re.search(r"\b(tc|t c|tos|terms|agb|cgu|voorwaarden|conditions)\b", words):
        bonus += 0.05
    if part.number == 5 and re.search(r"\b(illegal|illegale|illicite|illegaal|rechtswidrig\w*)\b", words):
        bonus += 0.05
    return bonus


def _foreign_header(sheet: Sheet, part: Part) -> int | None:
    """The row above the first row label, when it has no label itself: a header in another language."""
    for index, (_, values) in enumerate(sheet.rows[:_HEADER_LINES]):
        if any(_is_label(part, value) for value in values if isinstance(value, str)):
            return index - 1 if index else None
    return 0


def _label_place(sheet: Sheet, part: Part, header: int | None, named: int | None) -> int | None:
    """The column of the row labels: the one the header names when labels stand there, else the fullest one."""
    counts: dict[int, int] = {}
    for _, values in sheet.rows[(header if header is not None else -1) + 1 :][:_SAMPLE]:
        for place, value in enumerate(values):
            if isinstance(value, str) and _is_label(part, value) and normal(value) not in part.scopes:
                counts[place] = counts.get(place, 0) + 1
    if named is not None and counts.get(named, 0) * 2 > max(counts.values(), default=0):
        return named
    # In part 3 TOTAL is a scope too, but the column of the categories is fuller, or stands first.
    return max(counts, key=lambda place: (counts[place], -place)) if counts else None


def _width(sheet: Sheet, wanted: int) -> int:
    """How many columns a sheet has; blank ones beyond what is wanted are a spreadsheet's and do not count."""
    raw = max(len(values) for _, values in sheet.rows)
    if raw <= wanted:
        return raw
    used = max((place for _, values in sheet.rows for place, value in enumerate(values) if value != ""), default=0)
    return max(wanted, used + 1)


def _label_key(part: Part) -> str:
    return "indicator" if part.indicators else "category" if part.number in CATEGORY_PARTS else "label"


def _places(sheet: Sheet, part: Part, header: int | None) -> Recognised:
    label_key = _label_key(part)
    titles: list[str] = []
    if header is not None:
        titles = [normal(value) if isinstance(value, str) else "" for value in sheet.rows[header][1]]
    places = _by_title(part, titles)
    label_place = _label_place(sheet, part, header, places.get(label_key))
    named = set(places)
    offset = (label_place - part.by_key[label_key].place) if label_place is not None else 0
    width = _width(sheet, len(part.columns) + offset)
    shift = 0
    if label_place is not None and label_key in places and places[label_key] != label_place:
        shift = label_place - places[label_key]
        moved = {key: place + shift for key, place in places.items()}
        places = {key: place for key, place in moved.items() if 0 <= place < width}
    matched = sum(1 for key in named if part.by_key[key].kind != "context")
    by_place = matched < len(_headers(part.number)) // 2
    # An unrecognised header is taken by place only where the whole sheet lies as the template does.
    aligned = width - offset == len(part.columns) and all(
        place == part.by_key[key].place + offset for key, place in places.items()
    )
    taken = set(places.values())
    shown = sheet.rows[header][1] if header is not None else ()
    renamed: list[str] = []
    for column in part.columns:
        place = column.place + offset
        if column.key in places or place in taken or not 0 <= place < width:
            continue
        if by_place or aligned:
            places[column.key] = place
            taken.add(place)
            title = str(shown[place]).strip() if place < len(shown) else ""
            renamed += [title] if title and not by_place else []
    missing = tuple(c.key for c in part.columns if c.key not in places and c.kind != "context")
    extra = tuple(
        (str(value).strip(), place + shift)
        for place, value in enumerate(shown)
        if str(value).strip() and place + shift not in taken | set(places.values())
    )
    return Recognised(part, header, places, missing, extra, shift, by_place, tuple(renamed))


def _by_title(part: Part, titles: list[str]) -> dict[str, int]:
    wanted = {normal(column.header): column.key for column in part.columns}
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        key = wanted.get(title)
        if key and key not in places:
            places[key] = place
    left = {title: key for title, key in wanted.items() if key not in places}
    for place, title in enumerate(titles):
        if not title or place in places.values() or not left:
            continue
        close = difflib.get_close_matches(title, left, n=1, cutoff=0.9)
        if close:
            places[left.pop(close[0])] = place
    return places

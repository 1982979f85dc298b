"""Numbers as people write them: which mark is the decimal one is decided for a file by evidence, never guessed.

Rules:
- `1.234` and `1,234` each mean two things. A file's own cells decide: a mark followed by other than three digits,
  two groups of thousands, both marks in one number, a leading zero. Counts are whole numbers (Annex II, part I, 4),
  so three or more such counts and no evidence against it make the mark one of thousands.
- Without evidence, or with evidence both ways, the cell stays unread and is asked about.
- A percent sign, a footnote mark, a unit (days, minutes: made hours) and a placeholder for a blank are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from waarmerk.dsa.report.model import BLANK, Cell

_BLANKS = {"", " "}
_PLACEHOLDERS = {
    *(
        "-",
        "–",
        "—",
        "/",
        "n/a",
        "na",
        "n.a.",
        "n.a",
        "#n/a",
        "null",
        "none",
        "nan",
        "nil",
        "not applicable",
        "n.v.t.",
    ),
    *(
        "nvt",
        "k.a.",
        "s.o.",
        "entfällt",
        "niet van toepassing",
        "non applicable",
        "nicht anwendbar",
        "text",
        "tbd",
        "x",
    ),
}
_NUMBER = re.compile(
    r"^(?P<sign>[-+−]?)\s*"
    r"(?P<body>\d[\d.,]*(?:[ \u00a0\u202f\u2009'’]\d{3}(?!\d))*(?:[.,]\d+)?)"
    r"(?P<exponent>[eE][+-]?\d+)?\s*(?P<rest>.*)$",
    re.DOTALL,
)
_PARENTHESES = re.compile(r"^\(\s*(\d[\d.,]*)\s*\)$")
_FOOTNOTE = re.compile(r"^(?:[*†‡§¹²³⁰-⁹#^]+|\[\s*\w{1,3}\s*\]|\(\s*[\w*]{1,3}\s*\)|\w{1,2}\)|[*†‡]\s*\d{0,2})$")
_UNIT = re.compile(
    r"^(?:h|hr|hrs|hour|hours|uur|stunden|std\.?|heures?|horas?|ore|min|mins|minutes|minuten|days?|dagen|tage|jours|"
    r"fte|ftes|items|notices|orders|measures|complaints)\.?$",
    re.IGNORECASE,
)
_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_MAXIMUM_LENGTH = 40

Mark = Literal[".", ","]


@dataclass(frozen=True)
class Convention:
    """How a file writes numbers: its decimal mark, its mark of thousands; None where nothing shows it."""

    decimal: Mark | None
    thousands: Mark | None
    conflict: bool = False


def convention(counts: Iterable[str], others: Iterable[str]) -> Convention:
    """The convention that the texts of a file show; `counts` must be whole, `others` (medians, shares) need not."""
    decimal: set[str] = set()
    thousands: set[str] = set()
    suspects = {".": 0, ",": 0}
    for text, whole in [*((text, True) for text in counts), *((text, False) for text in others)]:
        if "." not in text and "," not in text:
            continue
        found = _NUMBER.match(text.strip())
        if not found:
            continue
        _evidence(found["body"].translate(_SPACES).rstrip(".,"), whole, decimal, thousands, suspects)
    # A mark cannot be both; where the cells say so, nothing is decided for that mark.
    conflict = bool(decimal & thousands)
    if conflict or len(decimal) > 1 or len(thousands) > 1:
        return Convention(None, None, conflict=True)
    point = _mark(decimal)
    group = _mark(thousands)
    if group is None:
        likely = [mark for mark, many in suspects.items() if many >= 3 and mark != point]
        group = _mark(set(likely)) if len(likely) == 1 else None
    if point is None and group is not None:
        point = "," if group == "." else "."
    if group is None and point is not None:
        group = "," if point == "." else "."
    return Convention(point, group)


def read(text: str, used: Convention, *, kind: str) -> Cell:
    """The cell of a text in a column of a kind (count, items, median, share) under a file's convention."""
    bare = text.strip()
    if bare in _BLANKS:
        return BLANK if not text else Cell(text, None, "blank")
    if bare.isascii() and bare.isdigit() and len(bare) <= _MAXIMUM_LENGTH:
        return Cell(text, int(bare), "plain")
    if bare.casefold() in _PLACEHOLDERS:
        return Cell(text, None, "placeholder")
    if len(bare) > _MAXIMUM_LENGTH:
        return Cell(text, None, "text")
    negative = _PARENTHESES.match(bare)
    found = _NUMBER.match(f"-{negative[1]}" if negative else bare)
    if not found:
        return Cell(text, None, "text")
    rest = found["rest"].strip()
    form = _rest(rest)
    if form is None:
        return Cell(text, None, "text")
    body = found["body"].strip()
    value, written = _value(body.translate(_SPACES).rstrip(".,"), used, kind)
    if value is None:
        return Cell(text, None, "ambiguous" if written == "ambiguous" else "text")
    if found["exponent"]:
        value = value * 10.0 ** int(found["exponent"][1:]) if abs(int(found["exponent"][1:])) < 16 else None
        if value is None:
            return Cell(text, None, "text")
    if found["sign"] in ("-", "−"):
        value = -value
    decimals = _decimals(body, used)
    if form == "percent":
        return Cell(text, round(value / 100, decimals + 4), "percent", decimals + 2)
    if form == "unit" and kind == "median":
        value, decimals = _hours(value, decimals, rest)
    whole = isinstance(value, float) and value.is_integer() and kind in ("count", "items")
    if whole:
        value = int(value)
    if form != "plain":
        return Cell(text, value, form, decimals)
    if written == "thousands" or body.translate(_SPACES) != body:
        return Cell(text, value, "thousands", decimals)
    if written == "decimal":
        return Cell(text, value, "whole_as_decimal" if whole else _decimal_form(body), decimals)
    return Cell(text, value, "plain")


def native(value: float | int | bool, kind: str) -> Cell:
    """The cell of a number that a spreadsheet holds as a number."""
    if isinstance(value, bool):
        return Cell(str(value).upper(), None, "text")
    if isinstance(value, float) and value.is_integer() and (kind in ("count", "items") or abs(value) < 1e15):
        return Cell(str(int(value)), int(value), "plain")
    text = repr(value)
    if isinstance(value, float) and value != value:
        return Cell(text, None, "text")
    shown = f"{value:.15g}" if isinstance(value, float) else text
    return Cell(shown, value, "plain", len(shown.partition(".")[2]))


def _evidence(body: str, whole: bool, decimal: set[str], thousands: set[str], suspects: dict[str, int]) -> None:
    dots, commas = body.count("."), body.count(",")
    if dots and commas:
        last = max(body.rfind("."), body.rfind(","))
        decimal.add(body[last])
        thousands.add("," if body[last] == "." else ".")
        return
    if not dots and not commas:
        return
    mark = "." if dots else ","
    groups = body.split(mark)
    if len(groups) > 2:
        if all(len(group) == 3 for group in groups[1:]):
            thousands.add(mark)
        return
    head, tail = groups
    if len(tail) != 3 or len(head) > 3 or (head.startswith("0")):
        # A whole count written 12.0 shows what the point is; 12,5 in a median likewise.
        decimal.add(mark)
    elif whole:
        suspects[mark] += 1


def _value(body: str, used: Convention, kind: str) -> tuple[float | int | None, str]:
    dots, commas = body.count("."), body.count(",")
    if not dots and not commas:
        return int(body), "plain"
    if dots and commas:
        last = max(body.rfind("."), body.rfind(","))
        point, group = body[last], "," if body[last] == "." else "."
        head, _, tail = body.rpartition(point)
        if head.count(point) or not _grouped(head, group):
            return None, "text"
        return float(f"{head.replace(group, '')}.{tail}"), "thousands"
    mark = "." if dots else ","
    if body.count(mark) > 1:
        return (int(body.replace(mark, "")), "thousands") if _grouped(body, mark) else (None, "text")
    head, _, tail = body.partition(mark)
    surely_decimal = len(tail) != 3 or len(head) > 3 or head.startswith("0")
    # A count has no decimals: 1.234 counts under a decimal point contradict the file itself, and are asked about.
    if surely_decimal or (mark == used.decimal and kind not in ("count", "items")):
        return float(f"{head or '0'}.{tail}"), "decimal"
    if mark == used.thousands:
        return int(head + tail), "thousands"
    # Medians and shares have decimals by nature; only the point is then the usual reading of 12.345.
    if kind in ("median", "share") and mark == "." and not used.conflict:
        return float(f"{head}.{tail}"), "decimal"
    return None, "ambiguous"


def _grouped(text: str, mark: str) -> bool:
    first, *others = text.split(mark)
    return 1 <= len(first) <= 3 and all(len(group) == 3 for group in others)


def _decimals(body: str, used: Convention) -> int:
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return 0
    tail = len(body) - last - 1
    both = "." in body and "," in body
    return 0 if tail == 3 and not both and used.decimal != body[last] and used.thousands == body[last] else tail


def _decimal_form(body: str) -> Literal["plain", "decimal_comma"]:
    return "decimal_comma" if "," in body else "plain"


def _rest(rest: str) -> Literal["plain", "percent", "footnote", "unit"] | None:
    if not rest:
        return "plain"
    if rest in ("%", "％", "percent", "procent", "Prozent"):
        return "percent"
    if _FOOTNOTE.match(rest):
        return "footnote"
    return "unit" if _UNIT.match(rest) else None


def _hours(value: float | int, decimals: int, unit: str) -> tuple[float | int, int]:
    """A time in hours, and its precision: days were rounded to days, which is dozens of hours."""
    if unit.casefold().startswith("min"):
        return value / 60, decimals + 1
    if unit.casefold().startswith(("d", "t", "j")):
        return value * 24, decimals - 2
    return value, decimals


def _mark(found: set[str]) -> Mark | None:
    if found == {"."}:
        return "."
    return "," if found == {","} else None

"""The rows of a recognised sheet as typed rows: keys, scopes, the category above a keyword, cells by column.

Rules:
- A keyword belongs to the category that the law gives it; KEYWORD_OTHER to the category of the row above it.
- Rows that hold nothing but the template's own words are the template's, and told; rows of text alone are notes.
- A row is never dropped silently.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

from waarmerk.dsa import vocabulary
from waarmerk.dsa.report.model import BLANK, Cell, Deviation, Row
from waarmerk.dsa.report.read.numbers import Convention, convention, native, read
from waarmerk.dsa.report.read.recognise import Recognised, label_code
from waarmerk.dsa.report.read.texts import Sheet
from waarmerk.dsa.report.template import CATEGORY_PARTS, OTHER, TOTAL, Kind
from waarmerk.dsa.report.words import normal

_PLACEHOLDER = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]")
_PERIOD = re.compile(r"YYYY")


class RowReader:
    """Reads one sheet; `rows`, and the deviations met on the way."""

    def __init__(self, sheet: Sheet, found: Recognised) -> None:
        self.sheet = sheet
        self.found = found
        self.part = found.part
        self.deviations: list[Deviation] = []
        self._category = ""
        self._scope_before = ""
        self._scoped = False
        self._convention = Convention(None, None)

    def rows(self) -> list[Row]:
        """The rows below the header."""
        start = self.found.header + 1 if self.found.header is not None else 0
        data = self.sheet.rows[start:]
        self._convention = self._learn(data)
        return [row for line, values in data if (row := self._row(line, values)) is not None]

    def _text(self, values: tuple[object, ...], key: str) -> str:
        place = self.found.places.get(key)
        if place is None or place >= len(values):
            return ""
        value = values[place]
        return value if isinstance(value, str) else str(value)

    def _kind(self, column: str, indicator: str, scope: str) -> Kind:
        if column != "value":
            return self.part.by_key[column].kind
        if self.part.number not in (7, 8, 9, 10):
            return "text"
        if scope == "median":
            return "median"
        return "share" if scope == "implemented" or indicator in ("accuracy", "precision", "recall") else "count"

    def _learn(self, data: tuple[tuple[int, tuple[object, ...]], ...]) -> Convention:
        counts: list[str] = []
        others: list[str] = []
        figures = [
            c for c in self.part.columns if c.kind in ("count", "items", "median", "share") or c.key == "value"
        ]
        for _, values in data:
            for column in figures:
                text = self._text(values, column.key)
                if "," not in text and "." not in text:
                    continue
                kind = column.kind
                if column.key == "value":
                    key, scope = self._indicator(values)
                    kind = self._kind("value", key, scope)
                    if kind == "text":
                        continue
                (counts if kind in ("count", "items") else others).append(text)
        return convention(counts, others)

    def _row(self, line: int, values: tuple[object, ...]) -> Row | None:
        texts = [str(value).strip() for value in values if str(value).strip()]
        if not texts:
            return None
        if self.part.number in CATEGORY_PARTS:
            return self._category_row(line, values, texts)
        return self._indicator_row(line, values, texts)

    def _category_row(self, line: int, values: tuple[object, ...], texts: list[str]) -> Row | None:
        written = self._text(values, "category").strip()
        code = label_code(written) or self._misspelled(written, line)
        scope = self._scope(values) if self.part.number == 3 else ""
        if _PLACEHOLDER.search(scope):
            scope = "[...]"
        cells = self._cells(values, lambda column: self.part.by_key[column].kind)
        figures = [cell for key, cell in cells.items() if self.part.by_key[key].kind in ("count", "items", "median")]
        if scope == "[...]" and not any(cell.given for cell in figures):
            self._tell("template_row", line)
            return None
        if code is None and not any(cell.given for cell in figures):
            self._tell("text_row", line, text=" ".join(texts)[:120])
            return None
        if scope != self._scope_before:
            self._category, self._scope_before = "", scope
        key = code or ""
        known = code is not None
        if code is not None and code.startswith("STATEMENT_"):
            self._category = code
        elif code not in (None, TOTAL, OTHER):
            (self._category,) = vocabulary.keyword_categories().get(str(code)) or (self._category,)
        category = self._category if known and key != TOTAL else ""
        description = self._text(values, "description").strip()
        return Row(
            label=code or written,
            key=key,
            scope=scope,
            category=category,
            description="" if self._is_template_text(description, "description") else description,
            service=self._text(values, "service").strip(),
            period=self._period(values),
            line=line,
            cells=cells,
            known=known,
        )

    def _scope(self, values: tuple[object, ...]) -> str:
        written = self._text(values, "scope").strip()
        if written:
            self._scoped = True
            return _territory(written)
        # Before any scope is named a blank stands for the Union; after that nobody can tell whose row it is.
        return "" if self._scoped else TOTAL

    def _indicator_row(self, line: int, values: tuple[object, ...], texts: list[str]) -> Row | None:
        if self.part.number == 2:
            code = label_code(self._text(values, "category")) or ""
            cells = {k: Cell(t, None, "text") for k in ("context", "meaning") if (t := self._text(values, k)).strip()}
            written = self._text(values, "label").strip() or code
            return Row(written, code, "", "", "", "", "", line, cells, known=bool(code))
        indicator, scope = self._indicator(values)
        written = self._text(values, "indicator").strip()
        kind = self._kind("value", indicator, scope)
        cells = self._cells(values, lambda column: kind if column == "value" else self.part.by_key[column].kind)
        value = cells.get("value", BLANK)
        raw_scope = self._text(values, "scope").strip()
        if _PLACEHOLDER.search(raw_scope) and not value.given:
            self._tell("template_row", line)
            return None
        if not written and not raw_scope and not value.given:
            self._tell("text_row", line, text=" ".join(texts)[:120])
            return None
        if value.text.strip() and self._is_template_text(value.text.strip(), "value"):
            cells["value"] = BLANK
        label = self.part.indicator_labels.get(indicator, written)
        if not indicator:
            self._tell("unknown_indicator", line, label=written or raw_scope)
        return Row(
            label=label,
            key=indicator,
            scope=scope,
            category="",
            description="",
            service=self._text(values, "service").strip(),
            period=self._period(values),
            line=line,
            cells=cells,
            known=bool(indicator),
        )

    def _indicator(self, values: tuple[object, ...]) -> tuple[str, str]:
        written = normal(self._text(values, "indicator"))
        indicators = self.part.indicators
        key = indicators.get(written, "")
        if not key and written:
            close = difflib.get_close_matches(written, indicators, n=1, cutoff=0.9)
            key = indicators[close[0]] if close else ""
        raw = self._text(values, "scope").strip()
        words = normal(raw)
        scope = self.part.scopes.get(words, "")
        if not scope and words:
            close = difflib.get_close_matches(words, self.part.scopes, n=1, cutoff=0.88) if len(words) > 3 else []
            scope = self.part.scopes[close[0]] if close else _territory(raw) if self.part.number == 10 else raw
        if scope == TOTAL:
            scope = "total"
        return key, scope

    def _cells(self, values: tuple[object, ...], kind_of: Callable[[str], Kind]) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        width = len(values)
        for key, place in self.found.places.items():
            if place >= width:
                continue
            value = values[place]
            if value == "":
                continue
            kind = kind_of(key)
            if kind in ("count", "items", "median", "share"):
                cells[key] = (
                    read(value, self._convention, kind=kind)
                    if isinstance(value, str)
                    else native(value, kind)
                    if isinstance(value, (int, float))
                    else Cell(str(value), None, "text")
                )
            elif kind == "context" or key == "value":
                cells[key] = Cell(str(value), None, "text")
        return cells

    def _misspelled(self, written: str, line: int) -> str | None:
        upper = re.sub(r"[\s-]+", "_", written).upper()
        if not upper.startswith(("STATEMENT", "KEYWORD")):
            return None
        known = [*vocabulary.categories(), *vocabulary.keyword_categories()]
        close = difflib.get_close_matches(upper, known, n=1, cutoff=0.9)
        if not close:
            return None
        self._tell("label_misspelled", line, asks=True, label=written, meant=close[0])
        return close[0]

    def _period(self, values: tuple[object, ...]) -> str:
        text = self._text(values, "period").strip()
        return "" if _PERIOD.search(text) else text

    def _is_template_text(self, text: str, column: str) -> bool:
        return bool(text) and normal(text) in self.part.words_of(column)

    def _tell(self, code: str, line: int, *, asks: bool = False, **fields: object) -> None:
        self.deviations.append(Deviation(code, self.part.number, self.sheet.name, asks, line, fields=fields))


def _territory(text: str) -> str:
    code = text.strip().upper()
    if code in ("", "TOTAL", "EU", "ALL", "EU TOTAL", "TOTAL EU"):
        return TOTAL
    # Eurostat writes Greece as EL, the database as GR.
    return "GR" if code == "EL" else code

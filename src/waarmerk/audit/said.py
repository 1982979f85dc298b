"""Cases, notes and conclusions as sentences of one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from waarmerk.audit.contradictions import Found, Source
from waarmerk.audit.loaded import Note, Record
from waarmerk.audit.obligations.interface import Case
from waarmerk.audit.results import Deviation, Remark
from waarmerk.audit.rows import moment
from waarmerk.audit.tally import Tally
from waarmerk.text.words import Language, Words, words

CHAPTER = "audit"


class Said:
    """The words of an audit in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.words: Words = words(CHAPTER, language)

    def say(self, key: str, **fields: object) -> str:
        """A sentence of the catalogue."""
        return self.words.say(key, **{name: self._shown(value) for name, value in fields.items()})

    def code(self, prefix: str, code: str, fields: Mapping[str, object]) -> str:
        """The sentence of a code; a sentence of one's own with its fields filled in, as far as they are known."""
        if self.words.find(f"{prefix}.{code}") is None:
            if self.words.find(code) is not None:  # what outsiders hold is worded as `audit reconcile` words it
                return f"{self.say(code, **fields)} ({fields.get('where', '')})"
            try:
                return code.format_map({name: self._shown(value) for name, value in fields.items()})
            except (KeyError, ValueError, IndexError, AttributeError):
                return code
        return self.say(f"{prefix}.{code}", **fields)

    def deviation(self, case: Case, found: Tally, limit_hours: float | None, record: Record | None) -> Deviation:
        """A case as it is published; one that is not timed is dated by its first entry in `record`."""
        hours = found.hours(case)
        row = record.row_at(case.indexes[0]) if record is not None and case.began is None and case.indexes else None
        fields = {"hours": hours or 0.0, "limit": limit_hours or 0.0, **dict(case.fields)}
        began = row.at if row is not None else case.began
        return Deviation(
            indexes=case.indexes,
            at="" if began is None else moment(began),
            expected=self.code("expected", case.expected, fields),
            came=self.code("came", case.came, fields),
            hours=None if hours is None else round(hours, 4),
            lasts=case.began is not None and case.ended is None,
            harm=case.harm,
        )

    def remark(self, note: Note) -> Remark:
        """A note on the record."""
        sentence = self.say(f"note.{note.code}", count=note.count, first=self.entries(note.indexes), **note.fields)
        return Remark(code=note.code, count=note.count, indexes=note.indexes, sentence=sentence)

    def source(self, source: Source) -> str:
        """What was held against the record, and how much of it."""
        return self.say(
            "held.source",
            name=source.name,
            rows=source.rows,
            compared=source.compared,
            outside=source.outside,
            found=source.found,
        )

    def weight(self, found: Found) -> str:
        """Whether a contradiction is a question, else what its row has for a basis."""
        return self.say("held.question") if found.question else self.say(f"basis.{found.basis}")

    def entries(self, indexes: Iterable[int]) -> str:
        """Log entries as a reader names them."""
        return ", ".join(str(index) for index in indexes) or "—"

    def _shown(self, value: object) -> object:
        if isinstance(value, bool):
            return self.words.say("yes" if value else "no")
        if isinstance(value, int):
            return self.words.number(value)
        if isinstance(value, float):
            text = f"{value:.2f}".rstrip("0").rstrip(".")
            return self.words.number(value, len(text.partition(".")[2]))
        if isinstance(value, (tuple, list, set, frozenset)):
            return ", ".join(sorted(str(one) for one in value)) or "—"
        return value

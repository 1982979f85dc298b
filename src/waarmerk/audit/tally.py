"""Counts the cases of one obligation: how many of each verdict, how long they took, which deviate."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.interface import CannotTest, Case, Obliged, Verdict, untestable
from waarmerk.audit.rows import HOUR
from waarmerk.errors import InputError


@dataclass
class Tally:
    """What the cases of an obligation add up to; durations in hours."""

    end: int
    verdicts: Counter[str] = field(default_factory=Counter)
    untestable: Counter[str] = field(default_factory=Counter)
    closed: array[float] = field(default_factory=lambda: array("d"))
    lasting: array[float] = field(default_factory=lambda: array("d"))
    deviations: list[Case] = field(default_factory=list)
    asked: list[Case] = field(default_factory=list)
    missing: Counter[str] = field(default_factory=Counter)
    """Fields that imported events lack, by how often."""
    cannot: CannotTest | None = None

    @property
    def tested(self) -> int:
        """Cases that were kept, deviate or are asked about."""
        return self.verdicts["kept"] + self.verdicts["deviates"] + self.verdicts["question"]

    def add(self, case: Case) -> None:
        """One case more."""
        self.verdicts[case.verdict] += 1
        if case.verdict == "deviates":
            self.deviations.append(case)
        elif case.verdict == "question":
            self.asked.append(case)
        elif case.verdict == "untestable":
            self.untestable[case.came] += 1
            self.missing.update(str(value) for name, value in case.fields if name == "field")
        if case.began is not None:
            if case.ended is not None:
                self.closed.append((case.ended - case.began) / HOUR)
            else:
                self.lasting.append((self.end - case.began) / HOUR)

    def worst(self, most: int) -> list[Case]:
        """The deviations that lasted longest or did most harm, first."""
        return sorted(self.deviations, key=self._weight)[:most]

    def _weight(self, case: Case) -> tuple[float, float, tuple[int, ...]]:
        return -(self.hours(case) or 0.0), -(case.harm or 0), case.indexes

    def hours(self, case: Case) -> float | None:
        """How long a timed case took, or lasts; None of one that is not timed."""
        if case.began is None:
            return None
        return ((self.end if case.ended is None else case.ended) - case.began) / HOUR


def tally(obliged: Obliged, record: Record) -> Tally:
    """Runs one obligation over a record."""
    found = Tally(record.end)
    seen, hidden = record.view(obliged.row.reads)
    blind = {row.index for row, _ in hidden}
    for row, name in hidden:
        found.add(untestable(row, "field_missing", field=name))
    try:
        for case in obliged.test(seen):
            found.add(_doubted(case, found.missing) if blind and case.came == "nothing" else case)
        for first, *others in record.contradicted(obliged.row.id):
            fields = (*first.fields.items(), ("where", first.where))
            verdict: Verdict = "question" if first.question else "deviates"
            indexes = dict.fromkeys(index for held in (first, *others) for index in held.indexes)
            found.add(Case(verdict, tuple(indexes), "as_held", f"held.{first.code}", fields))
    except CannotTest as cannot:
        found.cannot = cannot
    except Exception as broken:
        if not obliged.own:
            raise
        # A stranger's function may fail in any way; the sentence names it.
        raise InputError(f"failed: {type(broken).__name__}: {broken}", where=obliged.row.id) from broken
    return found


def _doubted(case: Case, missing: Counter[str]) -> Case:
    """A case without an answer, where answers came in that cannot be told apart: it cannot be tested."""
    field_ = ", ".join(sorted(missing))
    return Case("untestable", case.indexes, "", "answer_unknown", (("answer", field_),))

"""What an obligation is: a row of data, and one small function that yields its cases over a record.

Rules:
- A case is kept, deviates, is open (its time is not over), cannot be tested (what is missing is said), or is a
  question (odd, and lawful explanations exist). The engine counts; the function judges single cases and nothing else.
- Whatever would be unjust to hold against a platform is no deviation: each obligation's tests have an innocent
  look-alike beside the failing example.
- What was expected and what came are codes of the catalogue with their fields, or sentences of one's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import msgspec

from waarmerk.audit.loaded import Record
from waarmerk.audit.rows import Row
from waarmerk.errors import UsageError
from waarmerk.record.events.coverage import Benchmark, Obligation, coverage

Verdict = Literal["kept", "deviates", "open", "untestable", "question"]


class Case(msgspec.Struct, frozen=True, gc=False):
    """One case. `indexes`: the log entries that show it, the case's own first; `began`, `ended`: milliseconds.

    `harm`: views that could have been spared, where known. A case with `began` is timed: without `ended` it lasts.
    """

    verdict: Verdict
    indexes: tuple[int, ...]
    expected: str = ""
    came: str = ""
    fields: tuple[tuple[str, Any], ...] = ()
    began: int | None = None
    ended: int | None = None
    harm: int | None = None


class CannotTest(Exception):  # noqa: N818 -- an answer of a test, not a failure
    """A whole obligation cannot be tested on this record: `why` is a code of the catalogue."""

    def __init__(self, why: str, **fields: object) -> None:
        super().__init__(why)
        self.why, self.fields = why, fields


Test: TypeAlias = Callable[[Record], Iterator[Case]]


@dataclass(frozen=True)
class Obliged:
    """An obligation with its function: what `audit run` runs."""

    row: Obligation
    test: Test
    own: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """What it looks for: the first line of its function's docstring."""
        return (self.test.__doc__ or "").strip().partition("\n")[0]


OBLIGATIONS: dict[str, Obliged] = {}


def obligation(name: str) -> Callable[[Test], Test]:
    """Register a function as the test of the obligation `name` of the table."""
    row = next(row for row in coverage().obligation if row.id == name)
    return _register(Obliged(row, _no_test))


def own_obligation(
    name: str,
    *,
    question: Mapping[str, str],
    reads: Sequence[str],
    article: str = "",
    tier: Literal["", "h", "p", "v"] = "",
    basis: Literal["law", "own", "proof"] = "own",
    benchmark_hours: float | None = None,
    materiality: float | None = None,
) -> Callable[[Test], Test]:
    """Register an obligation of one's own: its row of data is given here; `question` by language (en at least)."""
    row = Obligation(
        id=name,
        title=question["en"],
        basis=basis,
        article=article,
        tier=tier,
        reads=tuple(reads),
        against=(),
        question_en=question["en"],
        question_nl=question.get("nl", question["en"]),
        benchmark=None if benchmark_hours is None else Benchmark(benchmark_hours, "hours"),
        materiality=materiality,
    )
    return _register(Obliged(row, _no_test, own=True))


def _register(obliged: Obliged) -> Callable[[Test], Test]:
    def register(test: Test) -> Test:
        if obliged.row.id in OBLIGATIONS:
            raise UsageError(f"there is an obligation {obliged.row.id} already", hint="give yours another id")
        OBLIGATIONS[obliged.row.id] = Obliged(obliged.row, test, obliged.own)
        return test

    return register


def _no_test(record: Record) -> Iterator[Case]:
    raise NotImplementedError


def kept(row: Row, *others: Row, began: int | None = None, ended: int | None = None) -> Case:
    """A case in order."""
    return Case("kept", (row.index, *(other.index for other in others)), began=began, ended=ended)


def deviates(
    row: Row,
    *others: Row,
    expected: str,
    came: str,
    began: int | None = None,
    ended: int | None = None,
    harm: int | None = None,
    **fields: object,
) -> Case:
    """A case that is not as the obligation asks."""
    indexes = (row.index, *(other.index for other in others))
    return Case("deviates", indexes, expected, came, tuple(fields.items()), began, ended, harm)


def pending(row: Row, *others: Row, began: int | None = None) -> Case:
    """A case whose time is not over."""
    return Case("open", (row.index, *(other.index for other in others)), began=began)


def untestable(row: Row, why: str, **fields: object) -> Case:
    """A case that what the record holds cannot answer; `why`: a code of the catalogue."""
    return Case("untestable", (row.index,), "", why, tuple(fields.items()))


def question(row: Row, *others: Row, expected: str, came: str, **fields: object) -> Case:
    """A case to ask about: odd, and lawful explanations exist."""
    return Case("question", (row.index, *(other.index for other in others)), expected, came, tuple(fields.items()))


def answered(record: Record, name: str, row: Row, answer: Row | None, *, expected: str, since: int = 0) -> Case:
    """Whether an answer came within the benchmark of `name` after `row` (or `since`, milliseconds); timed.

    An answer before its question is a clock's fault: such a case cannot be tested.
    """
    began = since or row.at
    limit = record.within(name).at(began)
    if answer is None:
        if record.end - began <= limit:
            return pending(row, began=began)
        return deviates(row, expected=expected, came="nothing", began=began)
    if answer.at < began:
        return untestable(row, "clock", before=answer.index)
    if answer.at - began > limit:
        return deviates(row, answer, expected=expected, came="late", began=began, ended=answer.at)
    return kept(row, answer, began=began, ended=answer.at)


def given(record: Record, name: str, row: Row, answer: Row | None, *, expected: str, since: int = 0) -> Case:
    """Whether an answer came at all; the benchmark of `name` says how long a missing one is no deviation yet."""
    if answer is not None:
        return kept(row, answer)
    began = since or row.at
    if record.end - began <= record.within(name).at(began):
        return pending(row)
    return deviates(row, expected=expected, came="nothing")

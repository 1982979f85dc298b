"""What a rule is: one decorated function that yields hits; the engine turns hits of one habit into one finding.

Rules of the rules:
- A rule has an id from the published list, a class, the parts it looks at, and its place in Annex II.
- Classes: `impossible` (arithmetic, whatever the method), `instructions` (Annex II says otherwise), `question`
  (lawful explanations exist). No class accuses; every sentence asks.
- Hits of one rule in one table with the same `habit` are one finding with cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from waarmerk.dsa.report.model import Cell, Report, Row, Table

Class = Literal["impossible", "instructions", "question"]
CLASSES: tuple[Class, ...] = ("impossible", "instructions", "question")


@dataclass(frozen=True)
class Hit:
    """One place that a rule asks about.

    `column`: our key of the column; `expected`, `found`: numbers where the rule compares two (for a part above its
    whole: the whole and the part); `habit`: hits that share it are one finding; `variant`: which sentence of the rule
    is meant; `fields`: what the sentence needs beside them.
    """

    table: Table | None
    row: Row | None = None
    column: str = ""
    expected: float | int | None = None
    found: float | int | None = None
    habit: str = ""
    variant: str = ""
    fields: dict[str, object] = field(default_factory=dict)
    part: int = 0
    beside: tuple[Row, ...] = ()
    """Rows whose contextual information belongs to the question too."""

    @property
    def cell(self) -> Cell | None:
        """The cell in question, if it is one."""
        return self.row.cell(self.column) if self.row is not None and self.column else None


@dataclass(frozen=True)
class Rule:
    """A rule: `sentences` are given by rules from outside alone, ours stand in the catalogues by id."""

    id: str
    kind: Class
    parts: tuple[int, ...]
    reference: str
    function: Callable[[Report], Iterator[Hit]]
    sentences: dict[str, str] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """What the rule looks for: the first line of its function's docstring."""
        return (self.function.__doc__ or "").strip().partition("\n")[0]


RULES: list[Rule] = []


def rule(
    id: str,  # noqa: A002 - the field's name in the published JSON
    kind: Class,
    *,
    parts: tuple[int, ...],
    reference: str,
    sentences: dict[str, str] | None = None,
) -> Callable[[Callable[[Report], Iterator[Hit]]], Callable[[Report], Iterator[Hit]]]:
    """Register a function as a rule; `sentences`: language to sentence, for a rule of one's own."""

    def register(function: Callable[[Report], Iterator[Hit]]) -> Callable[[Report], Iterator[Hit]]:
        RULES.append(Rule(id, kind, parts, reference, function, sentences or {}))
        return function

    return register

"""Conditions in the Common Expression Language (CEL), typed when they are read; the one home of its library.

Rules:
- Every variable is declared with its type; an unknown name, a wrong type or a condition that is no yes or no is
  refused with its column before anything is decided.
- What cannot be evaluated is an error, never "no": the case goes to a person.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, get_origin, get_type_hints

from cel_expr_python import cel

from waarmerk.desk.policy.facts import Facts, names, values
from waarmerk.errors import InputError, WaarmerkError

_PLACE = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TEXT = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
_INTEGER_BESIDE_RATIO = re.compile(r"\(double, int\)|\(int, double\)")


class ConditionError(InputError):
    """A condition is wrong at a place in itself: `line` and `column` from 1."""

    def __init__(self, message: str, line: int, column: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column


class EvaluationError(WaarmerkError):
    """A condition could not be answered for this case."""

    kind = "condition"


class Condition:
    """A checked condition. Raises `ConditionError` where it is wrong."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._compiled = _environment().compile(text)
        except RuntimeError as error:
            raise _explained(str(error)) from error
        asked = set(_WORD.findall(_TEXT.sub("", text)))
        if "ratio" in asked and "ratio_known" not in asked:
            column = re.search(r"\bratio\b", text)
            raise ConditionError(
                "a condition that asks ratio must ask ratio_known first",
                1,
                (column.start() if column else 0) + 1,
                'write "ratio_known && ratio ..."',
            )
        self.asks = frozenset(asked & set(names()))
        kind = self._compiled.return_type()
        if kind != cel.Type.BOOL:
            raise ConditionError(f"a condition is yes or no, this is {kind.name().lower()}", 1, 1)

    def holds(self, facts: Facts) -> bool:
        """Whether it holds. Raises `EvaluationError` where it cannot be answered."""
        answer = self._compiled.eval(data=values(facts))
        if answer.type() != cel.Type.BOOL:
            raise EvaluationError(f"the condition {self.text!r} cannot be answered: {answer.value()}")
        return bool(answer.value())


@cache
def _environment() -> Any:
    kinds = {bool: cel.Type.BOOL, int: cel.Type.INT, float: cel.Type.DOUBLE}
    found = {}
    for name, hint in get_type_hints(Facts).items():
        listed = get_origin(hint) is tuple
        found[name] = cel.Type.List(cel.Type.STRING) if listed else kinds.get(hint, cel.Type.STRING)
    return cel.NewEnv(variables=found)


def _explained(text: str) -> ConditionError:
    """CEL's words with their place, and a hint for the two mistakes that everybody makes."""
    found = _PLACE.search(text)
    if found is None:
        return ConditionError(text.splitlines()[0], 1, 1)
    line, column, words = int(found[1]), int(found[2]), found[3]
    hint = ""
    if _INTEGER_BESIDE_RATIO.search(words):
        hint = "a ratio is compared with a number that has a point: 2.0"
    elif "undeclared reference" in words:
        hint = "known are: " + ", ".join(names())
    return ConditionError(words, line, column, hint)

"""The registry of rules for statements of reasons: one decorated function each, for a statement and a dump's row.

Rules of the registry:
- A rule names the fields that it reads as its parameters: text ("" where absent) or, for lists, a tuple of texts.
- It yields a `Breach` per broken field and never looks at anything else, so that a reader of millions of rows may
  remember its answer for the same values.
- Its class is `impossible` (cannot be so), `instructions` (against the rules of the server or of the template) or
  `question` (lawful explanations exist); its sentence, in both languages, asks.
- A stranger's rule is one file that imports `rule` and is given with `--rules`.
"""

from __future__ import annotations

import dataclasses
import runpy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from waarmerk.errors import InputError
from waarmerk.text.words import LANGUAGES, Language, words

Kind = Literal["impossible", "instructions", "question"]
Value = str | tuple[str, ...]
Scope = Literal["statement", "dump", "both"]
KINDS: tuple[Kind, ...] = ("impossible", "instructions", "question")


@dataclass(frozen=True)
class Breach:
    """One broken field; `values` fill the rule's sentence."""

    field: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One rule: id, class, ground, what it reads, what it says; `since`: holds for statements made from that day on.

    `marks`: signs of which one at least stands in a text that breaks the rule; most texts need no closer look.
    `refused`: the server refuses such a statement itself. `check` is None for what only a whole file can show.
    """

    id: str
    kind: Kind
    basis: str
    reads: tuple[str, ...]
    check: Callable[..., Iterable[Breach]] | None
    refused: bool = False
    since: str = ""
    scope: Scope = "both"
    marks: tuple[str, ...] = ()
    own: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def sentence(self, language: Language, values: Mapping[str, str]) -> str:
        """What the rule asks about these values."""
        text = self.own.get(language) or words("dsa", language).sentences[f"rule.{self.id}"]
        return text.format_map(values)


RULES: dict[str, Rule] = {}


def rule(
    name: str,
    kind: Kind,
    *,
    basis: str,
    reads: Iterable[str] = (),
    refused: bool = False,
    since: str = "",
    scope: Scope = "both",
    marks: Iterable[str] = (),
    sentence: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Iterable[Breach]]], Callable[..., Iterable[Breach]]]:
    """Register a function as the rule `name`; `reads` replaces its parameters' names (it then takes `**values`).

    `sentence`: {"en": ..., "nl": ...} for a rule of one's own; the house's stand in the catalogue.
    """

    def register(check: Callable[..., Iterable[Breach]]) -> Callable[..., Iterable[Breach]]:
        code = check.__code__
        named = tuple(reads) or code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        _add(Rule(name, kind, basis, named, check, refused, since, scope, tuple(marks), dict(sentence or {})))
        return check

    return register


def declare(name: str, kind: Kind, *, basis: str, scope: Scope, refused: bool = False) -> None:
    """Register a rule whose function takes more than the values of fields (a spec, a whole file): no `check`."""
    _add(Rule(name, kind, basis, (), None, refused, scope=scope))


def _add(new: Rule) -> None:
    if new.id in RULES:
        raise InputError(f"two rules are named {new.id}", hint="give your rule a name of its own")
    RULES[new.id] = new


def house_rules() -> dict[str, Rule]:
    """Every registered rule by id, the house's own first."""
    from waarmerk.dsa import flag_rules, row_rules, server_rules, text_rules  # noqa: F401 - they register

    return RULES


def load_rules(path: Path) -> list[Rule]:
    """Run a file of one's own rules and return those it registered; InputError where it cannot be run."""
    house_rules()
    before = set(RULES)
    try:
        runpy.run_path(str(path))
    except InputError:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise InputError(
            f"the file of rules cannot be run ({what})", where=str(path), hint="see examples/dsa_rule"
        ) from error
    added = [name for name in RULES if name not in before]
    if not added:
        raise InputError("no rule stands in this file", where=str(path), hint="decorate a function with @rule(...)")
    for name in added:
        RULES[name] = _checked(RULES[name], str(path))
    return [RULES[name] for name in added]


def _checked(own: Rule, where: str) -> Rule:
    """A stranger's rule that can be applied: what it reads and says exists, and its mistakes are told."""
    from waarmerk.dsa import vocabulary

    fields, columns = vocabulary.fields(), vocabulary.dumps().columns
    unknown = [name for name in own.reads if name not in fields and name not in columns]
    if unknown or not own.reads:
        what = f"reads {unknown[0]}, which is no field" if unknown else "reads no field"
        raise InputError(f"the rule {own.id} {what}", where=where, hint="name fields of a statement as parameters")
    missing = [language for language in LANGUAGES if not own.own.get(language)]
    if missing:
        raise InputError(
            f"the rule {own.id} has no sentence in {missing[0]}", where=where, hint="give sentence={...}"
        )
    inner = own.check

    def check(**values: Value) -> Iterator[Breach]:
        try:
            found = [*inner(**values)] if inner is not None else []
            for breach in found:
                own.own[LANGUAGES[0]].format_map(breach.values)
        except Exception as error:
            raise InputError(
                f"the rule {own.id} cannot be applied ({type(error).__name__}: {error})", where=where
            ) from error
        yield from found

    # A rule about columns that only dumps have cannot be asked of a statement.
    dump_only = any(name not in fields for name in own.reads)
    return dataclasses.replace(own, check=check, scope="dump" if dump_only else own.scope)


def values_of(statement: Mapping[str, Any]) -> dict[str, Value]:
    """The fields of a JSON statement as rules read them: trimmed, absent where they have another type than due.

    A field of another type is named by the server's rules already.
    """
    from waarmerk.dsa import vocabulary

    found: dict[str, Value] = {}
    for name, spec in vocabulary.fields().items():
        given = statement.get(name)
        if spec.type == "array":
            items = given if isinstance(given, list) else []
            found[name] = tuple(item.strip() for item in items if isinstance(item, str))
        else:
            found[name] = given.strip() if isinstance(given, str) else ""
    return found

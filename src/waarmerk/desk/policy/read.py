"""Reading a policy file: YAML with places, so that every error names file, line and column and what to write.

Rules:
- Nothing in the file surprises (`waarmerk.text.plain_yaml`): a lawyer reads what the machine reads.
- Codes are those of the DSA's vocabulary, keywords belong to their category, names of rules are unique.
- A rule that restricts names what it restricts and explains itself in every language of the house.
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

from waarmerk.desk.policy.conditions import Condition, ConditionError
from waarmerk.desk.policy.policy import Context, Election, Policy, Rule, Trial
from waarmerk.dsa import vocabulary
from waarmerk.errors import InputError
from waarmerk.text.plain_yaml import place, plain_node
from waarmerk.text.words import LANGUAGES

_KINDS = ("visibility", "monetary", "provision", "account")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    policy: str
    rules: tuple[Rule, ...]
    contexts: tuple[Context, ...] = ()
    elections: tuple[Election, ...] = ()
    public_persons: tuple[str, ...] = ()
    restricted_roles: tuple[str, ...] = ()
    significant: bool = False
    tests: tuple[Trial, ...] = ()


Path = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Plain YAML: what looks like a day stays a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def default_policy() -> Policy:
    """The policy that Waarmerk comes with."""
    return read_policy(default_text().encode(), "the default policy")


def default_text() -> str:
    """Its file, as one's own policy begins."""
    return (files("waarmerk.desk.policy") / "default.yaml").read_text(encoding="utf-8")


def read_policy(data: bytes, where: str) -> Policy:
    """The policy that a file holds, checked. Raises `InputError` with file, line, column and a hint."""
    node = plain_node(data, where, _Loader)
    if node is None:
        raise InputError("the policy is empty", where=where)
    places: dict[Path, yaml.Mark] = {}
    _walk(node, (), places)
    value = yaml.load(data, Loader=_Loader)  # noqa: S506 a SafeLoader
    try:
        file = msgspec.convert(value, _File)
    except msgspec.ValidationError as error:
        raise _placed(str(error), places, where) from error
    conditions = tuple(_condition(index, rule, places, where) for index, rule in enumerate(file.rules))
    _check(file, places, where)
    return Policy(
        name=file.policy,
        digest=hashlib.sha256(data).hexdigest(),
        rules=file.rules,
        conditions=conditions,
        contexts=file.contexts,
        elections=file.elections,
        public_persons=file.public_persons,
        restricted_roles=file.restricted_roles,
        significant=file.significant,
        tests=file.tests,
    )


def _walk(node: yaml.Node, path: Path, places: dict[Path, yaml.Mark]) -> None:
    places[path] = node.start_mark
    if isinstance(node, yaml.SequenceNode):
        for index, inner in enumerate(node.value):
            _walk(inner, (*path, index), places)
    elif isinstance(node, yaml.MappingNode):
        for key, inner in node.value:
            _walk(inner, (*path, key.value), places)


def _condition(index: int, rule: Rule, places: dict[Path, yaml.Mark], where: str) -> Condition:
    try:
        return Condition(rule.when)
    except ConditionError as error:
        mark = places[("rules", index, "when")]
        # A folded or quoted text moves columns: the first line is exact, further ones name the line of the text.
        line = mark.line + error.line
        column = mark.column + error.column if error.line == 1 else error.column
        raise InputError(error.message, where=f"{where} line {line} column {column}", hint=error.hint) from error


def _check(file: _File, places: dict[Path, yaml.Mark], where: str) -> None:
    """What msgspec's types cannot say."""

    def refuse(path: Path, message: str, hint: str = "") -> InputError:
        return InputError(message, where=place(where, places.get(path, places[()])), hint=hint)

    restrictions = {each for kind in _KINDS for each in vocabulary.enum(f"decision_{kind}")}
    names: set[str] = set()
    for index, rule in enumerate(file.rules):
        at: Path = ("rules", index)
        if rule.name in names:
            raise refuse((*at, "name"), f"there are two rules called {rule.name}")
        names.add(rule.name)
        if rule.category not in vocabulary.enum("category"):
            raise refuse((*at, "category"), f"{rule.category} is no category of the law's list")
        for number, each in enumerate(rule.restrictions):
            if each not in restrictions:
                raise refuse((*at, "restrictions", number), f"{each} is no restriction of the law's list")
        for number, keyword in enumerate(rule.keywords):
            if rule.category not in vocabulary.keyword_categories().get(keyword, frozenset()):
                raise refuse((*at, "keywords", number), f"the keyword {keyword} does not belong to {rule.category}")
        if (rule.outcome == "restrict") != bool(rule.restrictions):
            raise refuse(at, "a rule that restricts names its restrictions, one that does not names none")
        if lacking := [each for each in LANGUAGES if rule.outcome == "restrict" and each not in rule.explanation]:
            raise refuse(at, f"the explanation is missing in {', '.join(lacking)}", "those concerned will read it")
    for index, test in enumerate(file.tests):
        if test.rule is not None and test.rule not in names:
            raise refuse(("tests", index, "rule"), f"there is no rule called {test.rule}")
    for index, election in enumerate(file.elections):
        for name in ("start", "end"):
            try:
                date.fromisoformat(getattr(election, name))
            except ValueError:
                raise refuse(("elections", index, name), "this is no day", "2026-11-25") from None


def _placed(words: str, places: dict[Path, yaml.Mark], where: str) -> InputError:
    """msgspec's sentence with the place that its path (`$.rules[0].when`) means."""
    message, _, tail = words.partition(" - at `$")
    path: list[str | int] = []
    for part in tail.rstrip("`").replace("[", ".[").split("."):
        if part.startswith("["):
            inner = part.strip("[]")
            path.append(int(inner) if inner.isdigit() else inner)
        elif part:
            path.append(part)
    found: Any = None
    while found is None:
        found = places.get(tuple(path))
        if not path:
            break
        path.pop()
    return InputError(message, where=place(where, found or places[()]))

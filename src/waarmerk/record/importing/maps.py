"""A map: how the records of one tool's export become events, as YAML that its owner reads and changes.

Rules:
- `name` goes into `src` of every event; `format` is csv, dump or jsonl; `key` are the paths that number a record of
  the source; `json` are columns whose text is JSON; `at` and, where the source knows it, `service` are templates.
- The first `skip` that fits says `why` a line is no event of the record. Of the others all `events` that fit are
  made, each of one kind with templates for its fields. A line that nothing fits cannot be mapped.
- `when` compares paths with a text, with one of several, with `$not` one of several, or with `$present` or `$absent`.
- Two tables are always there: `dsa.category` and `dsa.keyword`, today's codes and what older ones became.
- A map is checked as a whole when it is read: unknown words, kinds, fields and tables are named with their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast, get_args, get_type_hints

from waarmerk.dsa import vocabulary
from waarmerk.errors import InputError, UsageError
from waarmerk.record.events.catalogue import KINDS
from waarmerk.record.events.types import Event
from waarmerk.record.importing.rows import Format
from waarmerk.record.importing.templates import Compiler, Template, text
from waarmerk.text.plain_yaml import MAX_YAML, load
from waarmerk.values import Json

Condition = Callable[[Mapping[str, Json]], bool]
_WORDS = {"name", "about", "format", "key", "json", "at", "service", "tables", "events", "skip"}
_HEADER = frozenset(Event.__struct_fields__) | {"kind"}


@dataclass(frozen=True)
class Made:
    """One kind of event that a record may become, and its fields."""

    kind: str
    when: Condition
    at: Template | None
    fields: Mapping[str, Template]


@dataclass(frozen=True)
class Skip:
    """Records that are no event of the record, and why."""

    when: Condition
    why: str


@dataclass(frozen=True)
class Map:
    """A map, ready for use."""

    name: str
    about: str
    format: Format
    key: tuple[Callable[[Mapping[str, Json]], Json], ...]
    json: frozenset[str]
    at: Template
    service: Template | None
    events: tuple[Made, ...]
    skips: tuple[Skip, ...]
    columns: frozenset[str]


def shipped() -> dict[str, str]:
    """The maps that travel in the package, as text, by name."""
    folder = files("waarmerk.record.importing") / "shipped"
    return {
        entry.name.removesuffix(".yaml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".yaml")
    }


def read_map(given: str) -> Map:
    """The map in a file of this name, or the shipped one. Raises `UsageError` where there is neither."""
    path = Path(given)
    if path.is_file():
        with path.open("rb") as stream:
            return parse_map(stream.read(MAX_YAML + 1), given)
    known = shipped()
    if given not in known:
        raise UsageError(f"there is no map {given}", hint=f"a file, or one of {', '.join(known)}")
    return parse_map(known[given].encode(), given)


def parse_map(data: bytes, where: str) -> Map:
    """A map from its YAML. Raises `InputError` naming the place."""
    value = _mapping(load(data, where), where)
    _known(value, _WORDS, where)
    for word in ("name", "format", "key", "at", "events"):
        if word not in value:
            raise InputError(f"a map says its {word}", where=where)
    if value["format"] not in get_args(Format):
        raise InputError(f"the format is one of {', '.join(get_args(Format))}", where=f"{where}: format")
    tables = {
        name: _mapping(table, f"{where}: tables.{name}")
        for name, table in _mapping(value.get("tables", {}), f"{where}: tables").items()
    }
    compiler = Compiler(tables | _law_tables())
    hints = get_type_hints(Event, include_extras=True)
    made = Map(
        name=_name(value["name"], where),
        about=_text(value.get("about", ""), f"{where}: about"),
        format=cast(Format, value["format"]),
        key=tuple(compiler.path(one, f"{where}: key") for one in _list(value["key"], f"{where}: key")),
        json=frozenset(_text(one, f"{where}: json") for one in _list(value.get("json", []), f"{where}: json")),
        at=compiler.template(value["at"], f"{where}: at", hints["at"]),
        service=compiler.template(value["service"], f"{where}: service") if "service" in value else None,
        events=tuple(
            _made(one, f"{where}: events.{number}", compiler)
            for number, one in enumerate(_list(value["events"], f"{where}: events"))
        ),
        skips=tuple(
            _skip(one, f"{where}: skip.{number}", compiler)
            for number, one in enumerate(_list(value.get("skip", []), f"{where}: skip"))
        ),
        columns=frozenset(),
    )
    return _with_columns(made, compiler)


def _law_tables() -> dict[str, dict[str, Json]]:
    dumps = vocabulary.dumps()
    now = {"dsa.category": vocabulary.enum("category"), "dsa.keyword": vocabulary.enum("category_specification")}
    before = {"dsa.category": dumps.renamed_categories, "dsa.keyword": dumps.renamed_keywords}
    return {name: {code: code for code in codes} | before[name] for name, codes in now.items()}


def _with_columns(made: Map, compiler: Compiler) -> Map:
    # A column may have dots in its name: only where the name ends at the first dot is the rest a way into its JSON.
    columns = {path if path.partition(".")[0] not in made.json else path.partition(".")[0] for path in compiler.paths}
    return Map(**{**made.__dict__, "columns": frozenset(columns)})


def _made(given: Json, where: str, compiler: Compiler) -> Made:
    value = _mapping(given, where)
    _known(value, {"kind", "when", "at", "fields"}, where)
    kind = value.get("kind")
    if kind not in KINDS:
        raise InputError(f"there is no kind of event called {kind!r}", where=where, hint="see the catalogue")
    hints: dict[str, Any] = get_type_hints(KINDS[kind], include_extras=True)
    fields = _mapping(value.get("fields", {}), f"{where}.fields")
    _known(fields, hints.keys() - _HEADER, f"{where}.fields")
    return Made(
        kind,
        _condition(value.get("when", {}), f"{where}.when", compiler),
        compiler.template(value["at"], f"{where}.at", hints["at"]) if "at" in value else None,
        {name: compiler.template(one, f"{where}.fields.{name}", hints[name]) for name, one in fields.items()},
    )


def _skip(given: Json, where: str, compiler: Compiler) -> Skip:
    value = _mapping(given, where)
    _known(value, {"when", "why"}, where)
    if not value.get("when") or not value.get("why"):
        raise InputError("what is passed over has a when and a why", where=where)
    return Skip(_condition(value["when"], f"{where}.when", compiler), _text(value["why"], f"{where}.why"))


def _condition(given: Json, where: str, compiler: Compiler) -> Condition:
    tests = []
    for name, wanted in _mapping(given, where).items():
        path = compiler.path(name, where)
        none_of = isinstance(wanted, dict)
        if isinstance(wanted, dict):
            _known(wanted, {"$not"}, f"{where}.{name}")
            wanted = wanted.get("$not")  # noqa: PLW2901 - the same condition, turned round
        texts = [_text(one, f"{where}.{name}") for one in (wanted if isinstance(wanted, list) else [wanted])]
        tests.append((path, frozenset(texts), none_of))

    def fits(values: Mapping[str, Json]) -> bool:
        return all(_fits(path(values), texts) is not none_of for path, texts, none_of in tests)

    return fits


def _fits(found: Json, wanted: frozenset[str]) -> bool:
    if found is None:
        return "$absent" in wanted
    if "$present" in wanted:
        return True
    return any(text(one) in wanted for one in (found if isinstance(found, list) else [found]))


def _known(value: Mapping[str, Json], words: Any, where: str) -> None:
    for word in value:
        if word not in words:
            raise InputError(f"{word!r} is not known here", where=where, hint=", ".join(sorted(words)))


def _name(given: Json, where: str) -> str:
    name = _text(given, f"{where}: name")
    if not 0 < len(name) <= 64 or name.strip("abcdefghijklmnopqrstuvwxyz0123456789._-"):
        raise InputError(f"{name!r} is no name", where=f"{where}: name", hint="a-z, 0-9, . _ -; at most 64")
    return name


def _mapping(given: Json, where: str) -> dict[str, Json]:
    if not isinstance(given, dict):
        raise InputError("names with values are expected", where=where)
    return given


def _list(given: Json, where: str) -> list[Json]:
    if not isinstance(given, list):
        raise InputError("a list is expected", where=where)
    return given


def _text(given: Json, where: str) -> str:
    if not isinstance(given, str):
        raise InputError("a text is expected", where=where)
    return given

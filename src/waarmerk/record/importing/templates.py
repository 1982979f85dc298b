"""The fields of an event as templates: what stands fixed, what comes from the source, and how.

Rules:
- A text is itself; a list or mapping is one of templates; a mapping whose key begins with `$` is one of these:
  `$from: PATH` (or several, the first that is there), with `$table: NAME` through a table of the map;
  `$time: PATH` with `$format` (as `strptime` writes it; else ISO 8601) and `$zone` (of a time without one);
  `$date: PATH` with `$plus_hours: PATH`; `$id: [WHAT, PATH...]`, derived; `$person: PATH`, `$item: PATH`, random;
  `$concat: [TEMPLATE...]`, one list of several; `$row: all`, whatever the record holds.
- What a table has for several values stands once; one value fills a list, and a list of one a field that takes one.
- A path is names with dots between, a number for a place in a list; over a list it goes through all of it.
- Nothing, an empty text and an empty list are absent. A part of which something is absent is absent as a whole, and a
  list of which nothing is there: nothing is made up for it.
- Ids and pseudonyms are never the source's own: such fields take `$id`, `$item` or `$person` alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_origin, get_type_hints

import msgspec

from waarmerk.errors import InputError
from waarmerk.record.events.types import Id, Pid, parts_of
from waarmerk.record.importing.names import Names
from waarmerk.values import Json

Tables = Mapping[str, Mapping[str, Json]]
_OPTIONS = {
    "$from": {"$table"},
    "$time": {"$format", "$zone"},
    "$date": {"$format", "$zone", "$plus_hours"},
    "$id": set[str](),
    "$person": set[str](),
    "$item": set[str](),
    "$concat": set[str](),
    "$row": set[str](),
}
_ZONE = re.compile(r"Z|[+-][0-9]{2}:[0-9]{2}")
_SHOWN = 80


@dataclass(frozen=True)
class Context:
    """What a template is filled from: the values of the record, the ids, the map, the service, the moment."""

    values: Mapping[str, Json]
    names: Names
    map: str
    service: str
    at: str


Template = Callable[[Context], Json]
"""Gives the value, None where it is absent. Raises `InputError` where the record has no answer."""


class Compiler:
    """Makes templates; `paths` are those that they read."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.paths: set[str] = set()

    def template(self, given: Json, where: str, hint: Any = Any) -> Template:
        """One template; `hint`: the type of the field it fills. Raises `InputError` naming the place in the map."""
        if isinstance(given, list):
            return _list([self.template(one, where, hint) for one in given])
        if isinstance(given, dict) and not any(key.startswith("$") for key in given):
            inner = _fields_of(hint)
            return _part(
                {key: self.template(one, f"{where}.{key}", inner.get(key, Any)) for key, one in given.items()}
            )
        operator = "" if not isinstance(given, dict) else next((key for key in given if key in _OPTIONS), "")
        _check_id(operator, hint, where)
        if not isinstance(given, dict):
            return lambda _: given
        if not operator or not given.keys() - {operator} <= _OPTIONS[operator]:
            raise InputError(f"{', '.join(given)} is no template", where=where, hint=", ".join(_OPTIONS))
        return self._operator(operator, given, where, hint)

    def path(self, given: Json, where: str) -> Callable[[Mapping[str, Json]], Json]:
        """What stands at a path, None where nothing does."""
        if not isinstance(given, str) or not given:
            raise InputError("a path is a text", where=where)
        self.paths.add(given)
        steps = given.split(".")
        return lambda values: _present(values[given] if given in values else _follow(values, steps))

    def _operator(self, operator: str, given: dict[str, Json], where: str, hint: Any) -> Template:
        value = given[operator]
        if operator == "$row":
            return lambda context: {key: one for key, one in context.values.items() if _present(one) is not None}
        if operator == "$concat":
            parts = [self.template(one, where) for one in _listed(value, where)]
            return lambda context: _concat([part(context) for part in parts])
        if operator == "$id":
            what, *paths = _listed(value, where)
            return _derived(str(what), [self.path(one, where) for one in paths])
        if operator in ("$person", "$item"):
            return _named(operator.removeprefix("$"), self.path(value, where))
        if operator == "$from":
            return self._from(value, given.get("$table"), where, _fitter(hint))
        moment = _moment(self.path(value, where), given.get("$format"), given.get("$zone", "Z"), where)
        if operator == "$time":
            return lambda context: _printed(moment(context.values))
        hours = self.path(given["$plus_hours"], where) if "$plus_hours" in given else None
        return _date(moment, hours)

    def _from(self, value: Json, table: Json, where: str, fitted: Callable[[Json], Json]) -> Template:
        paths = [(str(one), self.path(one, where)) for one in (value if isinstance(value, list) else [value])]
        if table is not None and table not in self._tables:
            raise InputError(f"the map has no table {table!r}", where=where)

        def fill(context: Context) -> Json:
            for name, path in paths:
                found = path(context.values)
                if found is not None:
                    found = found if table is None else _looked_up(found, self._tables[table], f"{name} is", table)
                    return fitted(found)
            return None

        return fill


def text(value: Json) -> str:
    """A value of the source as a map writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _present(value: Json) -> Json:
    return None if value is None or value in ("", [], {}) else value


def _follow(value: Json, steps: Sequence[str]) -> Json:
    for place, step in enumerate(steps):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal():
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, list):
            found = [_present(_follow(one, steps[place:])) for one in value]
            return [one for one in found if one is not None]
        else:
            return None
    return value


def _list(templates: Sequence[Template]) -> Template:
    def fill(context: Context) -> Json:
        found = [one for one in (template(context) for template in templates) if one is not None]
        return found if found or not templates else None

    return fill


def _part(templates: Mapping[str, Template]) -> Template:
    def fill(context: Context) -> Json:
        found = {name: template(context) for name, template in templates.items()}
        return None if None in found.values() else found

    return fill


def _concat(parts: Sequence[Json]) -> Json:
    found = []
    for part in parts:
        found += part if isinstance(part, list) else [] if part is None else [part]
    return found or None


def _looked_up(value: Json, table: Mapping[str, Json], subject: str, name: str) -> Json:
    """A value, or every one of a list, through a table; what the table has nothing for is absent."""
    if isinstance(value, list):
        found = _concat([_looked_up(one, table, subject, name) for one in value])
        return None if found is None else list(dict.fromkeys(found))
    key = text(value)
    if key not in table:
        raise InputError(f"{subject} {key[:_SHOWN]!r}, which the table {name} of the map does not have")
    return _present(table[key])


def _derived(what: str, paths: Sequence[Callable[[Mapping[str, Json]], Json]]) -> Template:
    def fill(context: Context) -> Json:
        found = [path(context.values) for path in paths]
        if all(one is None for one in found):
            return None
        return context.names.derived(context.map, what, *("" if one is None else text(one) for one in found))

    return fill


def _named(what: str, path: Callable[[Mapping[str, Json]], Json]) -> Template:
    def fill(context: Context) -> Json:
        found = path(context.values)
        return None if found is None else context.names.of(what, context.service, text(found), context.at)

    return fill


def _moment(
    path: Callable[[Mapping[str, Json]], Json], format_: Json, zone: Json, where: str
) -> Callable[[Mapping[str, Json]], datetime | None]:
    if not isinstance(zone, str) or _ZONE.fullmatch(zone) is None:
        raise InputError(f"{zone!r} is no zone", where=where, hint="Z or +01:00")
    tz = datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo

    def read(values: Mapping[str, Json]) -> datetime | None:
        found = path(values)
        if found is None:
            return None
        # A program of the web writes a narrow space before AM and PM.
        said = " ".join(text(found).split())
        try:
            moment = datetime.fromisoformat(said) if format_ is None else datetime.strptime(said, str(format_))
            return (moment if moment.tzinfo else moment.replace(tzinfo=tz)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise InputError(f"{said[:_SHOWN]!r} is no time") from error

    return read


def _printed(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _date(
    moment: Callable[[Mapping[str, Json]], datetime | None], hours: Callable[[Mapping[str, Json]], Json] | None
) -> Template:
    def fill(context: Context) -> Json:
        start, more = moment(context.values), None if hours is None else hours(context.values)
        if start is None or (hours is not None and more is None):
            return None
        try:
            return (start + timedelta(hours=float(more or 0))).date().isoformat()
        except (ValueError, TypeError, OverflowError) as error:
            raise InputError(f"{text(more)[:_SHOWN]!r} is no number of hours") from error

    return fill


def _listed(value: Json, where: str) -> list[Json]:
    if not isinstance(value, list) or not value:
        raise InputError("a list is expected", where=where)
    return value


def _fitter(hint: Any) -> Callable[[Json], Json]:
    """Makes one value a list, or a list of one value that value, as the field's type asks."""
    if hint is Any:
        return lambda found: found
    if any(get_origin(part) is tuple for part in parts_of(hint)):
        return lambda found: found if found is None or isinstance(found, list) else [found]
    return lambda found: found[0] if isinstance(found, list) and len(found) == 1 else found


def _fields_of(hint: Any) -> dict[str, Any]:
    """The types of the fields of the struct that a type is, or may be."""
    for part in parts_of(hint):
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            return get_type_hints(part, include_extras=True)
    return {}


def _check_id(operator: str, hint: Any, where: str) -> None:
    inside = list(parts_of(hint))
    if Pid in inside and operator != "$person":
        raise InputError("a pseudonym comes from $person alone", where=where)
    if Id in inside and operator not in ("$id", "$item", "$person"):
        raise InputError("an id comes from $id, $item or $person alone", where=where)

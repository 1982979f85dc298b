"""What formats share: JSON that is read with its place, records that are read one by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, Final

from waarmerk.bank.exchange.interface import Bad, Record
from waarmerk.errors import InputError
from waarmerk.values import Json

MOST: Final = 512 << 20
"""Bytes of a document that is read as a whole."""


def document(file: IO[bytes], where: str) -> Json:
    """A whole JSON text; raises InputError with line and column where it is none, or is too large."""
    data = file.read(MOST + 1)
    if len(data) > MOST:
        raise InputError(f"this list has more than {MOST >> 20} MB", where=where, hint="split it, or use CSV")
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise InputError(f"line {error.lineno}, column {error.colno}: {error.msg}", where=where) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}", where=where) from error


def each(
    rows: Iterable[Any], read: Callable[[dict[str, Any]], Record | None], where: str, bad: Bad
) -> Iterator[Record]:
    """The record of every row, JSON objects; what `read` cannot read is told as `record N`."""
    for number, row in enumerate(rows, 1):
        try:
            if not isinstance(row, dict):
                raise InputError("this is no JSON object")
            record = read(row)
        except InputError as error:
            bad(InputError(f"record {number}: {error.message}", where=where, hint=error.hint))
            continue
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            bad(InputError(f"record {number} is not formed as it should be: {error!r}", where=where))
            continue
        if record is not None:
            yield record


def rows_of(value: Json, key: str, where: str) -> list[Any]:
    """A list, or what an object has under `key`; raises InputError where there is none."""
    found = value.get(key) if isinstance(value, dict) else value
    if not isinstance(found, list):
        raise InputError(f"there is no list {key!r} in this document", where=where)
    return found


def storable(text: str) -> bool:
    """Whether a database takes this text: no half of a pair of UTF-16, no NUL."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def written(out: IO[bytes], value: Json) -> None:
    """A JSON text with a newline at its end."""
    out.write(json.dumps(value, indent=1).encode() + b"\n")


def left(row: dict[str, Any], known: Iterable[str]) -> dict[str, Json]:
    """The fields of a row that we have no use for."""
    return {name: value for name, value in row.items() if name not in set(known)}

"""JSON of strangers, read so that two readers cannot differ.

Rules (RFC 8259 section 4, RFC 8785 section 3.1):
- A key that stands twice, a lone surrogate, NaN and infinities are refused, each by name.
- Where one form is asked for (`exact`), the bytes must be canonical: then every changed bit is a changed value.
"""

from __future__ import annotations

import json
from typing import TypeVar

import msgspec

from waarmerk.errors import InputError
from waarmerk.record.commitment import canonical
from waarmerk.values import Json

_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def loads(data: bytes, where: str = "") -> Json:
    """The value of a JSON text. Raises `InputError` saying what no two readers read alike."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InputError(f"JSON is UTF-8; byte {error.start} is not", where=where) from error
    except RecursionError as error:
        raise InputError("this JSON is nested too deep", where=where) from error
    except InputError as error:
        raise InputError(error.message, where=where) from error
    except ValueError as error:
        raise InputError(f"this is not JSON: {error}", where=where) from error
    return value


def exact(data: bytes, shape: type[_Struct], what: str) -> _Struct:
    """A value of `shape` from its canonical JSON and nothing else. Raises `InputError`."""
    value = loads(data, what)
    if canonical(value) != data:
        raise InputError(
            f"the {what} is not in canonical form (order, spacing, escapes or numbers)",
            hint="RFC 8785; was it opened and saved by an editor?",
        )
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise InputError(f"the {what} is not as its schema says: {error}") from error


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"the key {key!r} stands twice")
        found[key] = value
    return found


def _no_constant(word: str) -> Json:
    raise InputError(f"{word} is no JSON")

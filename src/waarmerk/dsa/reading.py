"""Read statements from JSON: one, a batch, or JSON Lines, in bounded memory and without guessing.

Rules:
- One JSON document (an object, or `{"statements": [...]}`) up to `MAX_DOCUMENT` bytes; else one object a line, each
  up to `MAX_LINE` bytes, however many lines there are.
- UTF-8 without a byte order mark [RFC 8259 8.1]; no key twice in an object; no half of a surrogate pair; no NaN.
- A line that cannot be read is named and the next one is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Literal

from waarmerk.dsa import vocabulary
from waarmerk.errors import InputError

MAX_DOCUMENT = 64 * 2**20
MAX_LINE = 2**20
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

Shape = Literal["single", "batch", "lines"]


@dataclass(frozen=True)
class Given:
    """One statement as given: running number from 0, its line (0 in a document), and what stands there."""

    shape: Shape
    number: int
    line: int
    body: Any


def read_statements(stream: IO[bytes], where: str) -> Iterator[Given | InputError]:
    """Every statement of a binary stream; a line that cannot be read comes as the error, a document raises it."""
    first = _next_line(stream, MAX_DOCUMENT)
    if not first:
        raise InputError("the file is empty", where=where, hint="give a statement, a batch or JSON Lines")
    _no_bom(first, where)
    if len(first) > MAX_DOCUMENT:
        raise _too_long(where, "the first line", MAX_DOCUMENT)
    second = _next_line(stream, MAX_LINE) if first.endswith(b"\n") else b""
    if second and (_is_object(first) or _is_object(second)):
        yield from _lines([first, second], stream, where)
        return
    text = first + second + (stream.read(MAX_DOCUMENT) if second else b"")
    if len(text) > MAX_DOCUMENT:
        raise _too_long(where, "the document", MAX_DOCUMENT)
    yield from _document(parse(text, where), where)


def parse(text: bytes, where: str, line: int = 0) -> Any:
    """A JSON text; InputError with the place for whatever a careful reader must not accept."""
    try:
        body = json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InputError(
            f"byte {error.start} is not UTF-8", where=_at(where, line), hint="save the file as UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        place = f"column {error.colno}" if line else f"line {error.lineno}, column {error.colno}"
        raise InputError(
            f"this is not JSON at {place}: {error.msg}", where=_at(where, line), hint="check it with a JSON editor"
        ) from error
    except InputError as error:
        raise InputError(error.message, where=_at(where, line), hint=error.hint) from error
    except (RecursionError, ValueError) as error:
        raise InputError(
            "the JSON is nested too deeply or holds a number too long to read", where=_at(where, line)
        ) from error
    path = _surrogate(body, "")
    if path is not None:
        raise InputError(
            f"the text at {path or 'the top'} holds half of a surrogate pair, which is no character",
            where=_at(where, line),
            hint="write the whole pair, or the character itself",
        )
    return body


def _document(body: Any, where: str) -> Iterator[Given]:
    key = vocabulary.server().batch.body_key
    if isinstance(body, dict) and key in body:
        if not isinstance(body[key], list):
            raise InputError(f'"{key}" is no list', where=where, hint=f'write {{"{key}": [...]}}')
        extra = sorted(set(body) - {key})
        if extra:
            raise InputError(f'beside "{key}" stands "{extra[0]}"', where=where, hint="give a statement or a batch")
        if not body[key]:
            raise InputError(f'"{key}" is empty', where=where, hint="a batch holds 1 to 100 statements")
        for number, statement in enumerate(body[key]):
            yield Given("batch", number, 0, statement)
    elif isinstance(body, list):
        raise InputError(
            "this is a bare list, which the database does not take", where=where, hint=f'write {{"{key}": [...]}}'
        )
    else:
        yield Given("single", 0, 0, body)


def _lines(pending: list[bytes], stream: IO[bytes], where: str) -> Iterator[Given | InputError]:
    number = 0
    line_number = 0
    while line := pending.pop(0) if pending else stream.readline(MAX_LINE + 1):
        line_number += 1
        if len(line) > MAX_LINE:
            yield _too_long(_at(where, line_number), "the line", MAX_LINE)
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            continue
        if not line.strip():
            continue
        try:
            yield Given("lines", number, line_number, parse(line, where, line_number))
        except InputError as error:
            yield error
        number += 1


def _next_line(stream: IO[bytes], limit: int) -> bytes:
    """The next line that is not blank, cut one byte above `limit`; b"" at the end."""
    while (line := stream.readline(limit + 1)) and not line.strip():
        pass
    return line


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _no_bom(first: bytes, where: str) -> None:
    if first.startswith(_BOMS):
        name = "a byte order mark" if first.startswith(_BOMS[0]) else "the mark of UTF-16"
        raise InputError(f"the file begins with {name}; JSON is UTF-8 without one", where=where, hint="save it so")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f'the key "{key[:60]}" stands twice in one object', hint="keep one of the two")
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise InputError(f"{name} is not JSON", hint="write a number or null")


def _surrogate(value: Any, path: str) -> str | None:
    if isinstance(value, str):
        return None if value.isascii() or _encodable(value) else path
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
        if not all(_encodable(key) for key in value):
            return path or "a key"
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for key, item in items:
        found = _surrogate(item, f"{path}.{key}" if path else str(key))
        if found is not None:
            return found
    return None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_long(where: str, what: str, limit: int) -> InputError:
    return InputError(
        f"{what} is longer than {limit // 2**20} MiB", where=where, hint="give one statement a line (JSON Lines)"
    )


def _at(where: str, line: int) -> str:
    return f"{where}:{line}" if line else where

"""YAML of maps, read so that it cannot surprise: every scalar is a text, a key stands once, nothing points elsewhere.

Rules:
- `no`, `1.0` and `2026-01-01` are what they look like, texts; whoever needs a number or a day converts it.
- A key that stands twice, anchors, aliases, tags and a second document are refused, with their line.
"""

from __future__ import annotations

from waarmerk.errors import DependencyError, InputError
from waarmerk.values import Json

try:
    import yaml
except ModuleNotFoundError as missing:
    raise DependencyError("maps need the Python package pyyaml", hint="pip install 'waarmerk[import]'") from missing

MAX_YAML = 1 << 20
_MAX_DEPTH = 32


def load(data: bytes, where: str) -> Json:
    """The value of a YAML text: texts, lists and mappings. Raises `InputError` with the line."""
    if len(data) > MAX_YAML:
        raise InputError(f"the file has more than {MAX_YAML} bytes", where=where)
    try:
        text = data.decode("utf-8")
        depth = 0
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise InputError("this is nested too deep", where=_line(where, event))
            if getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise InputError("anchors, aliases and tags do not belong here", where=_line(where, event))
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except UnicodeDecodeError as error:
        raise InputError(f"YAML is UTF-8; byte {error.start} is not", where=where) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = where if mark is None else f"{where} line {mark.line + 1}"
        raise InputError(f"this is not YAML: {getattr(error, 'problem', None) or error}", where=place) from error
    if node is None:
        raise InputError("the file is empty", where=where)
    return _value(node, where)


def _value(node: yaml.Node, where: str) -> Json:
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, where) for one in node.value]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    found: dict[str, Json] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise InputError("a key is a text", where=_line(where, key))
        if key.value in found:
            raise InputError(f"the key {key.value!r} stands twice", where=_line(where, key))
        found[key.value] = _value(value, where)
    return found


def _line(where: str, marked: yaml.Node) -> str:
    return f"{where} line {marked.start_mark.line + 1}"

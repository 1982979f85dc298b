"""YAML that cannot surprise: every scalar is a text, a key stands once, nothing points elsewhere.

Maps, cards of networks and plans of validations are read so.

Rules:
- `no`, `1.0` and `2026-01-01` are what they look like, texts; whoever needs a number or a day converts it.
- A key that stands twice, anchors, aliases, tags and a second document are refused, with their line.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.errors import DependencyError, InputError
from waarmerk.values import Json

try:
    import yaml
except ModuleNotFoundError as missing:
    raise DependencyError("this needs the Python package pyyaml", hint="pip install 'waarmerk[import]'") from missing

MAX_YAML = 1 << 20
_MAX_DEPTH = 32


def load(data: bytes, where: str) -> Json:
    """The value of a YAML text: texts, lists and mappings. Raises `InputError` with line and column."""
    node = plain_node(data, where, yaml.BaseLoader)
    if node is None:
        raise InputError("the file is empty", where=where)
    return _value(node)


def plain_node(data: bytes, where: str, loader: type[yaml.BaseLoader] | type[yaml.SafeLoader]) -> yaml.Node | None:
    """The nodes of a YAML text without anything that could surprise; None if empty. Raises `InputError`."""
    if len(data) > MAX_YAML:
        raise InputError(f"the file has more than {MAX_YAML} bytes", where=where)
    try:
        text = data.decode("utf-8")
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise InputError("this is nested too deep", where=place(where, event.start_mark))
            if getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise InputError("anchors, aliases and tags do not belong here", where=place(where, event.start_mark))
        node = yaml.compose(text, Loader=loader)
    except UnicodeDecodeError as error:
        raise InputError(f"YAML is UTF-8; byte {error.start} is not", where=where) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        told = where if mark is None else place(where, mark)
        raise InputError(f"this is not YAML: {getattr(error, 'problem', None) or error}", where=told) from error
    for mapping in _mappings(node):
        seen: set[str] = set()
        for key, _ in mapping.value:
            if not isinstance(key, yaml.ScalarNode):
                raise InputError("a key is a text", where=place(where, key.start_mark))
            if key.value in seen:
                raise InputError(f"the key {key.value!r} stands twice", where=place(where, key.start_mark))
            seen.add(key.value)
    return node


def place(where: str, mark: yaml.Mark) -> str:
    """File, line and column, counted from 1."""
    return f"{where} line {mark.line + 1} column {mark.column + 1}"


def _mappings(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for pair in node.value:
            for inner in pair:
                yield from _mappings(inner)
    elif isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            yield from _mappings(inner)


def _value(node: yaml.Node) -> Json:
    if isinstance(node, yaml.SequenceNode):
        return [_value(one) for one in node.value]
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(value) for key, value in node.value}
    return node.value

"""The page of all kinds of event, written from the structs and the coverage table, so that it cannot differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from waarmerk.record.events.catalogue import KINDS, native_fields, schema
from waarmerk.record.events.coverage import ANY, coverage, split
from waarmerk.record.events.types import Event
from waarmerk.values import Json

_INTRODUCTION = """# Events

What a platform writes into its record: {kinds} kinds, version 1 of each. An event is canonical JSON (RFC 8785); the
log holds SHA-256(0x00 || salt || event), never the event. As JSON Schema: [events.schema.json](events.schema.json).
A field marked `?` may be absent; one marked (native) is in every native event and absent in an imported one whose
source does not carry it. This page is written from the code by `make golden`.
"""


def page() -> str:
    """The page in Markdown: the header, every kind with its fields and who reads them, every obligation."""
    definitions = schema()["$defs"]
    readers = _readers()
    lines = [_INTRODUCTION.format(kinds=len(KINDS)), "## Header of every event", "", *_HEAD]
    header = [name for name in Event.__struct_fields__ if name != "kind"]
    properties = definitions["PersonErased"]["properties"]
    lines += [_row(name, properties[name], definitions, readers.get((ANY, name), [])) for name in header]
    for tag, kind in KINDS.items():
        definition = definitions[kind.__name__]
        lines += ["", f"## {tag}", "", " ".join((kind.__doc__ or "").split()), "", *_HEAD]
        native = set(native_fields(tag))
        optional = set(definition["properties"]) - set(definition["required"]) - native
        for name, property_ in definition["properties"].items():
            if name not in header and name != "kind":
                shown = f"{name}?" if name in optional else f"{name} (native)" if name in native else name
                lines.append(_row(shown, property_, definitions, readers.get((tag, name), [])))
    lines += ["", "## Obligations", "", *_obligations(), ""]
    return "\n".join(lines)


_LEGEND = (
    "Basis: law (the article binds the tier), own (a promise), proof (health of the record). Tier: h hosting,",
    "p online platform not micro or small, v very large. Against a lie: R a receipt, D the Commission's database,",
    "F a flagger's or authority's list, B a probe, L the log, U the published report, - nobody but the platform.",
    "",
)
_HEAD = ("| field | type | read by |", "| --- | --- | --- |")


def _row(name: str, property_: Json, definitions: Mapping[str, Json], readers: list[str]) -> str:
    return f"| {name} | {_type(property_, definitions)} | {' '.join(readers)} |"


def _readers() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for obligation in coverage().obligation:
        for read in obligation.reads:
            found.setdefault(split(read), []).append(obligation.id)
    for part in coverage().part:
        for read in part.reads:
            found.setdefault(split(read), []).append(f"part {part.number}")
    return found


def _obligations() -> Iterator[str]:
    yield from _LEGEND
    yield "| id | asks that | basis | article | tier | reads | against a lie |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for row in coverage().obligation:
        reads, against = ", ".join(row.reads), " ".join(row.against) or "-"
        yield f"| {' | '.join((row.id, row.title, row.basis, row.article, row.tier, reads, against))} |"


def _type(schema_: Json, definitions: Mapping[str, Json]) -> str:
    """A JSON Schema in a few words."""
    if "anyOf" in schema_:
        return " or ".join(_type(one, definitions) for one in schema_["anyOf"] if one.get("type") != "null")
    if "$ref" in schema_:
        definition = definitions[schema_["$ref"].rpartition("/")[2]]
        required = definition.get("required", [])
        inner = (
            f"{name}{'' if name in required else '?'}: {_type(one, definitions)}"
            for name, one in definition["properties"].items()
        )
        return "{" + ", ".join(inner) + "}"
    if "enum" in schema_:
        return _choice([str(value) for value in schema_["enum"]])
    if "description" in schema_:
        return str(schema_["description"])
    kind = schema_.get("type", "any JSON")
    if kind == "array":
        return f"[{_type(schema_['items'], definitions)}]"
    if kind == "object" and isinstance(schema_.get("additionalProperties"), dict):
        return f"by name: {_type(schema_['additionalProperties'], definitions)}"
    return {"string": "text", "boolean": "yes or no", "integer": "whole number"}.get(kind, str(kind))


def _choice(values: list[str]) -> str:
    if len(values) <= 12:
        return " \\| ".join(values)
    return f"one of {len(values)}: {values[0]}, {values[1]} ..."

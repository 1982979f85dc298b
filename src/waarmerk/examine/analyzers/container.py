"""The container analyzer: how the file is put together, and how that differs from reference files.

Facts alone, no ratio: what a structure says about its maker has not been calibrated. Two files of one muxer and
its settings share an outline, and so its digest; the operator's references ("same device or app, other files") show
what is usual there. The parsing is the reader's (`media.structure`), in the jailed child, for references too.
"""

from __future__ import annotations

from pathlib import Path

from waarmerk.errors import InputError, UsageError
from waarmerk.examine.analyzers.file_watch import FileWatch
from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.pieces import FileReading
from waarmerk.examine.media.reading import Plan, ReaderPlan, Reading
from waarmerk.examine.media.structure.reader import READER
from waarmerk.values import Asset, Json

VERSION = "1"
REFERENCES_MOST = 20
_KEPT_OF_REFERENCE = ("form", "digest", "outline", "traits")

FACTS: dict[str, Json] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Structure of a file",
    "type": "object",
    "required": ["form", "digest", "outline", "traits", "damage", "references"],
    "properties": {
        "form": {
            "type": "string",
            "description": "iso-bmff, matroska, jpeg, png, riff ..., or FFmpeg's name for others",
        },
        "digest": {"type": ["string", "null"], "description": "SHA-256 of form and outline; null: no parser for it"},
        "outline": {"type": "array", "items": {"type": "string"}, "description": "paths of elements, in file order"},
        "traits": {"type": "object", "description": "what the maker chose: brands, timescales, names, encoder"},
        "damage": {
            "type": "array",
            "items": {"type": "string"},
            "description": "rules of the format that are broken",
        },
        "tree": {
            "type": "array",
            "description": "ISO boxes in file order: depth, type, size in bytes",
            "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}, {"type": "integer"}]},
        },
        "traces": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "text"],
                "properties": {"where": {"type": "string"}, "text": {"type": "string"}},
            },
        },
        "tracks": {"type": "array", "items": {"type": "object"}},
        "pictures": {
            "type": "object",
            "description": "pattern of pictures (K key, lower case: unreferred), quantiser",
        },
        "tables": {"type": "array", "items": {"type": "object"}, "description": "JPEG quantisation tables, zigzag"},
        "clusters": {"type": "integer"},
        "bytes_after_end": {"type": ["integer", "null"]},
        "references": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "sha256", "same_structure", "same_traits", "differences"],
                "properties": {
                    "path": {"type": "string"},
                    "sha256": {"type": "string"},
                    "same_structure": {"type": "boolean"},
                    "same_traits": {"type": "boolean"},
                    "differences": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["kind", "where", "here", "reference"],
                            "properties": {
                                "kind": {"enum": ["form", "only-here", "only-in-reference", "trait"]},
                                "where": {"type": "string"},
                            },
                        },
                    },
                },
            },
        },
    },
}


class ContainerAnalyzer:
    """Describes the structure of the file, and compares it with the operator's references."""

    name = "container"
    version = VERSION
    needs: Need = "file"
    reader = READER
    facts_schema = FACTS

    def reader_settings(self, options: AnalyzerOptions) -> dict[str, Json]:
        """What the reader says of each reference file; raises UsageError for one that cannot be read."""
        if len(options.references) > REFERENCES_MOST:
            raise UsageError(f"more than {REFERENCES_MOST} reference files", hint="choose the most typical ones")
        return {"references": [described(path) for path in options.references]}

    def start(self, asset: Asset, options: AnalyzerOptions) -> FileWatch:  # noqa: ARG002
        """Begins on one medium."""
        return FileWatch(self, "the file's structure")


def described(path: Path) -> dict[str, Json]:
    """Form, digest, outline and traits of a reference file, read in a jailed child of its own."""
    try:
        plan = Plan(readers=(ReaderPlan(READER),), pictures=False)
        with open_medium(path) as medium, Reading(medium, plan) as reading:
            sha256 = medium.sha256
            pieces = list(reading)
    except InputError as error:
        raise UsageError(f"the reference file {error.message}", where=error.where, hint=error.hint) from error
    piece = pieces[0] if pieces else None
    if not isinstance(piece, FileReading) or piece.facts is None:
        why = piece.error if isinstance(piece, FileReading) else None
        raise UsageError(f"the reference file's structure was not read: {why}", where=str(path))
    return {"path": str(path), "sha256": sha256, **{name: piece.facts[name] for name in _KEPT_OF_REFERENCE}}

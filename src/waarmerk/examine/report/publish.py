"""The JSON Schemas of the rows, generated from their structs: `python -m waarmerk.examine.report.publish FOLDER`.

Rules: every key is required (what does not apply is null), unknown keys are allowed (keys may be added within a
version). The files in `schema/` are what this module writes; a test holds them equal.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec

from waarmerk.examine.report.again import AgainRow
from waarmerk.examine.report.rows import CheckErrorRow, CheckRow
from waarmerk.values import Json

SCHEMAS: dict[str, type] = {
    "check-1.json": CheckRow,
    "check-error-1.json": CheckErrorRow,
    "check-again-1.json": AgainRow,
}

_TITLES = {
    "check-1.json": "waarmerk.check/1: one medium examined",
    "check-error-1.json": "waarmerk.check-error/1: one input that could not be examined",
    "check-again-1.json": "waarmerk.check-again/1: how a repetition compares with its record",
}


def schema(name: str) -> dict[str, Json]:
    """The JSON Schema (draft 2020-12) that the file `name` publishes."""
    generated = msgspec.json.schema(SCHEMAS[name])
    for definition in generated["$defs"].values():
        definition["required"] = list(definition["properties"])
        definition["description"] = " ".join(definition["description"].split())
        for described in definition["properties"].values():
            described.pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:waarmerk:schema:{name.removesuffix('.json')}",
        "title": _TITLES[name],
        **generated,
    }


def main(folder: str) -> None:
    """Writes every schema into `folder`."""
    for name in SCHEMAS:
        text = json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"
        (Path(folder) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

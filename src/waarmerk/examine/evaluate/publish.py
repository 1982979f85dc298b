"""The JSON Schemas of evaluations and validations: `python -m waarmerk.examine.evaluate.publish FOLDER`.

Rules: every key is required (what does not apply is null), unknown keys are allowed (keys may be added within a
version). The files in `schema/` are what this module writes; a test holds them equal.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec

from waarmerk.examine.evaluate.rows import EvalRow
from waarmerk.examine.evaluate.validation import ValidationRow
from waarmerk.values import Json

SCHEMAS: dict[str, tuple[type, str]] = {
    "eval-1.json": (EvalRow, "waarmerk.eval/1: a labelled list evaluated"),
    "validation-1.json": (ValidationRow, "waarmerk.validation/1: an evaluation held against criteria"),
}


def schema(name: str) -> dict[str, Json]:
    """The JSON Schema (draft 2020-12) that the file `name` publishes."""
    kind, title = SCHEMAS[name]
    generated = msgspec.json.schema(kind)
    for definition in generated["$defs"].values():
        definition["required"] = list(definition["properties"])
        definition["description"] = " ".join(definition["description"].split())
        for described in definition["properties"].values():
            described.pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:waarmerk:schema:{name.removesuffix('.json')}",
        "title": title,
        **generated,
    }


def main(folder: str) -> None:
    """Writes every schema into `folder`."""
    for name in SCHEMAS:
        text = json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"
        (Path(folder) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

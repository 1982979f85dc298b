"""The schema files that the package carries are what the structs say."""

import json
from importlib.resources import files

import jsonschema
import pytest

from waarmerk.examine.report.publish import SCHEMAS, schema


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_file_is_the_generated_schema(name: str) -> None:
    published = (files("waarmerk.examine.report") / "schema" / name).read_text(encoding="utf-8")
    assert json.loads(published) == schema(name), (
        "python -m waarmerk.examine.report.publish src/waarmerk/examine/report/schema"
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_is_valid_json_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_required(name: str) -> None:
    for definition in schema(name)["$defs"].values():
        assert definition["required"] == list(definition["properties"])

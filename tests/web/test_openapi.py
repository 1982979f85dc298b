"""The published description of the API: version 3.1, an example of every request and answer that holds."""

import pytest
from fastapi import FastAPI

from tests.web.conftest import Web
from waarmerk.web.api import intake, models, operations, reading
from waarmerk.web.api.examples import EXAMPLES


@pytest.fixture(scope="module")
def described() -> dict:
    app = FastAPI()
    for part in (intake, reading, operations):
        app.include_router(part.router)
    return app.openapi()


def test_every_operation_has_examples_of_what_is_sent_and_answered(described: dict) -> None:
    assert described["openapi"].startswith("3.1")
    seen = 0
    for path, operations_ in described["paths"].items():
        for method, operation in operations_.items():
            answers = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
            sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            for schema in (answers, sent):
                if "$ref" in schema:
                    found = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
                    assert found.get("examples"), (method, path, schema)
                    seen += 1
    assert seen >= 18


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_its_model_takes(name: str) -> None:
    getattr(models, name).model_validate(EXAMPLES[name])


def test_the_example_of_an_event_is_recorded(web: Web) -> None:
    (event,) = EXAMPLES["EventsIn"]["events"]
    answer = web.post("/v1/events", {"events": [event | {"service": "clips"}]})
    assert (answer.status_code, answer.json()) == (200, {"new": 1, "seen": 0}), answer.text

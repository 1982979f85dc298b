"""Every store test runs on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bank.store import storing
from tests.support import postgres
from waarmerk.bank.store.store import Store


@pytest.fixture(scope="package")
def server() -> Iterator[str]:
    with postgres.server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield storing.sqlite(tmp_path)
        return
    with storing.fresh_database(request.getfixturevalue("server")) as url:
        yield url


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    made = storing.make(address)
    yield made
    made.close()

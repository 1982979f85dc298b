"""One honest world for all tests that only look."""

from pathlib import Path

import pytest

from tests.simulation.seen import Seen, world


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A week of an honest platform."""
    folder: Path = tmp_path_factory.mktemp("honest")
    return world(folder)

"""What all tests share."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# A law must not fail because the machine is busy.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# Started in the background of a shell, a run ignores Ctrl-C, and so would every command that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden_update(request: pytest.FixtureRequest) -> bool:
    """True when golden files are to be written instead of compared."""
    return bool(request.config.getoption("--golden"))


@pytest.fixture
def golden(golden_update: bool) -> Callable[[str, str], None]:
    """Compares a text with `tests/golden/NAME.txt`, or writes it under `--golden`."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if golden_update:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"make golden writes {path.name} anew; review it as a diff"

    return check

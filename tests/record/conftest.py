"""The command line, called as `waarmerk log ...` and its neighbours are."""

import pytest

from waarmerk.cli.main import run


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def command(capfdbinary: pytest.CaptureFixture[bytes]):
    """Runs `waarmerk ...` and gives exit code, output and error."""

    def call(*arguments: object, code: int = 0) -> Result:
        try:
            run([*map(str, arguments)])
            got = 0
        except SystemExit as end:
            got = int(end.code or 0)
        out, err = capfdbinary.readouterr()
        result = Result(got, out.decode(), err.decode())
        assert got == code, result.err or result.out
        return result

    return call


@pytest.fixture
def waarmerk(command):
    """Runs `waarmerk log ...` and gives exit code, output and error."""
    return lambda *arguments, code=0: command("log", *arguments, code=code)

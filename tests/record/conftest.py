"""The command line, called as `waarmerk log ...` is."""

import pytest

from waarmerk.cli.main import run


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def waarmerk(capfdbinary: pytest.CaptureFixture[bytes]):
    """Runs `waarmerk log ...` and gives exit code, output and error."""

    def call(*arguments: object, code: int = 0) -> Result:
        try:
            run(["log", *map(str, arguments)])
            got = 0
        except SystemExit as end:
            got = int(end.code or 0)
        out, err = capfdbinary.readouterr()
        result = Result(got, out.decode(), err.decode())
        assert got == code, result.err
        return result

    return call

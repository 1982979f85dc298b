"""The command line, called as `waarmerk audit ...` is."""

from tests.record.conftest import command as command

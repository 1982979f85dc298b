"""The error tree: every failure a person can meet, as one sentence, a place and a next step.

Exit codes follow from the tree and hold for every command: 0 done and nothing to object; 1 something could
not be handled; 2 wrong use; 3 handled, and the answer is no; 4 integrity broken. Several at once: 4, 2, 1, 3.
"""

from __future__ import annotations

from typing import ClassVar


class WaarmerkError(Exception):
    """One clear sentence (`message`), where it went wrong, and a hint what to do.

    `kind` is the stable code that machine-readable output carries; `exit_code` what a command ends with.
    """

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def sentence(self) -> str:
        """The error as one line for a terminal: where, what, what to do."""
        line = f"{self.where}: {self.message}" if self.where else self.message
        return f"{line} ({self.hint})" if self.hint else line


class InputError(WaarmerkError):
    """What was given cannot be read as what it should be."""

    kind = "input"


class NoMediumError(InputError):
    """What was given holds neither moving nor still pictures: in a folder it is counted, not complained about."""

    kind = "no-medium"


class UsageError(WaarmerkError):
    """The command or call itself is wrong: an unknown option value, two things that exclude each other."""

    kind = "usage"
    exit_code = 2


class IntegrityError(WaarmerkError):
    """A signature, proof or digest does not hold; `evidence` is what shows it."""

    kind = "integrity"
    exit_code = 4

    def __init__(self, message: str, *, where: str = "", hint: str = "", evidence: tuple[bytes, ...] = ()) -> None:
        super().__init__(message, where=where, hint=hint)
        self.evidence = evidence


class DependencyError(WaarmerkError):
    """Something the operator must supply is missing: an extra, a model file, a program."""

    kind = "dependency"


class UnavailableError(WaarmerkError):
    """Not now: a lock is held, a disk is full, a service is starting. Try again."""

    kind = "unavailable"


class ConflictError(WaarmerkError):
    """What was acted on changed meanwhile: two people, two requests. Look again, then decide again."""

    kind = "conflict"


ANSWER_IS_NO = 3
_PRECEDENCE = (4, 2, 1, 3)


def combined_exit_code(codes: list[int] | set[int]) -> int:
    """The one exit code for several outcomes: 4 before 2 before 1 before 3 before 0."""
    return next((code for code in _PRECEDENCE if code in codes), 0)

"""How a story of an obligation's tests is registered, with what an audit must make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tests.audit.story import Story

Tell: TypeAlias = Callable[[Story], None]


@dataclass(frozen=True)
class Told:
    """A story and what one obligation must count in it; the record goes on for 400 hours."""

    obligation: str
    tell: Tell
    deviations: int
    kept: int | None
    open_: int
    untestable: int
    questions: int
    until: float

    def story(self) -> Story:
        story = Story()
        self.tell(story)
        return story.until(self.until)


FAILING: list[Told] = []
INNOCENT: list[Told] = []


def failing(obligation: str, deviations: int = 1, *, until: float = 400) -> Callable[[Tell], Tell]:
    """A story in which so many cases deviate."""

    def register(tell: Tell) -> Tell:
        FAILING.append(Told(obligation, tell, deviations, None, 0, 0, 0, until))
        return tell

    return register


def innocent(
    obligation: str,
    *,
    kept: int | None = None,
    open_: int = 0,
    untestable: int = 0,
    questions: int = 0,
    until: float = 400,
) -> Callable[[Tell], Tell]:
    """A story that looks alike and in which nothing deviates."""

    def register(tell: Tell) -> Tell:
        INNOCENT.append(Told(obligation, tell, 0, kept, open_, untestable, questions, until))
        return tell

    return register

"""What was seen of an item: the port through which examination and bank come in, and the facts that follow.

`Looker` is the one thing that opens media; the desk hands it an item's medium and gets values. What comes from it are
findings and matches; whether they mean anything is the policy's and people's business.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import msgspec

from waarmerk.values import Json


@dataclass(frozen=True)
class Tool:
    """A detector or matcher as the record knows it: the digest of what was run, its name, version and threshold."""

    digest: str
    name: str
    version: str
    type: str
    domain: tuple[str, ...] = ("video", "image")
    threshold: float | None = None


@dataclass(frozen=True)
class Seen:
    """What one tool said of an item: a log10 ratio, or why it abstained."""

    tool: Tool
    log10_lr: float | None = None
    abstained: str | None = None


@dataclass(frozen=True)
class Known:
    """A known item that this one shows. `entry`: 128 bits in hexadecimal; `ranges`: start and end in this medium,
    start and end in the known one, in seconds."""

    entry: str
    status: Literal["seeded", "confirmed"]
    category: str
    signal: str
    distance: int
    ranges: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True)
class Looked:
    """Everything of one look. `report`: schema waarmerk.check/1, None where there was no medium to look at."""

    report: dict[str, Json] | None = None
    findings: tuple[Seen, ...] = ()
    matches: tuple[Known, ...] = ()
    provenance: Literal["none", "valid", "trusted", "invalid"] = "none"
    source_type: str | None = None
    declared_synthetic: bool = False
    ratio: float | None = None


@dataclass(frozen=True)
class Medium:
    """What is looked at: where its bytes lie, under which digest."""

    sha256: str
    locked: bool = field(default=False)


class Looker(Protocol):
    """Examination and matching of one medium."""

    def look(self, medium: Medium) -> Looked:
        """Raises `WaarmerkError` where the medium cannot be examined; `UnavailableError` where trying again helps."""
        ...


class NoLooker:
    """For a platform that keeps its media to itself: nothing is looked at, a person or a notice must speak."""

    def look(self, medium: Medium) -> Looked:
        del medium
        return Looked()


def found_something(looked: Looked, floor: float) -> bool:
    """Whether a look is worth an event: a match, a ratio above `floor`, a declaration, provenance."""
    return bool(looked.matches or looked.declared_synthetic or (looked.ratio is not None and looked.ratio >= floor))


def as_json(looked: Looked) -> dict[str, Any]:
    """A look as a durable step returns it."""
    return msgspec.to_builtins(looked)  # type: ignore[no-any-return]


def from_json(value: dict[str, Any]) -> Looked:
    """What `as_json` gave."""
    return msgspec.convert(value, Looked)

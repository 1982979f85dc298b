"""A network's card: which file it describes, what goes in, what comes out, under which terms, from where.

A card stands beside its network as `card.json` and is the only thing trusted about the file: the network is
loaded when its SHA-256 is the card's, and never otherwise.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from waarmerk.errors import DependencyError, InputError
from waarmerk.values import Json, Sha256

SCHEMA = "waarmerk.network/1"
LARGEST_CARD = 1 << 20
"""Bytes. A card is a page of text; what is larger is something else."""


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes in: RGB, float32 [n, 3, height, width], `(rgb / 255 - mean) / std` a channel.

    `multiple`: 0 where the size is fixed; else any multiples of it up to height and width go in as well.
    """

    name: str
    height: int
    width: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    multiple: int = 0


class Output(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes out: float32 [n, *shape] and its meaning in a sentence."""

    name: str
    shape: tuple[int, ...]
    meaning: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a network is. `source`: where its weights came from; `notes`: limits, measured figures, anything."""

    schema: str
    name: str
    task: str
    sha256: Sha256
    input: Input
    outputs: tuple[Output, ...]
    licence: str
    source: dict[str, Json]
    notes: dict[str, Json] = {}


def read_regular(path: Path, at_most: int, what: str, hint: str) -> bytes:
    """The file's bytes, at most one more than `at_most`; DependencyError where it is missing or no regular file."""
    try:
        if path.exists() and not path.is_file():
            # A pipe would be waited for, a device read for ever.
            raise DependencyError(f"{what} cannot be read: this is no regular file", where=str(path), hint=hint)
        with path.open("rb") as file:
            return file.read(at_most + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise DependencyError(f"{what} cannot be read: {reason}", where=str(path), hint=hint) from error


def read_card(path: Path) -> Card:
    """Reads `card.json`; raises DependencyError where it is missing, InputError where it is no card."""
    raw = read_regular(path, LARGEST_CARD, "the card of this network", "a network needs its card.json beside it")
    if len(raw) > LARGEST_CARD:
        raise InputError(f"this is no card: it is larger than {LARGEST_CARD} bytes", where=str(path))
    try:
        card = msgspec.json.decode(raw, type=Card)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"this is no card of a network: {error}", where=str(path)) from error
    if card.schema != SCHEMA:
        raise InputError(f"this card has schema {card.schema!r}, not {SCHEMA!r}", where=str(path))
    if len(card.sha256) != 64 or set(card.sha256) - set("0123456789abcdef"):
        raise InputError("the card's sha256 is not 64 lower-case hexadecimal digits", where=str(path))
    if min(card.input.height, card.input.width) < 1 or 0 in card.input.std or not card.outputs:
        raise InputError("the card's input has no size or no scale, or it names no output", where=str(path))
    return card

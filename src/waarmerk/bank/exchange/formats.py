"""The formats by name, and which one a file is in."""

from __future__ import annotations

from typing import Final

from waarmerk.bank.exchange.csvs import Csv
from waarmerk.bank.exchange.hma import Hma
from waarmerk.bank.exchange.interface import Format
from waarmerk.bank.exchange.mediareview import MediaReview
from waarmerk.bank.exchange.ncmec import Ncmec
from waarmerk.bank.exchange.stix import Stix
from waarmerk.bank.exchange.stopncii import StopNcii
from waarmerk.bank.exchange.threatexchange import ThreatExchange
from waarmerk.bank.exchange.vpdqs import Vpdq
from waarmerk.errors import UsageError

_ALL: Final[tuple[Format, ...]] = (
    Ncmec(), StopNcii(), MediaReview(), Stix(), ThreatExchange(), Hma(), Vpdq(), Csv(),
)  # fmt: skip
FORMATS: Final[dict[str, Format]] = {one.name: one for one in _ALL}
HEAD: Final = 4096
"""Bytes by which a format is known."""


def format_of(name: str) -> Format:
    """The format of this name; raises UsageError."""
    if name not in FORMATS:
        raise UsageError(f"there is no format {name}", hint=f"auto, list, {', '.join(FORMATS)}")
    return FORMATS[name]


def sniffed(head: bytes) -> Format | None:
    """The format of a file that begins so; None for a plain list."""
    return next((one for one in _ALL if one.sniff(head)), None)

"""What an analyzer is: the interface that built-in and strangers' analyzers share.

One forward decode pushes pieces to all watches. A watch holds bounded memory whatever the length of the medium.

- `needs = "file"`: the analyzer names a `reader`, "module:function", which is imported and run *in the jailed
  child* as `reader(file: BinaryIO, asset: Asset, settings: dict) -> dict` (JSON facts; `settings` is what
  `reader_settings(options)` returned in the parent); its watch sees one `FileReading`.
- `needs = "frames"`: sees every `FrameSample`. `needs = "tracks"`: sees every `TrackSample`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from waarmerk.examine.faces.interface import TrackSample
from waarmerk.examine.media.pieces import FileReading, FrameSample
from waarmerk.values import Asset, Finding, Json

Need = Literal["file", "frames", "tracks", "sound"]
Piece = FileReading | FrameSample | TrackSample


@dataclass(frozen=True)
class AnalyzerOptions:
    """What an operator may set for analyzers; frozen, passed in, read by nobody from the environment."""

    known: tuple[Path, ...] = ()
    """Known items for `matching`: files of PDQ frame hashes in vPDQ's text format, or the media themselves."""
    banks: tuple[str, ...] = ()
    """Banks for `matching` to ask: `STORE` or `STORE:NAME`, a store being a path or postgresql://USER@HOST/NAME."""
    trust_anchors: Path | None = None
    """PEM file of trusted certificate authorities, for `provenance`."""
    references: tuple[Path, ...] = ()
    """Files of the same device or app, for `container`."""
    model: Path | None = None
    """A model folder (network, card, calibration) in place of the built-in one, for `manipulation`."""
    networks: tuple[Path, ...] = ()
    """Folders of the operator's own networks, each an analyzer beside `manipulation`."""
    extra: dict[str, Json] = field(default_factory=dict)
    """For strangers' analyzers, keyed by their name."""


class Watch(Protocol):
    """One analyzer at work on one medium."""

    def see(self, piece: Piece) -> None:
        """Takes the next piece of the kind that the analyzer needs; keeps bounded memory."""
        ...

    def finding(self) -> Finding:
        """What was found, after the last piece. Called once."""
        ...


class Analyzer(Protocol):
    """One kind of evidence. Registered under the entry-point group `waarmerk.analyzers`."""

    name: str
    version: str
    needs: Need

    def start(self, asset: Asset, options: AnalyzerOptions) -> Watch:
        """Begins on one medium; raises a WaarmerkError where an option cannot be used."""
        ...


@runtime_checkable
class Prepared(Protocol):
    """An analyzer that has work to do once for all media, before any is open."""

    def prepare(self, options: AnalyzerOptions) -> None:
        """Does it; raises a WaarmerkError where an option cannot be used."""
        ...


class FileAnalyzer(Analyzer, Protocol):
    """An analyzer with `needs = "file"`."""

    reader: str

    def reader_settings(self, options: AnalyzerOptions) -> dict[str, Json]:
        """What the reader in the child needs to know, as JSON (files of the operator read here, not there)."""
        ...

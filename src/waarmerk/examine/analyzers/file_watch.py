"""The watch of an analyzer that looks at the file itself: its reader works in the child, and this waits for it."""

from __future__ import annotations

from waarmerk.examine.analyzers.interface import FileAnalyzer, Piece
from waarmerk.examine.media.pieces import FileReading
from waarmerk.values import Abstention, Finding


class FileWatch:
    """Takes over what `analyzer.reader` found as facts. `what`: what was to be read, for a failure's sentence."""

    def __init__(self, analyzer: FileAnalyzer, what: str) -> None:
        self._analyzer = analyzer
        self._what = what
        self._reading: FileReading | None = None

    def see(self, piece: Piece) -> None:
        """Keeps the reading."""
        if isinstance(piece, FileReading) and piece.reader == self._analyzer.reader:
            self._reading = piece

    def finding(self) -> Finding:
        """The facts, or an abstention where the reader itself failed."""
        name, version, reading = self._analyzer.name, self._analyzer.version, self._reading
        if reading is None or reading.facts is None:
            why = f"{self._what} was not read" if reading is None else reading.error or "no reason was given"
            answer = Abstention(reason="analyzer-failed", detail=why)
            return Finding(analyzer=name, version=version, answer=answer)
        return Finding(analyzer=name, version=version, answer=None, facts=reading.facts)

"""An analyzer of one's own in one file: when does the picture stand still?

A still photograph passed off as a live recording, or a loop that freezes, shows as samples that do not differ. That
is a fact for a person to weigh; nobody has calibrated what it says, so no ratio is given.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need, Piece
from waarmerk.examine.media.pieces import FrameSample
from waarmerk.values import Abstention, Asset, Finding, Json

SAME = 1.0
"""Mean difference in grey levels (0..255) up to which two samples are the same: below it lies coding noise."""
LONG_S = 1.0
"""Seconds from which a standstill is told."""


class StandstillAnalyzer:
    """Finds stretches in which successive samples are the same."""

    name = "standstill"
    version = "1"
    needs: Need = "frames"

    def start(self, asset: Asset, options: AnalyzerOptions) -> StandstillWatch:
        """Begins on one medium. `options.extra["standstill"]` may name another `same`."""
        settings: dict[str, Json] = options.extra.get(self.name) or {}
        return StandstillWatch(asset, float(settings.get("same", SAME)))


class StandstillWatch:
    """Keeps one small picture, and the stretches found so far."""

    def __init__(self, asset: Asset, same: float) -> None:
        self._video = asset.kind == "video"
        self._same = same
        self._last: NDArray[np.int16] | None = None
        self._since: float | None = None
        self._until = 0.0
        self._stretches: list[dict[str, Json]] = []

    def see(self, piece: Piece) -> None:
        """Compares a sample with the one before."""
        if not isinstance(piece, FrameSample):
            return
        # A copy in another type: the sample's own memory is lent.
        luma = piece.luma.astype(np.int16)
        if self._last is not None and self._last.shape == luma.shape:
            if float(np.abs(luma - self._last).mean()) <= self._same:
                self._since = self._until if self._since is None else self._since
            else:
                self._end()
        self._last, self._until = luma, piece.t_s

    def finding(self) -> Finding:
        """The stretches as facts; for a single picture the question has no meaning."""
        if not self._video:
            answer = Abstention(reason="one-picture", detail="a picture always stands still")
            return Finding(analyzer=StandstillAnalyzer.name, version=StandstillAnalyzer.version, answer=answer)
        self._end()
        return Finding(
            analyzer=StandstillAnalyzer.name,
            version=StandstillAnalyzer.version,
            answer=None,
            facts={"stretches": self._stretches, "same": self._same},
        )

    def _end(self) -> None:
        if self._since is not None and self._until - self._since >= LONG_S:
            self._stretches.append({"start_s": round(self._since, 3), "end_s": round(self._until, 3)})
        self._since = None

"""The analyzer `manipulation`: was this face swapped, driven, lip-synced or generated?

Rules:
- A network looks at the crop of each face; its scores are aggregated over the track and calibrated on sources that
  it was not trained on. The answer is a likelihood ratio within the bounds of that calibration, never "97 % fake".
- What the picture cannot carry is an abstention with its reason (`evidence.quality`), for a picture, a track, and
  where every track abstains for the medium.
- At most `RATE` pictures a second of a track are scored for its first `DENSE` pictures, then `RATE_LATER`.
- Bounded memory: numbers for each scored picture, and the `STRONGEST` pictures. Faces are scored one by one: a batch
  of eight costs a quarter more a face, since its layers no longer fit the core's cache.

Facts, by the schema `FACTS`. `strongest` holds the pictures with the highest scores: `picture` is the crop that the
network saw and `reaction` where it reacts, PNG in base64, at most `PICTURE_SIDE` pixels; a record may leave both out.
"""

from __future__ import annotations

import base64
import heapq
import io
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need, Piece
from waarmerk.examine.evidence.calibration import (
    Fitted,
    log10_lr,
    medium_log10_lr,
    ratio_of,
    read_calibration,
    trimmed_mean,
)
from waarmerk.examine.evidence.quality import crowded, medium_reason, track_reason, unusable
from waarmerk.examine.faces.crops import face_crop
from waarmerk.examine.faces.interface import Box, TrackSample
from waarmerk.examine.faces.quality import quality
from waarmerk.examine.networks.load import WEIGHTS, Network, load
from waarmerk.values import Abstention, Asset, Finding, FrameScore, Json, Ratio, Sha256, TrackFinding

VERSION: Final = "1"
BUILT_IN: Final = "manipulation"
RATE, RATE_LATER, DENSE = 4.0, 1.0, 24
"""Scored pictures of a track a second; the same once `DENSE` pictures of the track were scored: more pictures of one
face hardly move its mean, and a short track loses none."""
STRONGEST: Final = 6
PICTURE_SIDE: Final = 192
FRAMES_SHOWN: Final = 240
"""Pictures of a track that the finding lists, evenly; all of them count for its score."""

_PNG: Final[dict[str, Json]] = {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"}
FACTS: Final[dict[str, Json]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "What the analyzer `manipulation` looked at",
    "type": "object",
    "additionalProperties": False,
    "required": ["model", "rate", "pictures", "unusable", "strongest"],
    "properties": {
        "model": {
            "type": "object",
            "required": ["name", "sha256", "calibration", "cllr"],
            "properties": {
                "name": {"type": "string"},
                "sha256": {"type": "string"},
                "calibration": {"type": "string", "description": "SHA-256 of the calibration"},
                "cllr": {"type": "number", "description": "of the calibration, 0 perfect, 1 useless"},
                "figures": {"type": "object", "description": "measured figures, from the card"},
            },
        },
        "rate": {"type": "number", "description": "scored pictures of a track a second at most"},
        "pictures": {"type": "integer", "description": "face pictures that were scored"},
        "unusable": {
            "type": "object",
            "description": "face pictures that were not, by reason",
            "additionalProperties": {"type": "integer"},
        },
        "strongest": {
            "type": "array",
            "maxItems": STRONGEST,
            "items": {
                "type": "object",
                "required": ["track", "t_s", "score"],
                "properties": {
                    "track": {"type": "integer"},
                    "t_s": {"type": "number"},
                    "score": {"type": "number"},
                    "picture": _PNG,
                    "reaction": _PNG,
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Model:
    """A network with its calibration; `digest` is the calibration's."""

    network: Network
    fitted: Fitted
    digest: Sha256


def load_model(folder: Path) -> Model:
    """The model in a folder (network.onnx, card.json, calibration.json); a WaarmerkError where one does not fit."""
    network = load(folder)
    fitted, digest = read_calibration(folder / "calibration.json", network.card.sha256)
    return Model(network, fitted, digest)


class ManipulationAnalyzer:
    """Scores faces with the built-in network, or with the operator's own (`AnalyzerOptions.model`)."""

    name = "manipulation"
    version = VERSION
    needs: Need = "tracks"
    facts: Final = FACTS

    def __init__(self) -> None:
        self._loaded: dict[Path, Model] = {}

    def start(self, asset: Asset, options: AnalyzerOptions) -> ManipulationWatch:
        """Begins on one medium; raises a WaarmerkError where the operator's model cannot be used."""
        folder = options.model or WEIGHTS / BUILT_IN
        if folder not in self._loaded:
            self._loaded[folder] = load_model(folder)
        return ManipulationWatch(self._loaded[folder], asset)


@dataclass
class _Track:
    """What is kept of one face: numbers for each scored picture, reasons for each that was not."""

    number: int
    start_s: float
    end_s: float = 0.0
    size: float = 0.0
    times: array[float] = field(default_factory=lambda: array("d"))
    scores: array[float] = field(default_factory=lambda: array("f"))
    boxes: array[float] = field(default_factory=lambda: array("f"))
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, order=True)
class _Strong:
    """A picture among the strongest; equal scores are ordered by who came first."""

    score: float
    order: int
    track: int = field(compare=False)
    t_s: float = field(compare=False)
    crop: NDArray[np.uint8] = field(compare=False)
    where: NDArray[np.float32] = field(compare=False)


class ManipulationWatch:
    """One medium's faces being scored."""

    def __init__(self, model: Model, asset: Asset) -> None:
        self._model = model
        self._video = asset.kind == "video"
        self._tracks: dict[int, _Track] = {}
        self._strongest: list[_Strong] = []
        self._scored = 0
        self._faces: Counter[int] = Counter()

    def see(self, piece: Piece) -> None:
        """Takes one face of one sample."""
        if not isinstance(piece, TrackSample):
            return
        t_s = piece.sample.t_s
        track = self._tracks.setdefault(piece.track, _Track(piece.track, t_s, t_s))
        self._faces[piece.sample.number] += 1
        track.end_s = max(track.end_s, t_s)
        track.size = max(track.size, *piece.box[2:])
        # A sample early counts too: time stamps are not exact multiples of the distance between samples.
        rate = RATE if len(track.times) < DENSE else RATE_LATER
        if track.times and t_s - track.times[-1] < 0.75 / rate:
            return
        reason = unusable(quality(piece))
        if reason is not None:
            track.reasons[reason] += 1
            return
        height, width = self._model.network.size
        self._score(track, t_s, piece.box, face_crop(piece.sample.rgb, piece.box, height, width))

    def _score(self, track: _Track, t_s: float, box: Box, crop: NDArray[np.uint8]) -> None:
        logits, reacts = self._model.network.run(crop[None])[:2]
        score = float(logits.reshape(-1)[0])
        track.times.append(t_s)
        track.scores.append(score)
        track.boxes.extend(box)
        entry = _Strong(score, -self._scored, track.number, t_s, crop, reacts[0])
        self._scored += 1
        if len(self._strongest) < STRONGEST:
            heapq.heappush(self._strongest, entry)
        else:
            heapq.heappushpop(self._strongest, entry)

    def finding(self) -> Finding:
        """The medium's ratio or abstention, each track's, and what the network looked at."""
        fitted = self._model.fitted
        tracks, answered, silent = [], [], []
        for track in self._tracks.values():
            reason = track_reason(len(track.scores), track.reasons, video=self._video)
            value = None if reason else log10_lr(trimmed_mean(track.scores), fitted.model)
            tracks.append(_finding(track, value, reason))
            if value is None:
                silent.append((track.size, reason or ""))
            else:
                answered.append((value, float(len(track.scores))))
        faces = list(self._faces.values())
        answer: Ratio | Abstention
        if answered and not crowded(faces):
            answer = ratio_of(medium_log10_lr(answered), fitted, self._model.digest)
        else:
            answer = Abstention(reason=medium_reason(silent or [(0.0, "crowd")] * len(answered), faces))
        return Finding(
            analyzer=ManipulationAnalyzer.name,
            version=VERSION,
            answer=answer,
            facts=self._facts(),
            tracks=tuple(tracks),
        )

    def _facts(self) -> dict[str, Json]:
        card, fitted = self._model.network.card, self._model.fitted
        reasons: Counter[str] = sum((track.reasons for track in self._tracks.values()), Counter())
        return {
            "model": {
                "name": card.name,
                "sha256": card.sha256,
                "calibration": self._model.digest,
                "cllr": fitted.cllr,
                "figures": card.notes,
            },
            "rate": RATE,
            "pictures": self._scored,
            "unusable": dict(sorted(reasons.items())),
            "strongest": [
                {
                    "track": one.track,
                    "t_s": round(one.t_s, 3),
                    "score": round(one.score, 3),
                    "picture": _png(one.crop),
                    "reaction": _png(reaction(one.crop, one.where)),
                }
                for one in sorted(self._strongest, reverse=True)
            ],
        }


def _finding(track: _Track, value: float | None, reason: str | None) -> TrackFinding:
    step = max(1, -(-len(track.scores) // FRAMES_SHOWN))
    frames = tuple(
        FrameScore(t_s=track.times[index], score=track.scores[index], box=_box(track.boxes, index))
        for index in range(0, len(track.scores), step)
    )
    return TrackFinding(
        track=track.number,
        start_s=track.start_s,
        end_s=track.end_s,
        log10_lr=value,
        abstained=reason,
        frames=frames,
    )


def _box(boxes: array[float], index: int) -> Box:
    x, y, width, height = boxes[4 * index : 4 * index + 4]
    return x, y, width, height


def reaction(crop: NDArray[np.uint8], where: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The crop in grey with the cells that the network reacts to in orange, uint8 [h, w, 3]; `where`: 0..1."""
    height, width = crop.shape[:2]
    heat = Image.fromarray(np.clip(where, 0, 1).astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    strength = np.clip(np.asarray(heat, dtype=np.float32), 0, 1)[..., None]
    grey = np.repeat(crop.astype(np.float32).mean(axis=2, keepdims=True) * 0.7, 3, axis=2)
    shown = grey * (1 - 0.75 * strength) + np.array([255, 140, 0], np.float32) * 0.75 * strength
    return np.asarray(np.clip(shown, 0, 255), dtype=np.uint8)


def _png(rgb: NDArray[np.uint8]) -> str:
    image = Image.fromarray(rgb)
    image.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    buffer = io.BytesIO()
    # The lightest compression: a tenth more bytes for less than half of the time, which all media pay.
    image.save(buffer, "PNG", compress_level=1)
    return base64.b64encode(buffer.getvalue()).decode()

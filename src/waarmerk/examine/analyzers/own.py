"""An operator's own network as an analyzer like ours: the same faces, the same abstentions, a calibration of its own.

Rules:
- It looks at the same crops of the same tracks as `manipulation`, abstains on the same pictures and is aggregated and
  bounded in the same way; only the network and its calibration differ.
- Without a calibration it answers nothing: its scores stand in the finding, its reason is `not-calibrated`.
- Its ratio is about the same propositions as ours, so it enters the conclusion; that both look at the same pictures
  is stated there (`fusion`).
- A folder that cannot be loaded is named in every report and stops nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

import msgspec

from waarmerk.errors import WaarmerkError
from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need, Piece
from waarmerk.examine.analyzers.manipulation import FACTS, ManipulationWatch, Model
from waarmerk.examine.analyzers.registry import Registry
from waarmerk.examine.evidence.calibration import SCHEMA, Fitted, read_calibration
from waarmerk.examine.evidence.calibration import Model as Line
from waarmerk.examine.evidence.fusion import MANIPULATION
from waarmerk.examine.networks.load import Network
from waarmerk.examine.networks.own import OwnScores, own_network
from waarmerk.values import Abstention, Asset, Finding, Json, Sha256

NOT_CALIBRATED: Final = "not-calibrated"


class OwnNetworkAnalyzer:
    """Scores faces with the network in `folder`; raises a WaarmerkError where it cannot be loaded."""

    needs: Need = "tracks"

    def __init__(self, folder: Path) -> None:
        self._network = own_network(folder)
        card = self._network.card
        self.calibrated = (folder / "calibration.json").exists()
        if self.calibrated:
            self._fitted, self._digest = read_calibration(folder / "calibration.json", card.sha256)
        else:
            self._fitted, self._digest = _nothing(card.sha256), Sha256("")
        self.name = card.name
        self.version = f"{card.sha256[:12]}-{self._digest[:12] or NOT_CALIBRATED}"
        self.facts: dict[str, Json] = FACTS

    def start(self, asset: Asset, options: AnalyzerOptions) -> OwnWatch:  # noqa: ARG002
        """Begins on one medium."""
        model = Model(cast(Network, self._network), self._fitted, self._digest)
        return OwnWatch(self, ManipulationWatch(model, asset))

    @property
    def fitted(self) -> Fitted | None:
        """Its calibration, or None."""
        return self._fitted if self.calibrated else None

    @property
    def network(self) -> OwnScores:
        """The network itself."""
        return self._network


class OwnWatch:
    """One medium's faces being scored by a network of the operator's own."""

    def __init__(self, analyzer: OwnNetworkAnalyzer, watch: ManipulationWatch) -> None:
        self._analyzer = analyzer
        self._watch = watch

    def see(self, piece: Piece) -> None:
        """Takes one face of one sample."""
        self._watch.see(piece)

    def finding(self) -> Finding:
        """Ours, signed with its own name; without pictures of where it reacts, which it does not say."""
        finding = self._watch.finding()
        facts = dict(finding.facts)
        facts["strongest"] = [
            {key: value for key, value in row.items() if key != "reaction"} for row in facts.get("strongest", [])
        ]
        answer, tracks = finding.answer, finding.tracks
        if not self._analyzer.calibrated:
            if not isinstance(answer, Abstention):
                answer = Abstention(reason=NOT_CALIBRATED)
            tracks = tuple(
                msgspec.structs.replace(track, log10_lr=None, abstained=track.abstained or NOT_CALIBRATED)
                for track in tracks
            )
        return msgspec.structs.replace(
            finding,
            analyzer=self._analyzer.name,
            version=self._analyzer.version,
            answer=answer,
            facts=facts,
            tracks=tracks,
        )


def own_folders(models: Path) -> tuple[Path, ...]:
    """The folders of own networks under `models`, by name; none where there is no such folder."""
    return tuple(sorted(card.parent for card in models.glob("*/own.json")))


def with_own(registry: Registry, folders: Sequence[Path]) -> Registry:
    """The registry with the networks of these folders; one that cannot be loaded is named as missing."""
    analyzers, missing = list(registry.analyzers), list(registry.missing)
    for folder in folders:
        try:
            analyzers.append(OwnNetworkAnalyzer(folder))
        except WaarmerkError as error:
            missing.append((folder.name, error.sentence()))
    return Registry(tuple(analyzers), tuple(missing))


def _nothing(network: Sha256) -> Fitted:
    """A calibration that says nothing, so that scores can be collected before there is one."""
    return Fitted(
        schema=SCHEMA,
        network=network,
        propositions=MANIPULATION,
        population="",
        sources=0,
        real=0,
        fake=0,
        model=Line(intercept=0.0, slope=0.0, bounds=(0.0, 0.0)),
        cllr=1.0,
        cllr_min=1.0,
    )

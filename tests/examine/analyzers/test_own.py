import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.examine.evaluate.items import item
from tests.examine.networks.own_networks import brightness, no_number, written
from tests.support.clips import portrait_clip
from waarmerk.errors import InputError
from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.analyzers.manipulation import ManipulationAnalyzer
from waarmerk.examine.analyzers.own import OwnNetworkAnalyzer, own_folders, with_own
from waarmerk.examine.analyzers.registry import Registry
from waarmerk.examine.evaluate.fitting import fit
from waarmerk.examine.evidence.calibration import Fitted
from waarmerk.examine.evidence.fusion import combine
from waarmerk.examine.networks.own import checked_card, laid_out
from waarmerk.examine.walk import Options, examine
from waarmerk.text.plain_yaml import load
from waarmerk.values import Abstention, Examination, Finding, Ratio


def own(folder: Path, content: bytes, **changes: object) -> Path:
    network, card = written(folder / "given", content, **changes)  # type: ignore[arg-type]
    target = folder / "models" / "own"
    laid_out(network, checked_card(load(card.read_bytes(), ""), ""), target)
    return target


def list_of(slope: float, count: int = 40, seed: int = 1) -> list:
    rng = np.random.default_rng(seed)
    return [
        item(
            n,
            "fake" if n % 2 else "real",
            None,
            score=float(rng.normal(slope if n % 2 else -slope)),
            source=f"s{n % 4}",
            group=f"g{n // 2}",
        )
        for n in range(count)
    ]


def calibrated(folder: Path) -> Fitted:
    analyzer = OwnNetworkAnalyzer(folder)
    fitted = fit(list_of(1.0), analyzer.network.card.sha256, "forty made-up recordings")
    (folder / "calibration.json").write_bytes(msgspec.json.encode(fitted))
    return fitted


def examined(clip: Path, folder: Path) -> Examination:
    options = Options(analyzers=AnalyzerOptions(networks=(folder,)))
    return examine(clip, options, clock=lambda: 0.0, registry=Registry((ManipulationAnalyzer(),)))


def finding(examination: Examination, name: str) -> Finding:
    return next(one for one in examination.findings if one.analyzer == name)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return portrait_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1.2)


def test_before_it_is_calibrated_it_scores_faces_and_answers_nothing(tmp_path: Path, clip: Path) -> None:
    examination = examined(clip, own(tmp_path, brightness()))
    ours = finding(examination, "own")
    assert ours.answer == Abstention(reason="not-calibrated")
    assert ours.tracks[0].frames
    assert ours.tracks[0].log10_lr is None
    assert examination.conclusion.log10_lr == pytest.approx(_ratio(finding(examination, "manipulation")))


def test_once_calibrated_it_is_fused_with_ours_and_the_dependence_is_stated(tmp_path: Path, clip: Path) -> None:
    folder = own(tmp_path, brightness())
    fitted = calibrated(folder)
    examination = examined(clip, folder)
    ours, theirs = finding(examination, "manipulation"), finding(examination, "own")
    assert isinstance(theirs.answer, Ratio)
    assert theirs.answer.bounds == fitted.model.bounds
    assert theirs.answer.calibration.population == "forty made-up recordings"
    combined = combine(examination.findings)
    assert combined is not None
    assert combined.analyzers == ("manipulation", "own")
    assert combined.dependence == "unknown"
    assert examination.conclusion.log10_lr == pytest.approx((_ratio(ours) + _ratio(theirs)) / 2)


def test_one_that_gives_no_number_fails_alone_and_says_so(tmp_path: Path, clip: Path) -> None:
    folder = own(tmp_path, no_number(), output="{name: score, kind: logit}")
    examination = examined(clip, folder)
    answer = finding(examination, "own").answer
    assert isinstance(answer, Abstention)
    assert answer.reason == "analyzer-failed"
    assert "gives no finite number" in answer.detail
    assert isinstance(finding(examination, "manipulation").answer, Ratio)


def test_a_folder_that_was_changed_is_named_as_missing_and_stops_nothing(tmp_path: Path) -> None:
    folder = own(tmp_path, brightness())
    (folder / "network.onnx").write_bytes(brightness() + b"\x00")
    registry = with_own(Registry(()), own_folders(tmp_path / "models"))
    assert not registry.analyzers
    assert registry.missing[0][0] == "own"
    assert "this is not the network it should be" in registry.missing[0][1]


def test_a_calibration_of_another_network_is_refused(tmp_path: Path) -> None:
    folder = own(tmp_path, brightness())
    calibrated(folder)
    told = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
    (folder / "calibration.json").write_text(json.dumps(told | {"network": "0" * 64}), encoding="utf-8")
    assert "belongs to the network" in with_own(Registry(()), [folder]).missing[0][1]


def test_a_fit_is_bounded_by_what_the_list_supports() -> None:
    few, many = fit(list_of(2.0, 40), "0" * 64, ""), fit(list_of(2.0, 400), "0" * 64, "")
    assert few.model.bounds[1] < many.model.bounds[1] < 3
    assert few.model.slope > 0
    assert few.cllr < 0.5
    assert (few.real, few.fake, few.sources) == (20, 20, 4)


def test_a_list_that_cannot_carry_a_calibration_is_refused() -> None:
    with pytest.raises(InputError, match=r"do not rise with fakes on this list \(AUC 0\.0"):
        fit(list_of(-2.0), "0" * 64, "")
    with pytest.raises(InputError, match="8 real recordings of 8 groups with a score are too few"):
        fit(list_of(1.0, 16), "0" * 64, "")
    silent = [item(n, "fake" if n % 2 else "real", None, score=None) for n in range(30)]
    with pytest.raises(InputError, match="30 have none, the first: no-face"):
        fit(silent, "0" * 64, "")


def _ratio(one: Finding) -> float:
    assert isinstance(one.answer, Ratio)
    return one.answer.log10_lr

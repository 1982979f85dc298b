"""Ratios are combined with their dependence stated, and never beyond what their parts support."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.evidence.calibration import Fitted
from waarmerk.examine.evidence.fusion import LEAD, MANIPULATION, combine
from waarmerk.examine.networks.load import WEIGHTS
from waarmerk.values import Abstention, Calibration, Finding, Propositions, Ratio, Sha256

FACE = MANIPULATION
CAMERA = Propositions(h1="This camera made it", h2="Another camera made it")
CALIBRATION = Calibration(digest=Sha256("0" * 64), population="test clips", sources=3, real=40, fake=40)


def finding(name: str, log10_lr: float, bounds: tuple[float, float], propositions: Propositions = FACE) -> Finding:
    ratio = Ratio(log10_lr=log10_lr, bounds=bounds, propositions=propositions, calibration=CALIBRATION)
    return Finding(analyzer=name, version="1", answer=ratio)


@st.composite
def bounded(draw: st.DrawFn) -> tuple[float, tuple[float, float]]:
    low, middle, high = sorted(draw(st.lists(st.floats(-9, 9), min_size=3, max_size=3)))
    return middle, (low, high)


several = st.lists(bounded(), min_size=1, max_size=5).map(
    lambda rows: [finding(f"a{index}", *row) for index, row in enumerate(rows)]
)


def test_nobody_answered_gives_no_ratio() -> None:
    silent = Finding(analyzer="a", version="1", answer=Abstention(reason="no-face"))
    assert combine([silent, Finding(analyzer="b", version="1", answer=None)]) is None


@given(bounded())
def test_one_ratio_is_itself(row: tuple[float, tuple[float, float]]) -> None:
    combined = combine([finding("a", *row)])
    assert combined is not None
    assert (combined.log10_lr, combined.bounds, combined.dependence) == (*row, "single")


@given(several)
def test_a_combination_lies_within_its_bounds_and_between_its_parts(findings: list[Finding]) -> None:
    combined = combine(findings)
    assert combined is not None
    parts = [f.answer.log10_lr for f in findings if isinstance(f.answer, Ratio)]
    assert min(parts) <= combined.log10_lr <= max(parts)
    assert combined.bounds[0] - 1e-9 <= combined.log10_lr <= combined.bounds[1] + 1e-9


@given(several, st.floats(0, 5))
def test_a_stronger_part_never_weakens_the_combination(findings: list[Finding], more: float) -> None:
    first = findings[0].answer
    assert isinstance(first, Ratio)
    stronger = [finding("a0", first.log10_lr + more, (first.bounds[0], first.bounds[1] + more)), *findings[1:]]
    before, after = combine(findings), combine(stronger)
    assert before is not None
    assert after is not None
    assert after.log10_lr >= before.log10_lr - 1e-9


@given(bounded(), st.integers(2, 6))
def test_the_same_evidence_told_again_does_not_grow(row: tuple[float, tuple[float, float]], times: int) -> None:
    combined = combine([finding(f"a{index}", *row) for index in range(times)])
    assert combined is not None
    assert combined.log10_lr == row[0]
    assert combined.dependence == "unknown"


def test_a_ratio_on_other_propositions_alone_makes_no_conclusion_about_faces() -> None:
    assert combine([finding("camera", 5.0, (-6, 6), CAMERA)]) is None


def test_the_built_in_analyzers_propositions_are_the_conclusions() -> None:
    own = Propositions(h1="swapped", h2="not swapped")
    combined = combine([finding("other", 5.0, (-6, 6)), finding(LEAD, 1.0, (-2, 2), own)])
    assert combined is not None
    assert (combined.log10_lr, combined.propositions, combined.apart) == (1.0, own, ("other",))


def test_the_shipped_calibration_compares_these_propositions() -> None:
    shipped = WEIGHTS / "manipulation/calibration.json"
    assert msgspec.json.decode(shipped.read_bytes(), type=Fitted).propositions == MANIPULATION


def test_ratios_on_other_propositions_stand_apart() -> None:
    combined = combine([finding("face", 1.0, (-1, 2)), finding("camera", 5.0, (-6, 6), CAMERA)])
    assert combined is not None
    assert (combined.log10_lr, combined.analyzers, combined.apart) == (1.0, ("face",), ("camera",))

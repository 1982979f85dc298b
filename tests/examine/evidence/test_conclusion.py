"""The conclusion: labels in their order, the posterior as a law, forensic silence about the prior."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examine.evidence.test_fusion import finding
from waarmerk.errors import UsageError
from waarmerk.examine.evidence.conclusion import conclude, label_rules, posterior
from waarmerk.examine.evidence.fusion import combine
from waarmerk.values import Abstention, Conclusion, Finding, Json, Purpose

KNOWN = Finding(analyzer="matching", version="1", answer=None, facts={"known": [{"status": "confirmed"}]})
DECLARED = Finding(analyzer="provenance", version="1", answer=None, facts={"declared_synthetic": True})
SILENT = Finding(analyzer="manipulation", version="1", answer=Abstention(reason="no-face"))

base_rates = st.floats(1e-6, 1 - 1e-6)
ratios = st.floats(-12, 12)


def face(log10_lr: float) -> Finding:
    return finding("manipulation", log10_lr, (-20.0, 20.0))


def concluded(*findings: Finding, purpose: Purpose = "triage", base_rate: float = 0.001) -> Conclusion:
    return conclude(findings, combine(findings), purpose=purpose, base_rate=base_rate)


@pytest.mark.parametrize(
    ("findings", "label"),
    [
        ((KNOWN, DECLARED, face(3)), "known-fake"),
        ((DECLARED, face(3)), "declared-synthetic"),
        ((face(2.0),), "manipulated"),
        ((face(1.99),), "inconclusive"),
        ((face(0.01),), "inconclusive"),
        ((face(0.0),), "nothing-found"),
        ((face(-1.5),), "nothing-found"),
        ((SILENT,), "inconclusive"),
        ((SILENT, KNOWN), "known-fake"),
        ((), "inconclusive"),
    ],
)
def test_the_first_label_that_holds_is_the_label(findings: tuple[Finding, ...], label: str) -> None:
    assert concluded(*findings).label == label


@pytest.mark.parametrize(
    ("analyzer", "facts"),
    [
        ("matching", {"known": []}),
        ("matching", {"known": [{"status": "seeded"}]}),
        ("matching", {"known": None, "partial": [{"status": "confirmed"}]}),
        ("stranger", {"known": [{"status": "confirmed"}]}),
        ("provenance", {"declared_synthetic": False}),
        ("provenance", {"declared_synthetic": "true"}),
    ],
)
def test_a_fact_that_is_not_stated_or_of_another_analyzer_makes_no_label(
    analyzer: str, facts: dict[str, Json]
) -> None:
    assert concluded(Finding(analyzer=analyzer, version="1", answer=None, facts=facts)).label == "inconclusive"


def test_every_shipped_rule_can_hold() -> None:
    assert [rule.name for rule in label_rules()] == [
        "known-fake",
        "declared-synthetic",
        "manipulated",
        "nothing-found",
    ]


def test_a_ratio_of_1000_at_one_fake_in_1000_is_about_even() -> None:
    assert posterior(3.0, 0.001) == pytest.approx(0.5003, abs=1e-4)


def test_without_a_ratio_there_is_no_posterior_and_no_words() -> None:
    conclusion = concluded(SILENT)
    assert (conclusion.log10_lr, conclusion.support, conclusion.posterior) == (None, None, None)
    assert conclusion.base_rate == 0.001


def test_the_forensic_purpose_shows_ratio_and_words_but_no_label_and_no_prior() -> None:
    conclusion = concluded(KNOWN, face(2.5), purpose="forensic")
    assert conclusion == Conclusion(
        label=None, log10_lr=2.5, support="moderately-strong-h1", base_rate=None, posterior=None
    )


@pytest.mark.parametrize("base_rate", [0.0, 1.0, -0.1, 7.0, float("nan")])
def test_a_base_rate_outside_0_and_1_is_wrong_use(base_rate: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        concluded(face(1.0), base_rate=base_rate)


@given(ratios, base_rates)
def test_a_posterior_is_a_probability(log10_lr: float, base_rate: float) -> None:
    assert 0 <= posterior(log10_lr, base_rate) <= 1


@given(base_rates)
def test_evidence_that_says_nothing_leaves_the_base_rate(base_rate: float) -> None:
    assert posterior(0.0, base_rate) == pytest.approx(base_rate, rel=1e-9)


@given(ratios)
def test_at_even_odds_the_posterior_odds_are_the_ratio(log10_lr: float) -> None:
    probability = posterior(log10_lr, 0.5)
    assert probability == pytest.approx(10**log10_lr / (1 + 10**log10_lr), rel=1e-9)


@given(ratios, ratios, base_rates)
def test_a_larger_ratio_never_lowers_the_posterior(first: float, second: float, base_rate: float) -> None:
    low, high = sorted((first, second))
    assert posterior(low, base_rate) <= posterior(high, base_rate)


@given(ratios, base_rates)
def test_the_two_propositions_share_the_whole_probability(log10_lr: float, base_rate: float) -> None:
    assert posterior(log10_lr, base_rate) + posterior(-log10_lr, 1 - base_rate) == pytest.approx(1, rel=1e-6)

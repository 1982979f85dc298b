"""The verbal scale: edges known from the guideline, symmetry and order as laws."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.evidence.words import SUPPORTS, strength, support

ratios = st.floats(-30, 30)


@pytest.mark.parametrize(
    ("likelihood_ratio", "code"),
    [
        (1, "none"),
        (1.99, "none"),
        (2, "weak-h1"),
        (9.9, "weak-h1"),
        (10, "moderate-h1"),
        (100, "moderately-strong-h1"),
        (999, "moderately-strong-h1"),
        (1_000, "strong-h1"),
        (10_000, "very-strong-h1"),
        (1_000_000, "very-strong-h1"),
        (1_000_001, "extremely-strong-h1"),
        (0.5, "weak-h2"),
        (0.02, "moderate-h2"),
        (1e-7, "extremely-strong-h2"),
    ],
)
def test_the_words_follow_the_scale_of_the_guideline(likelihood_ratio: float, code: str) -> None:
    assert support(math.log10(likelihood_ratio)) == code


@given(ratios)
def test_a_ratio_and_its_inverse_are_equally_strong_for_the_two_propositions(log10_lr: float) -> None:
    assert strength(support(log10_lr)) == -strength(support(-log10_lr))


@given(ratios, ratios)
def test_a_larger_ratio_never_gets_a_weaker_word(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert strength(support(low)) <= strength(support(high))


def test_strengths_run_from_none_to_six_on_either_side() -> None:
    assert sorted(strength(code) for code in SUPPORTS) == list(range(-6, 7))

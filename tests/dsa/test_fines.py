"""Ceilings: the law's arithmetic in Decimal, both readings where it has two, nothing summed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.dsa.fines import Ceiling, Fines, euros, fines
from waarmerk.dsa.fines_page import fines_page
from waarmerk.errors import UsageError

MONEY = st.decimals(min_value=0, max_value=10**12, places=2)


def ceiling(found: Fines, name: str) -> Ceiling:
    return next(each for each in found.ceilings if each.id == name)


@pytest.mark.parametrize(
    ("name", "at_most"),
    [
        ("dsa-52-3-obligation", "750000000.00"),
        ("dsa-52-3-information", "125000000.00"),
        ("dsa-52-4-periodic", "1712328.76"),
        ("dsa-74-1-obligation", "750000000.00"),
        ("dsa-74-2-information", "125000000.00"),
        ("dsa-76-periodic", "1712328.76"),
        ("ai-act-99-3", "875000000.00"),
        ("ai-act-99-4", "375000000.00"),
        ("ai-act-99-5", "125000000.00"),
    ],
)
def test_ceilings_of_a_turnover_of_twelve_and_a_half_billion(name: str, at_most: str) -> None:
    assert ceiling(fines(Decimal("12.5e9")), name).at_most == Decimal(at_most)


def test_the_ai_act_takes_the_higher_and_for_small_enterprises_the_lower() -> None:
    turnover = Decimal(10_000_000)
    assert ceiling(fines(turnover), "ai-act-99-4").at_most == 15_000_000
    assert ceiling(fines(turnover), "ai-act-99-4").set_by == "amount"
    assert ceiling(fines(turnover, sme=True), "ai-act-99-4").at_most == 300_000
    assert ceiling(fines(turnover, sme=True), "dsa-74-1-obligation").at_most == 600_000


def test_income_has_its_own_rows_where_the_law_names_it_and_nowhere_else() -> None:
    found = fines(Decimal(100), income=Decimal(50))
    twice = {each.id for each in found.ceilings if each.base_used == "income"}
    assert twice == {"dsa-52-3-information", "dsa-52-4-periodic", "dsa-74-2-information", "dsa-76-periodic"}
    assert len(found.ceilings) == 9 + 4


def test_the_average_day_is_a_parameter() -> None:
    found = [ceiling(fines(Decimal(73000), days=days), "dsa-76-periodic").at_most for days in (365, 366)]
    assert found == [Decimal("10.00"), Decimal("9.97")]
    with pytest.raises(UsageError, match="not 12"):
        fines(Decimal(1), days=12)


@given(MONEY, MONEY)
def test_a_larger_turnover_never_lowers_a_ceiling(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    for below, above in zip(fines(low).ceilings, fines(high).ceilings, strict=True):
        assert below.at_most <= above.at_most


@given(MONEY)
def test_a_ceiling_is_never_rounded_above_the_share(turnover: Decimal) -> None:
    for each in fines(turnover).ceilings:
        if each.per == "year" and each.set_by == "share":
            assert each.at_most <= each.share * turnover


@pytest.mark.parametrize("text", ["abc", "", "-1", "NaN", "Infinity", "1e99", "1,5"])
def test_what_is_no_amount_is_one_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="--turnover"):
        euros(text, "--turnover")


def test_cases_from_the_press_are_marked_unverified() -> None:
    decided = fines(Decimal(1)).decided
    assert {case.who for case in decided} == {"X", "TikTok", "Temu"}
    assert all(not case.verified and case.source.startswith("press") for case in decided)


def test_the_page_says_that_a_ceiling_is_no_prediction_and_sums_nothing() -> None:
    found = fines(Decimal("12.5e9"))
    page = fines_page(found, "en")
    assert "A ceiling is not a prediction." in page and "750,000,000.00" in page
    assert f"{sum(each.at_most for each in found.ceilings):,}" not in page
    assert "750.000.000,00" in fines_page(fines(Decimal("12.5e9"), language="nl"), "nl")

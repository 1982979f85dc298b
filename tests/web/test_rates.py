"""How much anybody may ask."""

from waarmerk.web.auth.rates import ASKERS, Rates


def test_a_burst_is_let_through_and_then_a_steady_rate() -> None:
    now = [0.0]
    rates = Rates(2, 3, lambda: now[0])
    assert [rates.wait_s("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert rates.wait_s("b") == 0
    now[0] = 0.5
    assert rates.wait_s("a") == 0
    assert rates.wait_s("a") == 0.5


def test_the_oldest_askers_are_forgotten() -> None:
    rates = Rates(0.001, 1, lambda: 0.0)
    for number in range(ASKERS + 1):
        rates.wait_s(str(number))
    assert rates.wait_s("0") == 0
    assert rates.wait_s(str(ASKERS)) > 0

"""One error tree, one rule of exit codes."""

import itertools

import pytest

from waarmerk.errors import InputError, IntegrityError, UsageError, WaarmerkError, combined_exit_code


def test_a_sentence_says_where_what_and_what_to_do() -> None:
    error = InputError("the file is empty", where="clip.mp4", hint="send the whole file")
    assert error.sentence() == "clip.mp4: the file is empty (send the whole file)"


@pytest.mark.parametrize(("error", "code"), [(WaarmerkError, 1), (UsageError, 2), (IntegrityError, 4)])
def test_the_exit_code_follows_from_the_kind_of_error(error: type[WaarmerkError], code: int) -> None:
    assert error("x").exit_code == code


def test_of_several_outcomes_the_gravest_wins_in_the_order_4_2_1_3_0() -> None:
    order = [4, 2, 1, 3, 0]
    for codes in itertools.chain.from_iterable(itertools.combinations(order, n) for n in range(1, 6)):
        assert combined_exit_code(set(codes)) == min(codes, key=order.index)

import pytest

from waarmerk.errors import UsageError
from waarmerk.examine.faces.finder import BUILT_IN, DEFAULT, load_finder


def test_built_in_finders_are_chosen_by_name() -> None:
    assert len(BUILT_IN) >= 2
    for name in BUILT_IN:
        assert load_finder(name).name == name
    assert load_finder().name == DEFAULT


@pytest.mark.parametrize("name", ["", "retinaface", "blazeface", "BLAZEFACE-BACK", "yunet"])
def test_an_unknown_name_is_answered_with_the_known_ones_and_no_other_finder_steps_in(name: str) -> None:
    with pytest.raises(UsageError) as error:
        load_finder(name)
    assert DEFAULT in error.value.hint
    assert "yunet:FILE" in error.value.hint

import json
import os
from pathlib import Path

import pytest

from waarmerk.errors import DependencyError, InputError
from waarmerk.examine.networks.card import LARGEST_CARD, read_card
from waarmerk.examine.networks.load import WEIGHTS, built_in_names


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"{}", b" " * (LARGEST_CARD + 1)])
def test_a_file_that_is_no_card_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(InputError, match="this is no card") as error:
        read_card(tmp_path / "card.json")
    assert error.value.where == str(tmp_path / "card.json")
    assert "\n" not in error.value.sentence()


def test_a_missing_card_and_a_folder_a_pipe_or_a_device_in_its_place_are_something_to_supply(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "card.json", tmp_path, tmp_path / "pipe", Path("/dev/zero"), Path("a\0b")):
        with pytest.raises(DependencyError, match="cannot be read"):
            read_card(path)


def test_a_card_may_say_more_than_is_known_here_but_its_input_may_not(tmp_path: Path) -> None:
    card = json.loads((WEIGHTS / "face-mesh" / "card.json").read_text(encoding="utf-8"))
    path = tmp_path / "card.json"
    path.write_text(json.dumps(card | {"measured": {"auc": 0.9}}), encoding="utf-8")
    assert read_card(path).name == "face-mesh"
    # A scale that is silently ignored would feed the network wrong pictures.
    path.write_text(json.dumps(card | {"input": card["input"] | {"gamma": 2.2}}), encoding="utf-8")
    with pytest.raises(InputError, match="gamma"):
        read_card(path)


def test_every_network_that_travels_in_the_package_says_what_each_output_means() -> None:
    for name in built_in_names():
        card = read_card(WEIGHTS / name / "card.json")
        assert all(len(output.meaning) > 10 for output in card.outputs)
        assert card.source

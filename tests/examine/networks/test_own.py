from pathlib import Path

import numpy as np
import pytest

from tests.examine.networks.own_networks import SIDE, brightness, no_number, slow, two_classes, written
from waarmerk.errors import DependencyError, InputError, UsageError, WaarmerkError
from waarmerk.examine.networks.own import checked_card, own_network
from waarmerk.examine.networks.store import added, folder_of
from waarmerk.examine.networks.trial import tried
from waarmerk.text.plain_yaml import load


def add(folder: Path, content: bytes, *, replace: bool = False, **changes: object) -> Path:
    network, card = written(folder / "given", content, **changes)  # type: ignore[arg-type]
    own = checked_card(load(card.read_bytes(), str(card)), str(card))
    return added(network, own, folder / "models", replace=replace)[0]


def bright(level: int) -> np.ndarray:
    return np.full((1, SIDE, SIDE, 3), level, np.uint8)


def test_a_network_is_kept_and_scores_as_its_card_says(tmp_path: Path) -> None:
    network = own_network(add(tmp_path, brightness()))
    assert float(network.run(bright(255))[0][0]) == pytest.approx(2.0)
    assert float(network.run(bright(0))[0][0]) == pytest.approx(-2.0)
    assert folder_of("own", tmp_path / "models").name == "own"


def test_two_classes_become_the_difference_of_their_logits_towards_the_fake_one(tmp_path: Path) -> None:
    high = own_network(add(tmp_path, two_classes(), output="{name: logits, kind: two-class-logits, fake: 1}"))
    low = own_network(add(tmp_path / "b", two_classes(), output="{name: logits, kind: two-class-logits, fake: 0}"))
    assert float(high.run(bright(255))[0][0]) == pytest.approx(12.0)
    assert float(low.run(bright(255))[0][0]) == pytest.approx(-12.0)


def test_a_probability_becomes_a_logit_and_what_is_none_is_refused(tmp_path: Path) -> None:
    card = "{name: mean, kind: probability}"
    scale = f"{{name: face, height: {SIDE}, width: {SIDE}}}"
    network = own_network(add(tmp_path, brightness(), output=card, input=scale))
    assert float(network.run(bright(51))[0][0]) == pytest.approx(np.log(0.2 / 0.8), abs=1e-4)
    with pytest.raises(InputError, match=r"gives -0\.00976, which its card calls a probability") as error:
        add(tmp_path / "b", brightness(), output=card)
    assert "correct `kind`" in error.value.hint


REFUSED: list[tuple[str, bytes, dict[str, object], type[WaarmerkError], str]] = [
    ("wrong digest", brightness(), {"sha256": "0" * 64}, DependencyError, "this is not the network it should be"),
    ("no digest", brightness(), {"sha256": "put-it-here"}, InputError, "sha256 is not 64 lower-case hexadecimal"),
    ("not ONNX", b"\x80\x02a pickle", {}, InputError, "this is no ONNX network that can be loaded"),
    (
        "wrong size",
        brightness(),
        {"input": "{name: face, height: 64, width: 64}"},
        InputError,
        r"input 'face' of this network is \['n', 3, 32, 32\], its card says \[n, 3, 64, 64\]",
    ),
    ("wrong input", brightness(), {"input": "{name: x, height: 32, width: 32}"}, InputError, "has no input 'x'"),
    ("wrong output", brightness(), {"output": "{name: y, kind: logit}"}, InputError, "has no output 'y'"),
    (
        "one class where two are said",
        brightness(),
        {"output": "{name: mean, kind: two-class-logits}"},
        InputError,
        "two-class-logits needs 2 numbers a picture",
    ),
    ("unknown meaning", brightness(), {"output": "{name: mean, kind: distance}"}, InputError, "this card is wrong"),
    ("no licence", brightness(), {"licence": None}, InputError, "missing required field `licence`"),
    ("a built-in name", brightness(), {"name": "manipulation"}, InputError, "cannot be called 'manipulation'"),
    ("a path as a name", brightness(), {"name": "../own"}, InputError, "cannot be called"),
    ("no number", no_number(), {"output": "{name: score, kind: logit}"}, InputError, "gives no finite number"),
]


@pytest.mark.parametrize(
    ("content", "changes", "kind", "said"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_is_no_such_network_is_refused_in_a_sentence_and_leaves_nothing(
    tmp_path: Path, content: bytes, changes: dict[str, object], kind: type[WaarmerkError], said: str
) -> None:
    with pytest.raises(kind, match=said) as error:
        add(tmp_path, content, **changes)
    assert "\n" not in error.value.sentence()
    assert not list((tmp_path / "models").glob("*"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    network, card = written(tmp_path, brightness())
    network.unlink()
    own = checked_card(load(card.read_bytes(), ""), "")
    with pytest.raises(DependencyError, match="cannot be read") as error:
        added(network, own, tmp_path / "models")
    assert error.value.where == str(network)


def test_a_slow_network_is_told_by_the_clock_and_one_that_never_ends_by_the_limit(tmp_path: Path) -> None:
    folder = add(tmp_path, slow(), output="{name: one, kind: logit}")
    with pytest.raises(InputError, match=r"s for one face on one core, more than the 0\.0 s"):
        tried(folder, slowest_ms=5)
    with pytest.raises(InputError, match="no answer about three pictures after 0 s"):
        tried(folder, patience_s=0.01)


def test_a_second_network_of_a_name_asks_for_replace_which_drops_the_calibration(tmp_path: Path) -> None:
    folder = add(tmp_path, brightness())
    (folder / "calibration.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="there is a network 'own' already"):
        add(tmp_path, brightness())
    assert not (add(tmp_path, brightness(), replace=True) / "calibration.json").exists()


def test_a_name_that_was_not_added_lists_those_that_were(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no own network 'other'"):
        folder_of("other", tmp_path)
    add(tmp_path, brightness())
    with pytest.raises(UsageError) as error:
        folder_of("other", tmp_path / "models")
    assert error.value.hint == "there are: own"


def test_the_prepared_card_of_gend_lacks_nothing_but_the_digest_of_the_operators_file() -> None:
    path = Path(__file__).parents[3] / "src/waarmerk/examine/networks/cards/gend.yaml"
    values = load(path.read_bytes(), str(path))
    with pytest.raises(InputError, match="sha256 is not 64 lower-case hexadecimal"):
        checked_card(values, str(path))
    card = checked_card(values | {"sha256": "0" * 64}, str(path))
    assert (card.name, card.output.kind, card.input.height) == ("gend", "two-class-logits", 224)

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from tests.examine.networks.onnx_writer import Node, Shape, onnx_file
from waarmerk.errors import DependencyError, InputError
from waarmerk.examine.networks.load import HELD, WEIGHTS, Network, built_in, built_in_names, load, read_network
from waarmerk.values import Json, Sha256

FACES = ("blazeface-back", "blazeface-full", "face-mesh")


def mean_network(shape: Shape | None = None) -> bytes:
    """A network whose output is the mean of its picture."""
    return onnx_file(
        [Node("ReduceMean", ["picture"], ["mean"], {"axes": [1, 2, 3], "keepdims": 0})],
        {"picture": shape or ["n", 3, 4, 6]},
        {"mean": ["n"]},
        {},
    )


def folder(path: Path, content: bytes, **changes: Json) -> Path:
    card: dict[str, Json] = {
        "schema": "waarmerk.network/1",
        "name": "mean",
        "task": "test",
        "sha256": hashlib.sha256(content).hexdigest(),
        "input": {"name": "picture", "height": 4, "width": 6, "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
        "outputs": [{"name": "mean", "shape": [], "meaning": "mean of the scaled picture"}],
        "licence": "Apache-2.0",
        "source": {},
    }
    (path / "network.onnx").write_bytes(content)
    (path / "card.json").write_text(json.dumps(card | changes), encoding="utf-8")
    return path


def test_an_operators_own_folder_is_loaded_and_its_pictures_scaled_as_its_card_says(tmp_path: Path) -> None:
    network = load(folder(tmp_path, mean_network()))
    (means,) = network.run(np.stack([np.zeros((4, 6, 3), np.uint8), np.full((4, 6, 3), 255, np.uint8)]))
    assert means == pytest.approx([-2.0, 2.0])


def test_a_changed_file_is_refused_with_both_digests(tmp_path: Path) -> None:
    folder(tmp_path, mean_network())
    (tmp_path / "network.onnx").write_bytes(mean_network() + b"\x00")
    with pytest.raises(DependencyError, match=r"its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}"):
        load(tmp_path)


def test_a_missing_network_and_a_missing_card_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(DependencyError) as error:
        load(tmp_path)
    assert error.value.where.endswith("card.json")
    folder(tmp_path, mean_network())
    (tmp_path / "network.onnx").unlink()
    with pytest.raises(DependencyError) as error:
        load(tmp_path)
    assert error.value.where.endswith("network.onnx")


def test_a_pipe_and_a_device_are_no_network_and_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(DependencyError, match="no regular file"):
            read_network(path, None)


def test_what_is_no_onnx_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load(folder(tmp_path, b"this is text, not a network"))
    assert "no ONNX network" in error.value.message
    assert "\n" not in error.value.sentence()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"input": {"name": "image", "height": 4, "width": 6, "mean": [0, 0, 0], "std": [1, 1, 1]}},
            "has no input 'image'",
        ),
        (
            {"input": {"name": "picture", "height": 8, "width": 6, "mean": [0, 0, 0], "std": [1, 1, 1]}},
            r"its card says \[n, 3, 8, 6\]",
        ),
        ({"outputs": [{"name": "score", "shape": [], "meaning": "?"}]}, "has no output 'score'"),
        ({"outputs": [{"name": "mean", "shape": [2], "meaning": "?"}]}, "output 'mean' of this network"),
        ({"outputs": []}, "names no output"),
        ({"schema": "waarmerk.network/2"}, "has schema"),
        ({"sha256": "abc"}, "not 64"),
        ({"input": {"name": "picture"}}, "no card of a network"),
    ],
)
def test_a_card_that_does_not_fit_its_network_is_refused(
    tmp_path: Path, changes: dict[str, Json], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        load(folder(tmp_path, mean_network(), **changes))


def test_pictures_of_another_shape_or_type_are_refused_with_what_is_expected() -> None:
    network = built_in("face-mesh")
    for wrong in (np.zeros((1, 191, 192, 3), np.uint8), np.zeros((192, 192, 3), np.uint8)):
        with pytest.raises(InputError, match=r"takes uint8 \[n, 192, 192, 3\]"):
            network.run(wrong)
    with pytest.raises(InputError, match="not float32"):
        network.run(np.zeros((1, 192, 192, 3), np.float32))  # type: ignore[arg-type]


def test_a_network_of_free_size_takes_multiples_up_to_its_size_and_says_so() -> None:
    network = built_in("blazeface-back")
    for height, width in ((256, 256), (32, 256), (256, 160)):
        assert network.takes(height, width)
        rows, _ = network.run(np.zeros((1, height, width, 3), np.uint8))
        assert rows.shape[1] == height * width * 2 // 256 + height * width * 6 // 1024
    for height, width in ((288, 256), (256, 100), (0, 256)):
        assert not network.takes(height, width)
        with pytest.raises(InputError, match="multiples of 32"):
            network.run(np.zeros((1, height, width, 3), np.uint8))


def test_however_many_sizes_a_medium_has_few_are_held() -> None:
    network = built_in("blazeface-full")
    one = network.run(np.full((1, 96, 192, 3), 50, np.uint8))[0]
    for height in range(32, 193, 32):
        network.run(np.zeros((1, height, 192, 3), np.uint8))
    assert len(network._sessions) == HELD
    assert (network.run(np.full((1, 96, 192, 3), 50, np.uint8))[0] == one).all()


def test_an_unknown_built_in_network_is_answered_with_the_known_ones() -> None:
    with pytest.raises(DependencyError) as error:
        built_in("../faces")
    assert set(FACES) <= set(built_in_names())
    assert "face-mesh" in error.value.hint


def test_the_digest_of_a_file_without_an_expected_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    content, digest = read_network(tmp_path / "x", None)
    assert (content, digest) == (b"abc", Sha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))


@pytest.mark.parametrize("name", FACES)
def test_built_in_networks_say_their_licence_and_where_they_came_from(name: str) -> None:
    card = built_in(name).card
    assert card.licence == "Apache-2.0"
    assert {"package", "version", "file", "sha256", "conversion"} <= card.source.keys()
    assert card.name == name == (WEIGHTS / name).name


KNOWN = json.loads((Path(__file__).parent / "known_answers.json").read_text(encoding="utf-8"))["networks"]


def portrait(network: Network) -> np.ndarray:
    import skimage.data

    side = network.size[0]
    start = (256 - side) // 2 if side < 256 else 0
    return skimage.data.astronaut()[start : start + side, 100 + start : 100 + start + side][None]  # type: ignore[no-untyped-call, no-any-return]


@pytest.mark.parametrize("name", ["blazeface-back", "blazeface-full"])
def test_the_finders_answer_as_the_networks_they_were_converted_from(name: str) -> None:
    network = built_in(name)
    rows, logits = network.run(portrait(network))
    known = KNOWN[name]
    assert int(logits.argmax()) == known["anchor"]
    assert float(logits.max()) == pytest.approx(known["logit"], abs=2e-3)
    assert float(logits.sum()) == pytest.approx(known["sum_of_logits"], rel=1e-5)
    assert rows[0, known["anchor"]] == pytest.approx(known["row"], abs=5e-3)


def test_the_mesh_answers_as_the_network_it_was_converted_from() -> None:
    network = built_in("face-mesh")
    points, presence = network.run(portrait(network))
    known = KNOWN["face-mesh"]
    assert float(presence[0, 0]) == pytest.approx(known["presence_logit"], abs=2e-3)
    for index, point in known["points"].items():
        assert points.reshape(468, 3)[int(index)] == pytest.approx(point, abs=5e-3)


def test_a_batch_gives_what_its_pictures_give_alone() -> None:
    network = built_in("face-mesh")
    one = portrait(network)
    both = network.run(np.concatenate([one[:, :, ::-1], one]))[0]
    assert both[1] == pytest.approx(network.run(one)[0][0], abs=1e-3)

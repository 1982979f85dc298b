import hashlib
import math
from pathlib import Path

import numpy as np
import pytest

from tests.examine.networks.onnx_writer import Node, onnx_file
from waarmerk.errors import DependencyError, InputError, UsageError
from waarmerk.examine.faces.finder import load_finder
from waarmerk.examine.faces.yunet import STRIDES, decoded

BOX = [0.5, 0.5, math.log(3), math.log(2)]
POINTS = [0.25, 0.25, 0.75, 0.25, 0.5, 0.5, 0.25, 0.75, 0.75, 0.75]


def blue_finder(drop: str = "", height: int | str = "height", width: int | str = "width") -> bytes:
    """A network with YuNet's input and outputs that sees a face in every wholly blue cell of 8 pixels."""
    nodes, constants = [], {}
    outputs: dict[str, list[int | str]] = {}
    for stride in STRIDES:
        blue = np.zeros((1, 3, stride, stride), np.float32)
        blue[0, 0] = (1 / 255 if stride == 8 else 0) / stride**2
        blue[0, 1:] = -1 / 255 / stride**2
        for kind, bias in {"cls": [0.0], "obj": [0.0], "bbox": BOX, "kps": POINTS}.items():
            label = f"{kind}_{stride}"
            if label == drop:
                continue
            weights = blue if len(bias) == 1 else np.zeros((len(bias), 3, stride, stride), np.float32)
            constants[f"{label}_w"], constants[f"{label}_b"] = weights, np.array(bias, np.float32)
            constants[f"{label}_r"] = np.array([1, -1, len(bias)], np.int64)
            nodes += [
                Node(
                    "Conv",
                    ["input", f"{label}_w", f"{label}_b"],
                    [f"{label}_c"],
                    {"kernel_shape": [stride, stride], "strides": [stride, stride]},
                ),
                Node("Transpose", [f"{label}_c"], [f"{label}_t"], {"perm": [0, 2, 3, 1]}),
                Node("Reshape", [f"{label}_t", f"{label}_r"], [label]),
            ]
            outputs[label] = [1, "anchors", len(bias)]
    return onnx_file(nodes, {"input": [1, 3, height, width]}, outputs, constants)


def written(path: Path, content: bytes) -> str:
    """How the file is named as a finder, with its digest."""
    (path / "model.onnx").write_bytes(content)
    return f"yunet:{path / 'model.onnx'}@{hashlib.sha256(content).hexdigest()}"


def test_an_operators_model_finds_with_blue_first_and_its_box_and_points_in_full_size_pixels(tmp_path: Path) -> None:
    finder = load_finder(written(tmp_path, blue_finder()))
    picture = np.zeros((480, 1280, 3), np.uint8)
    picture[64:80, 320:336, 2] = 255
    picture[200:216, 320:336, 0] = 255
    (face,) = finder.find(picture)
    assert face.box == pytest.approx((320 + 8 - 24, 64 + 8 - 16, 48, 32), abs=0.5)
    assert 0.9 < face.score <= 1
    assert face.points is not None
    assert face.points == pytest.approx(np.array([[324, 68], [332, 68], [328, 72], [328, 76]]), abs=0.5)


def test_a_model_of_a_fixed_size_gets_the_picture_at_that_size(tmp_path: Path) -> None:
    finder = load_finder(written(tmp_path, blue_finder(height=320, width=320)))
    picture = np.zeros((640, 640, 3), np.uint8)
    picture[320:336, 160:176, 2] = 255
    (face,) = finder.find(picture)
    assert face.box == pytest.approx((168 - 24, 328 - 16, 48, 32), abs=0.5)


def test_a_model_that_is_no_known_release_needs_its_digest_named(tmp_path: Path) -> None:
    name = written(tmp_path, blue_finder())
    path, _, digest = name.partition("@")
    with pytest.raises(DependencyError) as error:
        load_finder(path)
    assert digest in error.value.message
    assert error.value.hint.endswith(name)
    assert load_finder(name).digest == digest


def test_a_model_with_another_digest_than_named_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, blue_finder()).partition("@")[0]
    with pytest.raises(DependencyError, match="not the network it should be"):
        load_finder(f"{path}@{'0' * 64}")


@pytest.mark.parametrize("drop", ["cls_8", "kps_32"])
def test_a_network_without_yunets_outputs_is_refused_by_their_name(tmp_path: Path, drop: str) -> None:
    with pytest.raises(InputError, match=drop):
        load_finder(written(tmp_path, blue_finder(drop)))


def test_no_file_a_missing_file_and_a_folder_are_each_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs a model file"):
        load_finder("yunet:")
    for path in (tmp_path / "none.onnx", tmp_path):
        with pytest.raises(DependencyError, match="cannot be read"):
            load_finder(f"yunet:{path}")


def test_an_output_with_too_few_rows_is_refused() -> None:
    short = {
        f"{kind}_{stride}": np.zeros((1, 3, width), np.float32)
        for stride in STRIDES
        for kind, width in {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}.items()
    }
    with pytest.raises(InputError, match="has 3 rows, not 16"):
        decoded(short, 32, 32)

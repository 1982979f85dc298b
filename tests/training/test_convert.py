from pathlib import Path

import pytest

from waarmerk.errors import InputError
from waarmerk.training.convert import converted, main


@pytest.mark.parametrize("content", [b"", b"TFL3", b"\x1c\x00\x00\x00TFL2", b"text renamed to .tflite"])
def test_what_is_no_tensorflow_lite_file_is_refused_before_anything_reads_it(content: bytes) -> None:
    with pytest.raises(InputError, match="no TensorFlow Lite file"):
        converted(content)


def test_wrong_use_a_missing_file_and_a_wrong_file_are_a_sentence_each_and_write_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "network.onnx"
    (tmp_path / "wrong").write_bytes(b"text")
    assert main([]) == 2
    assert main([str(tmp_path / "missing"), str(target)]) == 1
    assert main([str(tmp_path / "wrong"), str(target)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 3
    assert not target.exists()

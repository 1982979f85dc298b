"""`waarmerk bank hash`: the promised lines, the sentences for what has no hash."""

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from tests.support.clips import encode, moving, portrait_clip
from waarmerk.bank.find import find
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.known import KnownItems
from waarmerk.bank.printed import parse_signals, print_signals
from waarmerk.bank.signals.vpdq import parse_vpdq
from waarmerk.cli.bank_hash import hash_files
from waarmerk.errors import InputError, UsageError

VECTORS = Path(__file__).parents[1] / "vectors/pdq"
app = typer.Typer()
app.command()(hash_files)


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(result.exception, UsageError):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return portrait_clip(tmp_path / "a clip.mp4", rate=30, seconds=1.5)


def test_a_picture_is_one_object_with_its_digest_and_pdq() -> None:
    code, out, err = run(VECTORS / "bridge-aaa-orig.jpg", "--format", "json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert set(told) == {"path", "sha256", "signals"}
    assert len(told["sha256"]) == 64
    assert set(told["signals"]["pdq"]) == {"hash", "quality"}
    assert told["signals"]["pdq"]["quality"] == 100


def test_a_video_is_one_line_with_its_frames_and_all_decimals_of_their_times(clip: Path) -> None:
    code, out, _ = run(clip, "--format", "json")
    (line,) = out.splitlines()
    frames = json.loads(line)["signals"]["vpdq"]
    assert code == 0
    assert frames[0].keys() == {"frame", "hash", "quality", "t_s"}
    assert [frame["frame"] for frame in frames[:3]] == [0, 8, 15]
    assert frames[1]["t_s"] == 8 / 30


def test_several_files_are_a_line_each_and_a_bad_one_is_a_sentence(clip: Path, tmp_path: Path) -> None:
    (bad := tmp_path / "bad.mp4").write_bytes(clip.read_bytes()[:300])
    code, out, err = run(clip, bad, VECTORS / "bridge-shrink-a-lot.jpg", "--format", "json")
    assert [Path(json.loads(line)["path"]).name for line in out.splitlines()] == [
        clip.name,
        "bridge-shrink-a-lot.jpg",
    ]
    assert code == 1
    assert err.count("\n") == 1
    assert "bad.mp4" in err
    assert "Traceback" not in err


def test_a_picture_with_no_content_is_told_to_match_nothing(tmp_path: Path) -> None:
    Image.fromarray(np.full((90, 160, 3), 16, np.uint8)).save(path := tmp_path / "black.png")
    code, out, err = run(path)
    assert code == 0
    assert "quality 0" in out
    assert "shows too little to be recognised by (quality 0 of 100, 50 is the least)" in err


def test_the_file_of_frame_hashes_is_vpdq(clip: Path) -> None:
    code, out, _ = run(clip, "--format", "vpdq")
    assert code == 0
    assert len(parse_vpdq(out.encode().splitlines())) == 6


def test_a_file_of_frame_hashes_is_of_one_file(clip: Path) -> None:
    with pytest.raises(UsageError, match="one file"):
        run(clip, clip, "--format", "vpdq")


def test_the_text_names_each_signal(clip: Path) -> None:
    _, out, _ = run(clip)
    assert out.startswith(f"{clip}\n  sha256 ")
    assert "6 frames, 6 of quality 50 or better" in out
    assert "audio is missing: has no sound" in out


def test_what_was_printed_with_parts_finds_a_cropped_copy(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", [picture[:, ::1] for picture in moving(24, 320, 180)])
    item = parse_signals(json.loads(run(path, "--parts", "--format", "json")[1]))
    signals = hash_medium(path, "keep").signals
    assert np.array_equal(item.codes(), signals_item_codes(path))
    assert [match.entry for match in find(hash_medium(path, "ask").signals, KnownItems([item]))]
    assert json.loads(json.dumps(print_signals("x", signals)))["signals"]["parts"]


def signals_item_codes(path: Path) -> np.ndarray:
    from waarmerk.bank.signals.interface import KnownItem

    return KnownItem.of(hash_medium(path, "keep").signals).codes()


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "signals"),
        ({"signals": {"pdq": {"hash": "ab", "quality": 3}}}, "2 characters"),
        ({"signals": {"pdq": {"hash": "0" * 64, "quality": 101}}}, "from 0 to 100"),
        ({"signals": {"pdq": {"hash": "0" * 64, "quality": 50}}, "sha256": "x"}, "64 hexadecimal digits"),
        (
            {
                "signals": {
                    "pdq": {"hash": "0" * 64, "quality": 50},
                    "parts": [{"frame": 1, "part": "inside", "hash": "0" * 64}],
                }
            },
            "of frame 1 is not known",
        ),
        ([], "list indices"),
    ],
)
def test_what_is_no_such_object_is_refused_in_a_sentence(value: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_signals(value, "line 3")

"""The step that cuts crops, on a real face: a portrait, a clip with a rectangle and times, and what holds no face."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.clips import portrait, portrait_clip
from waarmerk.cli.main import run
from waarmerk.errors import InputError
from waarmerk.examine.faces.crops import crop_of, cut
from waarmerk.training.crops import gather, spread
from waarmerk.training.sides import Row, rows
from waarmerk.training.store import Store

PICTURES = "file,label,source,group,method,split\n"
CLIPS = "path,label,method,source,group,pair,x,y,width,height,start_s,end_s\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name in ("portraits", "faces", "clips"):
        (folder / name).mkdir(parents=True)
    Image.fromarray(portrait()).save(folder / "portraits/face.png")
    Image.fromarray(np.full((120, 120, 3), 90, np.uint8)).save(folder / "faces/wall.png")
    portrait_clip(folder / "clips/clip.mp4", seconds=2)
    (folder / "portraits/index.csv").write_text(PICTURES + "face.png,real,nasa,collins,none,train\n")
    (folder / "faces/index.csv").write_text(PICTURES + "wall.png,fake,gan,wall,gan,train\n")
    (folder / "clips/index.csv").write_text(CLIPS + "clip.mp4,real,none,ffpp,collins,p,20,0,260,300,0.5,1.5\n")
    return folder


def clip(data: Path) -> Row:
    return next(rows(data, "clips"))


def test_a_clip_is_cut_to_its_rectangle_and_its_times(data: Path) -> None:
    pictures = list(spread(clip(data), 4))
    assert len(pictures) == 4
    assert all(0.5 <= time <= 1.5 for time, _ in pictures)
    assert all(rgb.shape == (300, 260, 3) for _, rgb in pictures)


def test_a_store_holds_the_face_wide_and_the_crop_rule_finds_it_there(data: Path, tmp_path: Path) -> None:
    seen = gather(data, tmp_path / "store", per_clip=3)
    store = Store(tmp_path / "store")
    assert dict(seen.crops) == {"portraits": 1, "faces": 0, "clips": 3}
    assert seen.without_face == ("faces/wall.png",)
    assert len(store) == 4
    for number, crop in enumerate(store.crops):
        wide, landmarks = store.picture(number), store.landmarks(number)
        tight = cut(wide, crop_of(crop.box))
        assert tight.shape[0] < max(wide.shape)
        # The mesh's own box is the crop's box: both were moved together.
        assert np.allclose(landmarks.min(axis=0), crop.box[:2], atol=1)
        assert np.ptp(landmarks[:, 0]) == pytest.approx(crop.box[2], abs=1)


def test_the_same_data_give_the_same_digest(data: Path, tmp_path: Path) -> None:
    digests = set()
    for name in ("first", "second"):
        gather(data, tmp_path / name, per_clip=2)
        digests.add(Store(tmp_path / name).digest())
    assert len(digests) == 1


def test_a_folder_without_crops_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no crops here"):
        Store(tmp_path)


def test_the_command_says_what_is_missing_and_ends_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["train", "crops", str(tmp_path), str(tmp_path / "store")])
    assert ended.value.code == 1
    assert "list of this data folder is missing" in capsys.readouterr().err

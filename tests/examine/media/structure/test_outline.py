"""What two files of one maker share, and what tells makers apart."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.support.clips import encode, moving, portrait
from waarmerk.examine.media.structure import reader
from waarmerk.examine.media.structure.compare import comparison, differences
from waarmerk.examine.media.structure.outline import GROUP_MOST, without_repeats
from waarmerk.values import Asset, Json, Sha256

ASSET = Asset(
    path="a",
    sha256=Sha256("0" * 64),
    bytes=1,
    kind="video",
    container="some",
    video_codec="h264",
    duration_s=None,
    width=1,
    height=1,
    fps=None,
    audio=False,
)


def described(data: bytes | Path) -> dict[str, Json]:
    return reader.read(io.BytesIO(data if isinstance(data, bytes) else data.read_bytes()), ASSET, {})


@pytest.mark.parametrize(
    ("suffix", "codec", "muxer"),
    [
        ("mp4", "libx264", {}),
        ("mov", "libx264", {}),
        ("mp4", "libx264", {"movflags": "frag_keyframe+empty_moov"}),
        ("webm", "libvpx-vp9", {}),
        ("avi", "mpeg4", {}),
    ],
)
def test_two_recordings_of_one_muxer_share_their_digest(
    tmp_path: Path, suffix: str, codec: str, muxer: dict[str, str]
) -> None:
    options = {"libx264": {"preset": "veryfast", "g": "12"}, "libvpx-vp9": {"cpu-used": "8", "deadline": "realtime"}}
    first = encode(tmp_path / f"a.{suffix}", moving(40), codec, options=options.get(codec), muxer=muxer)
    second = encode(tmp_path / f"b.{suffix}", moving(90, 192, 128), codec, options=options.get(codec), muxer=muxer)
    one, other = described(first), described(second)
    assert one["digest"] == other["digest"] is not None
    assert one["traits"] == other["traits"]
    assert one["damage"] == []


def test_an_index_that_moved_to_the_front_changes_the_digest_and_is_named(tmp_path: Path) -> None:
    quick = {"preset": "ultrafast"}
    last = described(encode(tmp_path / "a.mp4", moving(10), options=quick))
    first = described(encode(tmp_path / "b.mp4", moving(10), options=quick, muxer={"movflags": "faststart"}))
    assert last["digest"] != first["digest"]
    where = {(one["kind"], one["where"]) for one in differences(first, last)}
    assert {kind for kind, _ in where} == {"only-here", "only-in-reference"}


def test_a_muxer_and_its_brand_are_traits(tmp_path: Path) -> None:
    facts = described(encode(tmp_path / "a.mp4", moving(4), options={"preset": "ultrafast"}))
    assert facts["traits"]["brands"]["major"] == "isom"
    assert facts["traits"]["traces"]["©too"].startswith("Lavf")
    assert facts["traits"]["track 1 (vide) handler_name"] == "VideoHandler"
    assert facts["tracks"][0]["edits"] == [] or len(facts["tracks"][0]["edits"][0]) == 3


def test_where_a_phone_was_is_told_as_present_only(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        container.metadata["location"] = "+52.3702+004.8952/"
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(moving(1)[0], format="rgb24")))
        container.mux(stream.encode(None))
    assert b"loci" in path.read_bytes()
    facts = described(path)
    assert {"where": "location", "text": "present"} in facts["traces"]
    assert "earth" not in str(facts)


def test_webm_says_who_wrote_it(tmp_path: Path) -> None:
    options = {"cpu-used": "8", "deadline": "realtime"}
    facts = described(encode(tmp_path / "a.webm", moving(30), "libvpx-vp9", options=options))
    assert facts["form"] == "matroska"
    assert facts["traits"]["EBML/DocType"] == ["webm"]
    assert facts["traits"]["Segment/Info/WritingApp"][0].startswith("Lavf")
    assert facts["traits"]["Segment/Tracks/TrackEntry/CodecID"] == ["V_VP9"]


@pytest.mark.parametrize("quality", [50, 75, 92])
def test_jpeg_tables_are_those_that_the_file_was_written_with(tmp_path: Path, quality: int) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(portrait()).save(path, quality=quality)
    facts = described(path)
    with Image.open(path) as image:
        expected = [list(table) for table in image.quantization.values()]
    natural = [0] * 64
    for zigzag, place in enumerate(ZIGZAG):
        natural[place] = facts["tables"][0]["values"][zigzag]
    assert expected[0] in (natural, facts["tables"][0]["values"])
    assert facts["outline"][:2] == ["SOI", "APP0 JFIF"]
    assert facts["bytes_after_end"] == 0


# ITU-T T.81, figure A.6.
ZIGZAG = sorted(range(64), key=lambda i: (i // 8 + i % 8, (i // 8 if (i // 8 + i % 8) % 2 else i % 8)))


def test_the_same_picture_at_another_quality_has_other_traits(tmp_path: Path) -> None:
    for quality in (60, 90):
        Image.fromarray(portrait()).save(tmp_path / f"{quality}.jpg", quality=quality)
    a, b = described(tmp_path / "60.jpg"), described(tmp_path / "90.jpg")
    assert a["digest"] == b["digest"]
    assert [one["where"] for one in differences(a, b)] == ["quantisation"]


def test_what_follows_the_end_of_a_jpeg_is_counted(tmp_path: Path) -> None:
    Image.fromarray(portrait()).save(tmp_path / "a.jpg", progressive=True)
    assert described((tmp_path / "a.jpg").read_bytes() + b"hidden")["bytes_after_end"] == 6


def test_a_png_tells_its_chunks_and_its_words(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Software", "painter 3")
    Image.fromarray(portrait()).save(tmp_path / "a.png", pnginfo=words)
    facts = described(tmp_path / "a.png")
    assert facts["outline"] == ["IHDR", "tEXt", "IDAT", "IEND"]
    assert facts["traits"]["Software"] == "painter 3"


def test_a_form_without_a_parser_has_no_digest() -> None:
    facts = described(b"GIF89a" + bytes(40))
    assert (facts["form"], facts["digest"], facts["outline"]) == ("some", None, [])


def test_a_track_that_is_only_here_is_one_difference() -> None:
    here = {"form": "f", "outline": ["a", "a/b", "a/b/c", "d"], "traits": {}, "digest": "1"}
    reference = {"form": "f", "outline": ["d"], "traits": {"x": 1}, "digest": "2", "path": "r", "sha256": "s"}
    compared = comparison(here, reference)
    assert compared["differences"] == [
        {"kind": "only-here", "where": "a", "here": "a", "reference": None},
        {"kind": "trait", "where": "x", "here": None, "reference": 1},
    ]
    assert (compared["same_structure"], compared["same_traits"]) == (False, False)


@given(st.lists(st.sampled_from([("a",), ("b",), ("c",)]), max_size=30))
def test_leaving_repeats_out_is_final_and_keeps_every_kind(groups: list[tuple[str, ...]]) -> None:
    once = without_repeats(groups)
    assert set(once) == set(groups)
    assert without_repeats(once) == once


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=GROUP_MOST, unique=True), st.integers(1, 30))
def test_how_often_a_group_repeats_does_not_matter(group: list[str], times: int) -> None:
    groups = [(letter,) for letter in group]
    assert without_repeats(groups * times) == groups

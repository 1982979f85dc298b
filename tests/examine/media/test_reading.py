"""Real files of every kind through the real child."""

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.examine.media.reading_helpers import Pass, whole_pass
from tests.support.clips import encode, moving
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.pieces import FrameSample
from waarmerk.examine.media.reading import Plan, Reading

QUICK = {"preset": "ultrafast"}
PYRAMID = {"preset": "veryfast", "bf": "3", "b_strategy": "1", "b-pyramid": "normal", "g": "250"}
X265 = {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1:bframes=4:b-pyramid=1"}
VP9 = {"cpu-used": "8", "deadline": "realtime"}
AV1 = {"preset": "12", "svtav1-params": "lp=1"}


def decoded(path: Path) -> list[tuple[float, NDArray[np.uint8]]]:
    """Time and RGB of every picture, decoded in full and in this process."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        start = stream.start_time or 0
        return [
            (float((frame.pts - start) * stream.time_base), frame.to_ndarray(format="rgb24", threads=1))
            for frame in container.decode(stream)
        ]


def same_as_full_decode(path: Path, done: Pass) -> bool:
    """Whether every kept picture is the one a full decode shows at its time, bit for bit."""
    everything = {round(t_s, 4): picture for t_s, picture in decoded(path)}
    return all(
        np.array_equal(everything[round(sample.t_s, 4)], picture)
        for sample, picture in zip(done.samples, done.pictures, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format", "options", "codec_name"),
    [
        ("h264.mp4", "libx264", "yuv420p", PYRAMID, "h264"),
        ("hevc10.mp4", "libx265", "yuv420p10le", X265, "hevc"),
        ("vp9.webm", "libvpx-vp9", "yuv420p", VP9, "vp9"),
        ("av1.mp4", "libsvtav1", "yuv420p", AV1, "av1"),
        ("mpeg4.avi", "mpeg4", "yuv420p", {}, "mpeg4"),
        ("mpeg2.ts", "mpeg2video", "yuv420p", {}, "mpeg2video"),
        ("mjpeg.avi", "mjpeg", "yuvj420p", {}, "mjpeg"),
        ("prores.mov", "prores_ks", "yuv422p10le", {}, "prores"),
        ("ffv1.mkv", "ffv1", "yuv420p", {}, "ffv1"),
        ("h264.flv", "libx264", "yuv420p", QUICK, "h264"),
    ],
)
def test_every_kept_picture_is_what_a_full_decode_gives(
    tmp_path: Path, name: str, codec: str, pixel_format: str, options: dict[str, str], codec_name: str
) -> None:
    path = encode(tmp_path / name, moving(50), codec, rate=25, pixel_format=pixel_format, options=options)
    done = whole_pass(path)
    assert done.asset.video_codec == codec_name
    assert (done.asset.width, done.asset.height, done.asset.kind, done.asset.audio) == (160, 96, "video", False)
    assert Fraction(done.asset.fps or "0") == 25
    assert len(done.samples) == 8
    assert done.sampling.cut is None
    assert same_as_full_decode(path, done)


def test_unreferred_pictures_are_left_undecoded_where_enough_remains(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(75), rate=25, options=PYRAMID)
    done = whole_pass(path)
    assert done.sampling.skipped == "nonref"
    assert done.sampling.frames_seen < 60
    assert same_as_full_decode(path, done)


def test_nothing_is_left_out_where_too_little_would_remain(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(40), rate=8, options={**PYRAMID, "bf": "8", "b_strategy": "0"})
    done = whole_pass(path)
    assert done.sampling.skipped == "default"
    assert done.sampling.frames_seen == 40


def test_of_independent_pictures_only_the_kept_ones_are_decoded(tmp_path: Path) -> None:
    done = whole_pass(encode(tmp_path / "a.avi", moving(48), "mjpeg", pixel_format="yuvj420p"))
    assert done.sampling.skipped == "intra"
    assert done.sampling.frames_seen == 48


def test_two_passes_keep_the_same_pictures(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(48), options=PYRAMID)
    first, second = whole_pass(path), whole_pass(path)
    assert first.sampling == second.sampling
    assert all(np.array_equal(a, b) for a, b in zip(first.pictures, second.pictures, strict=True))


@pytest.mark.parametrize("name", ["a.mp4", "a.avi"])
def test_the_recorded_frame_list_gives_the_same_pictures_again(tmp_path: Path, name: str) -> None:
    codec, form = ("libx264", "yuv420p") if name == "a.mp4" else ("mjpeg", "yuvj420p")
    path = encode(tmp_path / name, moving(60), codec, pixel_format=form, options=PYRAMID if name == "a.mp4" else {})
    first = whole_pass(path)
    wanted = first.sampling.frames[1:4]
    again = whole_pass(path, Plan(frames=tuple(one.frame for one in wanted), skip=first.sampling.skipped))
    assert [(one.frame, one.t_s) for one in again.sampling.frames] == [(one.frame, one.t_s) for one in wanted]
    assert all(np.array_equal(a, b) for a, b in zip(first.pictures[1:4], again.pictures, strict=True))
    assert again.sampling.frames_seen == wanted[-1].frame + 1


def test_variable_frame_rate_is_sampled_by_time(tmp_path: Path) -> None:
    times = [index * index * 4 for index in range(50)]
    done = whole_pass(encode(tmp_path / "a.mp4", moving(50), times=times, options=QUICK))
    moments = [round(sample.t_s * 1000) for sample in done.samples]
    assert set(moments) <= set(times)
    assert [moment // 250 for moment in moments] == sorted({t // 250 for t in times})
    assert done.sampling.cut is None


def test_a_long_last_picture_is_not_a_cut(tmp_path: Path) -> None:
    done = whole_pass(encode(tmp_path / "a.mp4", moving(4), times=[0, 100, 200, 5000], options=QUICK))
    assert done.sampling.cut is None
    assert done.samples[-1].t_s == pytest.approx(5.0)


@pytest.mark.parametrize(("turn", "mirrored"), [(90, False), (180, False), (270, False), (0, True), (90, True)])
def test_rotated_and_mirrored_video_stands_upright(tmp_path: Path, turn: int, mirrored: bool) -> None:
    path = encode(tmp_path / "a.mp4", moving(6), rotation=turn, mirrored=mirrored, options=QUICK)
    done = whole_pass(path)
    _, stored = decoded(path)[0]
    upright = np.rot90(stored[:, ::-1], -turn // 90) if mirrored else np.rot90(stored, turn // 90)
    assert np.array_equal(done.pictures[0], upright)
    assert (done.asset.height, done.asset.width) == upright.shape[:2]
    assert done.lumas[0].shape == upright.shape[:2]


def with_exif(path: Path, pictures: list[NDArray[np.uint8]], orientation: int) -> Path:
    """A clip of JPEG pictures that each carry Exif with this orientation, as cameras write them."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=4)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuvj420p"
        for number, picture in enumerate(pictures):
            data = io.BytesIO()
            Image.fromarray(picture).save(data, "jpeg", exif=exif.tobytes())
            packet = av.Packet(data.getvalue())
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, number, number, Fraction(1, 4)
            container.mux(packet)
    return path


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (6, -1)])
def test_pictures_with_exif_are_read_and_stand_upright(tmp_path: Path, orientation: int, turn: int) -> None:
    stored = moving(3)
    done = whole_pass(with_exif(tmp_path / "a.avi", stored, orientation))
    assert len(done.pictures) == 3
    assert done.pictures[0].shape == np.rot90(stored[0], turn).shape
    assert np.abs(done.pictures[0].astype(int) - np.rot90(stored[0], turn)).mean() < 12


def test_rotation_is_told_in_degrees_clockwise(tmp_path: Path) -> None:
    assert whole_pass(encode(tmp_path / "a.mp4", moving(2), rotation=90, options=QUICK)).asset.rotation == 270


def test_a_moving_gif_is_a_video(tmp_path: Path) -> None:
    done = whole_pass(encode(tmp_path / "a.gif", moving(20), "gif", rate=10, pixel_format="rgb8"))
    assert done.asset.kind == "video"
    assert [round(sample.t_s, 2) for sample in done.samples] == [0.0, 0.3, 0.5, 0.8, 1.0, 1.3, 1.5, 1.8]


def test_transparency_is_blended_on_mid_grey(tmp_path: Path) -> None:
    clear = np.dstack([moving(1)[0], np.zeros((96, 160), np.uint8)])
    solid = np.dstack([moving(1)[0], np.full((96, 160), 255, np.uint8)])
    done = whole_pass(encode(tmp_path / "a.mov", [clear] * 6 + [solid] * 6, "qtrle", pixel_format="argb"))
    assert (done.pictures[0] == 128).all()
    assert (done.lumas[0] == 128).all()
    assert np.array_equal(done.pictures[1], moving(1)[0])


def test_a_picture_beyond_the_bound_is_kept_smaller_and_says_so(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(3), options=QUICK)
    done = whole_pass(path, limits=Limits(kept_pixels=40 * 24 * 4, luma_side=32))
    assert done.pictures[0].shape == (48, 80, 3)
    assert done.samples[0].scale == pytest.approx(0.5)
    assert max(done.lumas[0].shape) == 32
    assert (done.asset.width, done.asset.height) == (160, 96)


def test_luma_is_area_averaged_brightness_at_most_512_wide(tmp_path: Path) -> None:
    grey = np.full((64, 1024, 3), 90, np.uint8)
    grey[:, 512:] = 200
    done = whole_pass(encode(tmp_path / "a.mp4", [grey] * 2, options=QUICK))
    assert done.lumas[0].shape == (32, 512)
    assert abs(int(done.lumas[0][16, 100]) - 90) <= 2
    assert abs(int(done.lumas[0][16, 400]) - 200) <= 2


def test_a_sample_stays_valid_until_two_further_ones_have_come(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(240), options=QUICK)
    before: FrameSample | None = None
    copy = None
    count = 0
    with open_medium(path) as medium, Reading(medium, Plan()) as reading:
        for piece in reading:
            assert isinstance(piece, FrameSample)
            if before is not None:
                assert np.array_equal(before.rgb, copy)
            before, copy = piece, piece.rgb.copy()
            count += 1
    assert count == 40


def test_the_parents_pictures_cannot_be_written(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(2), options=QUICK)
    with open_medium(path) as medium, Reading(medium, Plan()) as reading:
        for piece in reading:
            assert isinstance(piece, FrameSample)
            assert not piece.rgb.flags.writeable


def test_numbers_times_and_frames_grow(tmp_path: Path) -> None:
    done = whole_pass(encode(tmp_path / "a.mp4", moving(60), options=PYRAMID))
    assert [sample.number for sample in done.samples] == list(range(len(done.samples)))
    assert [one.frame for one in done.sampling.frames] == sorted({sample.frame for sample in done.samples})
    assert done.sampling.frames_analysed == len(done.samples)


def test_a_hard_cut_begins_a_shot_and_a_drifting_picture_does_not(tmp_path: Path) -> None:
    bright = np.full((96, 160, 3), 220, np.uint8)
    bright[::7] = 180
    done = whole_pass(encode(tmp_path / "a.mp4", moving(48) + [bright] * 48, options=QUICK))
    assert done.sampling.shots == (0.0, 2.0)
    assert [sample.shot for sample in done.samples] == [0] * 8 + [1] * 8


def test_a_long_medium_is_sampled_thinly_over_all_of_it(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(240), options=QUICK)
    done = whole_pass(path, limits=Limits(samples=10))
    assert 9 <= len(done.samples) <= 11
    assert done.samples[-1].t_s >= 8.9
    assert done.sampling.rate == pytest.approx(1.0)


def test_a_bound_on_pictures_is_told_as_a_cut(tmp_path: Path) -> None:
    done = whole_pass(encode(tmp_path / "a.mp4", moving(48), options=QUICK), limits=Limits(frames=20))
    assert done.sampling.frames_seen == 20
    assert done.sampling.cut == "the limit of 20 pictures was reached"
    assert done.sampling.cut_s == pytest.approx(19 / 24, abs=0.01)


def test_sound_beside_pictures_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        video.codec_context.thread_count = 1
        sound = container.add_stream("aac", rate=8000, layout="mono")
        for picture in moving(10):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode(None))
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 24_000), np.int16), format="s16", layout="mono")
        tone.sample_rate = 8000
        container.mux(sound.encode(tone))
        container.mux(sound.encode(None))
    done = whole_pass(path)
    assert done.asset.audio
    assert done.sampling.cut is None, "sound that goes on longer is no cut of the pictures"


def test_no_process_and_no_descriptor_is_left_behind(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(48), options=QUICK)
    whole_pass(path)
    before, children = set(Path("/proc/self/fd").iterdir()), own_children()
    for _ in range(3):
        with open_medium(path) as medium, Reading(medium, Plan()) as reading:
            next(iter(reading))
        del reading  # its pictures may outlive it, and hold the memory file
    assert set(Path("/proc/self/fd").iterdir()) == before
    assert own_children() == children


def own_children() -> set[str]:
    """Processes of this one, ended ones that nobody waited for included; other tests may have left a tracker."""
    return {pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()}

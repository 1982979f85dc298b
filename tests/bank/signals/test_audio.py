"""Sound is recognised through compression, cuts and moderate changes of speed; silence and tones are not."""

import shutil
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.support.clips import encode, moving
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.hearing import hear
from waarmerk.bank.known import KnownItems
from waarmerk.bank.signals.audio import MISSING, STEP_S, TOO_SHORT, Audio, landmarks
from waarmerk.bank.signals.interface import AudioCodes, KnownItem, Match
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.errors import InputError

RATE = 22_050
Sound = NDArray[np.float32]
needs_fpcalc = pytest.mark.skipif(shutil.which("fpcalc") is None, reason="fpcalc is not installed")


def melody(seed: int, seconds: float) -> Sound:
    """Chords that change every third of a second, float32 [n], -1..1."""
    random, length = np.random.default_rng(seed), RATE // 3
    t = np.arange(length) / RATE
    chords = [
        sum(np.sin(2 * np.pi * 220 * 2 ** (note / 12) * t) for note in random.integers(0, 36, 3)) / 4
        for _ in range(int(seconds * 3))
    ]
    return np.concatenate(chords).astype(np.float32)


def clip(path: Path, sound: Sound | None, codec: str = "aac") -> Path:
    """A short video with that sound, which may last longer."""
    if sound is None:
        return encode(path, moving(6), rate=2)
    pictures = moving(6, 64, 48)
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=2)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream(codec, rate=RATE, layout="mono")
        audio.bit_rate = 48_000
        for picture in pictures:
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(video.encode(None))
        samples = (sound * 20_000).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = RATE
        container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return path


def codes_of(path: Path, sound: Sound) -> AudioCodes:
    codes = hash_medium(clip(path, sound)).signals.audio
    assert codes is not None
    return codes


def item(codes: AudioCodes) -> KnownItem:
    return KnownItem("video", FrameHashes.none(), audio=codes)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> AudioCodes:
    return codes_of(tmp_path_factory.mktemp("sound") / "known.mp4", melody(1, 40))


def heard(query: AudioCodes, *known: AudioCodes) -> list[Match]:
    return hear(query, KnownItems([item(codes) for codes in known]))


@needs_fpcalc
def test_a_compressed_copy_sounds_like_its_original(tmp_path: Path, known: AudioCodes) -> None:
    noisy = melody(1, 40) + np.random.default_rng(0).normal(0, 0.02, 40 * 3 * (RATE // 3)).astype(np.float32)
    (match,) = heard(codes_of(tmp_path / "copy.mkv", 0.5 * noisy), known)
    assert (match.signal, match.partial) == ("audio", False)
    assert min(match.query_matched, match.known_matched) > 0.9
    assert match.distance <= 15


@needs_fpcalc
def test_an_excerpt_between_other_sounds_is_found_and_placed(tmp_path: Path, known: AudioCodes) -> None:
    sound = np.concatenate([melody(7, 30), melody(1, 40)[10 * RATE : 22 * RATE], melody(8, 30)])
    (match,) = heard(codes_of(tmp_path / "around.mp4", sound), known)
    assert not match.partial
    (part,) = match.alignment
    assert part.query_start_s == pytest.approx(30, abs=1.5)
    assert part.known_start_s == pytest.approx(10, abs=1.5)
    assert part.query_end_s - part.query_start_s == pytest.approx(12, abs=3)


@needs_fpcalc
def test_a_common_opening_of_two_sounds_is_partial(tmp_path: Path) -> None:
    jingle = melody(5, 12)
    query = codes_of(tmp_path / "a.mp4", np.concatenate([jingle, melody(11, 40)]))
    other = codes_of(tmp_path / "b.mp4", np.concatenate([jingle, melody(12, 40)]))
    (match,) = heard(query, other)
    assert match.partial


@needs_fpcalc
@pytest.mark.parametrize("sound", [np.zeros(20 * RATE, np.float32), np.sin(np.arange(20 * RATE) / 8)])
def test_silence_and_a_held_tone_match_nothing(tmp_path: Path, sound: Sound) -> None:
    codes = codes_of(tmp_path / "dull.mp4", sound.astype(np.float32) / 2)
    assert heard(codes, codes) == []


@needs_fpcalc
def test_other_sounds_match_nothing(tmp_path: Path, known: AudioCodes) -> None:
    assert heard(codes_of(tmp_path / "other.mp4", melody(2, 40)), known) == []


@needs_fpcalc
def test_the_codes_are_those_that_fpcalc_gives_for_the_file_itself(tmp_path: Path) -> None:
    import json
    import subprocess

    path = clip(tmp_path / "a.mp4", melody(3, 20))
    # It ends with an error code at the end of such a file, after it has printed all.
    told = subprocess.run(["fpcalc", "-raw", "-json", "-length", "0", path], capture_output=True, check=False).stdout
    ours, theirs = hash_medium(path).signals.audio, np.asarray(json.loads(told)["fingerprint"], np.uint32)
    assert ours is not None
    assert abs(len(ours) - len(theirs)) <= 1
    length = min(len(ours), len(theirs))
    # The resampler before it is another one.
    assert np.bitwise_count(ours[:length] ^ theirs[:length]).mean() / 32 < 0.05
    assert len(ours) == pytest.approx((20 - 2.6) / STEP_S, abs=3)


@needs_fpcalc
def test_what_has_no_sound_or_too_little_says_so(tmp_path: Path) -> None:
    assert hash_medium(clip(tmp_path / "silent.mp4", None)).signals.absent == {"audio": "has no sound"}
    assert hash_medium(clip(tmp_path / "short.mp4", melody(1, 1))).signals.absent == {"audio": TOO_SHORT}


def test_without_the_program_the_signal_is_absent_and_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    signals = hash_medium(clip(tmp_path / "a.mp4", melody(1, 5))).signals
    assert (signals.audio, signals.absent) == (None, {"audio": MISSING})


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=50))
def test_codes_that_were_printed_are_parsed_to_themselves(values: list[int]) -> None:
    codes = np.asarray(values, np.uint32)
    assert np.array_equal(Audio().parse(Audio().print(codes)), codes)
    assert Audio().compare(codes, codes) == (True, 0)
    assert Audio().compare(codes, ~codes) == (False, 100)


@pytest.mark.parametrize("text", ["", "0123456", "0123456g", "01234567 "])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="eight hexadecimal digits"):
        Audio().parse(text)


@given(st.lists(st.integers(0, 5), max_size=200))
def test_a_place_worth_looking_up_begins_a_run(values: list[int]) -> None:
    codes = np.asarray(values, np.uint32)
    places = landmarks(codes)
    assert all(place == 0 or codes[place] != codes[place - 1] for place in places)


def test_an_excerpt_that_holds_a_repeated_passage_is_aligned_where_it_explains_most() -> None:
    rng = np.random.default_rng(5)

    def codes(count: int) -> NDArray[np.uint32]:
        return rng.integers(0, 2**32, count, dtype=np.uint32)

    def changed(part: NDArray[np.uint32], share: float) -> NDArray[np.uint32]:
        """Three bits turned in a share of the codes, as another coding does."""
        turned = np.bitwise_or.reduce(
            [np.uint32(1) << rng.integers(0, 32, len(part), dtype=np.uint32) for _ in "123"]
        )
        return np.where(rng.random(len(part)) < share, part ^ turned, part)

    passage, between = codes(80), codes(200)
    # What comes back is not played the same: the query's passage has more codes in common with the first time.
    again = changed(passage, 0.8)
    known = np.concatenate([codes(200), passage, between, again, codes(200)])
    query = np.concatenate([changed(between[-120:], 0.9), changed(passage, 0.3)])
    (match,) = hear(query, KnownItems([item(known)]))
    (part,) = match.alignment
    assert part.query_end_s - part.query_start_s > 0.9 * len(query) * STEP_S
    assert part.known_start_s - part.query_start_s == pytest.approx(360 * STEP_S, abs=2 * STEP_S)


@pytest.mark.parametrize(("turned", "found"), [(0, True), (2, True), (8, False)])
def test_a_sound_of_two_seconds_is_found_whole_and_closely_alike_or_not_at_all(turned: int, found: bool) -> None:
    rng = np.random.default_rng(6)
    known = rng.integers(0, 2**32, 17, dtype=np.uint32)
    query = known.copy()
    for bit in range(turned):
        query[1::2] ^= np.uint32(1) << np.uint32(bit)
    assert bool(hear(query, KnownItems([item(known)]))) is found
    half = np.concatenate([query[:8], rng.integers(0, 2**32, 9, dtype=np.uint32)])
    assert not hear(half, KnownItems([item(known)]))

"""What a PDQ hash and a search cost, and which edits of a picture a whole-frame hash outlives.

    python benchmarks/bench_hash.py [--peer PYTHON --video FILE ...]

- Hash: CPU of one thread for a luma of 512 x 288, mirror and borders included, to that of the filter
  alone as two bare matrix products, and to that of `mean()` over the same luma. Bar: 1.5 ms.
- Search: one hash against a million known ones, exact, to reading the million once (`np.bitwise_or.reduce`).
- Video: CPU of hashing a file here (the jail, its start and the sound included) to that of hashing every frame with
  OpenCV and pdqhash, one thread, in an interpreter that has both (`--peer`). Bar: a fifth. The same matches: each
  of our usable hashes has one of the peer's within 31 bits, and the other way round.
- Edits: share of frames whose hash stays within 31 bits of the original's; frames of three portraits under a moving
  camera, so a rough picture and no benchmark of robustness.

Medians of paired rounds. Writes `docs/reference/hashing.md`.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from examples.demo.make_clips import PORTRAITS, RATE, landmarks, moved

from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.known import distances
from waarmerk.bank.signals.pdq import DISTANCE, coefficients, distance, hash_of, luma_of, parse_hash
from waarmerk.bank.views import views
from waarmerk.training.recipes.swap import swap

ROUNDS = 15
BAR_MS = 1.5
PAGE = Path(__file__).resolve().parents[1] / "docs/reference/hashing.md"
VIEW: dict[str, Any] = {"centre": (225.0, 165.0), "side": 290.0}
"""What of NASA's portrait is seen."""
Luma = NDArray[np.float32]


def median_ms(work: Callable[[], object], repeats: int) -> float:
    """CPU milliseconds of one call: the median over rounds of the mean over `repeats`."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(repeats):
            work()
        times.append((time.process_time() - start) / repeats)
    return 1e3 * statistics.median(times)


def frames() -> list[Luma]:
    """Luma of 180 frames: three portraits, each filmed for 60 frames, three a second."""
    stills = [np.asarray(data.astronaut(), np.uint8)]
    stills += [np.asarray(Image.open(path)) for path in sorted(PORTRAITS.glob("*.jpg"))]
    found = []
    for seed, still in enumerate(stills):
        view = VIEW if still.shape[0] > 400 else {"centre": (160.0, 160.0), "side": 220.0}
        film = moved(still, "", 20, **view, seed=seed, size=(480, 360))
        found += [luma_of(frame[:328]) for number, frame in enumerate(film) if number % (RATE // 3) == 0][:60]
    return found


def _bytes(luma: Luma) -> NDArray[np.uint8]:
    return np.clip(luma + 0.5, 0, 255).astype(np.uint8)


def _image(luma: Luma) -> Image.Image:
    return Image.fromarray(_bytes(luma))


def _jpeg(luma: Luma) -> Luma:
    file = io.BytesIO()
    _image(luma).save(file, "jpeg", quality=20)
    return np.asarray(Image.open(file), np.float32)


def _crop(share: float) -> Callable[[Luma], Luma]:
    def cut(luma: Luma) -> Luma:
        rows, columns = (round(side * share / 2) for side in luma.shape)
        return luma[rows : luma.shape[0] - rows, columns : luma.shape[1] - columns]

    return cut


def _covered(share: float) -> Callable[[Luma], Luma]:
    def covered(luma: Luma) -> Luma:
        edited = luma.copy()
        edited[round(luma.shape[0] * (1 - share)) :] = 16
        return edited

    return covered


EDITS: dict[str, Callable[[Luma], Luma]] = {
    "JPEG, quality 20": _jpeg,
    "a quarter of the size": lambda luma: np.asarray(_image(luma).reduce(4), np.float32),
    "half as bright": lambda luma: luma * np.float32(0.5),
    "mirrored": lambda luma: luma[:, ::-1],
    "cropped by 2 %": _crop(0.02),
    "cropped by 5 %": _crop(0.05),
    "cropped by 10 %": _crop(0.10),
    "a bar over the lowest 10 %": _covered(0.1),
    "black added above and below, 12 % each": lambda luma: np.pad(luma, ((round(0.12 * len(luma)),) * 2, (0, 0))),
    "black added left and right, 30 % each": lambda luma: np.pad(luma, ((0, 0), (round(0.3 * luma.shape[1]),) * 2)),
    "mirrored, black above and below": lambda luma: np.pad(luma[:, ::-1], ((40, 40), (0, 0))),
}


PEER = """
import json, sys, cv2, numpy, pdqhash
cv2.setNumThreads(1)
video, found = cv2.VideoCapture(sys.argv[1]), []
while True:
    good, frame = video.read()
    if not good:
        break
    code, quality = pdqhash.compute(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    found.append((numpy.packbits(code.astype(numpy.uint8)).tobytes().hex(), int(quality)))
print(json.dumps(found))
"""


def _children_s(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process and its children in `work`, and what it returned."""
    before = os.times()
    result = work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4]), result


def against_peer(peer: str, video: Path) -> tuple[float, float, float, float, float]:
    """Seconds of video; CPU of the peer, ours with and without sound; share of hashes that match both ways."""
    call = [peer, "-c", PEER, str(video)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENCV_FFMPEG_CAPTURE_OPTIONS": "threads;1"}
    peer_s, told = _children_s(lambda: subprocess.run(call, capture_output=True, check=True, env=environment))
    with_sound_s, medium = _children_s(lambda: hash_medium(video))
    ours_s, _ = _children_s(lambda: hash_medium(video, sound=False))
    theirs = np.asarray([parse_hash(code) for code, quality in json.loads(told.stdout) if quality >= 50])
    ours = medium.signals.frames.usable().codes
    near = np.stack([distances(theirs, code) <= DISTANCE for code in ours])
    same = min(float(near.any(axis=1).mean()), float(near.any(axis=0).mean()))
    return float(medium.signals.duration_s or 0), peer_s, with_sound_s, ours_s, same


def peer_lines(peer: str, videos: list[Path]) -> list[str]:
    """The table of the page."""
    lines = [
        "",
        "Video, CPU seconds (one run each, children included; sound with `fpcalc`):",
        "",
        "| video | every frame, OpenCV and pdqhash | ours | ratio | with sound | ratio | same matches |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for video in videos:
        seconds, theirs, heard, ours, same = against_peer(peer, video)
        name = f"{seconds:.0f} s, {video.suffix}"
        lines.append(
            f"| {name} | {theirs:.2f} | {ours:.2f} | {theirs / ours:.1f} x | {heard:.2f} | {theirs / heard:.1f} x "
            f"| {same:.0%} |"
        )
    return lines


def swapped() -> float:
    """Share of frames that are still found with another person's face in them; the face is a third of the height."""
    collins, other = np.asarray(data.astronaut(), np.uint8), np.asarray(Image.open(PORTRAITS / "london-010.jpg"))
    fake = swap(collins, landmarks(collins), other, landmarks(other)).picture
    genuine, faked = (
        [hash_of(coefficients(luma_of(frame))) for frame in moved(still, "", 2, **VIEW, seed=0, size=(480, 360))]
        for still in (collins, fake)
    )
    return statistics.mean(distance(a, b) <= DISTANCE for a, b in zip(genuine, faked, strict=True))


def outlived(films: list[Luma]) -> list[tuple[str, float]]:
    """For each edit the share of frames that are still found in one of the views that matching compares."""
    table = []
    for name, edit in EDITS.items():
        hits = 0
        for luma in films:
            known = hash_of(coefficients(luma))
            hits += min(distance(known, hash_of(side)) for _, side in views(_bytes(edit(luma)))) <= DISTANCE
        table.append((name, hits / len(films)))
    return table


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", help="an interpreter with opencv-python-headless and pdqhash")
    parser.add_argument("--video", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    luma = np.asarray(Image.fromarray(data.astronaut()).convert("L").resize((512, 288)), np.uint8)
    whole = luma.astype(np.float32)
    rows, across = np.ones((64, 288), np.float32), np.ones((512, 64), np.float32)

    def hashing() -> None:
        for _, side in views(luma):
            hash_of(side)

    hash_ms = median_ms(hashing, 20)
    floor_ms = median_ms(lambda: rows @ whole @ across, 20)
    mean_ms = median_ms(luma.mean, 20)
    known = np.asfortranarray(np.random.default_rng(0).integers(0, 2**63, (1_000_000, 4)).astype(np.uint64))

    def searching() -> None:
        np.flatnonzero(distances(known, known[7]) <= DISTANCE)

    search_ms = median_ms(searching, 1)
    read_ms = median_ms(lambda: np.bitwise_or.reduce(known, axis=0), 1)
    lines = [
        "# What hashing costs and what a hash outlives",
        "",
        "Written by `python benchmarks/bench_hash.py`. CPU of one thread, medians.",
        "",
        "| what | ms | beside | ms | ratio |",
        "| --- | --- | --- | --- | --- |",
        f"| hash of a frame and its mirror, borders looked for, luma 512 x 288 (bar {BAR_MS}) | {hash_ms:.2f} "
        f"| the filter alone, as two matrix products | {floor_ms:.2f} | {hash_ms / floor_ms:.1f} |",
        f"| the same | {hash_ms:.2f} | mean of the luma | {mean_ms:.3f} | {hash_ms / mean_ms:.1f} |",
        f"| search among 1,000,000 hashes, exact | {search_ms:.1f} | reading them once | {read_ms:.1f} "
        f"| {search_ms / read_ms:.1f} |",
        "",
        "Share of 180 frames (three portraits under a moving camera) that are still found after an edit:",
        "",
        "| edit | found |",
        "| --- | --- |",
        *(f"| {name} | {share:.0%} |" for name, share in outlived(frames())),
        f"| **another person's face in it** (a third of the height) | {swapped():.0%} |",
    ]
    if options.peer:
        lines += peer_lines(options.peer, options.video)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

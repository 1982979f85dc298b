"""What opening, jailing, decoding and handing over cost, beside decoding the same file with ffmpeg.

    python benchmarks/bench_decode.py                 made clips of a minute, 1080p and 720p
    python benchmarks/bench_decode.py --clip FILE     a clip of your own, looped to a minute by stream copy
    python benchmarks/bench_decode.py --minutes 120   memory of a file of this length beside two minutes (default 20)

- CPU: user and system time of parent and child, start-up of the child included, every kept picture converted and
  handed over and nothing done with it, to that of `ffmpeg -threads 1 -i X -an -f null -`; medians of `ROUNDS` paired
  runs in fresh processes. Bar: 0.75.
- Start-up: the same on a picture of 64 x 64.
- Memory: peak resident sizes of parent and child added, so that pictures they share count twice. Bars: 350 MB (the
  networks of a whole check need the rest of 700), and two hours within 30 MB of two minutes (the file's own
  index is what grows).

Writes `docs/reference/decode-cost.md`. Needs ffmpeg.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROUNDS = 5
SECONDS = 60
RATIO_BAR = 0.75
MEMORY_BAR_MB, GROWTH_BAR_MB = 350.0, 30.0
PAGE = Path(__file__).parent.parent / "docs/reference/decode-cost.md"
SIZES = {"1080p": "1920x1080", "720p": "1280x720"}


@dataclass(frozen=True)
class Cost:
    """One pass: CPU seconds of parent and child, peak memory in MB, how the sampling went."""

    parent_s: float
    child_s: float
    parent_mb: float
    child_mb: float
    seen: int
    kept: int
    skipped: str

    @property
    def cpu_s(self) -> float:
        """Parent and child."""
        return self.parent_s + self.child_s

    @property
    def memory_mb(self) -> float:
        """Parent and child."""
        return self.parent_mb + self.child_mb


def one_pass(path: str) -> Cost:
    """Reads a file in this process; call it in a fresh one."""
    from waarmerk.examine.media.medium import open_medium
    from waarmerk.examine.media.reading import Plan, Reading

    before = resource.getrusage(resource.RUSAGE_SELF)
    with open_medium(path) as medium, Reading(medium, Plan()) as reading:
        kept = sum(1 for _ in reading)
        sampling = reading.sampling
    own, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        parent_s=own.ru_utime + own.ru_stime - before.ru_utime - before.ru_stime,
        child_s=child.ru_utime + child.ru_stime,
        parent_mb=own.ru_maxrss / 1024,
        child_mb=child.ru_maxrss / 1024,
        seen=sampling.frames_seen,
        kept=kept,
        skipped=sampling.skipped,
    )


def measured(path: Path) -> Cost:
    """One pass in a fresh process."""
    answer = subprocess.run(
        [sys.executable, __file__, "--one", str(path)], capture_output=True, check=True, text=True
    ).stdout
    return Cost(**json.loads(answer))


def ffmpeg_s(path: Path) -> float:
    """CPU seconds of a full decode by ffmpeg on one thread."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-i", str(path), "-an", "-f", "null", "-"]
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def made(folder: Path, name: str, size: str) -> Path:
    """Ten seconds of moving picture with grain, as x264 codes it by default."""
    path = folder / f"{name}.mp4"
    source = f"testsrc2=s={size}:r=30:d=10,noise=alls=6:allf=t"
    coding = ["-c:v", "libx264", "-preset", "medium", "-crf", "26", "-pix_fmt", "yuv420p", "-threads", "2"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *coding, str(path)], check=True)
    return path


def looped(clip: Path, seconds: int, folder: Path) -> Path:
    """The clip again and again by stream copy."""
    path = folder / f"{clip.stem}-{seconds}.mp4"
    command = ["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", str(clip), "-map", "0:v:0", "-c", "copy"]
    subprocess.run([*command, "-t", str(seconds), str(path)], check=True)
    return path


def cpu_row(name: str, clip: Path, folder: Path) -> str:
    """One row of the table: both numbers and their ratio."""
    path = looped(clip, SECONDS, folder)
    pairs = [(measured(path), ffmpeg_s(path)) for _ in range(ROUNDS)]
    ratio = statistics.median(cost.cpu_s / base for cost, base in pairs)
    cost, base = statistics.median(c.cpu_s for c, _ in pairs), statistics.median(b for _, b in pairs)
    one = pairs[0][0]
    row = (
        f"| {name} | {cost:.2f} | {base:.2f} | {ratio:.2f} | {RATIO_BAR} | {one.kept} of {one.seen} | {one.skipped} |"
    )
    print(row, flush=True)
    return row


def main() -> None:
    """Measures, prints, writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one_pass(options.one).__dict__))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.clip:
            clips = {options.clip.name: options.clip}
        else:
            clips = {size: made(folder, size, pixels) for size, pixels in SIZES.items()}
        rows = [cpu_row(size, clip, folder) for size, clip in clips.items()]
        still = folder / "still.png"
        Image.new("RGB", (64, 64), (90, 120, 60)).save(still)
        start = statistics.median(measured(still).cpu_s for _ in range(ROUNDS))
        first = next(iter(clips.values()))
        short = measured(looped(first, 120, folder))
        long = measured(looped(first, 60 * options.minutes, folder))
    growth = long.memory_mb - short.memory_mb
    lines = [
        "# What decoding costs",
        "",
        f"`python benchmarks/bench_decode.py`, {os.cpu_count()} cores, medians of {ROUNDS} paired runs.",
        "",
        "| a minute of | CPU s, jailed and sampled | CPU s, ffmpeg | ratio | bar | kept of decoded | skipped |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
        f"Start-up of parent's part and child, on a picture of 64 x 64: {start:.2f} s CPU.",
        "",
        f"| memory, MB | 2 minutes | {options.minutes} minutes | growth | bar |",
        "| --- | --- | --- | --- | --- |",
        f"| parent | {short.parent_mb:.0f} | {long.parent_mb:.0f} | {long.parent_mb - short.parent_mb:.1f} | |",
        f"| child | {short.child_mb:.0f} | {long.child_mb:.0f} | {long.child_mb - short.child_mb:.1f} | |",
        f"| both | {short.memory_mb:.0f} | {long.memory_mb:.0f} | {growth:.1f} | "
        f"{MEMORY_BAR_MB:.0f}, growth {GROWTH_BAR_MB:.0f} |",
        "",
    ]
    print("\n".join(lines))
    if options.clip is None:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

"""What a whole `waarmerk check` costs, beside decoding the same file with ffmpeg.

    python benchmarks/bench_check.py                          made clips: the portrait over a moving background
    python benchmarks/bench_check.py --clips FOLDER           clips of your own, looped to a minute by stream copy
    python benchmarks/bench_check.py --long                   memory of two hours alone (takes a quarter of an hour)

- CPU: user and system time of the command with all its children, start-up included, to that of
  `ffmpeg -threads 1 -i X -an -f null -`; medians of `ROUNDS` paired runs. Bars: 1.5 on 1080p, 4 on 720p.
- Start-up: the same command on a picture of 64 x 64.
- Budget: one sampled 720p picture with one face, by parts, CPU of one thread. Bar: 14 ms.
- Memory: peak of the proportional set sizes (PSS) of the command and its children, sampled every 50 ms; pages that
  two of them share count once. Bars: 700 MB, and two hours within 50 MB of two minutes.
- Cores: two files with `--jobs 2` to the same two with `--jobs 1`, wall clock.

Each of the three writes its own part of `docs/reference/cost.md`. Needs ffmpeg.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PIL import Image

from waarmerk.bank.analyzer import MatchingAnalyzer
from waarmerk.examine.analyzers.interface import AnalyzerOptions, Watch
from waarmerk.examine.analyzers.manipulation import ManipulationAnalyzer
from waarmerk.examine.faces.finder import load_finder
from waarmerk.examine.faces.interface import TrackSample
from waarmerk.examine.faces.mesh import FaceMesh
from waarmerk.examine.faces.tracks import TrackLinker
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.pieces import FrameSample
from waarmerk.examine.media.reading import Plan, Reading

ROUNDS = 3
SECONDS = 60
BARS = {1080: 1.5, 720: 4.0}
BUDGET_MS = 14.0
MEMORY_MB, GROWTH_MB = 700.0, 50.0
CHECK = [str(Path(sys.executable).with_name("waarmerk")), "check", "--format", "json"]
PAGE = Path(__file__).parent.parent / "docs/reference/cost.md"


@dataclass(frozen=True)
class Clip:
    """A clip of a minute; `lines`: its shorter side."""

    path: Path
    name: str
    lines: int


def run(command: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of a command with all its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def looped(source: Path, target: Path, seconds: int) -> Path:
    """The same stream again and again, not encoded anew."""
    command = ["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", str(source), "-t", str(seconds)]
    subprocess.run([*command, "-map", "0:v:0", "-c", "copy", str(target)], check=True)
    return target


def made(folder: Path) -> list[Clip]:
    """The portrait drifting over a moving pattern with grain, as x264 encodes it by default."""
    from skimage import data

    portrait = folder / "portrait.png"
    Image.fromarray(np.asarray(data.astronaut())).save(portrait)
    clips = []
    for height, width in ((1080, 1920), (720, 1280)):
        source = folder / f"made-{height}-short.mp4"
        graph = (
            f"[0:v]scale={height}:{height}[p];[1:v]noise=alls=6:allf=t[b];"
            f"[b][p]overlay=x='{(width - height) // 2}+60*sin(t)':y='20*cos(t)',format=yuv420p"
        )
        command = ["ffmpeg", "-v", "error", "-y", "-loop", "1", "-i", str(portrait)]
        command += ["-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate=30", "-filter_complex", graph]
        subprocess.run([*command, "-t", "10", "-c:v", "libx264", "-preset", "faster", str(source)], check=True)
        clips.append(Clip(looped(source, folder / f"made-{height}.mp4", SECONDS), f"made, {height}p", height))
    return clips


def found(source: Path, folder: Path) -> list[Clip]:
    """Every clip of a folder, looped."""
    clips = []
    for path in sorted(source.glob("*.mp4")):
        with open_medium(path) as medium, Reading(medium, Plan(pictures=False)) as reading:
            asset = reading.asset
            list(reading)
        lines = min(asset.width, asset.height)
        name = f"{path.stem}, {asset.width} x {asset.height} {asset.video_codec}"
        clips.append(Clip(looped(path, folder / path.name, SECONDS), name, lines))
    return clips


def cpu(clip: Clip) -> tuple[float, float]:
    """Medians of CPU seconds: check, ffmpeg."""
    pairs = []
    for _ in range(ROUNDS):
        examined, _ = run([*CHECK, str(clip.path)])
        decoded, _ = run(["ffmpeg", "-v", "error", "-threads", "1", "-i", str(clip.path), "-an", "-f", "null", "-"])
        pairs.append((examined, decoded))
    pairs.sort(key=lambda pair: pair[0] / pair[1])
    return pairs[len(pairs) // 2]


def startup(folder: Path) -> float:
    """Median CPU seconds of the command on next to nothing."""
    dot = folder / "dot.png"
    Image.new("RGB", (64, 64), (90, 120, 60)).save(dot)
    return statistics.median(run([*CHECK, str(dot)])[0] for _ in range(ROUNDS + 2))


def tree_mb(pid: int) -> float:
    """Proportional set size of a process and its descendants, MB."""
    total = 0.0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
            total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text(encoding="ascii").split())
        except (OSError, StopIteration):
            continue
    return total


def peak_mb(path: Path) -> float:
    """Peak memory of the whole examination of one file, MB."""
    peak = 0.0
    with subprocess.Popen([*CHECK, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, tree_mb(process.pid))
            time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{path}: the examination failed")
    return peak


def side_by_side(clip: Clip, folder: Path) -> tuple[float, float]:
    """Wall seconds of two files with one job and with two."""
    twin = folder / f"twin-{clip.path.name}"
    twin.write_bytes(clip.path.read_bytes())
    command = [*CHECK, str(clip.path), str(twin)]
    return run([*command, "--jobs", "1"])[1], run([*command, "--jobs", "2"])[1]


def budget(clip: Clip) -> dict[str, float]:
    """CPU milliseconds a sampled picture: following the face, scoring it, hashing the picture."""
    spent = {"finder, mesh, tracks": 0.0, "crop, network": 0.0, "hashes": 0.0}

    def timed(part: str, work: Callable[[], object]) -> object:
        start = time.process_time()
        result = work()
        spent[part] += (time.process_time() - start) * 1e3
        return result

    with open_medium(clip.path) as medium, Reading(medium, Plan()) as reading:
        linker = TrackLinker(load_finder(), FaceMesh())
        score: Watch = ManipulationAnalyzer().start(reading.asset, AnalyzerOptions())
        match: Watch = MatchingAnalyzer().start(reading.asset, AnalyzerOptions())
        count = 0
        for piece in reading:
            if not isinstance(piece, FrameSample):
                continue
            count += 1
            timed("hashes", lambda piece=piece: match.see(piece))
            faces = timed("finder, mesh, tracks", lambda piece=piece: linker.push(piece))
            for face in faces if isinstance(faces, list) else []:
                if isinstance(face, TrackSample):
                    timed("crop, network", lambda face=face: score.see(face))
        return {part: total / count for part, total in spent.items()}


def cpu_rows(clips: list[Clip], start_s: float) -> Iterator[str]:
    """A row a clip: the command's CPU beside ffmpeg's."""
    yield "| clip of one minute | check, CPU s | ffmpeg, CPU s | ratio | ratio without start-up | bar |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for clip in clips:
        examined, decoded = cpu(clip)
        bar = next((f"{bar:g}" for least, bar in BARS.items() if clip.lines >= least), "")
        cells = f"{examined:.2f} | {decoded:.2f} | {examined / decoded:.2f} | {(examined - start_s) / decoded:.2f}"
        yield f"| {clip.name} | {cells} | {bar} |"


def part_rows(clips: list[Clip], folder: Path, start_s: float) -> Iterator[str]:
    """Start-up, the parts of a sampled picture, two files at once, memory."""
    small, large = min(clips, key=lambda clip: clip.lines), max(clips, key=lambda clip: clip.lines)
    yield "|  | measured | bar |"
    yield "| --- | --- | --- |"
    yield f"| start-up, CPU s | {start_s:.2f} |  |"
    parts = budget(small)
    for part, value in parts.items():
        yield f"| a sampled picture: {part}, CPU ms | {value:.1f} |  |"
    yield f"| a sampled picture, together, CPU ms | {sum(parts.values()):.1f} | {BUDGET_MS:g} |"
    one, two = side_by_side(small, folder)
    yield f"| two files: wall time with two jobs to one | {two / one:.2f} |  |"
    peak = peak_mb(looped(large.path, folder / "two-minutes.mp4", 120))
    yield f"| peak memory, two minutes, MB | {peak:.0f} | {MEMORY_MB:g} |"


def long_rows(clips: list[Clip], folder: Path) -> Iterator[str]:
    """Memory of two minutes and of two hours."""
    large = max(clips, key=lambda clip: clip.lines)
    short_mb = peak_mb(looped(large.path, folder / "two-minutes.mp4", 120))
    long_mb = peak_mb(looped(large.path, folder / "two-hours.mp4", 7200))
    yield "| peak memory, MB | two minutes | two hours | bar |"
    yield "| --- | --- | --- | --- |"
    yield f"| {large.name} | {short_mb:.0f} | {long_mb:.0f} | {min(MEMORY_MB, short_mb + GROWTH_MB):.0f} |"


def main() -> None:
    """Measures, prints, writes its part of the page."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--clips", type=Path, help="a folder of MP4 files")
    options.add_argument("--long", action="store_true", help="memory of two hours")
    given = options.parse_args()
    lines: list[str] = []

    def tell(rows: Iterator[str]) -> None:
        for row in rows:
            print(row, flush=True)
            lines.append(row)
        lines.append("")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = found(given.clips, folder) if given.clips else made(folder)
        if given.long:
            tell(long_rows(clips, folder))
        else:
            start_s = startup(folder)
            tell(cpu_rows(clips, start_s))
            if not given.clips:
                tell(part_rows(clips, folder, start_s))
    part = "long" if given.long else "clips" if given.clips else "made"
    page = PAGE.read_text(encoding="utf-8")
    start, end = f"<!-- {part}: start -->\n", f"<!-- {part}: end -->"
    before, after = page.index(start) + len(start), page.index(end)
    PAGE.write_text(page[:before] + "\n".join(lines) + page[after:], encoding="utf-8")


if __name__ == "__main__":
    main()

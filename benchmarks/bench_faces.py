"""What following faces costs, and which faces are found.

    python benchmarks/bench_faces.py                                cost: CPU a sampled picture with one face
    python benchmarks/bench_faces.py --clips FOLDER --yunet FILE    recall too, on real clips of your own

Cost: the NASA portrait in a 720p and a 1080p picture; medians of `ROUNDS` rounds, CPU time of one thread, beside a
floor of the same run (a product of two 512 x 512 float32 matrices), so that machines can be compared. Writes the
table into `docs/concepts/faces.md`.

Recall: pictures from the clips' first seconds (where FOLDER has an `index.csv` with path, label, x, y, width,
height, start_s: its rows labelled real). The reference is YuNet with a score of at least 0.8, which has misses of
its own: a figure here compares finders, it does not say how many faces of the world are found. The same pictures
with one face are shrunk until the face has a size, and set into a grey 720p or 1080p picture.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import av
import numpy as np
from PIL import Image

from waarmerk.examine.faces.boxes import overlap
from waarmerk.examine.faces.conventions import to_mesh
from waarmerk.examine.faces.crops import face_crop, mesh_box
from waarmerk.examine.faces.finder import BUILT_IN, DEFAULT, load_finder
from waarmerk.examine.faces.interface import Box, FaceFinder
from waarmerk.examine.faces.locate import locate
from waarmerk.examine.faces.mesh import PRESENCE, FaceMesh, tilt
from waarmerk.examine.faces.quality import measured
from waarmerk.examine.faces.tracks import TrackLinker
from waarmerk.examine.media.pieces import FrameSample, Picture

PAGE = Path(__file__).resolve().parents[1] / "docs/concepts/faces.md"
START, END = "<!-- cost -->", "<!-- /cost -->"
FLOOR = "floor"
ROUNDS = 15
BUDGET_MS = 14.0
"""CPU of a sampled picture with one face: finder, mesh, network and hashes together."""
HIT = 0.4
"""Overlap from which a found box is the reference's."""


def milliseconds(work: Callable[[], object]) -> float:
    work()
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        rounds.append((time.process_time() - start) * 1e3)
    return statistics.median(rounds)


def scene(height: int, width: int) -> Picture:
    """The portrait, its face a fifth of the picture's height, on grey."""
    import skimage.data

    portrait = np.asarray(skimage.data.astronaut())
    side = round(height * 0.2 / 108 * 512)
    small = np.asarray(Image.fromarray(portrait).resize((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0))
    picture = np.full((height, width, 3), 110, np.uint8)
    part = small[: height - 10, : width // 2]
    picture[10 : 10 + part.shape[0], width // 3 : width // 3 + part.shape[1]] = part
    return picture


def cost(finder: FaceFinder, mesh: FaceMesh, height: int, width: int) -> dict[str, float]:
    """Milliseconds a sampled picture, part by part; the finder looks at every second one."""
    picture = scene(height, width)
    (face,) = finder.find(picture)
    box = to_mesh(face.box, finder.name)
    landmarks = mesh.fit(picture, box).landmarks
    found = mesh_box(landmarks)
    matrix = np.random.default_rng(0).standard_normal((512, 512)).astype(np.float32)
    parts = {
        FLOOR: milliseconds(lambda: matrix @ matrix),
        "finder, half of its cost": milliseconds(lambda: finder.find(picture)) / 2,
        "mesh": milliseconds(lambda: mesh.fit(picture, box)),
        "crop to 192 pixels": milliseconds(lambda: face_crop(picture, found, 192, 192)),
        "quality": milliseconds(lambda: measured(picture, found, landmarks, 1.0)),
    }

    def whole() -> None:
        linker = TrackLinker(finder, mesh)
        for n in range(12):
            linker.push(FrameSample(n, n, n / 4, 0, picture, picture[:, :, 0]))
        linker.finish()

    parts["tracks: finder, mesh, linking"] = milliseconds(whole) / 12
    return parts


def pictures(folder: Path) -> Iterator[Picture]:
    """Three pictures of each real clip, 0.3, 1.3 and 2.3 seconds after its start."""
    index = folder / "index.csv"
    rows: list[dict[str, str]] = [{"path": path.name} for path in sorted(folder.glob("*.mp4"))]
    if index.exists():
        with index.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["label"] == "real"]
    done: set[tuple[str, str, str]] = set()
    for row in rows:
        key = row["path"], row.get("x", ""), row.get("y", "")
        if key in done:
            continue
        done.add(key)
        wanted = [float(row.get("start_s") or 0) + after for after in (0.3, 1.3, 2.3)]
        with av.open(str(folder / row["path"])) as container:
            for frame in container.decode(video=0):
                if wanted and (frame.time or 0.0) >= wanted[0]:
                    wanted.pop(0)
                    picture = frame.to_ndarray(format="rgb24")
                    if row.get("width"):
                        x, y, width, height = (int(float(row[k])) for k in ("x", "y", "width", "height"))
                        picture = picture[y : y + height, x : x + width]
                    yield np.ascontiguousarray(picture)
                if not wanted:
                    break


def shrunk(picture: Picture, box: Box, size: int, height: int, width: int) -> tuple[Picture, Box] | None:
    """The picture with its face at `size` pixels in a grey one; None where it does not fit."""
    scale = size / max(box[2:])
    small_width, small_height = (max(1, round(n * scale)) for n in (picture.shape[1], picture.shape[0]))
    if small_width > width or small_height > height:
        return None
    small = np.asarray(Image.fromarray(picture).resize((small_width, small_height), 2, reducing_gap=2.0))
    x, y = (width - small_width) // 3, (height - small_height) // 2
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = small.mean(axis=(0, 1)).astype(np.uint8)
    canvas[y : y + small_height, x : x + small_width] = small
    return canvas, (box[0] * scale + x, box[1] * scale + y, box[2] * scale, box[3] * scale)


def hits(finder: FaceFinder, picture: Picture, boxes: list[Box]) -> tuple[int, int]:
    """How many of the boxes are found; how many found ones are none of them."""
    found = [to_mesh(face.box, finder.name) for face in finder.find(picture)]
    hit = sum(any(overlap(box, other) > HIT for other in found) for box in boxes)
    stray = sum(all(overlap(box, other) <= HIT for box in boxes) for other in found)
    return hit, stray


def recall(finders: list[FaceFinder], reference: FaceFinder, folder: Path) -> None:
    mesh, portrait = FaceMesh(), scene(720, 1280)
    everything = list(pictures(folder))
    referred = [[(to_mesh(f.box, "yunet"), f.score) for f in reference.find(p)] for p in everything]
    anything = [[box for box, _ in boxes] for boxes in referred]
    seen = [[box for box, score in boxes if score >= 0.8 and max(box[2:]) >= 40] for boxes in referred]
    total = sum(map(len, seen))
    print(f"\n{len(everything)} pictures as they are, {total} faces of 40 pixels and more by the reference\n")
    print("| finder | found | others | others after the mesh | CPU ms in 720p | mesh's width, height, right, down |")
    print("| --- | --- | --- | --- | --- | --- |")
    for finder in finders:
        counts = [hits(finder, picture, boxes) for picture, boxes in zip(everything, seen, strict=True)]
        spent = milliseconds(lambda: finder.find(portrait))  # noqa: B023
        ratios, kept = [], 0
        for picture, boxes in zip(everything, anything, strict=True):
            located = locate(picture, finder, mesh)
            kept += sum(all(overlap(box, face.box) <= HIT for box in boxes) for face in located)
            for face in finder.find(picture):
                assert face.points is not None
                fit = mesh.fit(picture, to_mesh(face.box, finder.name), tilt(face.points[0], face.points[1]))
                if fit.presence >= PRESENCE:
                    a, b = mesh_box(fit.landmarks), face.box
                    right = (a[0] + a[2] / 2 - b[0] - b[2] / 2) / b[2]
                    ratios.append((a[2] / b[2], a[3] / b[3], right, (a[1] + a[3] / 2 - b[1] - b[3] / 2) / b[3]))
        convention = ", ".join(f"{value:.2f}" for value in np.median(ratios, axis=0))
        found, strays = sum(c[0] for c in counts), sum(c[1] for c in counts)
        print(f"| {finder.name} | {found / total:.3f} | {strays} | {kept} | {spent:.1f} | {convention} |")
    single = [(p, boxes[0]) for p, boxes in zip(everything, seen, strict=True) if len(boxes) == 1][::6]
    sizes = (40, 50, 60, 80, 110, 160)
    for height, width in ((720, 1280), (1080, 1920)):
        print(f"\nOne face shrunk to a size, in {width} x {height}: share found / others found / CPU ms\n")
        print("| finder | " + " | ".join(f"{size} px" for size in sizes) + " |")
        print("| --- |" + " --- |" * len(sizes))
        for finder in finders:
            cells = []
            for size in sizes:
                made = [one for p, box in single if (one := shrunk(p, box, size, height, width))]
                start = time.process_time()
                counts = [hits(finder, picture, [box]) for picture, box in made]
                spent = (time.process_time() - start) / len(made) * 1e3
                cells.append(
                    f"{sum(c[0] for c in counts) / len(made):.2f} / {sum(c[1] for c in counts)} / {spent:.0f}"
                )
            print(f"| {finder.name} | " + " | ".join(cells) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, help="folder of clips, for recall")
    parser.add_argument("--yunet", help="YuNet model file, the reference of recall")
    chosen = parser.parse_args()
    mesh = FaceMesh()
    lines = [
        f"Finder `{DEFAULT}`; floor: the product of two 512 x 512 float32 matrices in the same run.",
        "",
        "| part | ms in 720p | x floor | of 14 ms | ms in 1080p | x floor | of 14 ms |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    small, large = (cost(load_finder(), mesh, height, width) for height, width in ((720, 1280), (1080, 1920)))
    for part in small:
        cells = [
            f"{parts[part]:.2f} | {parts[part] / parts[FLOOR]:.2f} | {parts[part] / BUDGET_MS:.0%}"
            for parts in (small, large)
        ]
        lines.append(f"| {part} | {' | '.join(cells)} |")
    table = "\n".join(lines)
    print(table)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    PAGE.write_text(f"{before}{START}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    if chosen.clips and chosen.yunet:
        reference = load_finder(f"yunet:{chosen.yunet}")
        recall([*(load_finder(name) for name in BUILT_IN), reference], reference, chosen.clips)
    elif chosen.clips:
        parser.error("--clips needs --yunet: recall is measured against a reference")


if __name__ == "__main__":
    main()

"""Which edited copies of a clip are found, beside plain vPDQ on the same clips; and how often unrelated clips match.

    python benchmarks/bench_robustness.py CLIPS [--clips 12] [--pairs 10000] [--keep FOLDER]

CLIPS is a folder of short videos with an `index.csv` (columns `path`, `source`, `group`, `pair`), real or not; a file
with several panels has several rows. `--keep`: what was hashed is kept there, and a run that was cut off goes on.

- Edits: each of the first clips of as many sources, six seconds of it, is added to a bank of all of them, edited with
  ffmpeg, and looked up. *Found* is the share of copies whose own item matches; *shared* the mean share of
  the copy. Plain vPDQ has the same frames and the same bound (half of either side has a partner within 31 bits) but
  whole frames only, as they are. Bar: never worse; crop, mirror and bar rows clearly better.
- Unrelated pairs: each two clips that share no source, group, pair or person (`_keys`), each asked for the other.
  Bar: none matches of 10,000.

Writes `docs/reference/robustness.md`.
"""

from __future__ import annotations

import argparse
import csv
import pickle
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from waarmerk.bank.find import find
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.known import KnownItems, distances
from waarmerk.bank.signals.interface import KnownItem, MediumSignals
from waarmerk.bank.signals.pdq import DISTANCE
from waarmerk.bank.signals.vpdq import FrameHashes

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/robustness.md"
SECONDS = 6
BOUND = 0.5
JOINED = {
    "resyncer-set6": "ffpp",
    "resyncer-set7": "ffpp",
    "resyncer-obama": "obama",
    "ect-obama": "obama",
    "ect-obama-buzzfeed": "obama",
    "person-obama": "obama",
    "personatalk-ng": "andrew",
    "styletalk-andrew": "andrew",
}
"""Groups that show one person or come from one original, though their sources differ."""
CORNERS = ("0:0", "iw-ow:0", "0:ih-oh", "iw-ow:ih-oh")
SIZE = "scale=trunc(iw/2)*2:trunc(ih/2)*2"


@dataclass(frozen=True)
class Edit:
    """A row: an ffmpeg filter (`{corner}` differs by clip, `[1]` is the caption), and the encoder's options."""

    name: str
    filter: str
    options: tuple[str, ...] = ("-crf", "23")
    sound: str | None = None
    cut: tuple[float, float] | None = None


def _crop(share: float, corner: bool) -> str:
    kept = f"crop=iw*{1 - share}:ih*{1 - share}"
    return f"{kept}:{{corner}}" if corner else kept


EDITS = (
    Edit("re-encoded", "null"),
    Edit("CRF 40", "null", ("-crf", "40")),
    Edit("half size", "scale=iw/2:ih/2"),
    *(Edit(f"crop {share:.0%}, centre", _crop(share, corner=False)) for share in (0.05, 0.10, 0.25)),
    *(Edit(f"crop {share:.0%}, corner", _crop(share, corner=True)) for share in (0.05, 0.10, 0.25)),
    Edit("mirrored", "hflip"),
    Edit("mirrored, crop 10 %", "hflip,crop=iw*0.9:ih*0.9"),
    Edit("caption bar below", "pad=iw:ih*1.2:0:0:white[a];[a][1]overlay=0:H-h"),
    Edit("caption over the picture", "[1]overlay=0:H-h"),
    Edit("letterbox", "pad=iw:ih*1.3:0:(oh-ih)/2"),
    Edit("speed +10 %", "setpts=PTS/1.1", sound="atempo=1.1"),
    Edit("speed -10 %", "setpts=PTS/0.9", sound="atempo=0.9"),
    Edit("excerpt of 2 s", "null", cut=(2.0, 2.0)),
    Edit(
        "re-filmed: perspective, moire, blur",
        "perspective=W*0.03:H*0.02:W*0.98:H*0.01:W*0.01:H*0.98:W*0.97:H*0.99:sense=destination,"
        "gblur=0.8,noise=alls=8:allf=t[a];[a][2]blend=all_mode=softlight",
        ("-crf", "30"),
    ),
)  # fmt: skip


def _run(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL)


def chosen(folder: Path, count: int) -> list[Path]:
    """The first clip of each source, `count` at most."""
    found: dict[str, Path] = {}
    for row in _index(folder):
        found.setdefault(row["source"], folder / row["path"])
    return list(found.values())[:count]


def _index(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "index.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            yield {**row, "path": row["path"].removeprefix("clips/")}


def _size(path: Path) -> tuple[int, int]:
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height",
         "-of", "csv=p=0", path],
        capture_output=True, text=True, check=True,
    ).stdout.strip().rstrip(",")  # fmt: skip
    width, height = told.split(",")[:2]
    return int(width), int(height)


def _layers(work: Path, size: tuple[int, int]) -> tuple[Path, Path]:
    """A caption of two lines with outlines, and stripes as a screen's grid makes in a camera."""
    width, height = size
    caption = Image.new("RGBA", (width, height // 6 // 2 * 2), (0, 0, 0, 0))
    font = ImageFont.load_default(max(10, height // 16))
    for line, text in enumerate(("He never said this in public", "share before it is removed!")):
        ImageDraw.Draw(caption).text(
            (width // 12, line * height // 12), text, fill="white", font=font, stroke_width=2, stroke_fill="black"
        )
    caption.save(work / "caption.png")
    rows, columns = np.mgrid[0:height, 0:width]
    stripes = 128 + 40 * np.sin((rows * 0.9 + columns * 0.13) * 1.1) * np.sin(columns * 0.8)
    Image.fromarray(np.repeat(stripes.astype(np.uint8)[:, :, None], 3, axis=2)).save(work / "moire.png")
    return work / "caption.png", work / "moire.png"


def edited(source: Path, edit: Edit, number: int, layers: tuple[Path, Path], out: Path) -> Path:
    """The copy that an edit makes of a clip."""
    chain = edit.filter.replace("{corner}", CORNERS[number % 4])
    cut = () if edit.cut is None else ("-ss", str(edit.cut[0]), "-t", str(edit.cut[1]))
    still = tuple(part for layer in layers for part in ("-i", layer))
    _run(
        *cut, "-i", source, *still, "-filter_complex", f"[0]{chain}[v];[v]{SIZE},format=yuv420p[o]",
        "-map", "[o]", "-map", "0:a?", *(() if edit.sound is None else ("-af", edit.sound)),
        "-t", str(SECONDS * 1.2), "-c:v", "libx264", "-preset", "veryfast", *edit.options,
        "-c:a", "aac", out,
    )  # fmt: skip
    return out


def plain_shares(query: FrameHashes, known: FrameHashes) -> tuple[float, float]:
    """vPDQ's two shares, as matching.md defines them: unique hashes above the floor that have a partner."""
    a, b = (np.unique(side.usable().codes, axis=0) for side in (query, known))
    if not len(a) or not len(b):
        return 0.0, 0.0
    near = np.stack([distances(b, code) <= DISTANCE for code in a])
    return float(near.any(axis=1).mean()), float(near.any(axis=0).mean())


@dataclass
class Row:
    """What became of one edit's copies."""

    name: str
    ours: list[float]
    plain: list[float]
    found: int = 0
    plain_found: int = 0
    sound: int = 0
    with_sound: int = 0
    wrong: int = 0
    told: Counter[str] = field(default_factory=Counter)


def robustness(clips: list[Path], work: Path, keep: Path) -> list[Row]:
    """The rows, one an edit."""
    sources = []
    for number, clip in enumerate(clips):
        _run(
            "-i",
            clip,
            "-t",
            str(SECONDS),
            "-vf",
            SIZE,
            "-crf",
            "18",
            "-preset",
            "veryfast",
            source := work / f"{number}.mp4",
        )
        sources.append(source)
    items = [
        KnownItem.of(_kept(keep, f"source-{clip.stem}", lambda source=source: hash_medium(source, "keep").signals))
        for clip, source in zip(clips, sources, strict=True)
    ]
    bank = KnownItems(items)
    rows = [Row(edit.name, [], []) for edit in EDITS]
    for number, source in enumerate(sources):
        layers = _layers(work, _size(source))
        for place, (edit, row) in enumerate(zip(EDITS, rows, strict=True)):
            make = partial(_hashed_copy, source, edit, number, layers, work / "copy.mp4")
            copy = _kept(keep, f"copy-{clips[number].stem}-{place}", make)
            _note(row, number, copy, items[number], bank)
        print(f"{number + 1} of {len(sources)} clips", file=sys.stderr)
    return rows


def _hashed_copy(source: Path, edit: Edit, number: int, layers: tuple[Path, Path], out: Path) -> MediumSignals:
    return hash_medium(edited(source, edit, number, layers, out), "ask").signals


def _note(row: Row, number: int, copy: MediumSignals, item: KnownItem, bank: KnownItems) -> None:
    matches = find(copy, bank)
    mine = [match for match in matches if match.entry == number and match.signal == "vpdq"]
    row.ours.append(mine[0].query_matched if mine else 0.0)
    row.found += bool(mine) and not mine[0].partial
    row.told.update(match.transform for match in mine[:1])
    row.wrong += sum(match.entry != number and not match.partial for match in matches)
    if copy.audio is not None and item.audio is not None and len(np.unique(item.audio)) > 8:
        row.with_sound += 1
        row.sound += any(match.entry == number and match.signal == "audio" and not match.partial for match in matches)
    shares = plain_shares(copy.frames, item.frames)
    row.plain.append(shares[0])
    row.plain_found += max(shares) >= BOUND


def _kept(keep: Path, name: str, made: Callable[[], MediumSignals]) -> MediumSignals:
    """What was hashed under this name before, else now; our own files, so that pickle may read them."""
    path = keep / f"{name}.pickle"
    if path.exists():
        found: MediumSignals = pickle.loads(path.read_bytes())
        return found
    signals = made()
    part = path.with_suffix(".part")
    part.write_bytes(pickle.dumps(signals))
    part.rename(path)
    return signals


def _keys(folder: Path) -> dict[str, set[str]]:
    """For each file what makes it kin of another: its source, and the groups, pairs and persons of all its panels."""
    keys: dict[str, set[str]] = {}
    for row in _index(folder):
        of_file = keys.setdefault(row["path"], set())
        of_file |= {f"{column} {row[column]}" for column in ("source", "group", "pair") if row.get(column)}
        if (joined := JOINED.get(row["group"])) is not None:
            of_file.add(f"joined {joined}")
        if row["source"] == "ffpp":
            of_file.add("joined ffpp")
    return keys


def unrelated(folder: Path, wanted: int, work: Path, keep: Path) -> tuple[int, list[str]]:
    """How many pairs of unrelated clips were compared, each once, and those that match."""
    keys = _keys(folder)
    names: list[str] = []
    pairs = 0
    for name in keys:
        pairs += sum(not keys[name] & keys[other] for other in names)
        names.append(name)
        if pairs >= wanted:
            break

    def signals_of(name: str) -> MediumSignals:
        _run("-i", folder / name, "-t", str(SECONDS), "-vf", SIZE, "-preset", "veryfast", work / "clip.mp4")
        return hash_medium(work / "clip.mp4", "keep").signals

    signals = []
    for name in names:
        signals.append(_kept(keep, f"clip-{Path(name).stem}", lambda name=name: signals_of(name)))
        if len(signals) % 20 == 0:
            print(f"{len(signals)} of {len(names)} clips hashed", file=sys.stderr)
    bank = KnownItems([KnownItem.of(each) for each in signals])
    wrong = []
    for name, each in zip(names, signals, strict=True):
        for match in find(each, bank):
            other = names[match.entry]
            if not keys[name] & keys[other] and not match.partial:
                wrong.append(f"{name} - {other} ({match.signal}, {match.distance} bits, {match.transform})")
    return pairs, wrong


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, help="where hashes are kept, for a run that goes on")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        keep = options.keep or work / "kept"
        keep.mkdir(parents=True, exist_ok=True)
        clips = chosen(options.folder, options.clips)
        rows = robustness(clips, work, keep)
        pairs, wrong = unrelated(options.folder, options.pairs, work, keep) if options.pairs else (0, [])
    lines = [
        "# Which edited copies are found",
        "",
        f"Written by `python benchmarks/bench_robustness.py CLIPS`; {len(clips)} clips of as many sources,",
        f"{SECONDS} s each. *Found*: copies that match their item; *shared*: mean share of the copy. Plain: vPDQ of",
        "the same frames.",
        "",
        "| edit | found | shared | plain vPDQ: found | shared | by sound | told as |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        count = len(row.ours)
        heard = f"{row.sound} of {row.with_sound}" if row.with_sound else "-"
        told = ", ".join(f"{word} {times}" for word, times in row.told.most_common())
        lines.append(
            f"| {row.name} | {row.found} of {count} | {np.mean(row.ours):.0%} | {row.plain_found} of {count} "
            f"| {np.mean(row.plain):.0%} | {heard} | {told} |"
        )
    lines += ["", f"Copies that matched another clip's item: {sum(row.wrong for row in rows)}."]
    worse = [row.name for row in rows if row.found < row.plain_found]
    lines += [f"Rows worse than plain vPDQ: {', '.join(worse) or 'none'}."]
    if pairs:
        lines += ["", f"Pairs of unrelated clips compared: {pairs:,}; matched: {len(wrong)}."]
    for pair in wrong:
        print(pair, file=sys.stderr)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

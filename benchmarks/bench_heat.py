"""Whether "where the network reacts" points at the forgery: on self-blends of faces that nobody trained on.

    python benchmarks/bench_heat.py DATA [--model DIR] [--faces N]

`DATA` holds `portraits/` as `docs/explanation/training.md` has it; taken are faces of its calibration side. Each is
blended into itself (a known mask), goes through the analyzer `manipulation`, and the picture of the report is read:
how much of the hottest tenth of its heat lies where at least a twentieth is pasted (the mask with its soft rim), and
how much on the rim alone; by chance it is as much as that region covers of the crop. Bar: three times chance, as the
ratio of the two sums; where a region covers more than a third of the crop no heat can reach it, so the table says
what the best possible heat would reach. Writes `docs/reference/heat.md`.
"""

from __future__ import annotations

import argparse
import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.analyzers.manipulation import ManipulationAnalyzer
from waarmerk.examine.faces.crops import crop_of, cut
from waarmerk.examine.faces.finder import DEFAULT, load_finder
from waarmerk.examine.faces.interface import TrackSample
from waarmerk.examine.faces.locate import Located, locate
from waarmerk.examine.faces.mesh import FaceMesh
from waarmerk.examine.media.pieces import FrameSample, Picture
from waarmerk.training.recipes.self_blend import self_blend
from waarmerk.training.sides import rows
from waarmerk.values import Asset, Sha256

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/heat.md"
HOTTEST = 0.1
LEAST = 0.05
"""Share that is pasted at least, for a pixel to belong to the mask with its rim; the rim ends where all is."""
BAR = 3.0
DRAWS = 1000


@dataclass(frozen=True)
class Looked:
    """One self-blend: shares of the hottest tenth inside, and of the region in the crop; `kind`: the hull."""

    kind: str
    inside: float
    chance: float
    on_rim: float
    rim: float

    @property
    def best(self) -> float:
        """What the best possible heat has inside."""
        return min(1.0, self.chance / HOTTEST)


def heat_of(reaction: str) -> NDArray[np.float32]:
    """The heat of a report's picture, 0..1: orange over grey, so red minus blue is the heat alone."""
    rgb = np.asarray(Image.open(io.BytesIO(base64.b64decode(reaction))).convert("RGB"), np.float32)
    return np.asarray((rgb[..., 0] - rgb[..., 2]) / (0.75 * 255), np.float32)


def looked_at(
    analyzer: ManipulationAnalyzer, options: AnalyzerOptions, rgb: Picture, face: Located
) -> tuple[str | None, str]:
    """The picture "where the network reacts" that a report would show of this face (PNG in base64), and the network's
    digest; no picture where the face is one that it abstains on."""
    height, width = rgb.shape[:2]
    asset = Asset(
        path="portrait", sha256=Sha256("0" * 64), bytes=rgb.size, kind="image", container="png", video_codec="png",
        duration_s=None, width=width, height=height, fps=None, audio=False,
    )  # fmt: skip
    watch = analyzer.start(asset, options)
    sample = FrameSample(0, 0, 0.0, 0, rgb, rgb[..., 1])
    watch.see(TrackSample(0, sample, face.box, face.score, True, face.landmarks, face.presence))
    facts = watch.finding().facts
    return facts["strongest"][0]["reaction"] if facts["strongest"] else None, facts["model"]["sha256"]


def mask_of(mask: NDArray[np.float32], face: Located, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """How much is pasted in the crop of the face, float32 of `shape`, 0..1."""
    grey = np.repeat((np.clip(mask, 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=2)
    crop = Image.fromarray(cut(grey, crop_of(face.box))[..., 0]).resize((shape[1], shape[0]))
    return np.asarray(crop, np.float32) / 255


def measured(data: Path, model: Path | None, at_most: int) -> tuple[list[Looked], str]:
    """Every self-blend, and the digest of the network that looked."""
    finder, mesh, analyzer = load_finder(DEFAULT), FaceMesh(), ManipulationAnalyzer()
    options = AnalyzerOptions(model=model)
    rng = np.random.default_rng(11)
    chosen = [row for row in rows(data, "portraits") if row.side == "calibrate"]
    found: list[Looked] = []
    digest = ""
    for place in range(len(chosen)):
        if len(found) == at_most:
            break
        # Through the list in steps that reach all sources early.
        row = chosen[(place * 37) % len(chosen)]
        rgb = np.asarray(Image.open(row.path).convert("RGB"))
        faces = locate(rgb, finder, mesh, 1)
        if not faces or faces[0].landmarks is None:
            continue
        face = faces[0]
        blend = self_blend(rgb, np.ascontiguousarray(face.landmarks[:, :2]), rng)
        reaction, digest = looked_at(analyzer, options, blend.fake, face)
        if reaction is None or blend.mask.max() < 0.2:
            continue
        heat = heat_of(reaction)
        pasted = mask_of(blend.mask, face, heat.shape).reshape(-1)
        hottest = np.argsort(heat, axis=None, kind="stable")[-max(1, round(HOTTEST * heat.size)) :]
        inside, rim = pasted > LEAST, (pasted > LEAST) & (pasted < 1 - LEAST)
        parts = [float(part.mean()) for part in (inside[hottest], inside, rim[hottest], rim)]
        found.append(Looked(blend.kind, *parts))
    return found, digest


def ratio(found: list[Looked], inside: str = "inside", chance: str = "chance") -> float:
    return float(sum(getattr(one, inside) for one in found) / sum(getattr(one, chance) for one in found))


def interval(found: list[Looked]) -> tuple[float, float]:
    rng = np.random.default_rng(7)
    draws = [ratio([found[i] for i in rng.integers(0, len(found), len(found))]) for _ in range(DRAWS)]
    return float(np.quantile(draws, 0.025)), float(np.quantile(draws, 0.975))


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", type=Path, help="a model folder in place of the shipped one; writes no page")
    parser.add_argument("--faces", type=int, default=200, help="self-blends at most (200)")
    options = parser.parse_args()
    found, digest = measured(options.data, options.model, options.faces)
    kinds = sorted({one.kind for one in found})
    parts = [("all", found), *((kind, [one for one in found if one.kind == kind]) for kind in kinds)]
    lines = [
        "| blended part | faces | inside | by chance | ratio (95 %) | best possible | on the rim alone, ratio |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, chosen in parts:
        low, high = interval(chosen)
        inside, chance = (float(np.mean([getattr(one, key) for one in chosen])) for key in ("inside", "chance"))
        lines.append(
            f"| {name} | {len(chosen)} | {inside:.2f} | {chance:.2f} | {ratio(chosen):.2f} ({low:.2f}-{high:.2f}) "
            f"| {ratio(chosen, 'best'):.2f} | {ratio(chosen, 'on_rim', 'rim'):.2f} |"
        )
    verdict = "reached" if ratio(found) >= BAR else "not reached"
    lines += ["", f"Bar: {BAR:.0f} times chance: {verdict}. Network {digest[:12]}."]
    print("\n".join(lines))
    if options.model is None:
        PAGE.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")


HEAD = """# Does the heat map point at the forgery?

`python benchmarks/bench_heat.py DATA`: faces of people that the network was not trained on, blended into themselves,
so that the changed part is known. Read is the picture that a report shows as "where the network reacts": how much of
its hottest tenth lies inside the blended part or on its rim, beside how much of the crop that region covers (the same
by chance), and what the best possible heat would reach: a region of half the crop can be hit twice as often as by
chance, never three times. It says where the network reacts, not what was done there.
"""


if __name__ == "__main__":
    main()

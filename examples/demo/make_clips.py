"""Makes the demo's sample clips from portraits that may be redistributed: real pixels, moved by a virtual camera.

- `clips/untouched.mp4`: NASA's portrait of Eileen Collins, C2PA-signed with a certificate made for the occasion;
- `clips/swapped.mp4`: the same portrait with another person's face in it, by the landmark swap of
  `waarmerk.training.recipes.swap`;
- `clips/returned.mp4`: a known item that comes back: a portrait of the London set with Eileen Collins's face in it,
  encoded anew at half the size, stronger compressed, without its first seconds.

Beside them, as somebody who keeps a bank of known fakes would have it: `known-item.mp4`, the known item, and
`trusted.pem`, the test authority. Every clip says in its picture and its metadata what it is.

    python examples/demo/make_clips.py FOLDER
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from c2pa import C2paDigitalSourceType
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage import data

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from examples.demo.certificates import authority, signed

from waarmerk.examine.faces.finder import load_finder
from waarmerk.examine.faces.mesh import FaceMesh
from waarmerk.training.recipes.swap import swap

Picture = NDArray[np.uint8]
PORTRAITS = Path(__file__).parent / "portraits"
RATE = 25
SECONDS = 8.0


@dataclass(frozen=True)
class Samples:
    """What was made: the clips in the order of the report, the known item, the trust list."""

    untouched: Path
    swapped: Path
    returned: Path
    known: Path
    trusted: Path

    @property
    def clips(self) -> tuple[Path, ...]:
        """The three clips."""
        return self.untouched, self.swapped, self.returned


def make(folder: Path, seconds: float = SECONDS) -> Samples:
    """Makes everything in `folder`, over what was there."""
    clips = folder / "clips"
    clips.mkdir(parents=True, exist_ok=True)
    samples = Samples(
        clips / "untouched.mp4",
        clips / "swapped.mp4",
        clips / "returned.mp4",
        folder / "known-item.mp4",
        folder / "trusted.pem",
    )
    collins = np.asarray(data.astronaut(), np.uint8)
    first, second = (np.asarray(Image.open(PORTRAITS / f"london-{number}.jpg")) for number in ("010", "100"))

    what = "portrait of Eileen Collins (NASA), untouched"
    encode(samples.untouched, moved(collins, what, seconds, centre=(225, 165), side=290, seed=1), what)
    by = authority()
    plain = samples.untouched.read_bytes()
    samples.untouched.write_bytes(
        signed(plain, "video/mp4", by, C2paDigitalSourceType.COMPOSITE_CAPTURE, title="Waarmerk sample: untouched")
    )
    samples.trusted.write_bytes(by.root)

    what = "portrait of Eileen Collins (NASA) with another person's face"
    fake = swap(collins, landmarks(collins), first, landmarks(first)).picture
    encode(samples.swapped, moved(fake, what, seconds, centre=(225, 165), side=290, seed=2), what)

    what = "portrait of the London set with the face of Eileen Collins"
    fake = swap(second, landmarks(second), collins, landmarks(collins), kind="jaw").picture
    square = 640, 640
    encode(
        samples.known, moved(fake, what, seconds, centre=(160, 160), side=262, seed=3, size=square), what, size=square
    )
    encode(
        samples.returned,
        returned(samples.known, skip_s=seconds / 4),
        f"{what}; encoded anew, smaller and cut",
        size=(320, 320),
        quality=33,
    )
    return samples


def landmarks(rgb: Picture) -> NDArray[np.float32]:
    """The face mesh of the best face in a portrait, float32 [468, 3]."""
    (face, *_) = load_finder().find(rgb)
    return FaceMesh().fit(rgb, face.box).landmarks


def moved(
    still: Picture,
    says: str,
    seconds: float,
    *,
    centre: tuple[float, float],
    side: float,
    seed: int,
    size: tuple[int, int] = (800, 600),
) -> Iterator[Picture]:
    """A film of a still picture: the camera drifts, nears and sways, the light changes, the sensor is noisy.

    `centre`, `side`: what of the still is seen at first, in its pixels; `says`: the line in the picture.
    """
    # A sensor's noise, drawn once and shifted: drawing it for every frame would take longer than all else.
    draw = np.random.default_rng(seed)
    grain = draw.normal(0.5, 2.0, (size[1], size[0], 1)).astype(np.float32)
    width, height = size
    # Enlarged once and well; each frame then samples it at about its own size, which is quick.
    zoom = max(1, round(height / side))
    image = Image.fromarray(still)
    image = image.resize((image.width * zoom, image.height * zoom), Image.Resampling.LANCZOS)
    caption = _caption(f"Waarmerk sample: {says}", width)
    for number in range(round(seconds * RATE)):
        t = number / RATE
        sway = math.radians(1.5 * math.sin(0.9 * t + seed))
        scale = zoom * side * (1 - 0.12 * t / seconds) / height
        # A turn of the head, as far as a flat picture can do it: a little narrower, and sheared.
        narrow, shear = 1 - 0.02 * math.sin(1.7 * t) ** 2, 0.015 * math.sin(1.7 * t)
        a, b = scale * narrow * math.cos(sway), scale * (shear - math.sin(sway))
        c, d = scale * math.sin(sway), scale * math.cos(sway)
        x = zoom * (centre[0] + 9 * math.sin(0.6 * t + seed) + 2 * math.sin(5.1 * t))
        y = zoom * (centre[1] + 5 * math.sin(0.8 * t) + 1.5 * math.cos(6.3 * t))
        matrix = (a, b, x - a * width / 2 - b * height / 2, c, d, y - c * width / 2 - d * height / 2)
        seen = np.asarray(
            image.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR), np.float32
        )
        light = 1 + 0.05 * math.sin(0.7 * t + seed)
        shifted = np.roll(grain, draw.integers(0, min(size), 2).tolist(), axis=(0, 1))
        frame = np.clip(seen * np.float32(light) + shifted, 0, 255).astype(np.uint8)
        frame[-caption.shape[0] :] = caption
        yield frame


def _caption(text: str, width: int) -> Picture:
    """White on black, below the picture."""
    strip = Image.new("RGB", (width, 32))
    ImageDraw.Draw(strip).text((10, 7), text, fill="white", font=ImageFont.load_default(14))
    return np.asarray(strip)


def returned(path: Path, skip_s: float) -> Iterator[Picture]:
    """The frames of a video from `skip_s` on."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= skip_s:
                yield frame.to_ndarray(format="rgb24")


def encode(
    path: Path, frames: Iterator[Picture], says: str, *, size: tuple[int, int] = (800, 600), quality: int = 20
) -> None:
    """Writes an H.264 MP4 of `size` at the constant rate factor `quality`."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        container.metadata["title"] = f"Waarmerk sample: {says}"
        stream = container.add_stream("libx264", rate=RATE, options={"crf": str(quality), "preset": "veryfast"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for picture in frames:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(*size)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    for made in vars(make(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))).values():
        print(made)

"""Examinations written out by hand, for tests of what is made of them: pages, rows, sentences."""

from __future__ import annotations

from waarmerk.examine.evidence.conclusion import conclude
from waarmerk.examine.evidence.fusion import combine
from waarmerk.values import (
    Abstention,
    Asset,
    Calibration,
    Examination,
    Finding,
    FrameScore,
    Propositions,
    Purpose,
    Ratio,
    SampledFrame,
    Sampling,
    Sha256,
    TrackFinding,
)

# A grey JPEG of 8 x 8 pixels.
PICTURE = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO"
    "UlNSMj5aYVpQYEpRUk//wAALCAAIAAgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF"
    "BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW"
    "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
    "4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/ACv/2Q=="
)


def asset(path: str = "clip.mp4", *, kind: str = "video") -> Asset:
    return Asset(
        path=path,
        sha256=Sha256("ab" * 32),
        bytes=123_456,
        kind="video" if kind == "video" else "image",
        container="mov,mp4,m4a,3gp,3g2,mj2",
        video_codec="h264",
        duration_s=6.0,
        width=1280,
        height=720,
        fps="30000/1001",
        audio=True,
        pixel_format="yuv420p",
    )


def track(number: int, log10_lr: float | None, *, start_s: float = 0.0, step: float = 0.05) -> TrackFinding:
    frames = tuple(
        FrameScore(t_s=start_s + 0.25 * index, score=-1.0 + step * index, box=(100.0, 80.0, 200.0, 240.0))
        for index in range(20)
    )
    return TrackFinding(
        track=number,
        start_s=start_s,
        end_s=frames[-1].t_s,
        log10_lr=log10_lr,
        abstained=None if log10_lr is not None else "face-too-small",
        frames=frames,
    )


def manipulation(log10_lr: float = 2.4, version: str = "1") -> Finding:
    return Finding(
        analyzer="manipulation",
        version=version,
        answer=Ratio(
            log10_lr=log10_lr,
            bounds=(-1.5, 2.5),
            propositions=Propositions(
                h1="The face was manipulated or generated", h2="The face was recorded and not altered"
            ),
            calibration=Calibration(
                digest=Sha256("cd" * 32), population="short clips from the web", sources=12, real=80, fake=120
            ),
        ),
        facts={
            "strongest": [
                {"track": 0, "t_s": 1.25, "score": 3.1, "picture": PICTURE, "reaction": PICTURE},
            ]
        },
        tracks=(track(0, log10_lr, step=0.2), track(1, None, start_s=1.0)),
    )


def no_face() -> Finding:
    return Finding(analyzer="manipulation", version="1", answer=Abstention(reason="no-face"))


def examination(
    *findings: Finding,
    path: str = "clip.mp4",
    purpose: Purpose = "triage",
    base_rate: float = 0.001,
    cut_s: float | None = None,
) -> Examination:
    """An examination that ended in `findings` (a manipulation finding if none is given)."""
    found = findings or (manipulation(),)
    frames = tuple(SampledFrame(frame=index * 8, t_s=0.25 * index, shot=index // 12) for index in range(24))
    return Examination(
        asset=asset(path),
        purpose=purpose,
        conclusion=conclude(found, combine(found), purpose=purpose, base_rate=base_rate),
        findings=found,
        sampling=Sampling(
            frames_seen=180,
            frames_analysed=24,
            rate=4.0,
            skipped="noref",
            frames=frames,
            shots=(0.0, 3.0),
            cut_s=cut_s,
            cut=None if cut_s is None else "Invalid data found when processing input",
        ),
        not_examined=("sound",),
        sandbox=("seccomp", "landlock"),
        versions={"waarmerk": "0.1.0", "av": "18.1.0", "network": "ef" * 32},
        elapsed_s=1.5,
    )

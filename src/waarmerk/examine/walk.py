"""One file examined from first byte to conclusion: each room is passed in the order of the data.

open and digest, the jailed child (probe, readers, pictures), face tracks, the watches, their findings, what these
add up to. An `Examiner` holds what is the same for every file (analyzers, networks) and no more, so that the same
examination can run in any process, thread or queue.

Rules:
- No analyzer can stop another: what one raises becomes its abstention, with the sentence.
- Nothing is kept of a picture after the watches have seen it: memory does not grow with the length of the medium.
- Every report says what was not examined.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from waarmerk import __version__
from waarmerk.errors import InputError, UsageError, WaarmerkError
from waarmerk.examine.analyzers.interface import Analyzer, AnalyzerOptions, Piece, Prepared, Watch
from waarmerk.examine.analyzers.own import with_own
from waarmerk.examine.analyzers.registry import Registry, reader_of, registered
from waarmerk.examine.evidence.conclusion import check_base_rate, conclude
from waarmerk.examine.evidence.fusion import combine
from waarmerk.examine.faces.finder import DEFAULT, load_finder
from waarmerk.examine.faces.interface import FaceFinder, TrackSample
from waarmerk.examine.faces.mesh import FaceMesh
from waarmerk.examine.faces.tracks import TrackLinker
from waarmerk.examine.media.limits import LIMITS, Limits
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.pieces import FileReading, FrameSample
from waarmerk.examine.media.reading import Plan, ReaderPlan, Reading
from waarmerk.examine.media.wire import Skip
from waarmerk.values import Abstention, Asset, Examination, Finding, Purpose, Ratio


class View(Protocol):
    """What is looked at of a medium, in place of the whole of it; `until_s`: nothing after it is decoded."""

    @property
    def until_s(self) -> float | None: ...

    def see(self, sample: FrameSample) -> FrameSample | None:
        """The picture to look at in place of this one, or None for no look at all."""
        ...


Clock = Callable[[], float]
"""Seconds that only ever grow, as `time.monotonic`."""

Progress = Callable[[float], None]
"""Told the share of the medium that has been seen, 0..1."""


@dataclass(frozen=True)
class Options:
    """What an operator may set. `frames`, `skip`: exactly these pictures again, as a record lists them."""

    purpose: Purpose = "triage"
    base_rate: float = 0.001
    finder: str = DEFAULT
    analyzers: AnalyzerOptions = field(default_factory=AnalyzerOptions)
    frames: tuple[int, ...] | None = None
    skip: Skip | None = None
    limits: Limits = LIMITS


def examine(
    path: Path | str,
    options: Options,
    *,
    clock: Clock,
    registry: Registry | None = None,
    progress: Progress | None = None,
) -> Examination:
    """Examines one file; raises InputError in one sentence where it cannot be, UsageError for a wrong option."""
    return Examiner(options, clock=clock, registry=registry).examine(path, progress=progress)


class Examiner:
    """Examines file after file by the same options; raises UsageError at once for an option that cannot be used."""

    def __init__(self, options: Options, *, clock: Clock, registry: Registry | None = None) -> None:
        if options.purpose == "triage":
            check_base_rate(options.base_rate)
        self._options = options
        self._clock = clock
        self._registry = with_own(registered() if registry is None else registry, options.analyzers.networks)
        needs = {analyzer.needs for analyzer in self._registry.analyzers}
        self._pictures = bool(needs & {"frames", "tracks"})
        with _options_alone():
            for analyzer in self._registry.analyzers:
                if isinstance(analyzer, Prepared):
                    analyzer.prepare(options.analyzers)
            self._finder: FaceFinder | None = load_finder(options.finder) if "tracks" in needs else None
            self._mesh = FaceMesh() if "tracks" in needs else None
            self._readers = tuple(
                ReaderPlan(reader.reader, reader.reader_settings(options.analyzers))
                for reader in map(reader_of, self._registry.analyzers)
                if reader is not None
            )

    def examine(self, path: Path | str, *, progress: Progress | None = None, view: View | None = None) -> Examination:
        """One file, or what `view` shows of it, from first byte to conclusion."""
        started = self._clock()
        options = self._options
        plan = Plan(
            readers=self._readers,
            pictures=self._pictures,
            frames=options.frames,
            skip=options.skip,
            until_s=None if view is None else view.until_s,
        )
        with open_medium(path, options.limits) as medium, Reading(medium, plan, options.limits) as reading:
            asset = reading.asset
            watches = [_AtWork(analyzer, asset, options.analyzers) for analyzer in self._registry.analyzers]
            faces = None
            if self._finder is not None and self._mesh is not None:
                faces = _Faces(TrackLinker(self._finder, self._mesh), [w for w in watches if w.needs == "tracks"])
            for piece in reading:
                if isinstance(piece, FileReading):
                    for watch in watches:
                        if watch.reader == piece.reader:
                            watch.see(piece)
                    continue
                shown = piece if view is None else view.see(piece)
                if shown is None:
                    continue
                for watch in watches:
                    if watch.needs == "frames":
                        watch.see(shown)
                if faces is not None:
                    faces.see(shown)
                if progress is not None and asset.duration_s:
                    progress(min(piece.t_s / asset.duration_s, 1.0))
            followed = faces is None or faces.finish()
            findings = self._registry.ordered(
                (*(watch.finding() for watch in watches), *map(_missing, self._registry.missing))
            )
            return Examination(
                asset=asset,
                purpose=options.purpose,
                conclusion=conclude(
                    findings, combine(findings), purpose=options.purpose, base_rate=options.base_rate
                ),
                findings=findings,
                sampling=reading.sampling,
                not_examined=self._not_examined(followed),
                sandbox=reading.layers,
                versions=self._versions() | {"decoder": reading.decoder} | _models(findings),
                elapsed_s=round(self._clock() - started, 3),
            )

    def _not_examined(self, followed: bool) -> tuple[str, ...]:
        heard = any(analyzer.needs == "sound" for analyzer in self._registry.analyzers)
        return (*(() if heard else ("sound",)), *(() if followed else ("further-faces",)))

    def _versions(self) -> dict[str, str]:
        versions = {"waarmerk": __version__, "av": version("av"), "onnxruntime": version("onnxruntime")}
        if self._finder is not None and self._mesh is not None:
            versions |= {"finder": f"{self._finder.name} {self._finder.digest}", "mesh": self._mesh.digest}
        return versions


def _models(findings: Sequence[Finding]) -> dict[str, str]:
    """Digests of the networks and calibrations that analyzers state as `facts["model"]`."""
    models: dict[str, str] = {}
    for finding in findings:
        model = finding.facts.get("model")
        if isinstance(model, Mapping):
            names = {"network": model.get("sha256"), "calibration": model.get("calibration")}
            models |= {f"{finding.analyzer} {name}": value for name, value in names.items() if isinstance(value, str)}
    return models


class _AtWork:
    """One analyzer on one medium, behind a wall: what it raises is kept for its finding."""

    def __init__(self, analyzer: Analyzer, asset: Asset, options: AnalyzerOptions) -> None:
        self._name, self._version = analyzer.name, analyzer.version
        self.needs = analyzer.needs
        reader = reader_of(analyzer)
        self.reader = None if reader is None else reader.reader
        self._failed: str | None = None
        self._watch: Watch | None = None
        try:
            # By its contract `start` refuses options, never the medium: the same for every input.
            with _options_alone():
                self._watch = analyzer.start(asset, options)
        except WaarmerkError:
            raise
        except Exception as error:  # noqa: BLE001 a stranger's analyzer may raise anything; its finding says so
            self._failed = _sentence(error)

    def see(self, piece: Piece) -> None:
        """Hands the piece over, unless the analyzer failed before."""
        if self._watch is None or self._failed is not None:
            return
        try:
            self._watch.see(piece)
        except Exception as error:  # noqa: BLE001 see above
            self.fail(_sentence(error))

    def fail(self, sentence: str) -> None:
        """Notes why there will be no finding of its own; the first reason stands."""
        self._failed = self._failed or sentence

    def finding(self) -> Finding:
        """What the analyzer found, or an abstention that says how it failed."""
        if self._watch is not None and self._failed is None:
            try:
                return self._sound(self._watch.finding())
            except Exception as error:  # noqa: BLE001 see above
                self.fail(_sentence(error))
        return _failed(self._name, self._version, self._failed or "")

    def _sound(self, finding: Finding) -> Finding:
        """The finding itself; ValueError where it cannot stand in a report."""
        if finding.analyzer != self._name:
            raise ValueError(f"it signs its finding as {finding.analyzer!r}")
        ratios = [track.log10_lr for track in finding.tracks if track.log10_lr is not None]
        if isinstance(finding.answer, Ratio):
            low, high = finding.answer.bounds
            ratios += [finding.answer.log10_lr, low, high]
            if not low <= finding.answer.log10_lr <= high:
                raise ValueError("its ratio lies outside its own bounds")
        if not all(math.isfinite(ratio) for ratio in ratios):
            raise ValueError("its ratio is not a finite number")
        return finding


class _Faces:
    """The face tracks, pushed to the analyzers that need them."""

    def __init__(self, linker: TrackLinker, watches: list[_AtWork]) -> None:
        self._linker = linker
        self._watches = watches
        self._failed = False

    def see(self, sample: FrameSample) -> None:
        self._push(lambda: self._linker.push(sample))

    def finish(self) -> bool:
        """The faces still held back; whether every face was followed."""
        self._push(self._linker.finish)
        return self._linker.not_followed == 0

    def _push(self, settled: Callable[[], list[TrackSample]]) -> None:
        if self._failed:
            return
        try:
            faces = settled()
        except Exception as error:  # noqa: BLE001 an operator's finder may raise anything; the findings say so
            self._failed = True
            for watch in self._watches:
                watch.fail(f"the faces could not be followed: {_sentence(error)}")
            return
        for face in faces:
            for watch in self._watches:
                watch.see(face)


@contextmanager
def _options_alone() -> Iterator[None]:
    """Where nothing but options is read, what cannot be read is a wrong option."""
    try:
        yield
    except InputError as error:
        raise UsageError(error.message, where=error.where, hint=error.hint) from error


def _missing(entry: tuple[str, str]) -> Finding:
    name, why = entry
    return _failed(name, "", why)


def _failed(name: str, version_: str, sentence: str) -> Finding:
    answer = Abstention(reason="analyzer-failed", detail=sentence)
    return Finding(analyzer=name, version=version_, answer=answer)


def _sentence(error: Exception) -> str:
    if isinstance(error, WaarmerkError):
        return error.sentence()
    return f"{type(error).__name__}: {error}"

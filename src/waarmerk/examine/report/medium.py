"""What the page shows about one medium, put into words, plots and trees; the template only places it.

Rules: strangers' strings stay plain text here and are escaped by the template; pictures are shown only where their
base64 is base64 and begins as a JPEG or PNG does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from waarmerk.examine.evidence.fusion import combine
from waarmerk.examine.faces.tracks import KNOWN
from waarmerk.examine.report import plots
from waarmerk.examine.report.container_tree import container_tree
from waarmerk.examine.report.facts import facts
from waarmerk.examine.report.provenance_tree import provenance_tree
from waarmerk.examine.report.sentences import Sentences, tone
from waarmerk.examine.report.tree import Node, of_json
from waarmerk.values import Examination, Finding, Json, Ratio

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_SHOWN = 8
"""Strongest pictures on a page: enough to see a pattern, few enough to print."""


@dataclass(frozen=True)
class Strongest:
    """One picture with a strong score: addresses (data:) of the face and of where the network reacts."""

    picture: str
    reaction: str | None
    caption: str


@dataclass(frozen=True)
class Evidence:
    """One analyzer's row: `mark` is "ratio", "facts" or "abstained"."""

    name: str
    mark: str
    lines: list[str]


@dataclass(frozen=True)
class Known:
    """One known item that returns, or shares a part."""

    item: str
    status: str
    partial: bool
    shared: str
    best: str
    picture: str | None
    known_picture: str | None
    plot: Markup


@dataclass(frozen=True)
class Medium:
    """Everything that one section of the page shows."""

    name: str
    path: str
    tone: str
    label: str
    conclusion: str
    further: list[str]
    ratio: str
    scale: Markup | None
    evidence: list[Evidence]
    weight: list[tuple[str, str]]
    timeline: Markup | None
    timeline_note: str | None
    strongest: list[Strongest]
    known: list[Known]
    provenance: Node | None
    container: list[Node]
    trees: list[tuple[str, Node]]
    limits: list[str]
    how: list[tuple[str, str]]
    versions: list[tuple[str, str]]


def medium(examination: Examination, say: Sentences) -> Medium:
    """The section of one examined medium."""
    by_name = {finding.analyzer: finding for finding in examination.findings}
    provenance, container = by_name.get("provenance"), by_name.get("container")
    shown, further = plots.timeline_of(examination, say)
    log10_lr = examination.conclusion.log10_lr
    path = examination.asset.path
    return Medium(
        name=path.rstrip("/").rpartition("/")[2] or path,
        path=path,
        tone=tone(examination),
        label=say.label(examination),
        conclusion=say.conclusion(examination),
        further=say.further(examination),
        ratio=say.words.say("page.none") if log10_lr is None else say.number(log10_lr),
        scale=plots.scale_of(examination, say),
        evidence=[_evidence(finding, say) for finding in examination.findings],
        weight=list(_weight(examination, say)),
        timeline=shown,
        timeline_note=say.words.say("page.further-tracks", count=further) if further else None,
        strongest=[
            one for finding in examination.findings for one in _strongest(finding, examination.asset.kind, say)
        ][:_SHOWN],
        known=[one for finding in examination.findings for one in _known(finding, examination, say)],
        provenance=None if provenance is None else provenance_tree(provenance.facts, say),
        container=[] if container is None else container_tree(container.facts, say),
        trees=list(_trees(examination, say)),
        limits=list(_limits(examination, say)),
        how=list(_how(examination, say)),
        versions=[*_analyzers(examination, say), *sorted(examination.versions.items())],
    )


def _evidence(finding: Finding, say: Sentences) -> Evidence:
    mark = "facts" if finding.answer is None else "ratio" if isinstance(finding.answer, Ratio) else "abstained"
    lines = [say.answer(finding)] if finding.answer is not None else []
    lines += facts(finding, say)
    return Evidence(say.analyzer(finding.analyzer), mark, lines or [say.words.say("finding.facts")])


def _weight(examination: Examination, say: Sentences) -> Iterator[tuple[str, str]]:
    """What stands behind the ratios: propositions, bounds, populations, how they were combined."""
    word = say.words.say
    for finding in examination.findings:
        ratio = finding.answer
        if not isinstance(ratio, Ratio):
            continue
        yield (
            word("page.propositions"),
            f"H1: {say.calibrated(ratio.propositions.h1)}. H2: {say.calibrated(ratio.propositions.h2)}.",
        )
        low, high = (say.number(bound) for bound in ratio.bounds)
        yield word("page.bounds"), word("page.bounds.between", low=low, high=high)
        calibration = ratio.calibration
        counts = word(
            "page.population.counts",
            population=say.calibrated(calibration.population),
            real=say.words.number(calibration.real),
            fake=say.words.number(calibration.fake),
            sources=say.words.number(calibration.sources),
        )
        yield word("page.population"), counts
        yield word("how.calibration"), calibration.digest
    combined = combine(examination.findings)
    if combined is not None and combined.dependence == "unknown":
        yield word("page.weight"), word("page.dependence.unknown", count=len(combined.analyzers))
    if combined is not None and combined.apart:
        yield word("page.weight"), word("page.apart", analyzers=", ".join(map(say.analyzer, combined.apart)))


def _strongest(finding: Finding, kind: str, say: Sentences) -> Iterator[Strongest]:
    for one in _rows(finding.facts, "strongest"):
        picture = _address(one.get("picture"))
        if picture is None:
            continue
        parts = [say.words.say("page.track", number=int(one.get("track", 0)) + 1)]
        if isinstance(one.get("t_s"), (int, float)) and kind == "video":
            parts.append(say.words.say("page.at", moment=say.moment(one["t_s"])))
        if isinstance(one.get("score"), (int, float)):
            parts.append(say.words.say("page.score", score=say.words.number(one["score"], 2)))
        yield Strongest(picture, _address(one.get("reaction")), ", ".join(parts))


def _known(finding: Finding, examination: Examination, say: Sentences) -> Iterator[Known]:
    if finding.analyzer != "matching":
        return
    word = say.words.say
    for key in ("known", "partial"):
        for match in _rows(finding.facts, key):
            best = match["best"]
            yield Known(
                item=match["item"],
                status=word(f"status.{match['status']}"),
                partial=key == "partial",
                shared=word(
                    "page.match.shared",
                    query=say.percent(match["query_matched"]),
                    known=say.percent(match["known_matched"]),
                ),
                best=word(
                    "page.match.best",
                    query=say.moment(best["query_t_s"]),
                    known=say.moment(best["known_t_s"]),
                    distance=match["distance"],
                ),
                picture=_address(match.get("picture")),
                known_picture=_address(match.get("known_picture")),
                plot=plots.alignment_of(match, examination, say),
            )


def _trees(examination: Examination, say: Sentences) -> Iterator[tuple[str, Node]]:
    """Everything else that analyzers state, as it is."""
    for finding in examination.findings:
        if finding.facts:
            name = say.analyzer(finding.analyzer)
            yield say.words.say("page.other-facts", analyzer=name), of_json(name, finding.facts)


def _limits(examination: Examination, say: Sentences) -> Iterator[str]:
    word, sampling = say.words.say, examination.sampling
    kind = word(f"kind.{examination.asset.kind}")
    yield word("limit.not-probability", kind=kind)
    yield from (say.not_examined(what) for what in examination.not_examined)
    yield word("limit.faces-only", kind=kind)
    yield word("limit.unseen")
    yield word("limit.artwork")
    if examination.asset.kind == "video":
        yield word(
            "limit.sampled",
            analysed=say.words.number(sampling.frames_analysed),
            seen=say.words.number(sampling.frames_seen),
            rate=say.words.number(sampling.rate, 1),
        )
    tracks = [track for finding in examination.findings for track in finding.tracks]
    if any((track.end_s - track.start_s) * sampling.rate >= KNOWN for track in tracks):
        yield word("limit.calm", known=KNOWN)
    if sampling.damaged:
        key = "limit.damaged.one" if sampling.damaged == 1 else "limit.damaged.many"
        yield word(key, count=say.words.number(sampling.damaged))
    if not any(finding.facts.get("manifests") for finding in examination.findings):
        yield word("limit.no-provenance")
    if not examination.sandbox:
        yield word("limit.sandbox")


def _how(examination: Examination, say: Sentences) -> Iterator[tuple[str, str]]:
    word, asset, sampling = say.words.say, examination.asset, examination.sampling
    yield word("how.sha256"), asset.sha256
    yield word("how.size"), word("how.bytes", bytes=say.words.number(asset.bytes))
    form = say.words.find(f"format.{asset.container}") or asset.container
    yield word("how.format"), f"{form} · {asset.video_codec} · {asset.pixel_format}"
    rate = f" · {word('how.rate', fps=asset.fps.removesuffix('/1'))}" if asset.fps else ""
    yield word("how.picture"), f"{asset.width} × {asset.height}{rate}"
    if asset.duration_s is not None:
        yield word("how.duration"), say.moment(asset.duration_s)
    if asset.kind == "video":
        sampled = word(
            "how.sampling.value",
            analysed=say.words.number(sampling.frames_analysed),
            seen=say.words.number(sampling.frames_seen),
            rate=say.words.number(sampling.rate, 1),
        )
        yield word("how.sampling"), sampled
    if len(sampling.shots) > 1:
        yield word("how.shots"), say.words.number(len(sampling.shots))
    yield word("how.purpose"), word(f"how.purpose.{examination.purpose}")
    yield word("how.sandbox"), ", ".join(examination.sandbox) or word("page.none")
    yield word("how.elapsed"), f"{say.words.number(examination.elapsed_s, 1)} s"


def _analyzers(examination: Examination, say: Sentences) -> Iterator[tuple[str, str]]:
    for finding in examination.findings:
        if finding.version:
            yield say.analyzer(finding.analyzer), say.words.say("how.analyzer-version", version=finding.version)


def _rows(told: Mapping[str, Json], key: str) -> list[Mapping[str, Json]]:
    rows = told.get(key)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, (list, tuple)) else []


def _address(picture: Json) -> str | None:
    """The data address of a base64 picture; None for anything that is none."""
    if not isinstance(picture, str) or not _BASE64.fullmatch(picture):
        return None
    kind = "image/png" if picture.startswith("iVBOR") else "image/jpeg" if picture.startswith("/9j/") else None
    return None if kind is None else f"data:{kind};base64,{picture}"

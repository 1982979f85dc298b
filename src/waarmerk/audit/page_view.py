"""What the page shows of one service: its plain words, plots, working papers and tables, ready for the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from waarmerk.audit.conclude import Conclusion
from waarmerk.audit.obligations.interface import OBLIGATIONS
from waarmerk.audit.page_held import Held, held_of
from waarmerk.audit.page_words import PageWords
from waarmerk.audit.plots import Shared, TimeNames, shares_plot, times_plot
from waarmerk.audit.results import Audited, Result
from waarmerk.audit.run import Worked
from waarmerk.audit.tally import Tally
from waarmerk.audit.terminal import word
from waarmerk.text.plots.bars import Bar, bars

_BASES = ("law", "own", "proof")
# From the worst to the best; the colours are told apart by their place and their written counts too.
_CONCLUSIONS: tuple[tuple[Conclusion, str], ...] = (
    ("negative", "for"),
    ("positive_with_comments", "mark"),
    ("positive", "against"),
    ("cannot_be_tested", "quiet"),
)


@dataclass(frozen=True)
class Group:
    """The negative results of one basis."""

    basis: str
    results: Sequence[Result]


@dataclass(frozen=True)
class Paper:
    """A working paper: the result, its facts as name and value, and its plot where it is timed."""

    result: Result
    facts: Sequence[tuple[str, str]]
    plot: Markup | None = None
    caption: str = ""


@dataclass(frozen=True)
class View:
    """One service on the page; `at`: what its anchors begin with."""

    at: str
    audited: Audited
    lead: str
    stands_out: Sequence[Group]
    law_negative: bool
    on_word: int
    lone: int
    glance: Markup
    shares: Markup | None
    benchmarks: Sequence[tuple[tuple[float, str], Sequence[str]]]
    materialities: Sequence[tuple[tuple[float, str], Sequence[str]]]
    papers: Sequence[Paper]
    held: Sequence[Held]
    untested: Sequence[Result]
    not_binding: Sequence[str]
    overall: Conclusion | None

    @property
    def timed(self) -> list[Paper]:
        """The papers with a plot of times."""
        return [paper for paper in self.papers if paper.plot is not None]


def view_of(worked: Worked, words: PageWords, at: str, turnover: Decimal | None) -> View:
    """The view of one audited service."""
    audited = worked.audited
    results = audited.results
    tested = [one for one in results if one.conclusion not in ("cannot_be_tested", "not_binding")]
    groups = [Group(basis, _of(tested, basis, "negative")) for basis in _BASES]
    law = [one.conclusion for one in tested if one.basis == "law"]
    return View(
        at=at,
        audited=audited,
        lead=words.say(
            "short.record",
            service=audited.service,
            start=words.day(audited.start),
            end=words.day(audited.end),
            events=words.number(sum(audited.events.values())),
            asked=sum(one.conclusion != "not_binding" for one in results),
            answered=len(tested),
            clean=sum(not one.deviations for one in tested),
        ),
        stands_out=[group for group in groups if group.results],
        law_negative="negative" in law,
        on_word=sum(not one.confirmed_by for one in tested),
        lone=max((one.materiality.lone_among for one in results), default=0),
        glance=_glance(results, words),
        shares=_shares(tested, words),
        benchmarks=_grouped(
            ((one.benchmark.hours, one.benchmark.words), one.id) for one in tested if one.benchmark is not None
        ),
        materialities=_grouped(((one.materiality.share, one.materiality.set_by), one.id) for one in tested),
        papers=[_paper(one, worked.tallies[one.id], words, turnover) for one in tested],
        held=held_of(worked.record, words),
        untested=[one for one in results if one.conclusion == "cannot_be_tested"],
        not_binding=[one.id for one in results if one.conclusion == "not_binding"],
        overall=next((name for name, _ in _CONCLUSIONS if name in law), None),
    )


def _of(results: Iterable[Result], basis: str, conclusion: str) -> list[Result]:
    return [one for one in results if one.basis == basis and one.conclusion == conclusion]


def _grouped(pairs: Iterable[tuple[tuple[float, str], str]]) -> list[tuple[tuple[float, str], list[str]]]:
    found: dict[tuple[float, str], list[str]] = {}
    for key, name in pairs:
        found.setdefault(key, []).append(name)
    return sorted(found.items())


def _glance(results: Sequence[Result], words: PageWords) -> Markup:
    rows = [
        Bar(
            words.audit.say(f"basis.{basis}"),
            tuple(float(len(_of(results, basis, name))) for name, _ in _CONCLUSIONS),
        )
        for basis in _BASES
    ]
    return bars(
        rows,
        series=[(words.audit.say(f"conclusion.{name}"), colour) for name, colour in _CONCLUSIONS],
        write=words.number,
        title=words.say("glance"),
        description=words.say("glance.description"),
        stacked=True,
    )


def _shares(tested: Sequence[Result], words: PageWords) -> Markup | None:
    rows = [
        Shared(one.id, one.share, one.upper, one.materiality.share)
        for one in tested
        if one.deviations and one.share is not None and one.upper is not None
    ]
    if not rows:
        return None
    return shares_plot(
        rows,
        title=words.say("shares"),
        description=words.say("shares.description"),
        marks=(words.say("shares.share"), words.say("shares.upper"), words.say("shares.materiality")),
        write=lambda share: f"{words.percent(share)} %",
    )


def _paper(result: Result, found: Tally, words: PageWords, turnover: Decimal | None) -> Paper:
    facts = list(_facts(result, words, turnover))
    times = result.times
    if times is None:
        return Paper(result, facts)
    caption = words.say(
        "times.description",
        id=result.id,
        cases=words.number(times.cases),
        both=words.span(times.median_with_open),
        decided=words.span(times.median_decided),
    )
    hours = result.benchmark.hours if result.benchmark else None
    names = TimeNames(
        title=f"{result.id} {result.question}",
        description=caption,
        share=words.say("times.share"),
        time=words.say("times.time"),
        with_open=words.say("times.with_open"),
        answered=words.say("times.answered"),
        open=words.say("times.open", count=words.number(times.still_open), oldest=words.span(times.oldest_open)),
        benchmark=None if hours is None else words.say("times.benchmark", hours=words.span(hours)),
    )
    return Paper(result, facts, times_plot(found.closed, found.lasting, hours, names, words.span), caption)


def _facts(result: Result, words: PageWords, turnover: Decimal | None) -> Iterable[tuple[str, str]]:
    say, number = words.say, words.number
    cases = say(
        "paper.cases",
        population=number(result.population),
        tested=number(result.tested),
        deviations=number(result.deviations),
    )
    counts = {"open": result.open, "untestable": sum(result.untestable.values()), "questions": result.questions}
    cases += "".join(say(f"paper.{name}", **{name: number(count)}) for name, count in counts.items() if count)
    yield say("paper.population"), cases
    if result.share is not None and result.upper is not None:
        bound = say("paper.bound", share=words.percent(result.share), upper=words.percent(result.upper))
        yield say("paper.share"), bound
    if result.benchmark:
        changed = say("paper.changed", changed=result.benchmark.changed) if result.benchmark.changed else ""
        yield say("paper.benchmark"), f"{words.span(result.benchmark.hours)}: {result.benchmark.words}{changed}"
    material = result.materiality
    yield say("material.share"), say("paper.material", share=words.percent(material.share), who=material.set_by)
    if result.times:
        times = result.times
        yield (
            say("paper.times"),
            say(
                "paper.medians" if times.still_open else "paper.medians_closed",
                decided=words.span(times.median_decided),
                both=words.span(times.median_with_open),
                open=number(times.still_open),
                oldest=words.span(times.oldest_open),
            ),
        )
    yield say("paper.word"), word(result, words.audit)
    if result.as_recorded:
        before = result.as_recorded
        recorded = say("paper.recorded_value", deviations=number(before.deviations), tested=number(before.tested))
        yield say("paper.recorded"), recorded
    if result.fail and result.ceiling:
        ceiling = result.ceiling
        most = "" if turnover is None or ceiling.at_most is None else f", EUR {number(float(ceiling.at_most))}"
        share = words.percent(float(ceiling.share))
        yield say("paper.ceiling"), say("paper.ceiling_value", share=share, most=most, article=ceiling.article)
    yield say("paper.reads"), ", ".join(OBLIGATIONS[result.id].row.reads)

"""An audit on the terminal: per service what must be known of its record, a line an obligation, the worst cases."""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.reconciled import Reconciliation
from waarmerk.audit.results import Audit, Audited, Result
from waarmerk.audit.said import Said
from waarmerk.audit.sample import Sample
from waarmerk.text.terminal import plain
from waarmerk.text.words import Language

_CASES = 3


def lines(audit: Audit, language: Language) -> Iterator[str]:
    """The lines, without control characters of strangers' texts."""
    said = Said(language)
    for audited in audit.audits:
        yield from (plain(line) for line in _service(audited, said))


def reconciled_lines(answer: Reconciliation, language: Language) -> Iterator[str]:
    """What outsiders hold against the log: each kind of evidence, then each finding with both sides."""
    said = Said(language)
    yield said.say("held.title") + f": {plain(answer.service)}"
    for source in answer.sources:
        yield plain(said.source(source))
    for found in answer.findings:
        entries = f" [{said.entries(found.indexes)}]" if found.indexes else ""
        yield plain(f"{found.obligation:4} {said.weight(found)}: {found.sentence}{entries}  ({found.where})")
    if not answer.findings:
        yield said.say("held.none")


def sample_lines(sample: Sample, asked: int, language: Language) -> Iterator[str]:
    """A drawn sample: how it came about, what is not covered, each item in the order of the draw."""
    said = Said(language)
    yield said.say("sample.title", service=plain(sample.service), purpose=said.say(f"sample.{sample.purpose}"))
    yield said.say("sample.from", size=sample.size, origin=plain(sample.origin), beacon=sample.beacon)
    yield said.say("sample.size", n=sample.n, population=sample.population, share=_percent(said, sample.probability))
    if sample.n < asked:
        yield said.say("sample.all", asked=asked)
    if sample.n < sample.population:
        yield said.say("sample.bound", n=sample.n, bound=_percent(said, sample.bound))
    yield said.say(
        f"sample.after.{sample.after}",
        last=sample.last_entry_at,
        beacon=sample.beacon_at,
        witnessed=sample.witnessed_at or "—",
    )
    if sample.own_key:
        yield said.say("sample.own_key")
    for plan in sample.plans:
        differs = ", ".join(said.say(f"sample.differs.{name}") for name in plan.differs)
        code = "sample.plan_differs" if differs else "sample.plan"
        yield said.say(code, index=plan.index, size=plan.size, beacon=plain(plan.beacon), differs=differs)
    for hour in sample.unsound:
        yield "  ! " + said.say(
            f"sample.hour.{hour.verdict}", hour=hour.hour, uploads=hour.uploads, listed=hour.listed, index=hour.index
        )
    if sample.unsound:
        yield said.say("sample.not_covered", hours=len(sample.unsound), uploads=sample.not_covered)
    for item in sample.items:
        yield f"{item.rank:6}  {item.id}  [{item.index}]" + (f"  {item.hour}" if item.hour else "")


def _percent(said: Said, share: float) -> str:
    return f"{said.words.number(100 * share, 2)} %"


def _service(audited: Audited, said: Said) -> Iterator[str]:
    yield said.say(
        "head",
        service=audited.service,
        origin=audited.origin,
        first=audited.first,
        last=audited.last,
        start=audited.start,
        end=audited.end,
        tier=audited.tier,
    )
    for remark in audited.remarks:
        yield f"  ! {remark.sentence}"
    for result in audited.results:
        if result.conclusion != "not_binding":
            yield from _result(result, said)
    rest = [result.id for result in audited.results if result.conclusion == "not_binding"]
    if rest:
        yield said.say("line.not_binding", ids=rest)
    yield said.say("line.suggested")


def _result(result: Result, said: Said) -> Iterator[str]:
    basis = said.say(f"basis.{result.basis}") + (f" {result.article}" if result.article else "")
    yield f"{result.id:4} {said.say(f'conclusion.{result.conclusion}').upper()}  {result.question} [{basis}]"
    yield f"     {result.reason}"
    if result.if_complete:
        yield "     " + said.say("line.if_complete", count=result.if_complete)
    if not result.tested:
        return
    if result.share is not None and result.upper is not None:
        yield "     " + said.say("line.share", share=100 * result.share, upper=100 * result.upper)
    if result.benchmark:
        yield "     " + said.say("line.benchmark", hours=result.benchmark.hours, who=result.benchmark.words)
    if result.times:
        times = result.times
        yield "     " + said.say(
            "line.times",
            decided=_hours(times.median_decided, said),
            both=_hours(times.median_with_open, said),
            open=times.still_open,
            oldest=_hours(times.oldest_open, said),
        )
    for comment in result.comments:
        yield f"     {comment}"
    yield f"     {word(result, said)}"
    for case in (*result.worst[:_CASES], *result.asked[:_CASES]):
        entries = said.entries(case.indexes)
        yield "     " + said.say("line.case", entries=entries, expected=case.expected, came=case.came)
    if result.fail and result.ceiling:
        ceiling = result.ceiling
        most = "—" if ceiling.at_most is None else f"EUR {said.words.number(float(ceiling.at_most))}"
        share = float(100 * ceiling.share)
        yield "     " + said.say("line.ceiling", article=ceiling.article, share=share, most=most)


def word(result: Result, said: Said) -> str:
    """On whose word a result rests."""
    if result.confirmed_by:
        return said.say("word.confirmed", evidence=result.confirmed_by)
    if result.against:
        return said.say("word.could", evidence=[said.say(f"against.{one}") for one in result.against])
    return said.say("word.nobody")


def _hours(value: float | None, said: Said) -> str:
    return said.say("line.never") if value is None else said.say("line.hours", hours=value)

"""The answer of a lint as one value: what JSON prints and the page shows (`waarmerk.dump-lint/1`)."""

from __future__ import annotations

import msgspec

from waarmerk.dsa.dumps.flips import FLAGS, LEAST, SHARE, Flip, Point, Z, flips, series, wilson
from waarmerk.dsa.dumps.lint import Linter
from waarmerk.dsa.dumps.tally import Broken
from waarmerk.dsa.rules import KINDS
from waarmerk.text.words import Language, Words, words

SCHEMA = "waarmerk.dump-lint/1"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One statement that breaks the rule; `line` is the first line of its row, from 1."""

    uuid: str
    file: str
    line: int
    field: str
    sentence: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule on one platform: `count` of `statements`, the share with its 95 % Wilson interval, the first cases."""

    platform: str
    rule: str
    kind: str = msgspec.field(name="class")
    basis: str
    count: int
    statements: int
    share: float
    low: float
    high: float
    examples: list[Case]


class FlagFlip(msgspec.Struct, frozen=True, kw_only=True):
    """A flag that flips between two days; shares are standardised to equal categories."""

    platform: str
    rule: str
    kind: str = msgspec.field(name="class")
    flag: str
    value: str
    before: str
    after: str
    first: float
    second: float
    z: float
    statements: tuple[int, int]
    inverted: bool
    sentence: str


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a flag by day: statements, and how many of them have it."""

    platform: str
    flag: str
    value: str
    days: list[Point]


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's size and habits; none of these is a finding. `common_at_least` is a lower bound."""

    name: str
    statements: int
    repeated_rows: int
    common_facts: str
    common_at_least: int


class Bad(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one file that are not as its heading says, with the first ones."""

    file: str
    count: int
    examples: list[str]


class DumpLint(msgspec.Struct, frozen=True, kw_only=True):
    """Daily dumps linted."""

    schema: str = SCHEMA
    rows: int
    files: int
    days: list[str]
    platforms: list[Platform]
    findings: list[Finding]
    flips: list[FlagFlip]
    flip_threshold: dict[str, float]
    series: list[Series]
    bad_rows: list[Bad]
    reread_rows: int
    unreadable: list[str]
    not_read: list[str]
    not_checked: list[str]
    unknown_columns: list[str]

    def objections(self) -> int:
        """Findings that are more than a question about one text: what the exit code 3 stands for."""
        return sum(finding.kind != "question" for finding in self.findings) + len(self.flips)

    def questions(self) -> int:
        """Questions about single statements, which count with `--strict` only."""
        return sum(finding.kind == "question" for finding in self.findings)


def outcome(linter: Linter, language: Language) -> DumpLint:
    """What a linter found, in the words of a language; platforms and findings by size."""
    say = words("dsa", language)
    tally = linter.tally
    sizes = tally.platforms()
    found = [_finding(platform, broken, sizes[platform], language) for (platform, _), broken in tally.broken.items()]
    found.sort(key=lambda finding: (KINDS.index(finding.kind), -finding.count, finding.platform))
    moved = flips(tally.days)
    return DumpLint(
        rows=linter.rows,
        files=len(linter.files),
        days=sorted(tally.days),
        platforms=[_platform(linter, name, size) for name, size in sizes.items()],
        findings=found,
        flips=[_flip(flip, say) for flip in moved],
        flip_threshold={"share": SHARE, "z": Z, "statements": LEAST},
        series=_all_series(linter, list(sizes)) if len(tally.days) > 1 else [],
        bad_rows=[
            Bad(
                file=name,
                count=bad.count,
                examples=[
                    f"{name}{f':{line}' if line else ''}: {say.say(reason, **values)}"
                    for line, reason, values in bad.examples
                ],
            )
            for name, bad in tally.bad.items()
        ],
        reread_rows=tally.reread,
        unreadable=[error.sentence() for error in linter.unreadable],
        not_read=linter.not_read,
        not_checked=sorted(linter.not_checked),
        unknown_columns=sorted(linter.unknown_columns),
    )


def percent(share: float, say: Words) -> str:
    """A share as a reader writes it; never 0 % or 100 % of what is not."""
    text = say.number(share * 100, 1)
    if 0 < share < 0.0005:
        return f"< {say.number(0.1, 1)} %"
    if 0.9995 < share < 1:
        return f"> {say.number(99.9, 1)} %"
    return f"{text} %"


def _finding(platform: str, broken: Broken, size: int, language: Language) -> Finding:
    low, high = wilson(broken.count, size)
    return Finding(
        platform=platform,
        rule=broken.rule.id,
        kind=broken.rule.kind,
        basis=broken.rule.basis,
        count=broken.count,
        statements=size,
        share=broken.count / size,
        low=low,
        high=high,
        examples=[
            Case(
                uuid=each.uuid,
                file=each.file,
                line=each.line,
                field=each.breach.field,
                sentence=broken.rule.sentence(language, each.breach.values),
            )
            for each in broken.examples
        ],
    )


def _flip(flip: Flip, say: Words) -> FlagFlip:
    return FlagFlip(
        platform=flip.platform,
        rule="flag_flips",
        kind="question",
        flag=flip.flag,
        value=flip.value,
        before=flip.before,
        after=flip.after,
        first=flip.first,
        second=flip.second,
        z=flip.z,
        statements=flip.statements,
        inverted=flip.mirror,
        sentence=say.say(
            "rule.flag_flips",
            before=flip.before,
            after=flip.after,
            flag=f"{flip.flag} = {flip.value}",
            first=percent(flip.first, say),
            second=percent(flip.second, say),
        ),
    )


def _platform(linter: Linter, name: str, size: int) -> Platform:
    text, at_least = linter.tally.texts[name].commonest() if name in linter.tally.texts else ("", 0)
    return Platform(
        name=name,
        statements=size,
        repeated_rows=linter.tally.repeats.get(name, 0),
        common_facts=text if at_least > 1 else "",
        common_at_least=at_least if at_least > 1 else 0,
    )


def _all_series(linter: Linter, platforms: list[str]) -> list[Series]:
    values: dict[tuple[str, str, str], None] = {}
    for counts in linter.tally.days.values():
        for flags in counts:
            values.update(dict.fromkeys((flags[0], flag, flags[place]) for flag, place in FLAGS.items()))
    order = {name: number for number, name in enumerate(platforms)}
    wanted = sorted(values, key=lambda each: (order[each[0]], each[1], each[2]))
    return [
        Series(platform=name, flag=flag, value=value, days=series(linter.tally.days, name, flag, value))
        for name, flag, value in wanted
    ]

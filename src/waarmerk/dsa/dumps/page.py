"""The page about linted dumps: what was found, flips drawn, what is normal, what could not be read.

Self-contained and printable; everything of strangers is escaped; every finding stands as a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from markupsafe import Markup, escape

from waarmerk import __version__
from waarmerk.dsa.dumps.flips import wilson
from waarmerk.dsa.dumps.outcome import DumpLint, FlagFlip, Series, percent
from waarmerk.dsa.server_rules import day as real_day
from waarmerk.text.page import page
from waarmerk.text.plots.series import Line, Share, shares_by_day
from waarmerk.text.words import Language, Words, words

_LINES = 5
_DRAWN = 12
_PLATFORMS = 50
_STYLE = (
    "td.examples { overflow-wrap: anywhere; width: 55%; } td.examples p { margin: 0 0 .5rem; line-height: 1.35; } "
    "td.number span { white-space: nowrap; }"
)


def lint_page(found: DumpLint, language: Language, *, command: str) -> str:
    """The HTML document; `command` repeats it."""
    say = words("dsa", language)
    title = say.say("lint.title")
    parts = [Markup("<h1>{}</h1>").format(title), Markup('<p class="lead">{}</p>').format(lead(found, say))]
    parts.append(Markup('<p class="box">{}</p>').format(say.say("lint.fair")))
    if found.flips:
        parts.append(_flips(found, say))
    parts.append(_rules(found, say))
    parts.append(_normal(found, say))
    parts.append(_drawn(found, say))
    parts.append(_unread(found, say))
    made = say.say("lint.made", version=__version__, command=command)
    parts.append(Markup('<footer class="quiet"><p>{}</p></footer>').format(made))
    return page(title, Markup("\n").join(parts), language=language, style=_STYLE)


def lead(found: DumpLint, say: Words) -> str:
    """The whole in one sentence."""
    days = found.days
    which = (
        say.say("lint.days", count=len(days), first=days[0], last=days[-1])
        if len(days) > 1
        else say.say("lint.day", first=days[0] if days else "-")
    )
    return say.say(
        "lint.lead",
        rows=say.number(found.rows),
        platforms=say.number(len(found.platforms)),
        days=which,
        findings=found.objections(),
        questions=found.questions(),
    )


def _rules(found: DumpLint, say: Words) -> Markup:
    heading = Markup("<h2>{}</h2>").format(say.say("lint.rules"))
    if not found.findings:
        return heading + Markup("<p>{}</p>").format(say.say("lint.nothing"))
    names = ("lint.platform", "lint.count", "lint.examples")
    head = Markup("").join(
        Markup('<th class="{}">{}</th>').format("number" if name == "lint.count" else "", say.say(name))
        for name in names
    )
    rows = []
    for finding in found.findings:
        interval = f"{percent(finding.low, say)} – {percent(finding.high, say)}"
        examples = Markup("").join(
            Markup('<p>{}<br><span class="quiet mono">{} · {}:{}</span></p>').format(
                case.sentence, case.uuid, case.file.rpartition("/")[2], case.line
            )
            for case in finding.examples
        )
        rows.append(
            Markup(
                '<tr><td>{}<br><code>{}</code><br><span class="quiet">{}; {}</span></td>'
                '<td class="number">{}<br><span>{}</span><br><span class="quiet">({})</span></td>'
                '<td class="examples">{}</td></tr>'
            ).format(
                finding.platform,
                finding.rule,
                say.say(f"kind.{finding.kind}"),
                finding.basis,
                say.number(finding.count),
                percent(finding.share, say),
                interval,
                examples,
            )
        )
    return heading + _table(head, rows)


def _flips(found: DumpLint, say: Words) -> Markup:
    parts = [Markup("<h2>{}</h2>").format(say.say("lint.flips"))]
    threshold = found.flip_threshold
    how = say.say(
        "lint.flips_how",
        share=percent(threshold["share"], say),
        z=say.number(threshold["z"]),
        least=say.number(threshold["statements"]),
    )
    for platform, flag in dict.fromkeys((flip.platform, flip.flag) for flip in found.flips):
        own = [flip for flip in found.flips if (flip.platform, flip.flag) == (platform, flag)]
        parts.append(Markup("<h3>{}</h3>").format(platform))
        for flip in own:
            inverted = Markup(" <strong>({})</strong>").format(say.say("lint.mirror")) if flip.inverted else ""
            parts.append(Markup("<p>{}{}</p>").format(flip.sentence, inverted))
        parts.append(_plot(found, platform, flag, own, say))
    parts.append(Markup('<p class="quiet">{}</p>').format(how))
    return Markup("\n").join(parts)


def _drawn(found: DumpLint, say: Words) -> Markup:
    """The largest platforms' automation by day, flipped or not: a reader sees what steady looks like."""
    if not found.series:
        return Markup("")
    parts = [Markup("<h2>{}</h2>").format(say.say("lint.series"))]
    shown = {(flip.platform, flip.flag) for flip in found.flips}
    wanted = [("automated_detection", each.name) for each in found.platforms]
    for flag, platform in [each for each in wanted if (each[1], each[0]) not in shown][:_DRAWN]:
        parts.append(_plot(found, platform, flag, [], say))
    return Markup("\n").join(parts) if len(parts) > 1 else Markup("")


def _plot(found: DumpLint, platform: str, flag: str, flips: Sequence[FlagFlip], say: Words) -> Markup:
    series = [each for each in found.series if each.platform == platform and each.flag == flag]
    if flag == "automated_detection":
        series = [each for each in series if each.value == "Yes"] or series
    lines = [line for each in series[:_LINES] if (line := _line(each)).shares]
    title = say.say("lint.series_of", platform=platform, flag=flag)
    marked = [
        (before, after) for flip in flips if (before := real_day(flip.before)) and (after := real_day(flip.after))
    ]
    described = "; ".join(
        f"{line.name}: {percent(line.shares[0].share, say)} … {percent(line.shares[-1].share, say)}" for line in lines
    )
    drawn = shares_by_day(lines, title=title, description=described, marked=marked)
    return Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(drawn, title)


def _line(series: Series) -> Line:
    shares = []
    for point in series.days:
        day: date | None = real_day(point.day)
        if day is not None:
            low, high = wilson(point.count, point.statements)
            shares.append(Share(day, point.count / point.statements, low, high))
    return Line(f"{series.flag} = {series.value}", shares)


def _normal(found: DumpLint, say: Words) -> Markup:
    rows = []
    for platform in found.platforms[:_PLATFORMS]:
        common: Markup | str = ""
        if platform.common_facts:
            share = say.say("lint.at_least", share=percent(platform.common_at_least / platform.statements, say))
            common = Markup("{} <q>{}</q>").format(f"{share}:", platform.common_facts)
        repeats = (
            say.say("lint.duplicates", rows=say.number(platform.repeated_rows)) if platform.repeated_rows else ""
        )
        rows.append(
            Markup('<tr><td>{}</td><td class="number">{}</td><td>{}</td><td>{}</td></tr>').format(
                platform.name, say.number(platform.statements), repeats, common
            )
        )
    head = Markup('<th>{}</th><th class="number">{}</th><th></th><th>{}</th>').format(
        say.say("lint.platform"), say.say("lint.count"), say.say("lint.common_text")
    )
    return Markup('<h2>{}</h2><p class="quiet">{}</p>{}').format(
        say.say("lint.facts"), say.say("lint.facts_lead"), _table(head, rows)
    )


def unread_lines(found: DumpLint, say: Words) -> list[str]:
    """What was not read or not tested, a sentence each."""
    lines = list(found.unreadable)
    for bad in found.bad_rows:
        lines.append(f"{bad.file}: {say.say('lint.bad_rows', count=say.number(bad.count))}")
        lines.extend(bad.examples)
    if found.reread_rows:
        lines.append(say.say("lint.reread", count=say.number(found.reread_rows)))
    if found.not_checked:
        lines.append(say.say("lint.not_checked", rules=", ".join(found.not_checked)))
    if found.not_read:
        lines.append(say.say("lint.not_dumps", files=", ".join(found.not_read)))
    if found.unknown_columns:
        lines.append(say.say("lint.unknown_columns", columns=", ".join(found.unknown_columns)))
    return lines


def _unread(found: DumpLint, say: Words) -> Markup:
    lines = unread_lines(found, say)
    if not lines:
        return Markup("")
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    return Markup("<h2>{}</h2><ul>{}</ul>").format(say.say("lint.unread"), items)


def _table(head: Markup, rows: Iterable[Markup]) -> Markup:
    return Markup('<div class="scroll"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>').format(
        escape(head), Markup("\n").join(rows)
    )

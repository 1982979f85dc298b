"""Facts in short: what an analyzer that gives no ratio has to say, as lines for a person.

Rules: each built-in analyzer that gives facts has a function here; a stranger's facts are told by the page as they
are. Whatever a file itself claims is told as its claim.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from waarmerk.examine.report.sentences import Sentences
from waarmerk.values import Finding, Json

_MAKER = re.compile(r" - (?:H\.26|options:)")
"""Where the encoders x264 and x265 end their names and begin to list their settings."""
_LONGEST = 80


def facts(finding: Finding, say: Sentences) -> list[str]:
    """The lines of one finding; none for an analyzer whose facts are not known here."""
    tell = _TOLD.get(finding.analyzer)
    return [] if tell is None or not finding.facts else list(tell(finding.facts, say))


def _provenance(told: Mapping[str, Json], say: Sentences) -> Iterator[str]:
    word = say.words.say
    manifest, state = told.get("manifest"), told.get("state")
    if manifest == "embedded" and state is not None:
        yield word(f"fact.provenance.{state}", signer=signer(told) or word("fact.provenance.nobody"))
    elif manifest == "remote":
        yield word("fact.provenance.remote", url=told.get("remote_url") or "?")
    else:
        yield word(f"fact.provenance.{manifest}")
    if told.get("tampered"):
        yield word("fact.provenance.tampered")
    types = ", ".join(f"{say.source(kind)} ({kind})" for kind in source_types(told))
    if told.get("declared_synthetic"):
        yield word("fact.provenance.synthetic", types=types)
    elif types:
        yield word("fact.provenance.types", types=types)
    for trace in told.get("traces") or ():
        key = f"trace.{trace['kind']}"
        known = say.words.find(key) is not None
        yield word(key if known else "fact.provenance.trace", kind=trace["kind"], value=trace["value"])


def signer(told: Mapping[str, Json]) -> str:
    """Who signed the active manifest, as it names itself; empty where nobody is named."""
    manifests = told.get("manifests") or [{}]
    named = manifests[0].get("signer") or {}
    return ", ".join(dict.fromkeys(part for part in (named.get("name"), named.get("organisation")) if part))


def source_types(told: Mapping[str, Json]) -> list[str]:
    """Every digital source type that the manifests declare, once, in their order."""
    return list(
        dict.fromkeys(kind for one in told.get("manifests") or () for kind in one.get("digital_source_types") or ())
    )


def _matching(told: Mapping[str, Json], say: Sentences) -> Iterator[str]:
    word = say.words.say
    if not told.get("compared"):
        yield word("fact.matching.none")
        return
    known, partial = told.get("known") or [], told.get("partial") or []
    if not known:
        count = len(told.get("compared_with") or ()) + sum(one["entries"] for one in told.get("banks") or ())
        yield word(f"fact.matching.nothing.{'one' if count == 1 else 'many'}", count=count)
    suppressed = told.get("suppressed") or []
    for key, matches in (
        ("fact.matching.match", known),
        ("fact.matching.partial", partial),
        ("fact.matching.suppressed", suppressed),
    ):
        for match in matches:
            line = word(
                key,
                item=match["item"],
                status=word(f"status.{match['status']}"),
                query=say.percent(match["query_matched"]),
                known=say.percent(match["known_matched"]),
            )
            changed = str(match.get("transform") or "")
            notes = [word("fact.matching.mirrored")] if "mirrored" in changed else []
            if "bordered" in changed:
                notes.append(word("fact.matching.bars"))
            if "covered" in changed:
                notes.append(word("fact.matching.covered"))
            if "cropped" in changed:
                notes.append(word("fact.matching.cropped"))
            yield f"{line} ({', '.join(notes)})" if notes else line


def _container(told: Mapping[str, Json], say: Sentences) -> Iterator[str]:
    word = say.words.say
    made_by = traces(told)
    if made_by:
        yield word("fact.container.made-by", tools="; ".join(made_by))
    else:
        yield word("fact.container.no-trace", form=told.get("form") or "?")
    for damage in told.get("damage") or ():
        yield word("fact.container.damage", rule=say.said(damage))
    if told.get("bytes_after_end"):
        yield word("fact.container.after-end", count=say.words.number(told["bytes_after_end"]))
    for reference in told.get("references") or ():
        count = len(reference.get("differences") or ())
        name = str(reference.get("path")).rpartition("/")[2]
        key = "same" if not count else "differs.one" if count == 1 else "differs.many"
        yield word(f"fact.container.{key}", reference=name, count=count)


def traces(told: Mapping[str, Json]) -> list[str]:
    """What names itself as the maker of the file: encoder and muxer, each shortened to its beginning."""
    pictures = told.get("pictures") or {}
    named = [*(pictures.get("encoder") or ()), *(trace.get("text", "") for trace in told.get("traces") or ())]
    return list(dict.fromkeys(_MAKER.split(str(text))[0][:_LONGEST] for text in named if text))


_TOLD: dict[str, Callable[[Mapping[str, Json], Sentences], Iterator[str]]] = {
    "provenance": _provenance,
    "matching": _matching,
    "container": _container,
}

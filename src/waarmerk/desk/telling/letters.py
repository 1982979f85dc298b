"""What a message says, in Dutch or English: text from values, and which parts that the law asks for stand in it.

Rules:
- A part is named in `elements` only where its sentence stands in the message: the record cannot claim more.
- No name of a notifier, no text of a user enters a message to somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from waarmerk.dsa import vocabulary
from waarmerk.dsa.codes import code
from waarmerk.text.words import Language, Words, words
from waarmerk.values import Json

_REDRESS = ("redress_20", "redress_21", "redress_court")


@dataclass(frozen=True)
class Letter:
    """Subject and text of a message, and the parts that stand in it."""

    subject: str
    body: str
    elements: tuple[str, ...] = ()


def language_of(code_: str) -> Language:
    """The language that a person is written to in: theirs where there is a catalogue, else English."""
    return "nl" if code_ in get_args(Language) and code_ == "nl" else "en"


def circumstances(language: str, because: str, basis: Sequence[str]) -> str:
    """Which facts a decision relied on, in sentences: what brought it up, what it rests on. No personal data."""
    say = words("letters", language_of(language))
    return " ".join([say.say(f"because.{because}"), *(say.say(f"basis.{each}") for each in basis)])


def explained(explanation: dict[str, str], language: str) -> str:
    """The explanation in this language, in English where there is none, empty where there is no English either."""
    return explanation.get(language) or explanation.get("en", "")


def write(what: str, language: str, given: Mapping[str, Json]) -> Letter:
    """The message of kind `what` (as in the event message.sent). `given`: values that its sentences name."""
    say = words("letters", language_of(language))
    if what in ("statement", "decision", "challenge_outcome"):
        return {"statement": _statement, "decision": _decision, "challenge_outcome": _outcome}[what](say, given)
    fields = {**_filled(say, given), "missing": _list(say, "missing", given.get("missing", ()))}
    if what == "receipt":
        ending = "receipt.refused" if given.get("refused") else "receipt.next"
        return Letter(say.say("receipt.subject", **fields), _text(say, fields, "receipt.opening", ending))
    if what == "order_effect":
        return Letter(say.say("order_effect.subject"), _text(say, fields, f"order_effect.{given['kind']}"))
    return Letter(say.say(f"{what}.subject", **fields), _text(say, fields, f"{what}.opening"))


def _statement(say: Words, given: Mapping[str, Json]) -> Letter:
    """The statement of reasons of DSA Art. 17(3), points (a) to (f)."""
    keys = {
        "restriction": "statement.restriction",
        "territory": "statement.territory",
        "duration": "statement.duration",
        "facts": "statement.facts",
        "source": f"statement.source.{given['because']}",
        **_automated(given),
        "ground": f"statement.ground.{given['ground']}",
        **{name: name for name in _REDRESS},
    }
    fields = _filled(say, given)
    return Letter(say.say("statement.subject"), _text(say, fields, *keys.values()), tuple(keys))


def _decision(say: Words, given: Mapping[str, Json]) -> Letter:
    """The decision on a notice, Art. 16(5)-(6): redress always, automated means where they were used."""
    keys = {"facts": f"decision.{given['outcome']}", **_automated(given), **{name: name for name in _REDRESS}}
    return Letter(say.say("decision.subject"), _text(say, _filled(say, given), *keys.values()), tuple(keys))


def _outcome(say: Words, given: Mapping[str, Json]) -> Letter:
    """The decision on a complaint, Art. 20(5): with the ways that are left; what a body found, Art. 21."""
    who, left = (
        ("challenge_outcome.body_", _REDRESS[2:]) if given.get("body") else ("challenge_outcome.", _REDRESS[1:])
    )
    keys = {"facts": f"{who}{given['outcome']}", **{name: name for name in left}}
    return Letter(say.say("challenge_outcome.subject"), _text(say, _filled(say, given), *keys.values()), tuple(keys))


def _automated(given: Mapping[str, Json]) -> dict[str, str]:
    ways = {
        code("automated_decision", "FULLY"): "fully",
        code("automated_decision", "PARTIALLY"): "partially",
        code("automated_decision", "NOT_AUTOMATED"): "not",
    }
    return {
        "automated_detection": f"automated_detection.{'yes' if given['automated_detection'] else 'no'}",
        "automated_decision": f"automated_decision.{ways[given['automated_decision']]}",
    }


def _filled(say: Words, given: Mapping[str, Json]) -> dict[str, str]:
    """The fields that sentences name, worded."""
    territory: Sequence[str] = given.get("territory", ())
    until = given.get("until")
    restrictions: Sequence[str] = given.get("restrictions", ())
    everywhere = set(territory) >= set(vocabulary.member_states())
    return {
        "number": str(given.get("number", "")),
        "restrictions": _list(say, "restriction", restrictions) or say.say("restriction.none"),
        "territory": say.say("territory.all") if everywhere or not territory else ", ".join(territory),
        "duration": say.say("duration.until", until=until) if until else say.say("duration.open"),
        "facts": str(given.get("facts") or say.say("facts.none")),
        "ground_ref": str(given.get("ground_ref", "")),
        "authority": str(given.get("authority", "")),
        "time": str(given.get("time", "")),
        "body": str(given.get("body", "")),
    }


def _list(say: Words, group: str, codes: Sequence[str]) -> str:
    return "; ".join(say.say(f"{group}.{each}") for each in codes)


def _text(say: Words, fields: Mapping[str, str], *keys: str) -> str:
    return "\n\n".join(say.say(key, **fields) for key in keys)

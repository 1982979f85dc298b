"""Questions about free text: what looks like personal data, what says another thing than the flags beside it.

Heuristics, so every one is a question:
- An address of the house's own rules or help pages is in order; so are numbers of articles, dates and amounts.
- A text speaks of *this* detection only where it says so outright; "a mix of technology and people", "may use" and
  "other automated means" say nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from waarmerk.dsa.codes import code
from waarmerk.dsa.rules import Breach, rule

_SHORTEST_FACTS = 15
_LONG_ENOUGH = 60
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w@./])@[A-Za-z0-9_](?:[A-Za-z0-9_.]{1,28})[A-Za-z0-9_]\b")
_PHONE = re.compile(r"(?<![\w/.,-])(?:\+\d{1,3}[ .\-/()]*|00\d{2,3}[ .\-/()]+)\d(?:[ .\-/()]*\d){6,11}(?!\d)")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
_RULES_PAGE = re.compile(
    r"polic|terms|guideline|help|support|legal|rules|community|standard|voorwaarden|richtlijn|about|conditions|agb|"
    r"nutzung|eur-lex|europa\.eu|regulation",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\b(?:may|might|can|could|mix|combination|combined|generally|either|or|and/or|both|human|manual|"
    r"kan|kunnen|combinatie|mens\w*|können|oder|manuell)\b"
)
_DETECTED = re.compile(
    r"\b(?:detect|identif|found|flagged|opgespoord|gedetecteerd|gevonden|erkannt|entdeckt|détect)\w*"
)
_DECIDED = re.compile(r"\b(?:decision|decided|besluit\w*|beslissing|entscheidung|entschieden|décision)\b")
_NEGATED = re.compile(r"\b(?:not|no|without|never|niet|geen|zonder|nicht|keine\w*|ohne|pas|sans)\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s*")


@rule("personal_email", "question", basis="server's manual: no personal data", marks=("@",))
def personal_email(
    decision_facts: str, illegal_content_explanation: str, incompatible_content_explanation: str
) -> Iterator[Breach]:
    """An e-mail address in free text; one of an office (support@, legal@) is in order."""
    for name, text in _texts(decision_facts, illegal_content_explanation, incompatible_content_explanation):
        for found in _EMAIL.finditer(text):
            if not _RULES_PAGE.search(found.group().partition("@")[0]):
                yield Breach(name, {"found": _masked(found.group())})
                break


@rule("personal_handle", "question", basis="server's manual: no personal data", marks=("@",))
def personal_handle(
    decision_facts: str, illegal_content_explanation: str, incompatible_content_explanation: str
) -> Iterator[Breach]:
    """An account's @handle in free text."""
    for name, text in _texts(decision_facts, illegal_content_explanation, incompatible_content_explanation):
        found = _HANDLE.search(text)
        if found:
            yield Breach(name, {"found": _masked(found.group())})


@rule("personal_phone", "question", basis="server's manual: no personal data", marks=("+", "00"))
def personal_phone(
    decision_facts: str, illegal_content_explanation: str, incompatible_content_explanation: str
) -> Iterator[Breach]:
    """A telephone number in international form; amounts, dates and article numbers are in order."""
    for name, text in _texts(decision_facts, illegal_content_explanation, incompatible_content_explanation):
        found = _PHONE.search(text)
        if found:
            yield Breach(name, {"found": _masked(found.group())})


@rule("link_in_text", "question", basis="server's manual: no link to the content", marks=("://", "www."))
def link_in_text(
    decision_facts: str, illegal_content_explanation: str, incompatible_content_explanation: str
) -> Iterator[Breach]:
    """A link that may lead to the content; one to terms, policies or help pages is in order."""
    for name, text in _texts(decision_facts, illegal_content_explanation, incompatible_content_explanation):
        for found in _URL.finditer(text):
            if not _RULES_PAGE.search(found.group()):
                yield Breach(name, {"found": found.group()[:80]})
                break


@rule("text_contradicts_detection", "question", basis="DSA 17(3)(c)", marks=("utomat",))
def text_contradicts_detection(
    decision_facts: str,
    illegal_content_explanation: str,
    incompatible_content_explanation: str,
    automated_detection: str,
) -> Iterator[Breach]:
    """A text that says outright how it was detected, beside a flag that says the other thing."""
    for name, text in _texts(decision_facts, illegal_content_explanation, incompatible_content_explanation):
        said = _says(text, _DETECTED, _DECIDED)
        if said is not None and automated_detection in ("Yes", "No") and said[0] != (automated_detection == "Yes"):
            yield Breach(name, {"text": said[1], "flag": automated_detection})


@rule("text_contradicts_decision", "question", basis="DSA 17(3)(c)", marks=("utomat",))
def text_contradicts_decision(
    decision_facts: str,
    illegal_content_explanation: str,
    incompatible_content_explanation: str,
    automated_decision: str,
) -> Iterator[Breach]:
    """A text that says outright that a machine decided, or none, beside a flag that says the other thing."""
    none, fully = code("automated_decision", "NOT_AUTOMATED"), code("automated_decision", "FULLY")
    for name, text in _texts(decision_facts, illegal_content_explanation, incompatible_content_explanation):
        said = _says(text, _DECIDED, _DETECTED)
        if said is not None and automated_decision == (none if said[0] else fully):
            yield Breach(name, {"text": said[1], "flag": automated_decision})


@rule("facts_say_little", "question", basis="DSA 17(3)(b): facts and circumstances")
def facts_say_little(decision_facts: str) -> Iterator[Breach]:
    """Facts of a word or two; an empty field is a matter for the server's rules."""
    text = decision_facts.strip()
    if 0 < len(text) < _LONG_ENOUGH and sum(letter.isalpha() for letter in text) < _SHORTEST_FACTS:
        yield Breach("decision_facts", {"text": text})


@rule("facts_repeat_explanation", "question", basis="DSA 17(3)(b), (d), (e)")
def facts_repeat_explanation(
    decision_facts: str, illegal_content_explanation: str, incompatible_content_explanation: str
) -> Iterator[Breach]:
    """Facts that are the explanation of the ground, word for word."""
    facts = decision_facts.strip()
    if facts and facts in (illegal_content_explanation.strip(), incompatible_content_explanation.strip()):
        yield Breach("decision_facts")


def _texts(facts: str, illegal: str, incompatible: str) -> Iterator[tuple[str, str]]:
    if facts:
        yield "decision_facts", facts
    if illegal:
        yield "illegal_content_explanation", illegal
    if incompatible:
        yield "incompatible_content_explanation", incompatible


def _says(text: str, about: re.Pattern[str], unless: re.Pattern[str]) -> tuple[bool, str] | None:
    """(automated or not, the sentence) where a sentence speaks of `about` alone and of automation; else None."""
    lower = text.lower()
    for start, end in _spans(lower):
        sentence = lower[start:end]
        if "automat" in sentence and about.search(sentence) and not unless.search(sentence):
            if _VAGUE.search(sentence):
                continue
            return _NEGATED.search(sentence) is None, " ".join(text[start:end].split())[:160]
    return None


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _SENTENCE.finditer(text):
        if gap.start() > start:
            yield start, gap.start()
            start = gap.end()
    if start < len(text):
        yield start, len(text)


def _masked(text: str) -> str:
    """The first signs of what was found: a report about personal data does not spread them."""
    return f"{text[:3]}… ({len(text)})"

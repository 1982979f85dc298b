"""What the program says of a file that it refuses or finds broken, in the language of the report.

Rules:
- Where such a sentence is made, in the jailed child for one, no language is known: it is made in English and stands
  so in rows and on standard error. For a page it is found again in the English catalogue and said from the other one.
- A sentence that is in no catalogue, a stranger's analyzer's for one, stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter

from waarmerk.text.words import Language, words


def worded(text: str, language: Language) -> str:
    """The sentence in this language; as it is where no catalogue has it."""
    if language == "en":
        return text
    for pattern, key in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return words("refusals", language).say(key, **found.groupdict())
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Every sentence of the English catalogue as a pattern, those that say most by themselves first."""
    sentences = words("refusals", "en").sentences
    fixed = {key: sum(len(part) for part, *_ in Formatter().parse(text)) for key, text in sentences.items()}
    return [(_pattern(sentences[key]), key) for key in sorted(sentences, key=lambda key: (-fixed[key], key))]


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = []
    for literal, field, *_ in Formatter().parse(sentence):
        parts.append(re.escape(literal))
        if field is not None:
            parts.append(f"(?P<{field}>.+?)")
    return re.compile("".join(parts), re.DOTALL)

"""Dutch and English sentences by key: `text/catalogue/LANG/CHAPTER.json`, one flat object a chapter.

Rules: both languages carry the same keys with the same `{fields}` (a test holds it); a missing key is a
programming error, never an empty string on a page. Numbers are written as the language writes them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["en", "nl"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Words:
    """The sentences of one chapter in one language."""

    language: Language
    chapter: str
    sentences: dict[str, str]

    def say(self, key: str, **fields: object) -> str:
        """The sentence of `key` with its fields filled in; KeyError for a key that no catalogue has."""
        return self.sentences[key].format(**fields)

    def find(self, key: str) -> str | None:
        """The sentence of `key` as it stands, or None: for codes that strangers' analyzers may invent."""
        return self.sentences.get(key)

    def number(self, value: float, decimals: int = 0) -> str:
        """`value` with thousands and decimal marks of the language: 1,234.5 or 1.234,5."""
        text = f"{value:,.{decimals}f}"
        return text if self.language == "en" else text.translate(str.maketrans(",.", ".,"))


@cache
def words(chapter: str, language: Language) -> Words:
    """The catalogue of `chapter` ("report", "dsa", ...) in `language`."""
    path = files("waarmerk.text") / "catalogue" / language / f"{chapter}.json"
    return Words(language, chapter, json.loads(path.read_text(encoding="utf-8")))

"""How an audit's page writes days, spans of time, shares and articles in one language."""

from __future__ import annotations

from waarmerk.audit.said import Said
from waarmerk.text.words import Language, words

CHAPTER = "audit_page"


class PageWords:
    """The words of the page in one language; `audit`: those of the audit itself."""

    def __init__(self, language: Language) -> None:
        self._words = words(CHAPTER, language)
        self.audit = Said(language)

    def say(self, key: str, **fields: object) -> str:
        """A sentence of the page's catalogue."""
        return self._words.say(key, **fields)

    def number(self, value: float) -> str:
        """A count."""
        return self._words.number(value)

    def percent(self, share: float) -> str:
        """A share of 0..1 in per cent with two decimals at most, without the sign."""
        return self._trimmed(100 * share)

    def span(self, hours: float | None) -> str:
        """A span of time in minutes, hours or days; "not reached" for None."""
        if hours is None:
            return self.say("never")
        if hours < 1:
            return self.say("unit.minutes", n=self._trimmed(hours * 60, 0 if hours * 60 >= 10 else 1))
        if hours < 24:
            return self.say("unit.hours", n=self._trimmed(hours, 1))
        return self.say("unit.days", n=self._trimmed(hours / 24, 1))

    def day(self, moment: str) -> str:
        """The day of a time of the record: 2 March 2026."""
        year, month, day = moment[:10].split("-")
        return f"{int(day)} {self.say('months').split()[int(month) - 1]} {year}"

    def article(self, text: str) -> str:
        """An article of the table as a reader knows it: in words where the table has words, else "Art." before it."""
        known = self._words.find(f"article.{text}")
        if known is not None:
            return known
        return self.say("article", article=text) if text[0].isdigit() and "/" not in text.split()[0] else text

    def _trimmed(self, value: float, decimals: int = 2) -> str:
        text = f"{value:.{decimals}f}"
        kept = len(text.rstrip("0").rstrip(".").partition(".")[2])
        return self._words.number(value, kept)

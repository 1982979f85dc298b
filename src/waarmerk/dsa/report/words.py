"""How labels of reports are compared: case, blanks, quotes, dashes and accents do not count."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOT_WORD = re.compile(r"[^0-9a-z]+")


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    """`text` as words of a to z and 0 to 9 with single blanks between: what two spellings of a label share."""
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return _NOT_WORD.sub(" ", flat.replace("'", "")).strip()

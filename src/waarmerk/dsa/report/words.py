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


def same_service(one: str, other: str) -> bool:
    """Whether two names may be one service ("Search" and "Search Ads"); a blank name may be any."""
    first, second = f" {normal(one)} ", f" {normal(other)} "
    return first in second or second in first or not first.strip() or not second.strip()

"""Text of strangers on a terminal: nothing in a file name may move the cursor or hide a line."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain(text: str) -> str:
    r"""`text` with every control, format and unpaired-surrogate character shown as its escape (`\n`, `\x1b`)."""
    return "".join(
        ascii(character)[1:-1] if unicodedata.category(character) in _HIDDEN else character for character in text
    )

"""How a page of `waarmerk audit run` was made: the command without its outputs, the bundle and its digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import file_digest
from pathlib import Path

from waarmerk.audit.page import Made


def made_by(
    bundle: Path,
    tier: str,
    options: Mapping[str, Sequence[str]],
    html: Path,
    turnover: Decimal | None,
) -> Made:
    """The command as one may type it again; `options`: those that shape the figures, as they were given."""
    command = ["waarmerk", "audit", "run", str(bundle), "--tier", tier]
    command += [word for name, given in options.items() for value in given for word in (name, value)]
    digest = ""
    if bundle.is_file():
        with bundle.open("rb") as stream:
            digest = file_digest(stream, "sha256").hexdigest()
    return Made(command=command, bundle=str(bundle), html=str(html), digest=digest, turnover=turnover)

"""What an auditor writes for an obligation: `N4=48h`, `C2=0.05`."""

from __future__ import annotations

import re

from waarmerk.errors import UsageError

_HOURS = re.compile(r"([0-9]+(?:\.[0-9]+)?)(min|h|d)")
_UNITS = {"min": 1 / 60, "h": 1.0, "d": 24.0}


def hours_of(text: str) -> tuple[str, float]:
    """Obligation and hours of `N4=48h` (`min`, `h` or `d`); UsageError for what is none."""
    name, value = _split(text, "--benchmark", "N4=48h")
    found = _HOURS.fullmatch(value)
    if found is None:
        raise UsageError(f"--benchmark {text} is no time", hint="write N4=48h, with min, h or d")
    return name, float(found[1]) * _UNITS[found[2]]


def share_of(text: str) -> tuple[str, float]:
    """Obligation and share of `C2=0.05`; UsageError for what is none or not in 0..1."""
    name, value = _split(text, "--materiality", "N4=0.05")
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f"--materiality {text} is no share", hint="write N4=0.05, from 0 to 1")
    return name, share


def _split(text: str, option: str, example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"{option} {text} names no obligation", hint=f"write {example}")
    return name.strip(), value.strip()

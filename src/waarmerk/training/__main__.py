"""Crops, then a run: `python -m waarmerk.training --help`."""

from __future__ import annotations

from waarmerk.training.command import main

if __name__ == "__main__":
    raise SystemExit(main())

"""A bundle (schema `waarmerk.bundle/1`): a range of the record as one ZIP that a stranger verifies offline.

The chapters: `manifest` (what it says of itself, and one line of `events.jsonl`), `archive` (the ZIP, read without
trust), `read` (its parts), `write` (made from a log and its events).
"""

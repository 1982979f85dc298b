"""What was checked, seen, corrected and forgotten: samples, restricted material, corrections, erasures."""

from __future__ import annotations

from typing import Literal

from waarmerk.record.events.types import Count, Digest, Event, Id, Pid, Value, Word
from waarmerk.values import Json


class SeedSource(Value, frozen=True):
    """Where the draw's randomness comes from, named before it exists: a checkpoint's size and a beacon's round."""

    checkpoint: Count
    beacon: Word


class SamplePlanned(Event, frozen=True, tag="sample.planned"):
    """A sample was planned before anybody could know its draw. `frame`: a range of the log, or hours' frame roots."""

    plan: Id
    purpose: Literal["audit", "prevalence", "accuracy", "gold"]
    frame: tuple[Word, ...]
    unit: Word
    design: Word
    size: Count
    seed_source: SeedSource


class SampleLabelled(Event, frozen=True, tag="sample.labelled"):
    """A drawn target was labelled. `blind`: whether the rater saw neither the tools' nor others' answers."""

    plan: Id
    target: Id
    label: Word
    rater: Pid
    blind: bool
    group: Word | None = None


class MaterialViewed(Event, frozen=True, tag="material.viewed"):
    """Somebody looked at restricted material, in what role and what for."""

    item: Id
    viewer: Pid
    role: Word
    purpose: Word


class RecordCorrected(Event, frozen=True, tag="record.corrected"):
    """A field of an earlier event was wrong: the digest of what it said, and what it should have said."""

    event: Id
    field: Word
    was: Digest
    now: Json
    reason: Word


class PersonErased(Event, frozen=True, tag="person.erased"):
    """A person's mapping was deleted: the pseudonym links to nobody any more."""

    person: Pid

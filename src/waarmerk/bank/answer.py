"""What a bank says about a medium: which entries it matches, in what state they are, what was suppressed by what.

Rules: entries are named by their ids, their status and source are told as they are now, and the answer names the
generation of the bank that it is of. What a harmless bank explains is told as suppressed, not left unsaid: hashes of
pictures one by one (`replica.Harmless`), an equal file by an equal file, a sound where the harmless one is as near
and is as much of the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from waarmerk.bank.find import find
from waarmerk.bank.hearing import hear
from waarmerk.bank.replica import Harmless, Replica
from waarmerk.bank.signals.interface import Match, MediumSignals
from waarmerk.bank.store.values import Bank, Entry
from waarmerk.errors import UsageError
from waarmerk.values import Json

_OWN_SHARE = 0.5
"""The share by which matching itself calls a match partial."""


@dataclass(frozen=True)
class Told:
    """A match and the entry that it is with."""

    entry: Entry
    match: Match

    def json(self) -> dict[str, Json]:
        """In plain values; shares with four decimals, times with all that they have."""
        return {
            "entry": self.entry.id,
            "bank": self.entry.bank,
            "status": self.entry.status,
            "origin": self.entry.source.origin,
            "signal": self.match.signal,
            "distance": self.match.distance,
            "query_matched": round(self.match.query_matched, 4),
            "known_matched": round(self.match.known_matched, 4),
            "transform": self.match.transform,
            "alignment": [asdict(stretch) for stretch in self.match.alignment],
        }


@dataclass(frozen=True)
class Answer:
    """Matches, the surest first; what shares too little to be one; what was suppressed, and the harmless entries."""

    generation: int
    matches: tuple[Told, ...]
    partial: tuple[Told, ...]
    suppressed: tuple[Told, ...]
    harmless: tuple[Entry, ...]

    def json(self) -> dict[str, Json]:
        """In plain values."""
        return {
            "generation": self.generation,
            "matches": [told.json() for told in self.matches],
            "partial": [told.json() for told in self.partial],
            "suppressed": [told.json() for told in self.suppressed],
            "harmless": [{"entry": entry.id, "bank": entry.bank, "note": entry.note} for entry in self.harmless],
        }


def ask(replica: Replica, signals: MediumSignals, names: Sequence[str] = ()) -> Answer:
    """What the banks of these names (without any: every bank of known items) say about a medium.

    Raises UsageError for an unknown or a harmless bank, UnavailableError where the replica is too old.
    """
    generation = replica.current()
    banks = {bank.name: bank for bank in replica.banks()}
    wanted = list(names) or [bank.name for bank in banks.values() if bank.kind == "known"]
    matches: list[Match] = []
    suppressed: list[Match] = []
    used: set[int] = set()
    home: dict[int, Bank] = {}
    for name in wanted:
        known = replica.lookup(name)
        if banks[name].kind == "harmless":
            raise UsageError(f"the bank {name} holds what is harmless: it suppresses, it is not matched with")
        before = [_judged(match, banks[name]) for match in find(signals, known, radius=banks[name].distance)]
        equal = [] if signals.md5 is None else replica.known(name).equal(signals.md5)
        matches += [Match(number, "md5", 0, 1.0, 1.0, "none", (), partial=False) for number in equal]
        home |= dict.fromkeys((match.entry for match in before), banks[name])
        harmless = replica.harmless(name)
        if harmless is None or not before:
            matches += before
            continue
        after = find(signals, known, radius=banks[name].distance, harmless=harmless)
        kept = [_judged(match, banks[name]) for match in after]
        still = {(match.entry, match.signal) for match in kept if not match.partial}
        excused = _excused(signals, kept, harmless)
        still -= {(match.entry, match.signal) for match in excused}
        lost = [match for match in before if not match.partial and (match.entry, match.signal) not in still]
        gone = {(match.entry, match.signal) for match in lost}
        matches += [match for match in kept if (match.entry, match.signal) not in gone]
        suppressed += lost
        used |= harmless.used if lost else set()
    entries = replica.entries([*dict.fromkeys(match.entry for match in (*matches, *suppressed)), *sorted(used)])
    told = [Told(entries[match.entry], match) for match in matches if match.entry in entries]
    return Answer(
        generation,
        tuple(one for one in told if not one.match.partial),
        tuple(one for one in told if one.match.partial),
        tuple(Told(entries[match.entry], match) for match in suppressed),
        tuple(entries[number] for number in sorted(used)),
    )


def _excused(signals: MediumSignals, matches: Sequence[Match], harmless: Harmless) -> list[Match]:
    """The matches by digest and by sound that something harmless explains as well."""
    equal = harmless.exact(signals.sha256)
    heard = any(match.signal == "audio" for match in matches)
    sounds = hear(signals.audio, harmless) if signals.audio is not None and heard else []
    excused: list[Match] = []
    for match in matches:
        by = [
            sound.entry
            for sound in sounds
            if sound.distance <= match.distance and sound.query_matched >= match.query_matched
        ]
        why = {"sha256": equal, "audio": by}.get(match.signal, [])
        if why:
            harmless.used |= set(why)
            excused.append(match)
    return excused


def _judged(match: Match, bank: Bank) -> Match:
    """The match by the bank's own share, where it has one."""
    if bank.share == _OWN_SHARE or match.signal not in ("pdq", "vpdq"):
        return match
    return replace(match, partial=max(match.query_matched, match.known_matched) < bank.share)

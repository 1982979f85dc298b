"""What the service is and promises: declaration, policies and their changes, tools."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from simulation.plaza.recorder import Recorder, person
from simulation.world import words
from simulation.world.chance import Chance
from simulation.world.clock import DAY, HOUR, Loop, day_text, text

BENCHMARKS = {
    "N1": 24,
    "N4": 96,
    "N8": 96,
    "S3": 72,
    "C2": 240,
    "C5": 24,
    "K1": 24,
    "L2": 24,
    "X1": 24,
    "O1": 72,
    "O4": 72,
}
"""The provider's own yardsticks, in hours."""
_RULES = (
    # rule, ground, reference, restrictions, a person, two, live, hours
    ("intimate", "law", "Sr 254ba", (words.REMOVED,), True, False, "live", 24),
    ("fraud", "law", "Sr 326", (words.REMOVED,), True, False, "live", 24),
    ("hate", "law", "Sr 137d", (words.REMOVED,), True, False, "live", 24),
    ("defamation", "law", "Sr 261", (words.DISABLED,), True, False, "live", 24),
    ("minors", "law", "Sr 252", (words.REMOVED,), True, False, "live", 24),
    ("election", "terms", "Terms 7.2", (words.REMOVED,), True, True, "live", 96),
    ("nudity", "terms", "Terms 4.1", (words.REMOVED,), True, False, "live", 24),
    ("satire", "terms", "Terms 6.2", (words.LABELLED,), True, False, "live", 24),
    ("known", "terms", "Terms 5.1", (words.REMOVED,), False, False, "live", 1),
    ("spam", "terms", "Terms 9.3", (words.REMOVED,), False, False, "live", 1),
    ("misuse", "terms", "Terms 11", (words.SUSPENDED,), True, False, "live", 24),
    ("cloned-voice", "terms", "Terms 5.4", (words.LABELLED,), False, False, "shadow", 1),
)
RULES = {row[0]: row for row in _RULES}
RESTRICTED_ROLE = "senior"


def digest(name: str) -> str:
    """A digest that stands for a document of the platform."""
    return sha256(name.encode()).hexdigest()


@dataclass
class Setting:
    """The service as it is declared; `policy` is the one in force now."""

    loop: Loop
    recorder: Recorder
    chance: Chance
    tier: str
    period: tuple[int, int]
    policies: list[tuple[int, str]] = field(default_factory=list)
    tools: dict[str, str] = field(default_factory=dict)

    def declare(self, admin: str, channels: tuple[str, ...]) -> None:
        """The day the log begins: service, policy and tools."""
        self.adopt_imported(self.loop.now - 240 * DAY)
        self.recorder.record(
            "service.declared",
            "admin",
            person(admin, "admin"),
            period={"start": day_text(self.period[0]), "end": day_text(self.period[1] - 1)},
            tier=self.tier,
            micro_small=False,
            can=list(words.CAN),
            benchmarks={name: {"value": hours, "unit": "hours"} for name, hours in BENCHMARKS.items()},
            channels=list(channels),
            staff={"NL": 9.5, "EN": 6, "DE": 4},
        )
        self._adopt(admin, "terms 1", self.loop.now, significant=False)
        for name, kind, domain in (
            ("faces", "detector", ["face-192"]),
            ("matcher", "matcher", ["video", "image"]),
            ("spam", "classifier", ["text"]),
            ("voices", "detector", ["speech"]),
        ):
            self._tool(admin, name, "1.0", kind, domain)

    def change(self, admin: str, name: str, in_force_from: int, *, significant: bool) -> str:
        """A new policy; the id of its event."""
        return self._adopt(admin, name, in_force_from, significant=significant)

    def renew_detector(self, admin: str) -> None:
        """A new version of the detector comes into use."""
        self._tool(admin, "faces", "1.1", "detector", ["face-192"])

    def adopt_imported(self, in_force_from: int) -> None:
        """The policy of before the log, imported from the older tool."""
        self._policy("terms 0", in_force_from, significant=False, at=in_force_from, src="import:oldtool")

    def policy_at(self, time: int) -> str:
        """The policy in force at a time."""
        return max(entry for entry in self.policies if entry[0] <= time)[1]

    def _adopt(self, admin: str, name: str, in_force_from: int, *, significant: bool) -> str:
        return self._policy(name, in_force_from, significant=significant, by=person(admin, "admin"))

    def _policy(self, name: str, in_force_from: int, *, significant: bool, **header: Any) -> str:
        self.policies.append((in_force_from, digest(name)))
        channel = "import-oldtool" if "src" in header else "admin"
        header.setdefault("by", {"type": "importer"})
        event = self.recorder.record(
            "policy.adopted",
            channel,
            policy=digest(name),
            in_force_from=text(in_force_from),
            rules=[_rule(row) for row in _RULES],
            restricted_roles=[RESTRICTED_ROLE],
            significant=significant,
            **header,
        )
        return str(event["id"])

    def _tool(self, admin: str, name: str, version: str, kind: str, domain: list[str]) -> None:
        self.tools[name] = digest(f"{name} {version}")
        self.recorder.record(
            "tool.adopted",
            "admin",
            person(admin, "admin"),
            tool=self.tools[name],
            name=name,
            version=version,
            type=kind,
            domain=domain,
            in_use_from=text(self.loop.now),
            threshold=1 if kind == "detector" else None,
            calibration=digest(f"calibration {name} {version}"),
            evaluated_at=text(self.loop.now - 20 * DAY - HOUR),
            groups_evaluated=["women", "men", "age under 30", "age over 60"],
        )


def _rule(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("rule", "ground", "ground_ref", "restrictions", "needs_person", "needs_two", "mode", "deadline_h")
    return dict(zip(names, (*row[:3], list(row[3]), *row[4:]), strict=True))

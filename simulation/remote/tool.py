"""What a tool of the platform's own has the desk record (`POST /v1/events`), where it does things beside the desk."""

from __future__ import annotations

from typing import Any

from simulation.world import words
from simulation.world.acts import Complaint
from simulation.world.chance import Chance
from simulation.world.clock import text

_MACHINE = {"type": "machine"}
_REDRESS = ("redress_20", "redress_21", "redress_court")


def made_now(service: str, now: int, chance: Chance) -> dict[str, Any]:
    """The header of an event of now."""
    return {"v": 1, "id": chance.name(), "at": text(now), "service": service, "by": _MACHINE, "src": "native"}


def closed_by_machine(complaint: Complaint, chance: Chance) -> list[dict[str, Any]]:
    """A complaint that nobody saw: received, rejected, answered."""
    challenge, sender = chance.name(), chance.name()
    return [
        {
            "kind": "challenge.received",
            "channel": "tool-complaints",
            "challenge": challenge,
            "decision": complaint.decision,
            "forum": "internal",
            "sender": sender,
            "grounds": complaint.grounds,
            "admitted": True,
        },
        {
            "kind": "challenge.closed",
            "channel": "tool",
            "challenge": challenge,
            "outcome": "upheld",
            "deciders": [],
            "automated": words.FULLY,
        },
        {
            "kind": "message.sent",
            "channel": "tool",
            "what": "challenge_outcome",
            "about": challenge,
            "to": sender,
            "elements": list(_REDRESS),
            "language": "EN",
            "delivered": True,
            "text": f"{chance.getrandbits(256):064x}",
        },
    ]


def applied(asked: dict[str, Any], item: str, at: int) -> dict[str, Any]:
    """That a restriction was applied at a time, whenever that is said."""
    return {
        "kind": "effect.applied",
        "channel": "tool",
        "at": text(at),
        "subject": item,
        "decision": asked["decision"],
        "effect": "applied",
        "restrictions": asked["restrictions"],
        "territory": asked["territory"],
        "ack": f"tool-{asked['decision'][:8]}",
    }


def report_published(told: dict[str, Any]) -> dict[str, Any]:
    """That a report was published. `told`: its period and the digest of its files."""
    return {"kind": "report.published", "channel": "tool", **told}

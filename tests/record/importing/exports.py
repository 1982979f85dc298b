"""Exports in the shapes in which Ozone and Coop write them, with names and words of users in them."""

import json
from typing import Any

REPORTER, AUTHOR, MODERATOR = "did:plc:reporter", "did:plc:author", "did:plc:moderator"
POST = f"at://{AUTHOR}/app.bsky.feed.post/3k"
WORDS = "please take this down, it is my face"
PERSONAL = (REPORTER, AUTHOR, MODERATOR, POST, WORDS, "Kim Reviewer", "handle.example")

_DEFS = "tools.ozone.moderation.defs#"
ON_POST = {"$type": "com.atproto.repo.strongRef", "uri": POST, "cid": "bafy"}
ON_ACCOUNT = {"$type": "com.atproto.admin.defs#repoRef", "did": AUTHOR}


def ozone(number: int, event: str, subject: dict[str, Any] = ON_POST, by: str = MODERATOR, **more: Any) -> str:
    """One moderation event of Ozone as a line."""
    value = {
        "id": number,
        "event": {"$type": _DEFS + event, "comment": WORDS, **more},
        "subject": subject,
        "subjectBlobCids": [],
        "createdBy": by,
        "createdAt": f"2026-03-01T10:{number:02}:00.000Z",
        "creatorHandle": "handle.example",
    }
    return json.dumps(value) + "\n"


def ozone_day() -> str:
    """A day: a report, a takedown, an account suspended, an appeal, its reversal, labels, notes."""
    return "".join(
        [
            ozone(1, "modEventReport", by=REPORTER, reportType="com.atproto.moderation.defs#reasonMisleading"),
            ozone(2, "modEventTakedown", policies=["impersonation"]),
            ozone(3, "modEventTakedown", ON_ACCOUNT, durationInHours=72),
            ozone(4, "modEventReport", ON_ACCOUNT, AUTHOR, reportType="com.atproto.moderation.defs#reasonAppeal"),
            ozone(5, "modEventReverseTakedown", ON_ACCOUNT),
            ozone(6, "modEventLabel", createLabelVals=["ai"], negateLabelVals=["porn"]),
            ozone(7, "modEventAcknowledge"),
            ozone(8, "modEventComment"),
            ozone(9, "modEventTag"),
        ]
    )


def coop_action(number: int, action: str, **more: Any) -> str:
    """One row of ACTION_EXECUTIONS as a line."""
    value = {
        "org_id": "e7",
        "action_id": f"a-{action}",
        "action_name": action,
        "rules": "[]",
        "policies": json.dumps([{"id": "p", "name": "Synthetic media", "penalty": "NONE", "userStrikeCount": 1}]),
        "rule_environment": None,
        "correlation_id": f"mrt-decision:{number}",
        "ts": f"2026-03-24 19:02:0{number}.240",
        "item_id": POST,
        "item_type_kind": "CONTENT",
        "action_source": "mrt-decision",
        "actor_id": "reviewer-7",
        "failed": 0,
        "actor_note": WORDS,
        **more,
    }
    return json.dumps(value) + "\n"


HEADING = '"Decisions","Policies","Reviewer","Queue","Decision Time","Decision Reason","Link"\n'


def coop_decision(number: int, decisions: list[str], reviewer: str = "Kim Reviewer") -> str:
    """One row of decisions.csv; its moment has the narrow space that browsers write."""
    cells = [
        json.dumps(decisions),
        '["Synthetic media"]',
        reviewer,
        "Videos",
        f"03/24/26 07:02:0{number}\u202fPM",
        WORDS,
        f"https://coop.example/dashboard/manual_review/recent?jobId={number}",
    ]
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"

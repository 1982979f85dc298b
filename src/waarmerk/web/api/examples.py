"""One example of every request and answer, for the published OpenAPI document; a test holds each to its model."""

from __future__ import annotations

from typing import Any

from waarmerk.dsa.codes import code

_ID = "0f" * 16
_OTHER = "a4" * 16
_DIGEST = "5c" * 32
_AT = "2026-03-01T12:00:00Z"
_CATEGORY = code("category", "CATEGORY_CYBER_VIOLENCE")
_KEYWORD = code("category_specification", "NON_CONSENSUAL_MATERIAL_DEEPFAKE")

EXAMPLES: dict[str, dict[str, Any]] = {
    "UploadIn": {
        "platform_ref": "clip-1",
        "uploader": "u1",
        "content_type": [code("content_type", "VIDEO")],
        "posted_at": _AT,
        "title": "The minister sings",
        "declared": ["satire"],
        "sha256": _DIGEST,
    },
    "UploadOut": {"item": _ID, "new": True},
    "NoticeIn": {
        "items": ["clip-1"],
        "category": _CATEGORY,
        "keyword": _KEYWORD,
        "reason": "This is my face on another body.",
        "location": "https://clips.example/watch/clip-1",
        "name": "An Jansen",
        "email": "an@example.org",
        "good_faith": True,
        "depicted": True,
    },
    "NoticeOut": {"notice": _ID, "number": "api-1", "missing": []},
    "OrderIn": {
        "type": "act",
        "authority_ref": "NL/OM-7",
        "member_state": "NL",
        "category": _CATEGORY,
        "keyword": _KEYWORD,
        "items": ["clip-1"],
        "territory": ["NL"],
        "language": "nl",
        "deadline": "2026-03-02T12:00:00Z",
    },
    "OrderOut": {"order": _ID, "number": "orders-1"},
    "ComplaintIn": {"decision": _ID, "uploader": "u1", "grounds": "20_1_a", "text": "It is satire and says so."},
    "ComplaintOut": {"challenge": _OTHER, "admitted": True},
    "ErasureIn": {"uploader": "u1", "reason": "the person asked on 1 March"},
    "ErasureOut": {"person": _ID},
    "EffectIn": {"decision": _ID, "effect": "applied", "ack": "moderation-4711", "views_total": 120},
    "ViewsIn": {"platform_ref": "clip-1", "total": 120, "at": _AT},
    "DeclarationIn": {"platform_ref": "clip-1", "what": "synthetic", "extent": "part"},
    "EventsIn": {
        "events": [
            {
                "v": 1,
                "id": _OTHER,
                "kind": "person.erased",
                "at": "2026-03-01T12:00:00.000Z",
                "service": "clips.example",
                "channel": "people",
                "by": {"type": "machine", "role": "admin"},
                "src": "native",
                "person": _ID,
            }
        ]
    },
    "EventsOut": {"new": 1, "seen": 0},
    "Done": {"done": True},
    "MediumOut": {"sha256": _DIGEST, "bytes": 1048576},
    "MessageOut": {
        "message": _ID,
        "what": "statement",
        "about": _OTHER,
        "decision": _OTHER,
        "outcome": "restrict",
        "item": "clip-1",
        "to": "uploader:u1",
        "language": "en",
        "subject": "We restricted what you posted",
        "body": "The content carries a label that says how it was made.",
        "sent_at": "2026-03-01T12:00:00.000Z",
        "event": _ID,
    },
}
EXAMPLES["MessagesOut"] = {"messages": [EXAMPLES["MessageOut"]], "next": "17"}

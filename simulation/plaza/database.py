"""Statements of reasons on their way into the Commission's database, and what that then publishes.

Rules:
- Sent in a nightly batch at 03:00; one in fifty is rejected at first and sent again, with the same PUID, an hour
  later.
- The database keeps its own rows: what is logged as created and was never sent is not in them.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from simulation.plaza.house import Decision, House
from simulation.plaza.setting import RULES
from simulation.world import words
from simulation.world.chance import Chance
from simulation.world.clock import DAY, HOUR, day_text, text

# fmt: off
COLUMNS = (
    "uuid", "decision_visibility", "decision_visibility_other", "end_date_visibility_restriction",
    "decision_monetary", "decision_monetary_other", "end_date_monetary_restriction", "decision_provision",
    "end_date_service_restriction", "decision_account", "end_date_account_restriction", "account_type",
    "decision_ground", "decision_ground_reference_url", "illegal_content_legal_ground",
    "illegal_content_explanation", "incompatible_content_ground", "incompatible_content_explanation",
    "incompatible_content_illegal", "category", "category_addition", "category_specification",
    "category_specification_other", "content_type", "content_type_other", "content_language", "content_date",
    "content_id_ean", "territorial_scope", "application_date", "decision_facts", "source_type",
    "source_identity", "automated_detection", "automated_decision", "platform_name", "platform_uid",
    "created_at",
)
# fmt: on
_FACTS = {
    "notice": "A notice said that the video shows something that our rules or the law do not allow; a person agreed.",
    "own": "Our own review found that the video shows something that our rules or the law do not allow.",
    "challenge": "A complaint about an earlier decision was well founded; the video is restricted after all.",
    "dispute": "An out-of-court body found the notice about the video well founded; it is restricted after all.",
}


class Database:
    """What waits for the next batch, and the public rows."""

    def __init__(self, house: House, chance: Chance, platform_name: str) -> None:
        self._house, self._chance, self._name = house, chance, platform_name
        self._waiting: list[Decision] = []
        self.rows: list[dict[str, str]] = []

    def begin(self) -> None:
        """Send what waits, and come again the next night."""
        due, self._waiting = self._waiting, []
        for decision in due:
            if self._chance.hit(0.02):
                self._record(decision, "rejected", None)
                self._house.loop.after(HOUR, self.submit, decision)
            else:
                self.submit(decision)
        self._house.loop.after(DAY, self.begin)

    def queue(self, decision: Decision) -> None:
        """A decision of which a statement is due."""
        self._waiting.append(decision)

    def submit(self, decision: Decision, *, really: bool = True, at: int | None = None, src: str = "native") -> None:
        """Send one statement and record the answer; not `really`: log that, and do nothing."""
        number = self._chance.name()
        uuid = f"{number[:8]}-{number[8:12]}-4{number[13:16]}-a{number[17:20]}-{number[20:]}"
        body = self._record(decision, "created", uuid, at, src)
        if really:
            self.rows.append(self._row(body, uuid, self._house.loop.now if at is None else at))

    def _record(
        self, decision: Decision, result: str, uuid: str | None, at: int | None = None, src: str = "native"
    ) -> dict[str, Any]:
        body = self.body(decision)
        if src == "native" and decision.inverted:
            body["automated_detection"] = "No" if decision.automated_detection else "Yes"
        self._house.recorder.record(
            "statement.submitted",
            "database" if src == "native" else "import-oldtool",
            {"type": "machine"} if src == "native" else {"type": "importer"},
            at=at,
            src=src,
            puid=f"plaza-{decision.id}",
            decision=decision.id,
            body=body,
            result=result,
            uuid=uuid,
        )
        return body

    def body(self, decision: Decision) -> dict[str, Any]:
        """The statement of reasons about a decision."""
        _, ground, reference, *_ = RULES[decision.rule]
        account = words.SUSPENDED in decision.restrictions
        body: dict[str, Any] = {
            "puid": f"plaza-{decision.id}",
            "category": decision.harm.category,
            "category_specification": [decision.harm.keyword],
            "content_date": day_text(decision.posted_at),
            "application_date": day_text(decision.effect_at),
            "territorial_scope": list(decision.territory),
            "decision_facts": _FACTS[decision.why],
            "source_type": _source(decision),
            "automated_detection": "Yes" if decision.automated_detection else "No",
            "automated_decision": decision.automated_decision,
        }
        if account:
            body |= {
                "decision_account": words.SUSPENDED,
                "content_type": ["CONTENT_TYPE_OTHER"],
                "content_type_other": "the account",
                "account_type": "ACCOUNT_TYPE_PRIVATE",
                "end_date_account_restriction": day_text(decision.effect_at + 30 * DAY),
            }
        else:
            synthetic = decision.item is not None and decision.item.upload.nature.synthetic
            body |= {
                "decision_visibility": list(decision.restrictions),
                "content_type": sorted([words.VIDEO, *([words.SYNTHETIC_MEDIA] if synthetic else [])]),
                "content_language": decision.language,
            }
        if ground == "law":
            body |= {
                "decision_ground": words.ILLEGAL,
                "illegal_content_legal_ground": reference,
                "illegal_content_explanation": f"The law forbids to spread content of this kind ({decision.rule}).",
            }
        else:
            body |= {
                "decision_ground": words.TERMS,
                "incompatible_content_ground": reference,
                "incompatible_content_explanation": f"Our terms do not allow content of this kind ({decision.rule}).",
            }
        return body

    def _row(self, body: dict[str, Any], uuid: str, created_at: int) -> dict[str, str]:
        row = dict.fromkeys(COLUMNS, "")
        for name, value in body.items():
            if name in row:
                listed = isinstance(value, list)
                row[name] = json.dumps(value, separators=(",", ":")) if listed else str(value)
        for name in ("content_date", "application_date", "end_date_account_restriction"):
            row[name] = row[name] and f"{row[name]} 00:00:00"
        row |= {
            "uuid": uuid,
            "platform_name": self._name,
            "platform_uid": body["puid"],
            "created_at": text(created_at)[:19].replace("T", " "),
        }
        return row

    def write(self, path: Path) -> None:
        """The daily dumps in one file, with a few rows of another platform."""
        rows = self.rows + [
            {**row, "uuid": f"{row['uuid'][:-4]}beef", "platform_name": "Elsewhere", "platform_uid": f"e-{number}"}
            for number, row in enumerate(self.rows[:7])
        ]
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(sorted(rows, key=lambda row: (row["created_at"], row["uuid"])))


def _source(decision: Decision) -> str:
    types = {received.notice.sender_type for received in decision.notices}
    if "trusted_flagger" in types:
        return "SOURCE_TRUSTED_FLAGGER"
    if types & {"individual", "entity"}:
        return "SOURCE_ARTICLE_16"
    return "SOURCE_TYPE_OTHER_NOTIFICATION" if types else "SOURCE_VOLUNTARY"

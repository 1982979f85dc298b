"""What outsiders hold against what the log says: how what was *left out* is found.

Rules:
- A log proves that nothing was changed; whoever kept a number, a receipt, a list or a copy can show what is missing.
- Every finding names both sides: the outsider's file and line, and the log's entries where there are any.
- What may have an innocent cause (a mail that never arrived, a clock, a row outside the bundle's time) is a question.
- What lies outside the time that the bundle covers is counted as such and held against nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from waarmerk.audit.contradictions import Basis, Compared, Found
from waarmerk.audit.loaded import Record
from waarmerk.audit.outside import ACKNOWLEDGEMENTS, FLAGGER, ORDERS, PROBES, Held, read_table
from waarmerk.audit.rows import HOUR, Row, moment

_SLACK = HOUR
"""Two clocks may differ by so much before a time outside the bundle counts as inside."""
READS = (
    "notice.received.notice",
    "notice.received.category",
    "notice.received.items",
    "notice.received.flagger_ref",
    "order.received.order",
    "order.received.authority_ref",
    "order.received.type",
    "order.received.territory",
    "challenge.received.challenge",
    "decision.made.decision",
    "decision.made.subject",
    "decision.made.mode",
    "decision.made.outcome",
    "decision.made.because",
    "message.sent.about",
    "message.sent.what",
    "statement.submitted.puid",
    "statement.submitted.decision",
    "statement.submitted.result",
    "statement.submitted.uuid",
    "statement.submitted.body",
    "effect.applied.subject",
    "effect.applied.effect",
    "effect.applied.decision",
)


def acknowledgements(record: Record, folder: Path) -> Compared:
    """Mails without a proof: what was acknowledged must be in the log, under the number that stands on it."""
    path = folder / "acknowledgements.csv"
    compared = Compared("acknowledgements", str(path))
    kinds = {"notice": "notice.received", "order": "order.received", "challenge": "challenge.received"}
    for held in read_table(path, ACKNOWLEDGEMENTS):
        compared.rows += 1
        if not _within(record, held.at("got_at")):
            compared.outside += 1
            continue
        compared.take("A6")
        if held["what"] == "statement":
            told = [row for row in record.by("message.sent", "about").get(held["id"], ()) if row.what == "statement"]
            if not told:
                compared.found.append(_found("statement_unlogged", "A6", "proof", held.where, id=held["id"]))
            continue
        compared.found += _numbered(record, kinds[held["what"]], held["what"], held)
    return compared


def flaggers(record: Record, path: Path) -> Compared:
    """A trusted flagger's list (Art. 22(3)): every notice it sent is in the log, acknowledged, in its category."""
    compared = Compared("flagger", str(path))
    limit = record.within("N1").at(record.end)
    for held in read_table(path, FLAGGER):
        compared.rows += 1
        sent = held.at("sent_at")
        if not _within(record, sent):
            compared.outside += 1
            continue
        if not held["notice"]:
            compared.take("N1")
            if sent is not None and record.end - sent > limit:
                compared.found.append(
                    _found("flagger_unanswered", "N1", "law", held.where, question=True, sent=moment(sent))
                )
            continue
        compared.found += _numbered(record, "notice.received", "notice", held)
        row = record.one("notice.received", "notice", held["notice"])
        compared.take("A6", *(("N6", "R3") if row is not None else ()))
        if row is not None and row.flagger_ref != held["flagger_ref"]:
            compared.found.append(
                _found(
                    "flagger_unmarked",
                    "N6",
                    "law",
                    held.where,
                    row.index,
                    ref=held["flagger_ref"],
                    logged=row.flagger_ref or "—",
                )
            )
        if row is not None and held["category"] and row.category != held["category"]:
            compared.found.append(
                _found(
                    "category_changed",
                    "R3",
                    "law",
                    held.where,
                    row.index,
                    question=True,
                    sent=held["category"],
                    logged=row.category,
                )
            )
    return compared


def orders(record: Record, path: Path) -> Compared:
    """An authority's list (Art. 9, 10): every order is in the log, of its kind, for its territory, and answered."""
    compared = Compared("orders", str(path))
    rows: dict[str, list[Row]] = {}
    for row in record.of("order.received"):
        rows.setdefault(row.authority_ref, []).append(row)
    for held in read_table(path, ORDERS):
        compared.rows += 1
        if not _within(record, held.at("sent_at")):
            compared.outside += 1
            continue
        logged = rows.get(held["authority_ref"], [])
        compared.take("A6", *(("O3", "O1" if logged[0].type == "act" else "O4") if logged else ()))
        if not logged:
            question = not held["received_at"]
            compared.found.append(
                _found("order_missing", "A6", "proof", held.where, question=question, ref=held["authority_ref"])
            )
            continue
        row = logged[0]
        if held["type"] and row.type != held["type"]:
            compared.found.append(
                _found("order_kind", "A6", "proof", held.where, row.index, sent=held["type"], logged=row.type)
            )
        if held["territory"] and set(held["territory"].split()) != set(row.territory):
            compared.found.append(
                _found(
                    "order_territory",
                    "O3",
                    "law",
                    held.where,
                    row.index,
                    sent=held["territory"],
                    logged=" ".join(row.territory),
                )
            )
        told = any(each.what == "order_effect" for each in record.by("message.sent", "about").get(row.order, ()))
        if told and not held["effect_at"]:
            obligation = "O1" if row.type == "act" else "O4"
            compared.found.append(
                _found(
                    "effect_not_received",
                    obligation,
                    "law",
                    held.where,
                    row.index,
                    question=True,
                    ref=held["authority_ref"],
                )
            )
    return compared


def probes(record: Record, path: Path) -> Compared:
    """An auditor's own tries: test notices that must be acknowledged and logged, uploads and what became of them."""
    compared = Compared("probes", str(path))
    for held in read_table(path, PROBES):
        compared.rows += 1
        sent = held.at("sent_at")
        if not _within(record, sent):
            compared.outside += 1
            continue
        if held["kind"] == "notice":
            compared.take("N7", *(("A6",) if held["notice"] else ()))
            limit = record.within("N1").at(record.end)
            if not held["notice"]:
                if sent is not None and record.end - sent > limit:
                    compared.found.append(_found("probe_unanswered", "N7", "law", held.where, probe=held["probe"]))
                continue
            compared.found += _numbered(record, "notice.received", "notice", held)
            continue
        checked = held.at("checked_at")
        code = "probe_up" if held["kind"] == "reupload" else "probe_unlabelled"
        obligation = "K2" if held["kind"] == "reupload" else "L2"
        compared.take(*(() if checked is None else (obligation,)))
        if checked is None or held["seen"] != "up":
            continue
        entries = record.by("item.examined", "item").get(held["item"], []) if record.of("item.examined") else []
        compared.found.append(
            _found(
                code,
                obligation,
                "own",
                held.where,
                *(row.index for row in entries[:3]),
                probe=held["probe"],
                checked=moment(checked),
            )
        )
    return compared


def dump(record: Record, path: Path) -> Compared:
    """The Commission's database: statements and entries carry each other, and say the same."""
    from waarmerk.audit.dumped import read_dumped

    compared = Compared("dump", str(path))
    logged = {row.puid: row for row in record.of("statement.submitted") if row.result == "created"}
    seen: set[str] = set()
    reach = 0
    for held in read_dumped(path, record.service):
        compared.rows += 1
        reach = max(reach, held.created)
        seen.add(held.puid)
        if not _within(record, held.created):
            compared.outside += 1
            continue
        row = logged.get(held.puid)
        compared.take("A6", *(("S4", "R3") if row is not None else ()))
        if row is None:
            compared.found.append(_found("statement_without_decision", "A6", "proof", held.where, puid=held.puid))
            continue
        for name, stands, says in held.differs(row.body):
            compared.found.append(
                _found(
                    "statement_differs",
                    "R3" if name == "category" else "S4",
                    "law",
                    held.where,
                    row.index,
                    puid=held.puid,
                    field=name,
                    stands=stands,
                    logged=says,
                )
            )
    for puid, row in logged.items():
        if row.at > reach - _SLACK:
            continue
        compared.tested["S3"] += 1
        if puid not in seen:
            compared.found.append(_found("statement_not_in_database", "S3", "law", str(path), row.index, puid=puid))
    return compared


def _numbered(record: Record, kind: str, name: str, held: Held) -> Iterator[Found]:
    """What was acknowledged under a number is in the log, and the number is its own."""
    identifier = held["id"] if "id" in held.values else held["notice"]
    row = record.one(kind, name, identifier)
    numbers = record.channels.get(held["channel"])
    owner = None
    if numbers is not None and held.n is not None:
        owner = next((place for n, place in zip(*numbers, strict=True) if n == held.n), None)
    number = f"{held['channel']}-{held['n']}"
    if row is None:
        yield _found("missing", "A6", "proof", held.where, what=name, id=identifier, number=number)
        if owner is not None:
            yield _found("number_given_twice", "A6", "proof", held.where, owner, number=number, id=identifier)
    elif owner is not None and owner != row.index:
        yield _found("number_differs", "A6", "proof", held.where, row.index, owner, number=number, id=identifier)
    sent = held.at("sent_at")
    if row is not None and sent is not None and row.at < sent - _SLACK:
        times = {"sent": moment(sent), "logged": moment(row.at)}
        yield _found(
            "received_before_sent", "A2", "proof", held.where, row.index, question=True, id=identifier, **times
        )


def _within(record: Record, at: int | None) -> bool:
    """Whether a time lies where the bundle covers it, with room for two clocks at the end."""
    return at is not None and record.start <= at <= record.end - _SLACK


def _found(
    code: str, obligation: str, basis: Basis, where: str, *indexes: int, question: bool = False, **fields: str | int
) -> Found:
    return Found(
        code=code, obligation=obligation, basis=basis, question=question, where=where, indexes=indexes, fields=fields
    )

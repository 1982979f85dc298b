"""`waarmerk check --record`: each examination as an event in the record of a log, with its receipt.

Rules:
- The log is opened for each event alone, so that a long batch keeps nobody from recording.
- Each call is a channel of its own (`check-` and eight random digits), numbered from 1 without gaps.
- A tool is recorded as adopted once a log, before the first examination that names it.
- A receipt is `private/receipts/ID.json` in the folder of the log, written once the event is in the log.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from pathlib import Path

from waarmerk import __version__
from waarmerk.cli.log_common import now
from waarmerk.errors import IntegrityError, UsageError
from waarmerk.examine.report.recorded import answering, examined_event, parse_about, tool_digest
from waarmerk.record.bundle.write import appearing
from waarmerk.record.commitment import SALT_SIZE, canonical
from waarmerk.record.log.keyring import read_keys
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.log.storage import PRIVATE
from waarmerk.record.receipt import make_receipt
from waarmerk.record.recording import parse_line, record
from waarmerk.record.store import EventStore
from waarmerk.values import Examination, Json


class ExaminationRecorder:
    """Writes examinations of one call into the log in `folder`; `about` is the file that says whose items they are.

    Raises `UsageError` where there is no such file or log, `InputError` where the file does not say enough.
    """

    def __init__(self, folder: Path, about: Path | None) -> None:
        if about is None:
            raise UsageError(
                "an event says who posted the item, when, and why it was looked at", hint="give --about FILE.json"
            )
        if not about.is_file():
            raise UsageError("--about names what does not exist", where=str(about), hint="check the name")
        self._about = parse_about(about.read_bytes(), str(about))
        self._folder = folder
        self._storage = PosixStorage(folder)
        self._keys = [key.verifier for key in read_keys(self._storage)]
        self._channel = f"check-{secrets.token_hex(4)}"
        self._number = 0

    def add(self, examination: Examination) -> Path:
        """Records one examination, durable when it returns; gives the file of its receipt."""
        event_id = secrets.token_hex(16)
        with open_log(self._storage) as log, EventStore(self._folder) as store:
            lines = self._adopted(examination, store)
            lines.append(
                examined_event(
                    examination,
                    self._about,
                    event=event_id,
                    item=secrets.token_hex(16),
                    at=now(),
                    channel=self._channel,
                    number=self._number + len(lines) + 1,
                    version=__version__,
                )
            )
            events = [parse_line(line, now(), examination.asset.path) for line in lines]
            record(self._storage, log, store, events, lambda: secrets.token_bytes(SALT_SIZE))
            self._number += len(lines)
            index = store.index_of(event_id)
            stored = None if index is None else next(store.between(index, index + 1), None)
        if stored is None:
            raise IntegrityError("the event was recorded and is not there", where=str(self._folder))
        receipts = self._folder / PRIVATE / "receipts"
        receipts.mkdir(mode=0o700, exist_ok=True)
        path = receipts / f"{event_id}.json"
        with appearing(path) as file:
            file.write(make_receipt(Reader(self._storage, self._keys), self._keys, stored).data + b"\n")
        return path

    def _adopted(self, examination: Examination, store: EventStore) -> list[bytes]:
        """The tools that the event will name and this log does not know yet, as events without `logged_at`."""
        lines: list[bytes] = []
        for finding in answering(examination):
            tool = tool_digest(finding.analyzer, finding.version)
            # One id a tool, so that the store knows whether it was adopted before.
            event_id = sha256(f"tool.adopted {tool}".encode()).hexdigest()[:32]
            if store.find(event_id)[0]:
                continue
            moment = now()
            value: Json = {
                "kind": "tool.adopted",
                "v": 1,
                "id": event_id,
                "at": moment,
                "service": self._about.service,
                "channel": self._channel,
                "n": self._number + len(lines) + 1,
                "by": {"type": "machine", "tool": tool_digest("waarmerk", __version__)},
                "src": "native",
                "tool": tool,
                "name": finding.analyzer,
                "version": finding.version,
                "type": "analyzer",
                # Which items it can judge it says of each one (`in_domain`).
                "domain": [],
                "in_use_from": moment,
            }
            lines.append(canonical(value))
        return lines

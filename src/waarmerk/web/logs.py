"""What a running desk writes to its log of operation: one line of JSON an entry, without personal data.

Rules:
- Of an error its type and the places it went through, never its words: a database's error quotes what was stored.
- A library's words are left out for the same reason; its place says which they were. What this project writes is a
  fixed sentence, with the name of a duty at most.
- No address of a client is written: there is no log of requests.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_OURS = "waarmerk"


class Lines(logging.Formatter):
    """An entry as one line of JSON: at, level, logger, place, message, and error and trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "place": f"{record.module}:{record.lineno}",
        }
        if record.name.split(".")[0] == _OURS:
            entry["message"] = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            entry["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
            entry["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(entry)


def install() -> None:
    """Has everything that is logged in this process, by whomever, written as such lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    # The workflow library gives itself a handler of its own unless it has one.
    library = logging.getLogger("dbos")
    library.handlers[:] = [handler]
    library.propagate = False

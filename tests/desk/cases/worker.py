"""A worker in a process of its own, for tests that kill it; its arguments: database, queue, version."""

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from waarmerk.desk.cases.flow import Duties, Worker
from waarmerk.desk.cases.looking import Looked, Medium
from waarmerk.desk.policy.read import default_policy
from waarmerk.desk.store.database import open_database
from waarmerk.desk.store.unit import Desk
from waarmerk.errors import InputError

DAMAGED = "f" * 64
POISON = "e" * 64
DEADLY = "d" * 64
SLOW_S = 0.03


class SlowLooker:
    """Takes its time, so that a kill falls in mid-case; one digest cannot be examined, one breaks the examination."""

    def look(self, medium: Medium) -> Looked:
        time.sleep(SLOW_S)
        if medium.sha256 == DAMAGED:
            raise InputError("this file is damaged")
        if medium.sha256 == POISON:
            raise RuntimeError("a decoder fell over")
        if medium.sha256 == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        return Looked()


def check(path: Path, found: bool) -> str | None:
    """A line that names the path; one name cannot be examined, one ends the process."""
    del found
    time.sleep(SLOW_S)
    if path.name == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return None if path.name == "text" else json.dumps({"path": str(path)})


def main() -> None:
    url, queue, version = sys.argv[1:4]
    desk = Desk(open_database(url), "clips", lambda: datetime.now(UTC), os.urandom)
    duties = Duties(default_policy, SlowLooker(), "live", check=check)
    at_once = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    worker = Worker(desk, duties, queue_url=queue, at_once=at_once, poll_s=0.02, version=version)
    worker.start()
    print(worker.slot, flush=True)
    sys.stdin.read()
    worker.stop()


if __name__ == "__main__":
    main()

"""A process that records one batch of events and says so; `test_recording_crash` kills it at its system calls.

    python -m tests.record.recording FOLDER FIRST COUNT

It asks for its parent's number before and after, so that a trace shows where the recording begins and ends, and
prints `acknowledged` when the events are stored and in the log.
"""

import os
import sys
from pathlib import Path

from tests.record.making import event
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.recording import record
from waarmerk.record.store import EventStore

folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
batch = [(f"{number:032x}", event(number)) for number in range(first, first + count)]
os.getppid()
with open_log(PosixStorage(folder)) as log, EventStore(folder) as store:
    record(PosixStorage(folder), log, store, batch, lambda: os.urandom(32))
    os.writev(1, [b"acknowledged\n"])  # not write(2), which the tests make fail
os.getppid()

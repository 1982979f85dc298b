"""A process that appends one batch to a log and says so; `test_crash` kills it at its system calls.

    python appending.py FOLDER FIRST COUNT

It asks for its parent's number before and after, so that a trace shows where the append begins and ends, and prints
`acknowledged` when the entries are durable.
"""

import os
import sys
from pathlib import Path

from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.sequencer import open_log

folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
batch = [b"entry %d" % number for number in range(first, first + count)]
os.getppid()
with open_log(PosixStorage(folder)) as log:
    log.append(batch)
    os.writev(1, [b"acknowledged\n"])  # not write(2), which the tests make fail
os.getppid()

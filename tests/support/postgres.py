"""A PostgreSQL server for tests: a folder of its own, a Unix socket, no network."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

USER = "waarmerk"
# A system user for whoever is root, for PostgreSQL refuses to run as root.
OWNER = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def _programs() -> Path:
    """The folder of initdb and postgres: Debian keeps them out of PATH, one folder a version."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    assert folders, "these tests need PostgreSQL: make system"
    return folders[-1]


@contextmanager
def server() -> Iterator[str]:
    """A running server; gives the connection string of its database `postgres`."""
    # A socket's path has at most 107 bytes: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="waarmerk-pg-"))
    try:
        if OWNER:
            shutil.chown(folder, OWNER["user"], OWNER["group"])
        programs, data = _programs(), folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **OWNER,
        )
        options = {"listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (folder / "out").open("wb") as out:
            running = subprocess.Popen(
                [programs / "postgres", "-D", data, *settings], stdout=out, stderr=out, cwd=folder, **OWNER
            )
        try:
            address = f"host={folder} user={USER} dbname=postgres"
            _wait(address, running, folder / "out")
            yield address
        finally:
            running.send_signal(signal.SIGQUIT)  # at once, with no last checkpoint: the folder goes anyway
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(address: str, running: subprocess.Popen, out: Path) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError:
            assert running.poll() is None and time.monotonic() < end, out.read_text(encoding="utf-8")
            time.sleep(0.05)

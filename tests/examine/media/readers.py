"""Readers that try what a taken-over parser would try. Each runs in the jailed child, on a real file."""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from typing import BinaryIO

from waarmerk.errors import InputError
from waarmerk.examine.media import wire
from waarmerk.values import Asset, Json


def tried(deed: Callable[[], object]) -> dict[str, Json]:
    """What became of a deed: the error's name, or None where it went through."""
    try:
        deed()
    except Exception as error:  # noqa: BLE001 whatever stops it is the answer
        return {"stopped_by": type(error).__name__}
    return {"stopped_by": None}


def describe(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return {"head": file.read(4).hex(), "width": asset.width, "told": settings, "uid": os.getuid()}


def open_a_file(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(lambda: open("/etc/passwd", "rb").read())  # noqa: PTH123


def write_a_file(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(lambda: open(settings["path"], "wb").write(b"x"))  # noqa: PTH123


def list_a_folder(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(lambda: os.listdir("/"))  # noqa: PTH208


def connect(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(lambda: socket.create_connection(("127.0.0.1", settings["port"]), timeout=2))


def fork(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(os.fork)


def start_a_thread(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(threading.Thread(target=int).start)


def run_a_program(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(lambda: subprocess.run(["/bin/true"], check=True))


def signal_the_parent(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(lambda: os.kill(settings["pid"], signal.SIGTERM))


def become_root(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(lambda: os.setuid(0))


def take_memory(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(lambda: bytearray(1 << 30))


def map_memory(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return tried(lambda: mmap.mmap(-1, 8 << 30))


def turn_for_ever(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    while True:
        pass


def crash(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    ctypes.string_at(0)
    return {}


def leave(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    os._exit(7)


def speak_garbage(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return _speak(b"\x10\0\0\0" + b"{]" * 8)


def speak_too_long(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return _speak(b"\xff" * 64)


def point_outside(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    ends = wire.encode(wire.ReaderEnds(f"{__name__}:point_outside", {}))
    picture = wire.encode(wire.PictureReady(0, 0, 0, 0.0, 0, 1 << 20, 1 << 20, 1, 1, 1.0))
    return _speak(b"".join(wire.PREFIX.pack(len(data)) + data for data in (ends, picture)))


def promise_more(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    data = wire.encode(wire.Probed(asset))
    return _speak(wire.PREFIX.pack(len(data)) + data)


def refuse(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    raise InputError("holds a structure that is not understood")


def stumble(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return {"never": settings["not there"]}


def say_much(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return {"much": "x" * (20 << 20)}


def say_what_is_no_json(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    return {"thing": object()}


def _speak(data: bytes) -> dict[str, Json]:
    for descriptor in range(1, 16):
        try:
            os.write(descriptor, data)
        except OSError:
            continue
    return {}

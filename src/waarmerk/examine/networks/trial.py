"""A first run of an operator's network: on plain pictures, in a process of its own, with a time limit.

What crashes, loops, gives no number or takes too long does so here, once, and not in the middle of an examination.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from waarmerk.errors import InputError, WaarmerkError
from waarmerk.examine.networks.own import own_network

PATIENCE_S = 60.0
SLOWEST_MS = 10_000.0
"""Milliseconds a face on one core. At four faces a second of video, this is forty times the length of the video."""


@dataclass(frozen=True)
class Trial:
    """What a network did on plain pictures: milliseconds a face on one core, and its scores."""

    milliseconds: float
    scores: tuple[float, ...]


def tried(folder: Path, patience_s: float = PATIENCE_S, slowest_ms: float = SLOWEST_MS) -> Trial:
    """Runs the network in a folder of ours; InputError in one sentence for whatever it should not do."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(theirs, str(folder)), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(patience_s):
            raise InputError(
                f"this network had given no answer about three pictures after {patience_s:.0f} s",
                where=str(folder),
                hint="a network has to score a face in seconds at most",
            )
        found = ours.recv()
    except EOFError:
        process.join(5)
        raise InputError(
            f"this network made the process that ran it end (exit code {process.exitcode})",
            where=str(folder),
            hint="is there memory enough for it?",
        ) from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(found, WaarmerkError):
        raise found
    trial = Trial(*found)
    if trial.milliseconds > slowest_ms:
        raise InputError(
            f"this network takes {trial.milliseconds / 1e3:.1f} s for one face on one core, more than the "
            f"{slowest_ms / 1e3:.1f} s that an examination can wait",
            where=str(folder),
            hint="export a smaller one",
        )
    return trial


def _run(answers: Connection, folder: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        try:
            network = own_network(Path(folder))
            height, width = network.size
            rng = np.random.default_rng(0)
            grey = np.full((1, height, width, 3), 128, np.uint8)
            noise = rng.integers(0, 256, (1, height, width, 3), dtype=np.uint8)
            ramp = np.broadcast_to(np.linspace(0, 255, width).astype(np.uint8)[None, None, :, None], grey.shape)
            scores, times = [], []
            for picture in (grey, noise, np.ascontiguousarray(ramp)):
                started = time.process_time()
                scores.append(float(network.run(picture)[0][0]))
                times.append((time.process_time() - started) * 1e3)
            answers.send((min(times), tuple(scores)))
        except WaarmerkError as error:
            answers.send(error)

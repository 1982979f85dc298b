"""`/h` and `/m`: hashing and matching, as HMA's clients ask it."""

from __future__ import annotations

from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool

from waarmerk.bank.known import distances
from waarmerk.bank.signals.pdq import DISTANCE, distance
from waarmerk.errors import InputError, UsageError
from waarmerk.web.hma.here import ClientNow, Here, HereNow, body_json, fetched, uploaded
from waarmerk.web.hma.service import Hit, types_of
from waarmerk.web.hma.signals import NAMES, ContentType, Spoken, parse

router = APIRouter()
_KNOWN_LEAST = 0.8
"""Share of the second video's distinct hashes that vPDQ asks for."""
_TRUE = ("true", "1", "yes", "on")


@router.get("/h/hash")
def hash_address(
    at: HereNow, _: ClientNow, url: str | None = None, content_type: str | None = None, types: str | None = None
) -> dict[str, str]:
    spoken, kind = fetched(at, url, content_type)
    return hashes(spoken, kind, types)


@router.post("/h/hash")
async def hash_file(request: Request, _: ClientNow, types: str | None = None) -> dict[str, str]:
    spoken, kind, _fields = await uploaded(request)
    return hashes(spoken, kind, types)


@router.get("/m/raw_lookup")
def raw_lookup(
    at: HereNow,
    _: ClientNow,
    signal: str | None = None,
    signal_type: str | None = None,
    banks: str | None = None,
    include_distance: str = "false",
) -> dict[str, Any]:
    spoken = _spoken(signal, signal_type)
    hits = at.service.lookup(spoken, _names(banks))
    far = include_distance.lower() in _TRUE
    return {"matches": [hit.json() if far else hit.number for hit in hits]}


@router.get("/m/lookup")
def lookup(
    at: HereNow,
    _: ClientNow,
    url: str | None = None,
    content_type: str | None = None,
    types: str | None = None,
    signal: str | None = None,
    signal_type: str | None = None,
    banks: str | None = None,
    seed: str | None = None,
    bypass_coinflip: str = "false",
) -> dict[str, Any]:
    bypass = bypass_coinflip.lower() in _TRUE
    if url:
        spoken, kind = fetched(at, url, content_type)
        return _by_type(at, spoken, kind, types, banks, seed, bypass)
    return _told(at, _spoken(signal, signal_type), banks, seed, bypass)


@router.post("/m/lookup")
async def lookup_file(
    at: HereNow,
    request: Request,
    _: ClientNow,
    types: str | None = None,
    banks: str | None = None,
    seed: str | None = None,
    bypass_coinflip: str = "false",
) -> dict[str, Any]:
    spoken, kind, _fields = await uploaded(request)
    bypass = bypass_coinflip.lower() in _TRUE
    return await run_in_threadpool(_by_type, at, spoken, kind, types, banks, seed, bypass)


@router.post("/m/compare")
async def compare(request: Request, _: ClientNow) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, pair in (await body_json(request)).items():
        if not isinstance(pair, list) or len(pair) != 2:
            raise UsageError(f"{name}: a list of two hashes is compared")
        told[name] = _compared(name, *(parse(name, text) for text in pair))
    return told


@router.get("/m/index/status")
def index_status(at: HereNow, _: ClientNow, signal_type: str | None = None) -> dict[str, Any]:
    sizes, built = at.service.sizes()
    at.service.generation()
    return {
        name: {"present": sizes[name] > 0, "built_to": built if sizes[name] else -1, "size": sizes[name]}
        for name in limited(signal_type)
    }


def limited(signal_type: str | None) -> tuple[str, ...]:
    """All signal types, or the one asked for; raises UsageError for an unknown one."""
    if signal_type is not None and signal_type not in NAMES:
        raise UsageError(f"No such signal type '{signal_type}'")
    return NAMES if signal_type is None else (signal_type,)


def hashes(spoken: Spoken, kind: ContentType, types: str | None) -> dict[str, str]:
    """The signals of a medium by their type, as HMA writes them."""
    found = {name: spoken.written(name) for name in types_of(kind, types)}
    return {name: text for name, text in found.items() if text is not None}


def _spoken(signal: str | None, signal_type: str | None) -> Spoken:
    if not signal or not signal_type:
        raise UsageError(f"Missing required parameter: {'signal' if not signal else 'signal_type'}")
    return parse(signal_type, signal)


def _names(banks: str | None) -> list[str] | None:
    return None if banks is None else [name.strip() for name in banks.split(",") if name.strip()]


def _told(at: Here, spoken: Spoken, banks: str | None, seed: str | None, bypass: bool) -> dict[str, Any]:
    hits = at.service.lookup(spoken, _names(banks))
    found: dict[str, list[Hit]] = at.service.enabled(hits, seed=seed, bypass=bypass)
    return {bank: [hit.json() for hit in several] for bank, several in found.items()}


def _by_type(
    at: Here, spoken: Spoken, kind: ContentType, types: str | None, banks: str | None, seed: str | None, bypass: bool
) -> dict[str, Any]:
    return {name: _told(at, spoken.only(name), banks, seed, bypass) for name in types_of(kind, types)}


def _compared(name: str, a: Spoken, b: Spoken) -> list[Any]:
    if name == "video_md5":
        same = a.md5 == b.md5
        return [same, {"distance": 0 if same else 1}]
    if a.signals is None or b.signals is None:
        raise InputError(f"these are no {name} signals")
    if name == "pdq":
        apart = distance(a.signals.frames.codes[0], b.signals.frames.codes[0])
        return [apart <= DISTANCE, {"distance": apart}]
    query, known = (np.unique(one.frames.usable().codes, axis=0) for one in (a.signals, b.signals))
    near = np.asarray([distances(known, code) <= DISTANCE for code in query], np.bool_).reshape(
        len(query), len(known)
    )
    query_matched, known_matched = _share(np.any(near, axis=1)), _share(np.any(near, axis=0))
    return [known_matched >= _KNOWN_LEAST, {"query_matched": query_matched, "known_matched": known_matched}]


def _share(matched: NDArray[np.bool_] | np.bool_) -> float:
    return round(float(np.mean(matched)), 4) if np.size(matched) else 0.0

"""Reads a file's C2PA manifests. Runs in the jailed child: no file is opened here, nothing is fetched.

Rules:
- One settings object, `settings`: no remote manifest, no revocation request leaves this machine. The library takes
  a misspelt setting for none, so a test with a listening server holds these, not the spelling alone.
- The format is told by the bytes, never by the file's name. A format that C2PA's library cannot read is "not
  supported", which is not "no provenance".
- A manifest is *damaged* where bytes of one are there and cannot be read; a file is *unreadable* where it is so
  broken that nothing can be said about a manifest.
- *Valid* is an intact manifest whose signer is not on the operator's trust list; *trusted* one whose signer is;
  *invalid* anything else: changed, cut, wrongly signed. Change and cut cannot be told apart.
- A file is *declared synthetic* where an intact manifest says so: the file's own, or that of what it was made from
  (`parentOf`, `componentOf`; an `inputTo` only inspired it) if that one was intact when it was taken up.
"""

from __future__ import annotations

import io
import json
import re
from typing import Any, BinaryIO, Final, cast

from c2pa import C2paError, Context, Reader

from waarmerk.errors import InputError
from waarmerk.examine.analyzers.media_types import media_type
from waarmerk.examine.analyzers.provenance_traces import shortened, traces
from waarmerk.values import Asset, Json

SYNTHETIC: Final = frozenset(
    {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic", "algorithmicMedia"}
)
"""IPTC digital source types (last part of the address) that say: made, wholly or partly, by an algorithm."""

PURPOSES: Final = (
    "1.3.6.1.5.5.7.3.4",  # e-mail protection
    "1.3.6.1.5.5.7.3.36",  # document signing
    "1.3.6.1.5.5.7.3.8",  # time stamping
    "1.3.6.1.5.5.7.3.9",  # OCSP signing
    "1.3.6.1.4.1.311.76.59.1.9",  # Microsoft C2PA signing
    "1.3.6.1.4.1.62558.2.1",  # C2PA claim signing; the library's own list lacks it
)
"""Extended key usages that a signer's certificate may have [C2PA 2.2, 14.5]."""

MANIFESTS: Final = 64
"""Manifests and ingredients of one file that are told; a file can hold any number."""

_Object = dict[str, Any]


def settings(anchors: str | None) -> dict[str, Json]:
    """Everything that the library is told; `anchors`: certificates in PEM, or None."""
    trust: dict[str, Json] = {"trust_config": "\n".join(PURPOSES)}
    if anchors is not None:
        trust["trust_anchors"] = anchors
    return {
        "verify": {"verify_trust": True, "ocsp_fetch": False, "remote_manifest_fetch": False},
        "trust": trust,
    }


def read(file: BinaryIO, asset: Asset, options: dict[str, Json]) -> dict[str, Json]:  # noqa: ARG001
    """The facts, by the schema `provenance.FACTS`; `options["trust_anchors"]`: PEM text or None."""
    kind = media_type(file)
    facts: dict[str, Json] = {
        "format": kind,
        "supported": kind is not None and kind in Reader.get_supported_mime_types(),
        "manifest": "none",
        "state": None,
        "declared_synthetic": False,
        "tampered": False,
        "trust_list": options.get("trust_anchors") is not None,
        "remote_url": None,
        "codes": [],
        "manifests": [],
        "omitted": 0,
        "error": None,
    }
    if facts["supported"]:
        facts |= _manifests(cast(str, kind), file, cast("str | None", options.get("trust_anchors")))
    else:
        facts["manifest"] = "not-supported"
    found = traces(file)
    remains = any(trace["kind"] == "manifest-remains" for trace in found)
    if facts["manifest"] == "unreadable" and remains:
        facts["manifest"] = "damaged"
    # A manifest that is there leaves no remains of one that is gone.
    facts["traces"] = [t for t in found if t["kind"] != "manifest-remains" or facts["manifest"] == "none"]
    return facts


_REMOTE: Final = re.compile(r"must fetch remote manifests from url (\S+)")


class _Watched(io.RawIOBase):
    """The file as the library reads it; remembers a failure to read, which the library would tell as the file's."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self.failure: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            self.failure = error
            raise

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            self.failure = error
            raise

    def tell(self) -> int:
        return self._file.tell()

    def write(self, data: object) -> int:  # noqa: ARG002 the library asks that it be there
        raise io.UnsupportedOperation("a stranger's file is never written")


def _manifests(kind: str, file: BinaryIO, anchors: str | None) -> dict[str, Json]:
    watched = _Watched(file)
    with Context.from_dict(settings(anchors)) as context:
        try:
            reader = Reader.try_create(kind, watched, context=context)
        except C2paError as error:
            if watched.failure is not None:
                raise InputError(f"its provenance could not be read: {watched.failure}") from error
            if remote := _REMOTE.search(str(error)):
                return {"manifest": "remote", "remote_url": shortened(remote[1])}
            return {"manifest": "unreadable", "error": shortened(str(error))}
        if reader is None:
            return {"manifest": "none"}
        with reader:
            return _told(json.loads(reader.json()))


def _told(store: _Object) -> dict[str, Json]:
    """The facts of a manifest store as the library writes it."""
    manifests: dict[str, _Object] = store.get("manifests") or {}
    active = store.get("active_manifest")
    state = str(store.get("validation_state") or "Invalid").lower()
    results = (store.get("validation_results") or {}).get("activeManifest") or {}
    codes = [
        {"code": shortened(str(status["code"])), "outcome": outcome}
        for outcome in ("failure", "informational", "success")
        for status in results.get(outcome, ())
    ]
    failed = [code["code"] for code in codes if code["outcome"] == "failure"]
    ordered = [active, *(label for label in manifests if label != active)] if active in manifests else list(manifests)
    return {
        "manifest": "embedded",
        "state": state,
        "codes": [code for place, code in enumerate(codes) if code not in codes[:place]],
        "tampered": any(code.endswith(".mismatch") for code in failed),
        "manifests": [_manifest(label, manifests[label], label == active) for label in ordered[:MANIFESTS]],
        "omitted": max(0, len(ordered) - MANIFESTS),
        "declared_synthetic": state in ("valid", "trusted") and _declares(active, manifests, set()),
    }


def _manifest(label: str, manifest: _Object, active: bool) -> dict[str, Json]:
    signature = manifest.get("signature_info") or {}
    claims = manifest.get("claim_generator_info") or [{"name": manifest.get("claim_generator")}]
    assertions = manifest.get("assertions") or []
    return {
        "label": shortened(label),
        "active": active,
        "title": _text(manifest.get("title")),
        "made_with": [" ".join(filter(None, (_text(c.get("name")), _text(c.get("version"))))) for c in claims],
        "signer": {
            "organisation": _text(signature.get("issuer")),
            "name": _text(signature.get("common_name")),
            "algorithm": _text(signature.get("alg")),
            "serial": _text(signature.get("cert_serial_number")),
            "signed_at": _text(signature.get("time")),
        },
        "digital_source_types": _source_types(manifest),
        "actions": [
            {
                "action": _text(action.get("action")),
                "when": _text(action.get("when")),
                "digital_source_type": _source_type(action.get("digitalSourceType")),
            }
            for assertion in assertions
            if str(assertion.get("label", "")).startswith("c2pa.actions")
            for action in (assertion.get("data") or {}).get("actions", ())[:MANIFESTS]
        ],
        "soft_bindings": [
            _text((assertion.get("data") or {}).get("alg"))
            for assertion in assertions
            if str(assertion.get("label", "")).startswith("c2pa.soft-binding")
        ],
        "ingredients": [_ingredient(ingredient) for ingredient in (manifest.get("ingredients") or [])[:MANIFESTS]],
    }


def _ingredient(ingredient: _Object) -> dict[str, Json]:
    return {
        "title": _text(ingredient.get("title")),
        "relationship": _text(ingredient.get("relationship")),
        "manifest": _text(ingredient.get("active_manifest")),
        "intact": _intact(ingredient) if ingredient.get("active_manifest") else None,
    }


def _intact(ingredient: _Object) -> bool:
    """No failure but an unknown signer, by what was recorded when the ingredient was taken up."""
    results = (ingredient.get("validation_results") or {}).get("activeManifest") or {}
    statuses = [*results.get("failure", ()), *(ingredient.get("validation_status") or ())]
    return all(status.get("code") == "signingCredential.untrusted" for status in statuses)


def _declares(label: str | None, manifests: dict[str, _Object], seen: set[str]) -> bool:
    """Whether this manifest, or an intact one of what the medium was made from, names a synthetic source type."""
    waiting = [label]
    while waiting:
        label = waiting.pop()
        if label is None or label in seen or label not in manifests:
            continue
        seen.add(label)
        if SYNTHETIC.intersection(_source_types(manifests[label])):
            return True
        waiting += [
            ingredient.get("active_manifest")
            for ingredient in manifests[label].get("ingredients") or ()
            if ingredient.get("relationship") in ("parentOf", "componentOf") and _intact(ingredient)
        ]
    return False


def _source_types(manifest: _Object) -> list[str]:
    """Every digital source type that the manifest's assertions name, sorted."""
    found: set[str] = set()
    waiting: list[Any] = [assertion.get("data") for assertion in manifest.get("assertions") or ()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            for key, inner in value.items():
                # In actions `digitalSourceType`, in metadata assertions `Iptc4xmpExt:DigitalSourceType`.
                if key.rpartition(":")[2].lower() == "digitalsourcetype" and isinstance(inner, str):
                    found.add(cast(str, _source_type(inner)))
                else:
                    waiting.append(inner)
    return sorted(found)


def _source_type(value: object) -> str | None:
    """The last part of the type's address, as IPTC names it."""
    return shortened(value.rstrip("/").rpartition("/")[2]) if isinstance(value, str) else None


def _text(value: object) -> str | None:
    return None if value is None else shortened(str(value))

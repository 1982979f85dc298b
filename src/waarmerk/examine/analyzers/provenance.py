"""The analyzer `provenance`: what a file's own signed statement says about where it comes from.

Rules:
- Facts alone, no ratio: a missing manifest says nothing (most files have none, and any tool removes it), and a
  present one says as much as one trusts its signer.
- The file is read in the jailed child (`provenance_reader`). Who is trusted is the operator's list of certificate
  authorities; without one every intact manifest is *valid* and none *trusted*.
- `declared_synthetic` is true only for an intact manifest; unsigned notes are `traces`.
"""

from __future__ import annotations

import stat
import warnings
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from waarmerk.errors import InputError
from waarmerk.examine.analyzers.file_watch import FileWatch
from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need
from waarmerk.values import Asset, Json

VERSION: Final = "1"
READER: Final = "waarmerk.examine.analyzers.provenance_reader:read"
_LARGEST_LIST: Final = 8 << 20
"""Bytes of a trust list: the public ones are under one megabyte."""

_TEXT: Final[dict[str, Json]] = {"type": ["string", "null"]}
FACTS: Final[dict[str, Json]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "What the analyzer `provenance` found",
    "type": "object",
    "additionalProperties": False,
    "required": [
        "format",
        "supported",
        "manifest",
        "state",
        "declared_synthetic",
        "tampered",
        "trust_list",
        "traces",
    ],
    "properties": {
        "format": {**_TEXT, "description": "media type by the file's first bytes"},
        "supported": {"type": "boolean", "description": "false: manifests of this format cannot be read"},
        "manifest": {"enum": ["embedded", "remote", "none", "damaged", "unreadable", "not-supported"]},
        "state": {"enum": ["trusted", "valid", "invalid", None]},
        "declared_synthetic": {"type": "boolean"},
        "tampered": {"type": "boolean", "description": "a hash or signature does not match the file: changed or cut"},
        "trust_list": {"type": "boolean", "description": "whether the operator gave one"},
        "remote_url": {**_TEXT, "description": "where the manifest is said to be; it is not fetched"},
        "error": {**_TEXT, "description": "why a manifest could not be read"},
        "omitted": {"type": "integer", "description": "manifests that are not told, past the first 64"},
        "codes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "outcome"],
                "properties": {
                    "code": {"type": "string", "description": "validation status code of C2PA, section 15.2"},
                    "outcome": {"enum": ["failure", "informational", "success"]},
                },
            },
        },
        "manifests": {
            "type": "array",
            "description": "the active one first",
            "items": {
                "type": "object",
                "required": ["label", "active", "signer", "digital_source_types", "actions", "ingredients"],
                "properties": {
                    "label": {"type": "string"},
                    "active": {"type": "boolean"},
                    "title": _TEXT,
                    "made_with": {"type": "array", "items": {"type": "string"}},
                    "signer": {
                        "type": "object",
                        "properties": dict.fromkeys(
                            ("organisation", "name", "algorithm", "serial", "signed_at"), _TEXT
                        ),
                    },
                    "digital_source_types": {"type": "array", "items": {"type": "string"}},
                    "actions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": dict.fromkeys(("action", "when", "digital_source_type"), _TEXT),
                        },
                    },
                    "soft_bindings": {"type": "array", "items": _TEXT},
                    "ingredients": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                **dict.fromkeys(("title", "relationship", "manifest"), _TEXT),
                                "intact": {"type": ["boolean", "null"]},
                            },
                        },
                    },
                },
            },
        },
        "traces": {
            "type": "array",
            "description": "unsigned notes, and what a removed manifest left",
            "items": {
                "type": "object",
                "required": ["kind", "value"],
                "properties": {
                    "kind": {"enum": ["xmp-provenance", "xmp-digital-source-type", "manifest-remains", "aigc-label"]},
                    "value": {"type": "string"},
                },
            },
        },
    },
}


class ProvenanceAnalyzer:
    """Reads C2PA manifests and says who signed what about the file."""

    name = "provenance"
    version = VERSION
    needs: Need = "file"
    reader = READER
    facts_schema = FACTS

    def reader_settings(self, options: AnalyzerOptions) -> dict[str, Json]:
        """The trust list as PEM text, or None; raises InputError where the operator's file is none."""
        return {"trust_anchors": None if options.trust_anchors is None else trust_list(options.trust_anchors)}

    def start(self, asset: Asset, options: AnalyzerOptions) -> FileWatch:  # noqa: ARG002
        """Begins on one medium."""
        return FileWatch(self, "the file's provenance")


def trust_list(path: Path) -> str:
    """The certificates of a PEM file, and nothing else of it; raises InputError that says what is wrong with it."""
    where, hint = str(path), "give certificates in PEM: -----BEGIN CERTIFICATE----- ..."
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            raise InputError("the trust list is not a file", where=where, hint=hint)
        if info.st_size > _LARGEST_LIST:
            raise InputError(f"the trust list is larger than {_LARGEST_LIST >> 20} MiB", where=where, hint=hint)
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"the trust list cannot be read: {error.strerror or error}", where=where) from error
    except ValueError as error:  # a NUL in the path
        raise InputError(f"the trust list cannot be read: {error}", where=repr(where)) from error
    try:
        with warnings.catch_warnings():
            # Authorities of old carry oddities (serial numbers) that the library warns about and takes.
            warnings.simplefilter("ignore")
            certificates = x509.load_pem_x509_certificates(text)
    except ValueError as error:
        raise InputError(
            "the trust list holds no readable certificate, or a damaged one", where=where, hint=hint
        ) from error
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in certificates)

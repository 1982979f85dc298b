"""A checkpoint anchored in time by an authority that knows nothing of the log (RFC 3161).

Rules:
- What is stamped is the text of the checkpoint (origin, size, root), so that cosignatures may come and go.
- A token counts under a root certificate that the verifier was given; the authority's certificate must be for time
  stamping (RFC 3161 section 2.3), and the nonce must be the one that was sent (section 2.4.2).
- It proves that this head of the log existed at that time: a log that is rewritten later cannot have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509

from waarmerk.errors import DependencyError, InputError, IntegrityError

try:
    import rfc3161_client as rfc3161
except ModuleNotFoundError as missing:
    raise DependencyError(
        "time-stamps need the Python package rfc3161-client", hint="pip install 'waarmerk[anchor]'"
    ) from missing

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

QUERY_TYPE = "application/timestamp-query"
MAX_TOKEN = 1 << 20
_OK = 200


def anchor(text: str, roots: Sequence[x509.Certificate], post: Callable[[bytes], tuple[int, bytes]]) -> bytes:
    """The authority's answer for the text of a checkpoint, checked; `post` sends a query and gives status and body.

    Raises `InputError` where the answer is none, `IntegrityError` where it is not for this text and query.
    """
    query = rfc3161.TimestampRequestBuilder().data(text.encode()).hash_algorithm(rfc3161.HashAlgorithm.SHA256).build()
    status, body = post(query.as_bytes())
    if status != _OK:
        said = body[:200].decode("utf-8", "replace").strip()
        raise InputError(f"the time-stamp authority answered {status}: {said or 'nothing more'}")
    response = _parse(body)
    _verify(response, text, rfc3161.VerifierBuilder.from_request(query), roots)
    return body


def anchored_at(token: bytes, text: str, roots: Sequence[x509.Certificate]) -> datetime:
    """When, by the authority under one of `roots`, the checkpoint of this text existed.

    Raises `InputError` where the token cannot be read, `IntegrityError` where it is for another text or authority.
    """
    response = _parse(token)
    _verify(response, text, rfc3161.VerifierBuilder(), roots)
    return response.tst_info.gen_time


def read_roots(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file. Raises `InputError` where there is none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise InputError("there is no certificate in PEM form here", hint="-----BEGIN CERTIFICATE-----") from error


def _parse(token: bytes) -> TimeStampResponse:
    if len(token) > MAX_TOKEN:
        raise InputError(f"a time-stamp of {len(token)} bytes is above the limit of {MAX_TOKEN}")
    try:
        response = rfc3161.decode_timestamp_response(token)
        # A refusal carries no token, which shows only when it is asked for.
        response.tst_info.gen_time  # noqa: B018
    except (ValueError, TypeError, RuntimeError) as error:
        raise InputError("this is not a time-stamp that was granted (RFC 3161)") from error
    return response


def _verify(
    response: TimeStampResponse, text: str, builder: rfc3161.VerifierBuilder, roots: Sequence[x509.Certificate]
) -> None:
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(response, text.encode())
    except (rfc3161.VerificationError, ValueError) as error:
        raise IntegrityError(f"the time-stamp does not hold: {error}", evidence=(text.encode(),)) from error

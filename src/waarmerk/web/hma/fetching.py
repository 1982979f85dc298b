"""Media by their address, from places that the operator has named and from nowhere else.

Rules:
- An address is fetched where it begins with one of the operator's: same scheme, host and port, and a path below it.
- The host is resolved once, and only addresses that are public are asked (`private`: unless the operator says so);
  the connection goes to the address that was checked, so no second answer of the name server leads elsewhere.
- Redirects are not followed; size and time have ends; no proxy of the environment is used.
"""

from __future__ import annotations

import ipaddress
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

import httpx

from waarmerk.errors import InputError

_CHUNK: Final = 1 << 16


class TooLargeError(InputError):
    """The medium is larger than what is taken."""


class BadAddressError(InputError):
    """The address is not one from which media are fetched."""


@dataclass(frozen=True)
class Fetched:
    """A medium in a file that is removed when it is closed, and what its server calls it."""

    file: IO[bytes]
    content_type: str

    @property
    def path(self) -> Path:
        return Path(self.file.name)


class Fetcher:
    """Fetches from below `allowed`; `seconds` in all, `most` bytes; `private`: also from an own network."""

    def __init__(
        self,
        allowed: Sequence[str],
        *,
        most: int,
        seconds: float = 60.0,
        private: bool = False,
        resolve: Callable[[str, int], list[str]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = [_parsed(address) for address in allowed]
        self._most, self._seconds, self._private, self._clock = most, seconds, private, clock
        self._resolve = resolve or _resolved

    def fetch(self, address: str) -> Fetched:
        """The medium; raises BadAddressError, TooLargeError, or InputError where the server does not give it."""
        url = _parsed(address)
        if not any(_below(url, place) for place in self._allowed):
            raise BadAddressError(
                f"{url.host} is not among the places that media are fetched from", hint="serve --allow-url PLACE"
            )
        port = url.port or (443 if url.scheme == "https" else 80)
        number = self._address(url.host, port)
        # The checked address is connected to; the name goes into the request and into the certificate's check.
        target = url.copy_with(host=number)
        headers = {"host": url.netloc.decode("ascii"), "accept": "image/*, video/*", "accept-encoding": "identity"}
        extensions = {"sni_hostname": url.host}
        ends = self._clock() + self._seconds
        file = tempfile.NamedTemporaryFile(prefix="waarmerk-")  # noqa: SIM115 the caller closes it
        try:
            with (
                httpx.Client(follow_redirects=False, trust_env=False, timeout=min(10.0, self._seconds)) as client,
                client.stream("GET", target, headers=headers, extensions=extensions) as answer,
            ):
                if answer.status_code != 200:
                    raise InputError(f"the address answers {answer.status_code}", hint="redirects are not followed")
                self._keep(answer, file, ends)
            return Fetched(file, answer.headers.get("content-type", ""))
        except httpx.HTTPError as error:
            file.close()
            raise InputError(f"the medium cannot be fetched: {type(error).__name__}") from error
        except BaseException:
            file.close()
            raise

    def _keep(self, answer: httpx.Response, file: IO[bytes], ends: float) -> None:
        size = 0
        for chunk in answer.iter_raw(_CHUNK):
            size += len(chunk)
            if size > self._most:
                raise TooLargeError(f"the medium has more than {self._most} bytes")
            if self._clock() > ends:
                raise InputError(f"the medium did not come within {self._seconds:g} s")
            file.write(chunk)
        file.flush()

    def _address(self, host: str, port: int) -> str:
        try:
            found = self._resolve(host, port)
        except OSError as error:
            raise BadAddressError(f"{host} cannot be resolved") from error
        for number in found:
            address = ipaddress.ip_address(number)
            if not self._private and (not address.is_global or address.is_multicast):
                raise BadAddressError(f"{host} is an address of a private network")
        if not found:
            raise BadAddressError(f"{host} has no address")
        return found[0]


def _resolved(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _parsed(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise BadAddressError("this is no address of a medium") from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise BadAddressError("this is no address of a medium", hint="https://HOST/PATH, without name and password")
    return url


def _below(url: httpx.URL, place: httpx.URL) -> bool:
    same = (url.scheme, url.host, url.port) == (place.scheme, place.host, place.port)
    path = PurePosixPath(url.path)
    return same and ".." not in path.parts and path.is_relative_to(place.path or "/")

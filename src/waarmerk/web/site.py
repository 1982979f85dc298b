"""What every part of the web needs: the desk, who may ask how much, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import Depends, Header, HTTPException, Request

from waarmerk.desk.intake.backlog import Backlog
from waarmerk.desk.people.keys import Key, Role, find_key
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.policy.read import default_policy
from waarmerk.desk.store.media import MediaStore
from waarmerk.desk.store.unit import Desk, written
from waarmerk.record.log.posix import PosixStorage
from waarmerk.web.auth.rates import Rates
from waarmerk.web.console.previews import Previews


def nothing_to_retire(entry: str, pid: str, decision: str | None) -> None:
    """Where there is no bank, no entry can be retired."""
    del entry, pid, decision


NO_NUL = r"^[^\x00]*$"
"""What text from outside must match: PostgreSQL keeps no NUL, and no person types one."""


@dataclass(frozen=True)
class Site:
    """One installation. `local`: it answers on loopback alone, to whoever sits at the machine.

    `retire`: has the bank forget an entry that a reversed decision had put there, by whom.
    """

    desk: Desk
    rates: Rates
    media: MediaStore | None = None
    previews: Previews | None = None
    log: PosixStorage | None = None
    mode: Literal["live", "shadow"] = "shadow"
    local: bool = False
    max_upload: int = 4 << 30
    contact: str = ""
    backlog: Backlog | None = None
    policy: Callable[[], Policy] = field(default=default_policy)
    retire: Callable[[str, str, str | None], None] = field(default=nothing_to_retire)

    def now(self) -> str:
        """The time as tables hold it."""
        return written(self.desk.clock())


def site_of(request: Request) -> Site:
    """The installation that answers this request."""
    site = request.app.state.site
    assert isinstance(site, Site)  # noqa: S101 set by `create_app`
    return site


SiteHere = Annotated[Site, Depends(site_of)]


def asker(request: Request) -> str:
    """By whom a rate is counted: the key's name, else the address."""
    return request.client.host if request.client else "nobody"


def limited(request: Request, site: SiteHere) -> None:
    """Refuses who asks too much, saying when to come back."""
    wait = site.rates.wait_s(asker(request))
    if wait:
        raise HTTPException(429, "too many requests", {"Retry-After": str(max(1, round(wait)))})


def needs(*roles: Role) -> Callable[..., Key]:
    """A dependency: the key of the request, which must have one of these roles (an admin has them all)."""

    def check(request: Request, site: SiteHere, authorization: Annotated[str, Header()] = "") -> Key:
        scheme, _, value = authorization.partition(" ")
        key = find_key(site.desk, value) if scheme.lower() == "bearer" and value else None
        if key is None:
            limited(request, site)
            raise HTTPException(401, "this needs a key that is good", {"WWW-Authenticate": "Bearer"})
        if key.role != "admin" and key.role not in roles:
            raise HTTPException(403, f"a key of the role {key.role} must not do this")
        return key

    return check

"""A journalist's page: on one's own machine, anybody drops a file and sees progress and then the report of `check`.

Rules:
- Loopback alone: the page is only mounted where the site answers to nobody else.
- A file is written to the scratch folder, examined one after the other, and removed; reports are kept in memory, the
  last `KEPT` of them, and nowhere else.
"""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, Protocol
from urllib.parse import unquote

import msgspec
from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse

from waarmerk.errors import WaarmerkError
from waarmerk.examine.report import html
from waarmerk.examine.report.sentences import Sentences
from waarmerk.examine.walk import Examiner, Options
from waarmerk.values import Examination
from waarmerk.web.render import check_csrf, language, render
from waarmerk.web.site import SiteHere

KEPT = 20
# The report is one page without scripts and brings its own style.
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class Examines(Protocol):
    """One file after the other."""

    def examine(self, path: Path, *, progress: Callable[[float], None]) -> Examination: ...


class Looks:
    """What is being examined and what came of it. `examiner` is made when the first file comes."""

    def __init__(self, scratch: Path, examiner: Callable[[], Examines] | None = None) -> None:
        self._scratch = scratch
        scratch.mkdir(parents=True, exist_ok=True)
        self._made = examiner or (lambda: _Walk(Examiner(Options(), clock=time.monotonic)))
        self._examiner: Examines | None = None
        self._one = ThreadPoolExecutor(1, thread_name_prefix="look")
        self._looks: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._turn = threading.Lock()

    def begin(self, file: Any, name: str) -> str:
        """Has a temporary file examined and removed; the look's id."""
        look = secrets.token_urlsafe(16)
        with self._turn:
            self._looks[look] = {"state": "working", "seen": 0.0, "name": name}
            while len(self._looks) > KEPT:
                self._looks.popitem(last=False)
        self._one.submit(self._look, look, file, name)
        return look

    def state(self, look: str) -> dict[str, Any] | None:
        """How far it is: `working` with the share seen, `done`, or `failed` with the sentence."""
        found = self._looks.get(look)
        return None if found is None else {name: found[name] for name in found if name not in ("told", "name")}

    def told(self, look: str) -> tuple[str, Examination | WaarmerkError] | None:
        """Name and result, where there is one."""
        found = self._looks.get(look)
        return None if found is None else found.get("told")

    def _look(self, look: str, file: Any, name: str) -> None:
        entry = self._looks.get(look, {})
        try:
            with file:
                if self._examiner is None:
                    self._examiner = self._made()
                done = self._examiner.examine(Path(file.name), progress=lambda seen: entry.update(seen=seen))
            done = msgspec.structs.replace(done, asset=msgspec.structs.replace(done.asset, path=name))
            entry.update(state="done", told=(name, done), seen=1.0)
        except WaarmerkError as error:
            entry.update(state="failed", told=(name, error), message=error.message)
        except Exception as error:
            entry.update(state="failed", message="something went wrong here")
            raise RuntimeError("a look failed") from error


class _Walk:
    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner

    def examine(self, path: Path, *, progress: Callable[[float], None]) -> Examination:
        return self._examiner.examine(path, progress=progress)


def router_of(looks: Looks) -> APIRouter:
    """The page, the file that it sends, its progress and its report."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def page(request: Request, site: SiteHere) -> HTMLResponse:
        return render(request, site, "drop.html")

    @router.post("/look")
    async def send(
        request: Request,
        site: SiteHere,
        x_csrf: Annotated[str, Header()] = "",
        x_name: Annotated[str, Header()] = "",
    ) -> JSONResponse:
        check_csrf(request, x_csrf)
        file = tempfile.NamedTemporaryFile(dir=looks._scratch)  # noqa: SIM115 closed by the look
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > site.max_upload:
                file.close()
                raise HTTPException(413, f"a file has at most {site.max_upload} bytes here")
            file.write(chunk)
        file.flush()
        name = unquote(x_name)[:200] or "file"
        return JSONResponse({"look": looks.begin(file, name), "state": "working"})

    @router.get("/look/{look}")
    def progress(look: str) -> JSONResponse:
        state = looks.state(look)
        if state is None:
            raise HTTPException(404, "this look is not kept any more")
        return JSONResponse(state)

    @router.get("/look/{look}/report")
    def report(look: str, request: Request) -> HTMLResponse:
        told = looks.told(look)
        if told is None:
            raise HTTPException(404, "this report is not kept any more")
        text = html.page([told], Sentences(language(request)))
        return HTMLResponse(text, headers={"Content-Security-Policy": _PAGE_POLICY})

    return router

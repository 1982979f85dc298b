"""The people who decide at the desk's own pages: they log in, take the first case of the queue, look, decide.

Rules:
- A shift is 06 to 22 UTC, every day; each person finishes a case in about ten minutes.
- They find the item at the platform, by the reference that the page names, and judge it right nine times in ten.
- With a habit, a case is put aside by all of them: for ever, or for a day or two.
- Whoever decided is not asked again about a complaint: the desk refuses, and they leave it to another.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import httpx
from simulation.plaza.habits import Habits
from simulation.remote.client import Client
from simulation.world.acts import Nature
from simulation.world.chance import Chance
from simulation.world.clock import DAY, HOUR, MINUTE, Loop

_CASE = re.compile(r'href="/case/([0-9a-f]{32})"')
_CHOICE = re.compile(r'name="choice" value="([^"]+)"(?: data-key="(\d)")?')
_FIELD = re.compile(r'name="(csrf|version)" value="([^"]*)"')
_ITEM = re.compile(r"clip-\d+|crowd-\d+")
_RULES = {
    "intimate": "rule:intimate-reported",
    "fraud": "rule:fraud",
    "election": "rule:political-deception",
    "minors": "rule:child-abuse",
}
# No connection is kept: one that the desk closed meanwhile would break the next request.
_LIMITS = httpx.Limits(max_keepalive_connections=0)
RIGHT = 0.93


class Reviewer:
    """Somebody with a login."""

    def __init__(
        self,
        loop: Loop,
        client: Client,
        chance: Chance,
        habits: Habits,
        login: str,
        password: str,
        settle: Callable[[], None],
        aside: dict[str, int],
    ) -> None:
        self._loop, self._client, self._chance, self._habits = loop, client, chance, habits
        self._login, self._settle, self._aside = login, settle, aside
        self._http = httpx.Client(
            base_url=client.address, timeout=60, trust_env=False, follow_redirects=True, limits=_LIMITS
        )
        self._password = password
        self._log_in()
        self._left: set[str] = set()

    def begin(self) -> None:
        """Works, and comes back."""
        hour = self._loop.now % DAY // HOUR
        if 6 <= hour < 22:
            self._work()
        self._loop.after(self._chance.uniform(6, 14) * MINUTE, self.begin)

    def _log_in(self) -> None:
        page = self._http.get("/login").text
        token = dict(_FIELD.findall(page))["csrf"]
        answer = self._http.post("/login", data={"csrf": token, "login": self._login, "password": self._password})
        if not str(answer.url).endswith("/queue"):
            raise RuntimeError(f"{self._login} could not log in: {answer.status_code}")

    def _page(self, path: str) -> str:
        """A page; a session that is over is begun again."""
        answer = self._http.get(path)
        if str(answer.url).endswith("/login"):
            self._log_in()
            answer = self._http.get(path)
        return answer.text

    def _work(self) -> None:
        now = self._loop.now
        waiting = _CASE.findall(self._page("/queue"))
        cases = [each for each in waiting if each not in self._left and self._aside.get(each, 0) <= now]
        if not cases:
            return
        case = cases[0]
        if case not in self._aside:
            self._aside[case] = 0
            if self._habits.strikes("notices-left", case=case):
                self._aside[case] = 1 << 62
            elif self._habits.strikes("flaggers-overtaken", case=case):
                self._aside[case] = now + int(self._chance.uniform(12, 48) * HOUR)
            if self._aside[case]:
                return
        self._decide(case)
        self._settle()

    def _decide(self, case: str) -> None:
        page = self._page(f"/case/{case}")
        fields = dict(_FIELD.findall(page[page.find('id="decide"') :]))
        choices = _CHOICE.findall(page)
        proposed = next((html.unescape(value) for value, key in choices if key == "1"), None)
        found = _ITEM.search(page)
        item = self._client.items.get(found[0]) if found else None
        right = self._chance.hit(RIGHT)
        given = {**fields, "synthetic": "unknown", "explanation": "we looked at it again"}
        if proposed == "upheld":
            harmful = item is not None and item.upload.nature.harmful
            wrong = item is not None and item.down != harmful
            given["choice"] = "reversed" if wrong == right and item is not None else "upheld"
        elif item is None:
            given["choice"] = proposed or "no_action"
        else:
            given["choice"] = self._chosen(item.upload.nature.harmful == right, proposed, item.upload.nature)
            given["synthetic"] = "yes" if item.upload.nature.synthetic else "no"
            if "satire" in item.upload.declared and not self._habits.strikes("satire-unweighed", case=case):
                given["satire"] = "yes"
        answer = self._http.post(f"/case/{case}", data=given)
        if answer.status_code == 409:
            self._left.add(case)
        elif answer.status_code >= 400:
            raise RuntimeError(f"the desk answered {answer.status_code}: {answer.text[:500]}")
        else:
            self._left.add(case) if "said=second" in str(answer.url) else self._left.discard(case)

    def _chosen(self, restrict: bool, proposed: str | None, nature: Nature) -> str:
        """What stays up and is synthetic gets a label."""
        if proposed in (
            "rule:ordered",
            "rule:declared-label",
            "rule:satire-label",
            "rule:child-abuse",
            "rule:known-fake",
        ):
            return proposed
        if not restrict:
            return "rule:looks-manipulated" if nature.synthetic else "no_action"
        return proposed or _RULES.get(nature.harm.rule, "rule:fraud")

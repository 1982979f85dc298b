"""The people who decide at the desk's own pages: they log in, take the first case of the queue, look, decide.

Rules:
- A shift is 06 to 22 UTC, every day; each person finishes a case in about ten minutes.
- They find the item at the platform, by the reference that the page names, and judge it right nine times in ten.
- With a habit, a case is put aside by all of them: for ever, or for a day or two (`remote.ways`).
- Whoever decided is not asked again about a complaint: the desk refuses, and they leave it to another.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

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
_NOTICE = re.compile(r"\b(?:api|flagger|form)-\d+\b")
_FOR_EVER = 1 << 62


@dataclass
class Room:
    """What those who decide share. `aside`: until when a case is left alone; `deciders`: who decided about an item.

    `reported_until`: where the reported period ends; `refused`: complaints about decisions of their own that the desk
    did not let them decide; `removed`: declared satire that they agreed to remove.
    """

    reported_until: int
    aside: dict[str, int] = field(default_factory=dict)
    deciders: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    refused: int = 0
    tried: set[str] = field(default_factory=set)
    removed: dict[str, bool] = field(default_factory=dict)


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
        room: Room,
    ) -> None:
        self._loop, self._client, self._chance, self._habits = loop, client, chance, habits
        self._login, self._settle, self._room = login, settle, room
        self._http = httpx.Client(
            base_url=client.address, timeout=60, trust_env=False, follow_redirects=True, limits=_LIMITS
        )
        self._password = password
        self._log_in()
        self._left: set[str] = set()

    def close(self) -> None:
        """Ends their connections."""
        self._http.close()

    def begin(self) -> None:
        """Works, and comes back; sooner where there was something to do."""
        hour = self._loop.now % DAY // HOUR
        worked = 6 <= hour < 22 and self._work()
        self._loop.after(self._chance.uniform(6, 14) * MINUTE * (1 if worked else 3), self.begin)

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
        answer.raise_for_status()
        return answer.text

    def _work(self) -> bool:
        """Takes the first case; whether there was one."""
        now, aside = self._loop.now, self._room.aside
        waiting = _CASE.findall(self._page("/queue"))
        cases = [each for each in waiting if each not in self._left and aside.get(each, 0) <= now]
        if not cases:
            return False
        case = cases[0]
        page = self._page(f"/case/{case}")
        if case not in aside:
            aside[case] = self._put_aside(case, page)
        if aside[case] <= now:
            self._decide(case, page)
            self._settle()
        return True

    def _put_aside(self, case: str, page: str) -> int:
        """Until when all of them leave a case alone."""
        strikes, now = self._habits.strikes, self._loop.now
        if 'value="upheld"' in page:
            return 0
        if "rule:known-fake" in page.partition('data-key="2"')[0] and strikes("fakes-left", case=case):
            return _FOR_EVER
        if "TF-" in page and strikes("flaggers-overtaken", case=case):
            return now + int(self._chance.uniform(12, 48) * HOUR)
        if _NOTICE.search(page) is None:
            return 0
        if strikes("notices-left", case=case):
            return _FOR_EVER
        if now >= self._room.reported_until and strikes("drift", case=case):
            return _FOR_EVER
        return 0

    def _decide(self, case: str, page: str) -> None:
        fields = dict(_FIELD.findall(page[page.find('id="decide"') :]))
        choices = _CHOICE.findall(page)
        proposed = next((html.unescape(value) for value, key in choices if key == "1"), None)
        found = _ITEM.search(page)
        ref = found[0] if found else ""
        item = self._client.items.get(ref)
        right = self._chance.hit(RIGHT)
        given = {**fields, "synthetic": "unknown", "explanation": "we looked at it again"}
        complaint = proposed == "upheld"
        if complaint:
            if self._waits_for_decider(case, ref):
                return
            harmful = item is not None and item.upload.nature.harmful
            wrong = item is not None and item.down != harmful
            given["choice"] = "reversed" if wrong == right and item is not None else "upheld"
            if item is not None and item.labelled and not item.down and item.upload.nature.synthetic:
                given["choice"] = "upheld"  # a label on what is synthetic: nobody errs about that
            if item is not None and given["choice"] == "reversed" and 'name="instead"' in page:
                given["instead"] = _RULES.get(item.upload.nature.harm.rule, "rule:fraud")
                given["synthetic"] = "yes" if item.upload.nature.synthetic else "no"
        elif item is None:
            given["choice"] = proposed or "no_action"
        else:
            given["synthetic"] = "yes" if item.upload.nature.synthetic else "no"
            given["choice"] = self._chosen(item.upload.nature.harmful == right, proposed, item.upload.nature)
            if "satire" in item.upload.declared:
                self._about_satire(ref, given, proposed, item.upload.nature, case)
        answer = self._http.post(f"/case/{case}", data=given)
        if answer.status_code == 409:
            self._left.add(case)
            if complaint and self._login in self._room.deciders[ref]:
                self._room.refused += 1
                self._room.tried.add(case)
        elif answer.status_code >= 400:
            raise RuntimeError(f"the desk answered {answer.status_code}: {answer.text[:500]}")
        else:
            self._room.deciders[ref].add(self._login)
            self._left.add(case) if "said=second" in str(answer.url) else self._left.discard(case)

    def _waits_for_decider(self, case: str, ref: str) -> bool:
        """Whether a complaint is left to those who took the decision, as long as they have not tried."""
        room = self._room
        if "complaints-same-person" not in self._habits.rates or case in room.tried or not room.deciders[ref]:
            return False
        if self._login not in room.deciders[ref]:
            return True
        return not self._habits.strikes("complaints-same-person", case=case)

    def _about_satire(self, ref: str, given: dict[str, str], proposed: str | None, nature: Nature, case: str) -> None:
        """Satire stays with its label, or is restricted for what it does; either is weighed, unless nobody cares."""
        if "policy-without-satire" in self._habits.rates:
            if proposed is not None and self._habits.strikes("policy-without-satire", case=case):
                given["choice"] = proposed
            return
        if self._room.removed.setdefault(ref, self._chance.hit(0.35)):
            given["choice"] = _RULES.get(nature.harm.rule, "rule:fraud")
        if not self._habits.strikes("satire-unweighed", case=case):
            given["satire"] = "yes"

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

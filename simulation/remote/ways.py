"""How a habit of negligence is lived at a real desk, by whom, and which row of the audit or which finding of a
reconciliation names it.

Rules:
- A way is done to the desk from outside it: by the people who decide at its pages, by the platform's own system that
  calls it, by whoever runs it (clock, policy, what lies between it and the Commission's database).
- The desk's code is nobody's to change here: what it makes impossible is tried all the same, and refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Way:
    """`habit`: of `plaza.habits`; `rows`: of `audit run` that answer; `held`: codes of what `audit reconcile` finds.

    `days`, `notices` and `probes` a day: the smallest world that shows it; `share`: of its cases, what is done wrong.
    `question`: what is found has innocent explanations too. `why`: what stands in the place of rows and findings.
    """

    habit: str
    who: Literal["people", "platform", "operator"]
    what: str
    rows: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    days: float = 1.5
    notices: float = 20
    probes: float = 6
    share: float = 1.0
    question: bool = False
    why: str = ""


WAYS = {
    "notices-left": Way(
        "notices-left", "people", "all reviewers put the case of a notice aside, for ever", ("N4", "N8"), share=0.5
    ),
    "flaggers-overtaken": Way(
        "flaggers-overtaken",
        "people",
        "the case of a trusted flagger is put aside for 12 to 48 hours",
        ("N6",),
        days=2,
        notices=60,
    ),
    "fakes-left": Way(
        "fakes-stay",
        "people",
        "the case of an upload that the bank knows is put aside, for ever",
        ("K1",),
        ("probe_up",),
        days=2,
    ),
    "satire-unweighed": Way(
        "satire-unweighed",
        "people",
        "declared satire is removed, and nobody ticks that this was weighed",
        ("P5",),
        days=2,
        notices=60,
    ),
    "complaints-same-person": Way(
        "complaints-same-person",
        "people",
        "who took a decision tries to decide the complaint about it",
        days=2,
        notices=40,
        why="the desk refuses: another person decides, and C4 holds",
    ),
    "drift": Way(
        "drift", "people", "after the reported period cases of notices are put aside", ("N4", "N8"), days=2.5
    ),
    "not-restored": Way(
        "not-restored", "platform", "what the desk asks to be lifted is not lifted", ("C5",), days=2.5, notices=40
    ),
    "webhooks-refused": Way(
        "not-restored",
        "platform",
        "what the desk asks to be restricted is refused or not done",
        ("N4",),
        share=0.5,
    ),
    "receipts-unsent": Way(
        "receipts-unsent",
        "platform",
        "the receipt lies ready at the desk and is not passed on to its notifier",
        (),
        ("probe_unanswered", "flagger_unanswered"),
        notices=30,
    ),
    "statements-unsent": Way(
        "statements-missing",
        "platform",
        "the statement of reasons lies ready at the desk and is not passed on to the uploader",
        why="nobody: the record holds it for sent, and who got nothing holds nothing",
    ),
    "flaggers-unmarked": Way(
        "flaggers-overtaken",
        "platform",
        "the notice of a trusted flagger is sent to the desk as anybody's",
        (),
        ("flagger_unmarked",),
        days=1.2,
        notices=60,
    ),
    "fakes-unsent": Way(
        "fakes-stay",
        "platform",
        "an upload that is a copy of a known fake is not sent to the desk",
        (),
        ("probe_up",),
    ),
    "complaints-by-machine": Way(
        "complaints-by-machine",
        "platform",
        "complaints are closed by a machine of the platform's own, told by POST /v1/events",
        ("C3",),
        days=2,
        notices=40,
    ),
    "entries-back-dated": Way(
        "entries-back-dated",
        "platform",
        "a restriction is applied hours later and told by POST /v1/events as if it had been at once",
        ("A2",),
        share=0.5,
    ),
    "notices-dropped": Way(
        "notices-dropped",
        "platform",
        "a notice is neither sent to the desk nor answered",
        (),
        ("flagger_unanswered", "probe_unanswered"),
        notices=30,
        share=0.6,
    ),
    "notices-renumbered": Way(
        "notices-dropped",
        "platform",
        "a notice is not sent to the desk, and acknowledged with the number that the next one gets",
        (),
        ("missing", "number_given_twice"),
        notices=30,
        share=0.6,
    ),
    "policy-without-satire": Way(
        "satire-unweighed",
        "operator",
        "the policy knows no satire, and reviewers follow what it proposes",
        ("P5",),
        days=2,
        notices=60,
    ),
    "clock-turned": Way(
        "entries-back-dated",
        "operator",
        "the desk's clock is turned back for some hours, and decisions that are late are taken then",
        (),
        ("received_before_sent",),
        days=2,
        notices=30,
        question=True,
    ),
    "flag-inverted": Way(
        "flag-inverted",
        "operator",
        "between the desk and the database the flag of automated detection is turned round",
        (),
        ("statement_differs",),
    ),
    "statements-withheld": Way(
        "statements-missing",
        "operator",
        "between the desk and the database statements are taken, answered as created and thrown away",
        (),
        ("statement_not_in_database",),
        share=0.5,
    ),
    "statements-blocked": Way(
        "statements-missing",
        "operator",
        "from the second half on the desk's key to the database is no longer good",
        ("S3",),
        days=2,
    ),
    "report-cherry-picked": Way(
        "report-cherry-picked",
        "operator",
        "the published report leaves out the slowest notices",
        (),
        ("cell_differs",),
        share=0.3,
    ),
}
"""Every way, by the name under which it is switched on."""

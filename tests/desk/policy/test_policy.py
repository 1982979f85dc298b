"""The policy: read with places, tried by its own tests, proposing with its reasons."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.desk.policy import context
from waarmerk.desk.policy.conditions import Condition, ConditionError, EvaluationError
from waarmerk.desk.policy.facts import CATEGORIES, Facts, names
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.policy.propose import NONE, propose
from waarmerk.desk.policy.read import read_policy
from waarmerk.desk.policy.trial import replay, run_tests
from waarmerk.errors import InputError

DEFAULT = (files("waarmerk.desk.policy") / "default.yaml").read_bytes()
SMALL = b"""policy: small
rules:
  - name: high-ratio
    when: ratio_known && ratio >= 2.0
    restrictions: [DECISION_VISIBILITY_CONTENT_REMOVED]
    ground: terms
    ground_ref: section 4
    category: STATEMENT_CATEGORY_SCAMS_AND_FRAUD
    needs_person: false
    explanation: {en: why, nl: waarom}
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return read_policy(DEFAULT, "default.yaml")


def test_the_default_policy_passes_its_own_tests(policy: Policy) -> None:
    assert len(policy.tests) >= 7
    assert [tried for tried in run_tests(policy) if not tried.passed] == []


def test_a_test_of_a_policy_can_fail() -> None:
    changed = read_policy(DEFAULT.replace(b"rule: looks-manipulated", b"rule: fraud"), "p.yaml")
    (failed,) = [tried for tried in run_tests(changed) if not tried.passed]
    assert (failed.expected, failed.came) == ("fraud, a person", "looks-manipulated, a person")


ratios = st.floats(-3, 6, allow_nan=False)


@given(ratio=ratios, category=st.sampled_from(CATEGORIES), noticed=st.booleans())
def test_a_ratio_alone_never_decides_without_a_person(ratio: float, category: str, noticed: bool) -> None:
    small = read_policy(SMALL, "p.yaml")
    facts = Facts(ratio_known=True, ratio=ratio, category=category, noticed=noticed)
    proposal = propose(small, facts)
    assert proposal.choice.outcome == "no_action" or proposal.needs_person


@given(
    facts=st.builds(
        Facts,
        category=st.sampled_from(CATEGORIES),
        match=st.sampled_from(["none", "seeded", "confirmed"]),
        declared_satire=st.booleans(),
        election=st.booleans(),
        public_person=st.booleans(),
        noticed=st.booleans(),
        ratio_known=st.booleans(),
        ratio=ratios,
    )
)
def test_removals_that_touch_elections_or_public_persons_need_two(facts: Facts) -> None:
    proposal = propose(read_policy(DEFAULT, "default.yaml"), facts)
    removes = "DECISION_VISIBILITY_CONTENT_REMOVED" in proposal.choice.restrictions
    if removes and (facts.election or facts.public_person):
        assert proposal.needs_two
    if removes:
        assert not facts.declared_satire or proposal.needs_person


def test_satire_gets_a_softer_label_not_none(policy: Policy) -> None:
    facts = Facts(category="satire", declared_satire=True, ratio_known=True, ratio=3.0)
    choice = propose(policy, facts).choice
    assert choice.restrictions == ("DECISION_VISIBILITY_CONTENT_LABELLED",)
    assert choice.satire_weighed


def test_no_rule_is_no_action_and_a_notice_is_still_seen_by_a_person(policy: Policy) -> None:
    assert propose(policy, Facts()).choice.rule == NONE
    assert not propose(policy, Facts()).needs_person
    assert propose(policy, Facts(noticed=True)).needs_person


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"ratio >= 2.0", b"ratio >= 2", "p.yaml line 4 column 32: found no matching overload"),
        (b"ratio_known && ratio >= 2.0", b"ratio >= 2.0", "line 4 column 11: a condition that asks ratio must ask"),
        (b"ratio_known &&", b"ratio_knwon &&", "undeclared reference to 'ratio_knwon'"),
        (b"ratio_known && ratio >= 2.0", b"'ratio_known ? 1 : 2'", "a condition is yes or no, this is int"),
        (b"SCAMS_AND_FRAUD", b"SCAMS", "line 8 column 15: STATEMENT_CATEGORY_SCAMS is no category"),
        (b"CONTENT_REMOVED", b"REMOVED", "line 5 column 20: DECISION_VISIBILITY_REMOVED is no restriction"),
        (b"    needs_person: false\n", b"    keywords: [KEYWORD_HATE_SPEECH]\n", "line 9 column 16: the keyword"),
        (b", nl: waarom", b"", "the explanation is missing in nl"),
        (b"needs_person: false", b"needs_person: maybe", "line 9 column 19: Expected `bool`"),
        (b"ground_ref: section 4\n", b"ground_ref: section 4\n    ground: law\n", "the key 'ground' stands twice"),
        (b"name: high-ratio", b"name: High Ratio", "line 3 column 11: Expected `str` matching"),
        (b"policy: small", b"policy: [small", "this is not YAML"),
        (b"policy: small", b"policy: \xff", "UTF-8"),
        (b"policy: small", b"policy: " + b"[" * 50_000, "nested too deep"),
    ],
)
def test_an_error_names_file_line_and_column(old: bytes, new: bytes, sentence: str) -> None:
    assert old in SMALL
    with pytest.raises(InputError) as caught:
        read_policy(SMALL.replace(old, new), "p.yaml")
    assert sentence in caught.value.sentence()


def test_the_hint_for_a_whole_number_beside_a_ratio_is_a_point() -> None:
    with pytest.raises(ConditionError) as caught:
        Condition("ratio_known && ratio > 2")
    assert "2.0" in caught.value.hint


def test_a_word_inside_a_text_is_no_variable() -> None:
    assert Condition('match_category == "ratio"').asks == {"match_category"}


def test_every_fact_can_be_asked() -> None:
    for name in names():
        value = getattr(Facts(), name)
        asked = f"{name} == {name}" if name != "ratio" else "ratio_known && ratio == ratio"
        assert Condition(asked).holds(Facts()) is (name != "ratio"), value


def test_what_cannot_be_answered_goes_to_a_person(policy: Policy) -> None:
    broken = read_policy(SMALL.replace(b"ratio_known && ratio >= 2.0", b"order_territory[3] == 'NL'"), "p.yaml")
    with pytest.raises(EvaluationError):
        broken.conditions[0].holds(Facts())
    proposal = propose(broken, Facts())
    assert proposal.needs_person
    assert "cannot be answered" in proposal.reasons[-1]


def test_replay_says_what_would_have_been_decided_otherwise(policy: Policy) -> None:
    small = read_policy(SMALL, "p.yaml")
    high = Facts(ratio_known=True, ratio=3.0)
    cases = [("a", "looks-manipulated", high), ("b", "none", Facts()), ("c", "looks-manipulated", high)]
    total, changed = replay(small, cases)
    assert total == 3
    assert [(each.was, each.now, each.count, each.cases) for each in changed] == [
        ("looks-manipulated", "high-ratio", 2, ("a", "c"))
    ]


def _category(policy: Policy, **changed):
    from datetime import date

    given_ = {"text": "", "declared": (), "notices": (), "match": "", "day": date(2026, 3, 1)}
    return context.category(policy, **given_ | changed)


def test_the_category_comes_with_the_word_that_suggested_it(policy: Policy) -> None:
    found, reason = _category(policy, text="GEGARANDEERD RENDEMENT voor u")
    assert found == "fraud"
    assert "gegarandeerd rendement" in reason


def test_a_word_inside_another_word_suggests_nothing(policy: Policy) -> None:
    assert _category(policy, text="xguaranteed profitx")[0] == "other"


def test_an_election_is_data_and_bounds_its_days(policy: Policy) -> None:
    from datetime import date

    text = DEFAULT.replace(b"elections: [] ", b"elections: [{name: the vote, start: 2026-03-01, end: 2026-03-18}] ")
    changed = read_policy(text, "p.yaml")
    notices = ("KEYWORD_MISINFORMATION_DISINFORMATION",)
    assert _category(changed, notices=notices, day=date(2026, 3, 18))[0] == "political_deception"
    assert _category(changed, notices=notices, day=date(2026, 3, 19))[0] == "other"


def test_a_day_that_is_none_is_refused_with_its_place() -> None:
    text = DEFAULT.replace(b"elections: [] ", b"elections: [{name: v, start: 2026-03-41, end: 2026-03-18}] ")
    with pytest.raises(InputError, match="this is no day"):
        read_policy(text, "p.yaml")

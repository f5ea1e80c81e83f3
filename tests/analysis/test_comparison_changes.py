"""Nothing of a document may be left out of the structural difference, and nothing may be told that is not one."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import policies

import leadqual as lq
from leadqual.analysis import compare
from leadqual.analysis.comparisons.changes import changes_between

SALES = lq.policies.sales()


def changed(*replaced: tuple[str, str]) -> lq.Policy:
    """Return the shipped policy with pieces of its document replaced."""
    document = SALES.to_yaml()
    for old, new in replaced:
        assert old in document
        document = document.replace(old, new, 1)
    return lq.Policy.loads(document)


def told(old: lq.Policy, new: lq.Policy) -> list[str]:
    return [str(change) for change in compare(old, new).changes]


def edited(edit: Any, policy: lq.Policy = SALES) -> lq.Policy:
    """Return the policy after a function has changed its plain data."""
    document = copy.deepcopy(policy.to_dict())
    edit(document)
    return lq.Policy(**document)


def rule(document: dict[str, Any], score: str, name: str) -> dict[str, Any]:
    return next(one for one in document["scores"][score]["rules"] if one["id"] == name)


def way(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in document["transitions"] if one["id"] == name)


@given(policies(), policies())
def test_there_are_changes_exactly_where_the_content_hash_differs(old, new):
    assert compare(old, new).same == (old.content_hash == new.content_hash)
    assert compare(old, old).same


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, (*path, key))]
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return [leaf for place, inner in enumerate(value) for leaf in _leaves(inner, (*path, place))]
    return [path]


@given(policies(), st.data())
def test_every_leaf_of_a_document_that_changes_is_told(policy, data):
    """The law on documents alone: also where the changed one would be no sound policy."""
    old = data.draw(st.sampled_from([policy.to_dict(), SALES.to_dict()]))
    new = copy.deepcopy(old)
    path = data.draw(st.sampled_from(_leaves(old)))
    inner = new
    for key in path[:-1]:
        inner = inner[key]
    if data.draw(st.booleans()) and path[-1] != "id" and path != ("name",):
        del inner[path[-1]]
    else:
        inner[path[-1]] = "something else"
    if new == old:
        return
    found = list(changes_between(old, new))
    assert found
    if path[-1] != "id":
        names = [old_name(old, path, place) for place in range(len(path))]
        assert len(found) == 1
        (change,) = found
        whole = ".".join(filter(None, (change.path, change.what)))
        assert whole == ".".join(names)


def old_name(document: Any, path: tuple[Any, ...], place: int) -> str:
    """Return a part of a path as it is told: a list's place by the id that stands there."""
    for key in path[:place]:
        document = document[key]
    return str(document[path[place]]["id"] if isinstance(path[place], int) else path[place])


def test_zero_and_minus_zero_are_two_contents_and_so_one_change():
    old, new = (lq.Policy(name="p", scores={"a": {"range": [low, 1]}}) for low in (0.0, -0.0))
    assert old.content_hash != new.content_hash
    assert told(old, new) == ["score scores.a: range [0, 1] -> [-0.0, 1]"]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda d: d.update(name="ours"), "name: sales -> ours"),
        (lambda d: d.pop("review_every"), "review_every: 1d -> none"),
        (lambda d: d.update(active_within="30d"), "active_within: 365d -> 30d"),
        (lambda d: d.update(currency={"code": "IDR"}), "currency currency: added (code IDR)"),
        (lambda d: d["fields"].update(vip={"type": "boolean"}), "field fields.vip: added (type boolean)"),
        (
            lambda d: d["fields"]["monthly_budget"].update(unit="IDR"),
            "field fields.monthly_budget: unit USD -> IDR",
        ),
        (
            lambda d: d.update(interactions={"roi": {"properties": {"saving": {"type": "number"}}}}),
            "kind interactions.roi: added (properties {saving: {type: number}})",
        ),
        (lambda d: d["scores"]["fit"].update(range=[0, 90]), "score scores.fit: range [0, 100] -> [0, 90]"),
        (
            lambda d: d["scores"]["intent"]["groups"]["reading"].update(cap=20),
            "group scores.intent.groups.reading: cap 25 -> 20",
        ),
        (
            lambda d: rule(d, "intent", "demo").update(points=30),
            "rule scores.intent.rules.demo: points 40 -> 30",
        ),
        (
            lambda d: rule(d, "intent", "pricing").pop("group"),
            "rule scores.intent.rules.pricing: group reading -> none",
        ),
        (
            lambda d: rule(d, "intent", "demo").pop("cap"),
            "rule scores.intent.rules.demo: cap 50 -> none",
        ),
        (
            lambda d: d["grades"]["fit"]["bands"].update(A=75),
            "grade grades.fit: bands.A 70 -> 75",
        ),
        (
            lambda d: d["grades"]["priority"]["cells"]["A"].update(hot="now"),
            "grade grades.priority: cells.A.hot call_today -> now",
        ),
        (lambda d: d["stages"]["disqualified"].pop("closed"), "stage stages.disqualified: closed true -> false"),
        (
            lambda d: way(d, "marketing").update(on_unknown="deny"),
            "transition transitions.marketing: on_unknown hold -> deny",
        ),
        (
            lambda d: way(d, "taken").update(source=["lead", "mql"]),
            "transition transitions.taken: source [lead, mql, nurture] -> [lead, mql]",
        ),
        (
            lambda d: d["transitions"].remove(way(d, "woken")),
            "transition transitions.woken: removed (nurture to mql, when ",
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_with_what_it_was_and_what_it_is(edit, said):
    (line,) = told(SALES, edited(edit))
    assert line.startswith(said)
    assert line == said or said.endswith(", when ")


def test_a_step_is_told_key_by_key():
    rules = [{"id": "r", "each": "purchase", "points": 1, "step": {"every": "30d", "lose": 0.5}}]
    old = lq.Policy(name="p", scores={"a": {"range": [0, 1], "rules": rules}})
    new = edited(lambda d: rule(d, "a", "r").update(step={"every": "30d", "lose": 0.25}), old)
    assert told(old, new) == ["rule scores.a.rules.r: step.lose 0.5 -> 0.25"]


def test_of_long_conditions_the_parts_that_differ_are_told():
    new = changed(("and score.engagement >= 15", "and score.engagement >= 20"))
    assert told(SALES, new) == [
        "transition transitions.marketing: when ... and score.engagement >= 15 -> ... and score.engagement >= 20"
    ]
    (change,) = compare(SALES, new).changes
    assert change.old == "grade.fit in ['A', 'B'] and score.engagement >= 15"
    assert change.words == "Suits us and engages; one whitepaper is enough."


def test_parts_of_a_condition_in_another_order_are_told_whole():
    old = lq.Policy(name="p", scores={"a": {"range": [0, 1], "rules": [
        {"id": "r", "when": "consent.email and consent.voice", "points": 1}]}})  # fmt: skip
    new = edited(lambda d: rule(d, "a", "r").update(when="consent.voice and consent.email"), old)
    assert told(old, new) == [
        "rule scores.a.rules.r: when consent.email and consent.voice -> consent.voice and consent.email"
    ]


# What cannot change an answer.


@pytest.mark.parametrize(
    ("edit", "decides"),
    [
        (lambda d: d.update(description="x"), False),
        (lambda d: d.update(name="x", version="9"), False),
        (lambda d: rule(d, "fit", "large").update(description="x"), False),
        (lambda d: d["stages"]["disqualified"].pop("closed"), False),
        (lambda d: d["scores"]["fit"]["rules"].reverse(), False),
        (lambda d: rule(d, "fit", "large").update(points=21), True),
        (lambda d: d["transitions"].reverse(), True),
        (lambda d: d.update(active_within="30d"), True),
    ],
)
def test_what_changes_no_answer_is_said_to_change_none(edit, decides):
    comparison = compare(SALES, edited(edit))
    assert not comparison.same
    assert comparison.decides_the_same is not decides


def test_layout_is_no_change():
    new = lq.Policy.model_validate_json(SALES.model_dump_json())
    text = "# a comment\n" + SALES.to_yaml()
    for other in (new, lq.Policy.loads(text)):
        comparison = compare(SALES, other)
        assert comparison.same
        assert comparison.decides_the_same
        assert "the same content" in str(comparison)


# Order.


def _ways(*parts: tuple[str, str, str]) -> lq.Policy:
    return lq.Policy(
        name="p",
        stages={"a": {"initial": True}, "b": {}, "c": {}},
        transitions=[{"id": name, "source": source, "target": target, "when": "contact.country == 'ID'"}
                     for name, source, target in parts],
    )  # fmt: skip


def test_a_transition_that_overtakes_one_of_its_stage_decides():
    one, two = ("to-b", "a", "b"), ("to-c", "a", "c")
    (change,) = compare(_ways(one, two), _ways(two, one)).changes
    assert (change.action, change.decides) == ("moved", True)
    assert str(change) == "transition transitions.to-b: moved from first to after to-c"


def test_a_transition_that_overtakes_one_of_another_stage_changes_no_answer():
    one, two = ("to-b", "a", "b"), ("back", "c", "a")
    (change,) = compare(_ways(one, two), _ways(two, one)).changes
    assert (change.action, change.decides) == ("moved", False)


@given(st.permutations(range(7)))
def test_the_fewest_transitions_are_told_to_have_moved(order):
    parts = [(f"t{number}", "a", "b") for number in range(7)]
    changes = compare(_ways(*parts), _ways(*(parts[number] for number in order))).changes
    longest = max(
        len(run) for mask in range(128) if _rises(run := [one for place, one in enumerate(order) if mask >> place & 1])
    )
    assert len(changes) == 7 - longest
    assert {change.action for change in changes} <= {"moved"}


def _rises(run: list[int]) -> bool:
    return all(one < other for one, other in pairwise(run))


# Names.


def test_a_rule_that_is_the_same_but_for_its_id_is_renamed():
    new = edited(lambda d: rule(d, "fit", "large").update(id="big"))
    (change,) = compare(SALES, new).changes
    assert (change.action, change.decides) == ("renamed", False)
    assert str(change) == "rule scores.fit.rules.large: renamed large -> big"


def test_a_transition_that_is_the_same_but_for_its_id_is_renamed():
    new = edited(lambda d: way(d, "marketing").update(id="mktg"))
    assert told(SALES, new) == ["transition transitions.marketing: renamed marketing -> mktg"]


def test_a_new_id_with_new_content_is_another_rule():
    new = edited(lambda d: rule(d, "fit", "large").update(id="big", points=19))
    assert [change.action for change in compare(SALES, new).changes] == ["removed", "added"]


def test_what_could_be_renamed_in_two_ways_is_not():
    def policy(*names):
        rules = [{"id": name, "when": "contact.country == 'ID'", "points": 1} for name in names]
        return lq.Policy(name="p", scores={"a": {"range": [0, 9], "rules": rules}})

    assert [change.action for change in compare(policy("x", "y"), policy("v", "w")).changes].count("renamed") == 0
    assert [change.action for change in compare(policy("x"), policy("v", "w")).changes].count("renamed") == 0


def test_a_stage_under_another_name_is_one_change_where_the_mapping_is_given():
    text = SALES.to_yaml().replace("mql", "qualified")
    comparison = compare(SALES, lq.Policy.loads(text), stages={"mql": "qualified"})
    assert [str(change) for change in comparison.changes] == ["stage stages.mql: renamed mql -> qualified"]
    assert comparison.decides_the_same
    assert len(compare(SALES, lq.Policy.loads(text)).changes) > 5


def test_stages_in_conditions_get_their_new_names():
    def policy(name):
        return lq.Policy(name="p", stages={"a": {"initial": True}, name: {}, "c": {}}, transitions=[
            {"id": "one", "source": "a", "target": name, "when": f"stage != '{name}' and consent.email"},
            {"id": "two", "source": [name, "a"], "target": "c", "when": f"not stage in ['{name}', 'c'] or consent.sms"},
        ])  # fmt: skip

    (change,) = compare(policy("b"), policy("z"), stages={"b": "z"}).changes
    assert change.action == "renamed"


def test_scorer_objects_cannot_be_looked_into():
    class Scorer:
        name = "p"

        def score(self, contact, history, *, at):
            raise AssertionError("nobody asks")

    one = SALES.with_scorer("p", Scorer())
    assert compare(one, one).same
    (change,) = compare(one, SALES.with_scorer("p", Scorer())).changes
    assert (change.part, change.decides) == ("scorer", True)

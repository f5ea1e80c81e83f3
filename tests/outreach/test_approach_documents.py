from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.approaching import AT, SITI

from leadqual import policies
from leadqual.errors import InputError, PolicyError, UnknownNameError
from leadqual.model.vocabulary import Purpose
from leadqual.outreach import approach
from leadqual.outreach.approach import Activity, Approaches

NAMES = approach.names()

MINE = """
name: mine
policy: sales
approaches:
  - id: call
    when: stage == 'lead'
    purpose: telemarketing
    activity: outbound
    title: Call
    goal: Sell.
    focus: Benefits.
    tone: Friendly.
    content: [Hello.]
    outcome: An order.
    channels: [voice, email]
    every: 7d
"""


def problems(text: str, **options: Any) -> list[tuple[str, int | None]]:
    with pytest.raises(PolicyError) as caught:
        Approaches.loads(text, name="mine.yaml", **options)
    return [(problem.code, problem.place.line) for problem in caught.value.problems]


@pytest.mark.parametrize("name", NAMES)
def test_what_ships_fits_the_policy_of_its_name(name: str) -> None:
    document, policy = getattr(approach, name)(), getattr(policies, name)()
    assert document.policy == policy.name == name
    assert document.check(policy) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_there_in_both_languages(name: str) -> None:
    document = getattr(approach, name)()
    for one in document.approaches:
        for words in (one.title, one.goal, one.focus, one.tone, *one.content, one.outcome, one.why):
            assert words.en != words.id, (one.id, words)
            assert words.en.strip() == words.en
            assert words.id.strip() == words.id


@pytest.mark.parametrize("name", NAMES)
def test_what_ships_never_comes_at_every_question(name: str) -> None:
    assert [one.id for one in getattr(approach, name)().approaches if one.every is None] == []


def test_the_activities_of_the_field_are_all_prescribed_somewhere() -> None:
    known = {one.activity for name in NAMES for one in getattr(approach, name)().approaches}
    assert known == set(Activity)


@pytest.mark.parametrize("name", NAMES)
def test_every_open_stage_is_spoken_of(name: str) -> None:
    policy = getattr(policies, name)()
    spoken = " ".join(str(one.when) for one in getattr(approach, name)().approaches)
    silent = {stage for stage, spec in policy.stages.items() if not spec.closed and f"'{stage}'" not in spoken}
    assert silent == ({"current"} if name == "collection" else set())


def test_collection_sells_nothing() -> None:
    purposes = {one.purpose for one in approach.collection().approaches}
    assert purposes == {Purpose.TELECOLLECTION, Purpose.SERVICE}


def test_the_newsletter_is_monthly() -> None:
    assert approach.sales()["nurture-newsletter"].every.micros == timedelta(days=30) // timedelta(microseconds=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_written_and_read_again_is_the_same(name: str) -> None:
    document = getattr(approach, name)()
    again = Approaches.loads(document.to_yaml())
    assert (again, again.content_hash, hash(again)) == (document, document.content_hash, hash(document))


def test_a_text_in_one_language_stands_for_both() -> None:
    one = Approaches.loads(MINE)["call"]
    assert (one.goal.en, one.goal.id) == ("Sell.", "Sell.")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("purpose: telemarketing", "purpose: telemarketting", ("enum", 7)),
        ("every: 7d", "every: 7 days", ("bad-duration", 16)),
        ("channels: [voice, email]", "channels: [voice, voice]", ("duplicate-channel", 15)),
        ("channels: [voice, email]", "channels: []", ("empty", 15)),
        ("    goal: Sell.\n", "", ("missing-field", 5)),
        ("goal: Sell.", "goal: {en: Sell.}", ("missing-field", 10)),
        ("goal: Sell.", "gaol: Sell.", ("unknown-field", 10)),
        ("policy: sales\n", "", ("missing-field", 2)),
        ("stage == 'lead'", "stage = 'lead'", ("bad-syntax", 6)),
    ],
)
def test_a_slip_is_told_with_its_line(old: str, new: str, expected: tuple[str, int]) -> None:
    assert old in MINE
    assert expected in problems(MINE.replace(old, new))


def test_a_misspelt_field_is_guessed() -> None:
    with pytest.raises(PolicyError, match="did you mean 'goal'"):
        Approaches.loads(MINE.replace("goal:", "gaol:"))


def test_a_name_used_twice_is_told() -> None:
    twice = MINE + MINE.partition("approaches:\n")[2]
    assert {code for code, _ in problems(twice)} == {"duplicate-id"}


@pytest.mark.parametrize("text", ["- a list", "name: mine\npolicy: sales\n", "name: m\npolicy: s\napproaches: {a: 1}"])
def test_what_holds_no_approaches_is_told(text: str) -> None:
    assert problems(text)[0][0] == "not-approaches"


def test_conditions_are_held_against_a_policy_that_is_given() -> None:
    wrong = MINE.replace("'lead'", "'leed'").replace("every: 7d", "every: 7d\n    done: email_send")
    assert problems(wrong, policy=policies.sales()) == [("unknown-value", 6), ("unknown-kind", 17)]


def test_approaches_of_another_policy_say_what_is_missing() -> None:
    codes = {problem.code for problem in approach.collection().check(policies.sales())}
    assert codes == {"unknown-value", "unknown-field"}


def test_an_unknown_approach_is_guessed() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'close'"):
        approach.sales()["clos"]


def test_documents_that_do_not_ship_are_told() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'sales'"):
        approach.text("sale")


# Extending


EXTENDING = """
name: mine
version: 2.0.0
extends: sales
rest: 5d
remove: [newsletter, introduce]
approaches:
  - id: close
    every: 1d
    channels: [voice]
  - id: fair
    after: close
    when: stage == 'prospect'
    purpose: telemarketing
    activity: appointment_setting
    title: Invite to the fair
    goal: A visit.
    focus: The day.
    tone: Friendly.
    content: [Where and when.]
    outcome: A visit.
    channels: [email]
  - id: first
    purpose: service
    activity: after_sales
    title: Say hello
    goal: A smile.
    focus: The day.
    tone: Friendly.
    content: [Hello.]
    outcome: A smile.
    channels: [chat]
"""


def test_a_document_replaces_adds_and_removes_what_it_extends() -> None:
    mine, sales = Approaches.loads(EXTENDING), approach.sales()
    order = [one.id for one in mine.approaches]
    assert order[0] == "first"
    assert order[order.index("close") + 1] == "fair"
    assert set(order) == {one.id for one in sales.approaches} - {"newsletter", "introduce"} | {"fair", "first"}
    assert mine["close"].channels == ("voice",)
    assert (mine["close"].goal, mine["close"].when) == (sales["close"].goal, sales["close"].when)
    assert (mine.name, mine.version, mine.policy, str(mine.rest)) == ("mine", "2.0.0", "sales", "5d")
    assert mine["qualify"] == sales["qualify"]


def test_an_approach_that_is_replaced_can_move() -> None:
    text = "name: m\nextends: sales\napproaches:\n  - {id: newsletter, before: complaint}\n"
    mine = Approaches.loads(text)
    assert [one.id for one in mine.approaches][:2] == ["newsletter", "complaint"]
    assert mine["newsletter"] == approach.sales()["newsletter"]


def test_new_approaches_keep_their_order_and_the_version_is_their_own() -> None:
    plain = MINE.partition("approaches:\n")[2]
    mine = Approaches.loads(f"name: m\nextends: sales\napproaches:\n{plain}{plain.replace('id: call', 'id: mail')}")
    assert [one.id for one in mine.approaches][:3] == ["call", "mail", "complaint"]
    assert (mine.version, approach.sales().version) == ("0.0.0", "1.0.0")
    assert problems("extends: sales\n") == [("missing-field", 1)]


def test_a_file_is_extended_from_where_it_lies(tmp_path: Any) -> None:
    (tmp_path / "base.yaml").write_text(MINE, encoding="utf-8")
    child = tmp_path / "child.yaml"
    child.write_text("name: child\nextends: base.yaml\napproaches:\n  - {id: call, every: 9d}\n", encoding="utf-8")
    assert str(Approaches.load(child)["call"].every) == "9d"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("extends: sales", "extends: sale", ("unreadable-file", 4)),
        ("extends: sales", "extends: [sales]", ("wrong-type", 4)),
        ("[newsletter, introduce]", "[newsleter]", ("unknown-approach", 6)),
        ("[newsletter, introduce]", "7", ("wrong-type", 6)),
        ("after: close", "after: clos", ("unknown-approach", 12)),
        ("channels: [voice]", "channels: [vioce]", ("enum", 10)),
        ("    goal: A visit.\n", "", ("missing-field", 11)),
    ],
)
def test_a_slip_in_what_extends_is_told_with_its_line(old: str, new: str, expected: tuple[str, int]) -> None:
    assert old in EXTENDING
    assert expected in problems(EXTENDING.replace(old, new))


@pytest.mark.parametrize("entry", ["only text", "{id: [close]}", "[a, b]", "7", "null"])
def test_what_is_no_approach_is_told(entry: str) -> None:
    text = f"name: m\nextends: sales\napproaches:\n  - {entry}\n"
    assert {line for _, line in problems(text)} == {4}


def test_documents_that_extend_each_other_are_told(tmp_path: Any) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        text = f"name: {one}\npolicy: sales\nextends: {other}.yaml\napproaches: []\n"
        (tmp_path / f"{one}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        Approaches.load(tmp_path / "a.yaml")
    assert caught.value.code == "circular"


def test_a_policy_without_approaches_of_its_own_is_told() -> None:
    decision = policies.minimal().decide(SITI, [], at=AT)
    with pytest.raises(InputError) as caught:
        approach.next_action(decision, SITI, [], at=AT)
    assert caught.value.code == "no-approaches"

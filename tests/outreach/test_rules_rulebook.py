from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from support.reaching import AT, asked, book, pack, rule

from leadqual.errors import InputError, PolicyError
from leadqual.outreach.rules.load import DEFAULT, load_pack, pack_text
from leadqual.outreach.rules.pack import Pack
from leadqual.outreach.rules.rulebook import Rulebook, rulebook

BOOK = rulebook()
OPEN = {"hours": {"daily": ["00:00", "24:00"]}}


def codes(made: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(PolicyError) as caught:
        made()
    return [(problem.code, problem.place.path or problem.place.rule) for problem in caught.value.problems]


def test_the_book_that_ships_has_the_default_packs_and_more_by_name() -> None:
    assert tuple(one.pack for one in BOOK.packs) == DEFAULT
    assert rulebook() is BOOK
    assert "US-FL-HOURS" in rulebook("us_states").rules
    assert "US-FL-HOURS" not in BOOK.rules
    assert len(rulebook("us", "us_states").packs) == len(DEFAULT) + 1
    with pytest.raises(PolicyError):
        rulebook("narnia")


def test_a_book_is_extended_by_models_data_files_and_names(tmp_path: Path) -> None:
    data = pack(rule("ACME-1", "duty"))
    path = tmp_path / "acme.yaml"
    path.write_text(pack_text("courtesy"), encoding="utf-8")
    for given in (data, Pack.model_validate(data)):
        assert BOOK.with_packs(given).rules["ACME-1"].pack.pack == "acme"
    for named in (path, str(path), "courtesy"):
        assert "COURTESY-HOURS" in BOOK.with_packs(named).rules
    assert "ACME-1" not in BOOK.rules


WIDE = {"countries": ["US", "PR", "GU", "VI", "AS", "MP"]}
OFFICE = {"replaces": "US-HOURS", "channels": ["voice", "prerecorded", "sms"], "hours": {"mon-fri": ["10:00", "16:00"]}}


def test_a_rule_is_replaced_by_another() -> None:
    mine = pack(rule("ACME-HOURS", "hours", **OFFICE), **WIDE)
    rules = BOOK.with_packs(mine).rules
    assert ("US-HOURS" in rules, "ACME-HOURS" in rules) == (False, True)
    assert len(rules) == len(BOOK.rules)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"channels": ["voice"]}, "channels prerecorded, sms"),
        ({"purposes": ["survey"]}, "purposes telemarketing"),
        ({"callers": ["seller"]}, "other callers"),
        ({"lines": ["mobile"]}, "other lines"),
        ({"regions": ["US-NY"]}, "other regions"),
        ({"to": "business"}, "other values of to"),
        ({"paid": True}, "other values of paid"),
        ({"kind": "duty", "hours": None}, "kind hours"),
    ],
)
def test_a_rule_in_the_place_of_another_leaves_nothing_of_it_open(change: dict[str, Any], left: str) -> None:
    given = {key: value for key, value in {**OFFICE, **change}.items() if value is not None}
    kind = given.pop("kind", "hours")
    with pytest.raises(PolicyError) as raised:
        BOOK.with_packs(pack(rule("ACME-HOURS", kind, **given), **WIDE))
    (problem,) = raised.value.problems
    assert (problem.code, problem.place.path, problem.place.rule) == (
        "narrower-rule", "rules[0].replaces", "ACME-HOURS"
    )  # fmt: skip
    assert problem.message.endswith(f": {left}")


def test_a_pack_of_fewer_countries_replaces_nothing_of_the_others() -> None:
    with pytest.raises(PolicyError, match="countries AS, GU, MP, PR, VI"):
        BOOK.with_packs(pack(rule("ACME-HOURS", "hours", **OFFICE)))


def test_what_is_not_known_may_be_replaced_by_less() -> None:
    known = rule("ACME-DE", "consent", replaces="EU-13-3", countries=["DE"])
    del known["countries"]
    assert "EU-13-3" not in BOOK.with_packs(pack(known, countries=["DE"])).rules


@pytest.mark.parametrize(
    ("country", "hint"), [("UK", "write 'GB'"), ("IDN", "did you mean 'IN' or 'ID'?"), ("XX", None)]
)
def test_a_pack_speaks_of_countries_that_there_are(country: str, hint: str | None) -> None:
    with pytest.raises(PolicyError) as raised:
        Pack.model_validate(pack(rule("ACME-1", "duty"), countries=[country]))
    (problem,) = raised.value.problems
    assert (problem.code, problem.place.path, problem.hint) == ("bad-country", "countries[0]", hint)


def test_a_rule_is_dropped() -> None:
    rules = BOOK.with_packs(pack(rule("ACME-1", "duty"), drops=["US-DNC", "US-DNC-AGE"])).rules
    assert {"US-DNC", "US-DNC-AGE"}.isdisjoint(rules)


def test_a_pack_is_replaced_as_a_whole_with_its_ids() -> None:
    mine = pack(rule("GB-TPS", "registry", registry="GB"), countries=["GB"], replaces=["gb"])
    rules = BOOK.with_packs(mine).rules
    assert rules["GB-TPS"].pack.pack == "acme"
    assert "GB-OBJECT" not in rules


def test_what_a_replaced_pack_dropped_and_replaced_holds_again() -> None:
    first = pack(rule("A-1", "hours", **OFFICE), pack="first", drops=["US-DNC"], **WIDE)
    second = pack(rule("B-1", "duty"), pack="second", replaces=["first"])
    assert {"US-DNC", "US-HOURS"}.isdisjoint(BOOK.with_packs(first).rules)
    rules = BOOK.with_packs(first, second).rules
    assert {"US-DNC", "US-HOURS", "B-1"} <= set(rules)
    assert "A-1" not in rules


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (pack(rule("US-DNC", "duty")), [("duplicate-id", "US-DNC")]),
        (pack(rule("A", "duty", replaces="US-DNK")), [("unknown-rule", "rules[0].replaces")]),
        (pack(rule("A", "duty"), drops=["US-DNK"]), [("unknown-rule", "drops")]),
        (pack(rule("A", "duty"), replaces=["usa"]), [("unknown-rule", "replaces")]),
        (
            pack(rule("A", "exemption", lifts=["US-DNC", "US-DNK"], always=True, allow="OK_B2B")),
            [("unknown-rule", "rules[0].lifts")],
        ),
        (pack(rule("A", "duty"), pack="us"), [("duplicate-id", "pack")]),
        (pack(rule("A", "duty"), pack="us", replaces=["us"]), [("duplicate-id", "pack")]),
        (pack(rule("A", "duty"), replaces=["acme"]), [("duplicate-id", "pack")]),
    ],
)
def test_what_does_not_fit_into_a_book(given: Any, expected: list[tuple[str, str]]) -> None:
    assert codes(lambda: BOOK.with_packs(given)) == expected


def test_an_unknown_rule_comes_with_what_was_meant() -> None:
    with pytest.raises(PolicyError, match="US-DNC") as caught:
        BOOK.with_packs(pack(rule("A", "duty"), drops=["US-DNCC"]))
    assert "US-DNC" in (caught.value.problems[0].hint or "")


def test_a_book_without_some_rules() -> None:
    rules = BOOK.without("US-DNC", "US-HOURS").rules
    assert {"US-DNC", "US-HOURS"}.isdisjoint(rules)
    lifts = rules["US-EBR-TXN"].rule.lifts  # type: ignore[union-attr]
    assert lifts == ("US-DNC-AGE",)
    with pytest.raises(InputError) as caught:
        BOOK.without("US-DNCC")
    assert caught.value.code == "unknown-rule"
    assert "'US-DNC'" in (caught.value.problems[0].hint or "")


def test_an_exemption_that_needed_a_rule_that_is_gone_lifts_nothing() -> None:
    shut = rule("S", "circumstance", attribute="shut", denies=[True], when_missing="deny", code="SHUT")
    other = rule("O", "exemption", always=True, allow="OK_B2B")
    exemption = rule("E", "exemption", lifts=["S"], always=True, allow="OK_B2B", together_with=["O"])
    made = book(shut, other, exemption)
    assert asked(made)
    assert not asked(made.without("O"))


def test_the_rules_of_a_question_are_those_of_the_country_the_purpose_and_the_channel() -> None:
    made = book(rule("A", "hours", **OPEN), rule("B", "hours", channels=["sms", "voice"], **OPEN), channels=["sms"])
    about = {
        (country, channel): [held.rule.id for held in made.about(country, "telemarketing", channel)]  # type: ignore[arg-type]
        for country in ("US", "CA")
        for channel in ("voice", "sms")
    }
    assert about == {("US", "voice"): [], ("US", "sms"): ["B"], ("CA", "voice"): [], ("CA", "sms"): []}


def test_a_rule_is_overdue_on_the_day_after_its_review() -> None:
    made = book(rule("A", "hours", review_by="2026-11-22", **OPEN), rule("B", "hours", **OPEN))
    assert [held.rule.id for held in made.overdue(date(2026, 11, 23))] == ["A"]
    assert made.overdue(date(2026, 11, 22)) == ()
    warned = asked(made).warnings
    assert warned == ("A was to be read again by 2026-11-22: somebody has to check that it still holds",)
    assert asked(made, at=datetime(2026, 11, 22, 15, tzinfo=UTC)).warnings == ()


@pytest.mark.parametrize("given", ["us", [], {"us": 1}, load_pack("us")])
def test_what_is_no_book(given: Any) -> None:
    with pytest.raises(InputError) as caught:
        asked(given, at=AT)
    assert (caught.value.code, caught.value.problems[0].place.source) == ("wrong-type", "rules")


def test_an_empty_book_denies() -> None:
    assert [reason.code for reason in asked(Rulebook(())).denials] == ["RULE_MISSING"]

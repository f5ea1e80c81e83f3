"""Law 2 at run time: Kleene logic, missing values, division, methods, questions to the history."""

from __future__ import annotations

from typing import Any

import pytest
from support.people import bought, contact, custom, day, funnel, happened, policy_of, updated, viewed

import leadqual as lq
from leadqual import EvaluationError, Interaction, LeadqualError, Policy

POLICY = policy_of(
    fields={
        "t": {"type": "boolean"}, "f": {"type": "boolean"}, "u": {"type": "boolean"}, "zero": {"type": "number"},
        "two": {"type": "number"}, "none": {"type": "number"}, "word": {"type": "text"}, "nothing": {"type": "text"},
        "tags": {"type": "texts"}, "no_tags": {"type": "texts"},
    },
    interactions={"roi": {"properties": {"saving": {"type": "number"}, "plan": {"type": "text"}}}},
)  # fmt: skip
KNOWN = {"t": True, "f": False, "zero": 0, "two": 2, "word": "Grüße 😀", "tags": ["a", "b"]}


def value(text: str, *history: Interaction, at: float = 10, policy: Policy = POLICY) -> Any:
    return policy.evaluate(text, contact(attributes=KNOWN), history, at=day(at))


def of(text: str) -> str:
    """Write `T`, `F`, `U` and other short names as fields of the contact."""
    names = {"T": "t", "F": "f", "U": "u", "ZERO": "zero", "TWO": "two", "NONE": "none", "WORD": "word",
             "NOTHING": "nothing", "TAGS": "tags", "NOTAGS": "no_tags"}  # fmt: skip
    return (
        " ".join(
            f"contact.{names[word]}" if word in names else word
            for word in text.replace("(", "( ").replace(")", " )").replace(".", " .").split()
        )
        .replace(" .", ".")
        .replace("( ", "(")
        .replace(" )", ")")
    )


AND = {"TT": True, "TF": False, "TU": None, "FT": False, "FF": False, "FU": False, "UT": None, "UF": False, "UU": None}
OR = {"TT": True, "TF": True, "TU": True, "FT": True, "FF": False, "FU": None, "UT": True, "UF": None, "UU": None}


@pytest.mark.parametrize("pair", AND)
def test_and_is_strong_kleene(pair: str) -> None:
    assert value(of(f"{pair[0]} and {pair[1]}")) is AND[pair]


@pytest.mark.parametrize("pair", OR)
def test_or_is_strong_kleene(pair: str) -> None:
    assert value(of(f"{pair[0]} or {pair[1]}")) is OR[pair]


@pytest.mark.parametrize(("operand", "answer"), [("T", False), ("F", True), ("U", None)])
def test_not_unknown_is_unknown(operand: str, answer: bool | None) -> None:
    assert value(of(f"not {operand}")) is answer


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">="])
def test_a_comparison_with_a_missing_value_is_unknown(operator: str) -> None:
    assert value(of(f"NONE {operator} 1")) is None
    assert value(of(f"1 {operator} NONE")) is None
    assert value(of(f"NONE {operator} NONE")) is None


@pytest.mark.parametrize("text", ["NOTHING in ['a']", "NOTHING not in ['a']", "'a' in NOTAGS", "'a' not in NOTAGS",
                                  "NOTHING in TAGS", "NOTHING.startswith('x')", "NOTHING.lower() == 'x'",
                                  "WORD.contains(NOTHING)", "NOTHING != 'x'", "U == True"])  # fmt: skip
def test_in_and_methods_with_a_missing_value_are_unknown(text: str) -> None:
    assert value(of(text)) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [("NONE is None", True), ("NONE is not None", False), ("TWO is None", False), ("ZERO is not None", True),
     ("F is None", False), ("(NONE + 1) is None", True), ("(NONE > 1) is None", True)],
)  # fmt: skip
def test_only_is_none_asks_about_presence_and_always_knows(text: str, answer: bool) -> None:
    assert value(of(text)) is answer


@pytest.mark.parametrize("operator", ["+", "-", "*", "/"])
def test_arithmetic_with_missing_is_missing(operator: str) -> None:
    assert value(of(f"NONE {operator} 1")) is None
    assert value(of(f"1 {operator} NONE")) is None
    assert value("-contact.none") is None


@pytest.mark.parametrize("text", ["TWO / ZERO", "ZERO / ZERO", "TWO / (TWO - 2)", "TWO / 0"])
def test_division_by_zero_is_missing(text: str) -> None:
    assert value(of(text)) is None
    assert value(of(f"({text}) > 1")) is None


@pytest.mark.parametrize(
    ("text", "answer"), [("TWO + 1", 3), ("TWO - 3", -1), ("TWO * 4", 8), ("TWO / 8", 0.25), ("2 + 3 * 4 - 6 / 3", 12)]
)
def test_arithmetic(text: str, answer: float) -> None:
    assert value(of(text)) == answer


def test_a_result_too_large_for_a_number_is_missing() -> None:
    assert value("1e300 * 1e300") is None
    assert value("(1e300 * 1e300) > 1") is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [("1 < TWO < 3", True), ("1 < TWO < 2", False), ("3 < NONE < 1", None), ("3 < TWO < NONE", False),
     ("NONE < TWO < 1", False), ("1 < TWO <= 2 == TWO", True), ("1 < TWO != 2", False)],
)  # fmt: skip
def test_a_chain_holds_if_each_link_holds(text: str, answer: bool | None) -> None:
    assert value(of(text)) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [("WORD.startswith('Gr')", True), ("WORD.startswith('gr')", False), ("WORD.endswith('😀')", True),
     ("WORD.contains('üß')", True), ("WORD.lower() == 'grüße 😀'", True), ("WORD.lower().startswith('gr')", True),
     ("WORD.startswith('')", True), ("WORD.contains('x')", False)],
)  # fmt: skip
def test_text_methods(text: str, answer: bool) -> None:
    assert value(of(text)) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [("'a' in TAGS", True), ("'c' in TAGS", False), ("'c' not in TAGS", True), ("WORD in ['x', 'Grüße 😀']", True),
     ("TWO in [1, 2.0]", True), ("TWO not in [1, 2.0]", False)],
)  # fmt: skip
def test_membership(text: str, answer: bool) -> None:
    assert value(of(text)) is answer


def test_a_missing_value_is_neither_zero_nor_false() -> None:
    assert value("contact.none == 0") is None
    assert value("contact.u == False") is None


@pytest.mark.parametrize("text", ["count(roi)", "count(roi[saving > 1], within='1d')", "sum(roi.saving)"])
def test_count_and_sum_of_nothing_are_zero(text: str) -> None:
    assert value(text) == 0
    assert value(text) is not None


@pytest.mark.parametrize(
    "text", ["days_since(roi)", "min(roi.saving)", "max(roi.saving)", "first(roi.saving)", "last(roi.plan)"]
)
def test_the_others_of_nothing_are_missing(text: str) -> None:
    assert value(text) is None


HISTORY = (
    custom("roi", 1, "a", saving=5, plan="x"), custom("roi", 2, "b", plan="y"), custom("roi", 4, "c", saving=-1.5),
    custom("roi", 4, "d", saving=0.25, plan="z"), viewed(9, "/pricing", "e", channel="web", seconds=2.5),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "answer"),
    [("count(roi)", 4), ("sum(roi.saving)", 3.75), ("min(roi.saving)", -1.5), ("max(roi.saving)", 5),
     ("first(roi.saving)", 5), ("last(roi.saving)", 0.25), ("first(roi.plan)", "x"), ("last(roi.plan)", "z"),
     ("days_since(roi)", 6), ("count(roi[saving > 0])", 2), ("count(roi[not (saving > 0)])", 1),
     ("count(roi[saving is None])", 1), ("count(roi[plan.startswith('x') or saving < 0])", 2),
     ("sum(roi[plan == 'z'].saving)", 0.25), ("count(any_interaction)", 5),
     ("count(any_interaction[kind == 'roi'])", 4),
     ("count(any_interaction[channel == 'web'])", 1), ("days_since(any_interaction)", 1),
     ("count(roi, within='7d')", 2), ("sum(roi.saving, within='7d')", -1.25),
     ("max(roi.saving, within='7d')", 0.25), ("first(roi.plan, within='9d')", "y"),
     ("last(roi.plan, within='6d')", None), ("days_since(roi, within='6d')", None),
     ("days_since(page_viewed[path.startswith('/pricing')], within='30d')", 1)],
)  # fmt: skip
def test_questions_to_the_history(text: str, answer: object) -> None:
    assert value(text, *HISTORY) == answer


def test_an_unknown_filter_does_not_match() -> None:
    """The interaction without a saving is neither above nor not above: only `is None` finds it."""
    assert value("count(roi[saving > 0]) + count(roi[not (saving > 0)])", *HISTORY) == 3


def test_a_property_that_an_interaction_lacks_is_left_out() -> None:
    assert value("last(roi.saving)", custom("roi", 1, "a", saving=7), custom("roi", 2, "b")) == 7


def test_a_sum_is_exact_before_it_is_rounded() -> None:
    history = [
        custom("roi", number, f"i{number}", saving=saving) for number, saving in enumerate([1e15, 0.1, 0.1, 0.1, -1e15])
    ]
    assert value("sum(roi.saving)", *history) == 0.3


def test_a_sum_of_very_large_numbers_does_not_fail() -> None:
    history = [custom("roi", number / 100, f"i{number}", saving=1e300) for number in range(300)]
    assert value("sum(roi.saving)", *history) == pytest.approx(3e302)


@pytest.mark.parametrize("bad", [True, "5", [1], 10**400])
def test_a_value_of_the_wrong_type_is_an_error_never_unknown(bad: Any) -> None:
    with pytest.raises(LeadqualError) as caught:
        value("sum(roi.saving) > 1", custom("roi", 1, saving=tuple(map(str, bad)) if isinstance(bad, list) else bad))
    assert isinstance(caught.value, EvaluationError)
    assert caught.value.code == "wrong-type"


def test_a_wrong_type_in_a_profile_update_is_an_error() -> None:
    with pytest.raises(EvaluationError):
        value("company.employees > 1", updated(1, company_employees="many"))


def test_a_wrong_type_in_a_class_of_the_callers_own_is_an_error() -> None:
    class Roi(lq.Interaction):
        kind: str = "roi"
        saving: str = "much"

    with pytest.raises(EvaluationError):
        value("sum(roi.saving) > 1", Roi(id="i", occurred_at=day(1)))


def test_an_unknown_condition_fires_neither_a_rule_nor_a_transition() -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "company.employees >= 50"},
        scores={"fit": {"range": [0, 9], "rules": [{"id": "size", "when": "company.employees >= 50", "points": 5}]}},
    )
    decision = policy.decide(contact(), [viewed(1)], at=day(2))
    assert (decision.stage, decision.scores["fit"].value) == ("lead", 0)
    assert decision.scores["fit"].ledger[0].unknown
    assert decision.scores["fit"].missing == ("company.employees",)


def test_the_decision_names_what_made_a_condition_unknown_and_what_it_could_have_changed() -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "company.employees >= 50 and contact.country == 'ID'"},
        {"source": "mql", "target": "sql", "when": "company.industry == 'retail'"},
        scores={"fit": {"range": [0, 9], "rules": [{"id": "size", "when": "company.employees >= 50", "points": 5}]}},
    )
    decision = policy.decide(contact(country="ID"), [viewed(1)], at=day(2))
    assert dict(decision.missing) == {"company.employees": ("rule fit.size (+5)", "transition t1 (to mql)")}


def test_what_could_not_have_changed_the_answer_is_not_named() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "company.employees >= 50 and contact.country == 'ID'"})
    assert policy.decide(contact(country="SG"), [viewed(1)], at=day(2)).missing == {}


def test_questions_without_an_answer_and_divisions_by_zero_are_named() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "days_since(purchase) > 3 or 1 / count(purchase) > 2"})
    decision = policy.decide(contact(), [viewed(1)], at=day(2))
    assert set(decision.missing) == {"days_since(purchase)", "1 / count(purchase)"}


@pytest.mark.parametrize(("on_unknown", "named"), [("hold", True), ("deny", False)])
def test_an_unknown_transition_holds_or_is_denied(on_unknown: str, named: bool) -> None:
    way = {"source": "lead", "target": "mql", "when": "company.employees > 1", "on_unknown": on_unknown}
    decision = funnel(way).decide(contact(), [viewed(1)], at=day(2))
    assert decision.stage == "lead"
    assert ("company.employees" in decision.missing) is named


def test_hold_is_the_default() -> None:
    assert (
        funnel({"source": "lead", "target": "mql", "when": "contact.vip"}, fields={"vip": {"type": "boolean"}})
        .transitions[0]
        .on_unknown
        == "hold"
    )


def test_an_unknown_transition_can_be_an_error() -> None:
    way = {"source": "lead", "target": "mql", "when": "company.employees > 1", "on_unknown": "error"}
    with pytest.raises(EvaluationError) as caught:
        funnel(way).decide(contact(), [viewed(1)], at=day(2))
    assert caught.value.code == "unknown-condition"
    assert "company.employees" in str(caught.value)
    assert caught.value.problems[0].place.rule == "t1"


def test_roles_and_customer_follow_from_the_history() -> None:
    history = [viewed(2), bought(4, 5)]
    found = [POLICY.evaluate("contact.roles", contact(roles={"partner"}), history, at=day(on)) for on in (1, 2, 4)]
    assert found == [("partner",), ("lead", "partner"), ("customer", "lead", "partner")]
    assert [value("contact.is_customer", *history, at=on) for on in (3.9, 4)] == [False, True]


def test_consent_is_the_last_word_and_of_two_at_once_the_withdrawal() -> None:
    given = happened("consent_given", 1, "b", for_channel="email")
    assert value("consent.email") is None
    assert value("consent.email", given) is True
    assert value("consent.email", given, happened("opted_out", 1, "a")) is False
    assert value("consent.email", happened("opted_out", 0, "a"), given) is True
    assert value("consent.whatsapp", given) is None


def test_amounts_are_added_in_the_currency_that_the_policy_declares() -> None:
    policy = policy_of(currency={"code": "IDR", "rates": {"USD": 15800}})
    history = [bought(1, 100), bought(2, 2, "USD")]
    assert policy.evaluate("sum(purchase.amount)", contact(), history, at=day(3)) == 31_700
    assert policy.evaluate("last(purchase.amount)", contact(), history, at=day(3)) == 31_600
    assert policy.evaluate("sum(purchase[currency == 'USD'].amount)", contact(), history, at=day(3)) == 31_600


def test_an_amount_without_a_rate_is_an_error_at_once_not_when_somebody_looks() -> None:
    rules = [{"id": "r", "when": "sum(purchase.amount) > 3", "points": 5}]
    policy = policy_of(currency={"code": "IDR"}, scores={"s": {"range": [0, 9], "rules": rules}})
    with pytest.raises(EvaluationError) as caught:
        policy.decide(contact(), [bought(1, 5, "USD")], at=day(2))
    assert caught.value.code == "unknown-currency"


def test_an_enumeration_that_is_no_text_is_no_field_of_conditions() -> None:
    """Its members never equal a text, so a condition on it would be false without a word."""
    import enum  # noqa: PLC0415

    class Tier(enum.Enum):
        GOLD = "gold"

    class Mine(lq.Contact):
        tier: Tier | None = None

    with pytest.raises(lq.PolicyError) as caught:
        lq.Policy(
            name="x",
            fields=Mine,
            scores={"s": {"range": [0, 1], "rules": [{"id": "r", "when": "contact.tier == 'gold'", "points": 1}]}},
        )
    assert caught.value.code == "unknown-field"

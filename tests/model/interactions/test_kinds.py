"""Every kind, made from its own annotations with all properties and with the required ones only."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin

import pytest

from leadqual.errors import InputError
from leadqual.model import interactions
from leadqual.model.interactions import BUILT_IN, Interaction
from leadqual.model.interactions.registry import CLASSES, parse_interaction
from leadqual.model.vocabulary import CallOutcome, Channel, ConsentMeans, Direction, Purpose

AT = datetime(2026, 11, 1, 3, tzinfo=UTC)
SAMPLES: dict[Any, Any] = {
    str: "Terima kasih 🙏",
    float: 12.5,
    int: 3,
    bool: True,
    datetime: AT,
    Channel: "whatsapp",
    Direction: "inbound",
    CallOutcome: "interested",
    Purpose: "telemarketing",
    ConsentMeans: "web_form",
}


def sample(name: str, annotation: Any) -> Any:
    if name == "currency":
        return "IDR"
    if name == "changes":
        return {"contact.country": "SG", "company.employees": 3, "tags": ["a"], "city": None}
    while get_origin(annotation) is not None:
        annotation = get_args(annotation)[0]
    return SAMPLES[annotation]


def data_for(kind: str, *, required_only: bool) -> dict[str, Any]:
    fields = BUILT_IN[kind].model_fields
    data = {"id": "i-1", "kind": kind, "occurred_at": AT}
    for name, info in fields.items():
        if name not in data and (info.is_required() or not required_only):
            data[name] = sample(name, info.annotation)
    return data


@pytest.mark.parametrize("required_only", [False, True])
@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_kind_round_trips(kind, required_only):
    made = parse_interaction(data_for(kind, required_only=required_only))
    assert type(made) is BUILT_IN[kind]
    again = BUILT_IN[kind].model_validate_json(made.model_dump_json())
    assert again == made
    assert again.fingerprint == made.fingerprint
    assert parse_interaction(made.model_dump(mode="json")) == made
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_kind_is_declared_in_full(kind):
    made = BUILT_IN[kind]
    info = made.model_fields["kind"]
    assert get_origin(info.annotation) is Literal
    assert info.default == kind
    assert made.__doc__
    for name, field in made.own_properties().items():
        assert field.description, name
        assert field.description.endswith("."), name
        if name == "amount":
            assert field.json_schema_extra == {"unit": "money"}


@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_kind_refuses_a_naive_time(kind):
    data = data_for(kind, required_only=True) | {"occurred_at": datetime(2026, 11, 1)}
    with pytest.raises(InputError) as caught:
        parse_interaction(data)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.path) == ("naive-datetime", "occurred_at")


def test_the_table_of_kinds_the_rooms_and_the_exports_agree():
    loaded = {BUILT_IN[kind] for kind in BUILT_IN}
    with_kind = {
        found
        for found in _subclasses(Interaction)
        if found.__module__.startswith("leadqual.") and get_origin(found.model_fields["kind"].annotation) is Literal
    }
    assert loaded == with_kind
    assert set(interactions.__all__) == set(CLASSES) | {
        "BUILT_IN",
        "CustomInteraction",
        "Interaction",
        "parse_interaction",
    }
    for name, kind in CLASSES.items():
        assert getattr(interactions, name) is BUILT_IN[kind]
    assert dir(interactions) == sorted(interactions.__all__)
    with pytest.raises(AttributeError, match="Purchasee"):
        interactions.Purchasee  # noqa: B018


def _subclasses(base: type) -> set[type]:
    return {base, *(found for child in base.__subclasses__() for found in _subclasses(child))}


@pytest.mark.parametrize(
    ("kind", "values", "code", "path"),
    [
        ("purchase", {"amount": 5}, "missing-currency", None),
        ("purchase", {"amount": "5", "currency": "IDR"}, "float-type", "amount"),
        ("purchase", {"amount": True, "currency": "IDR"}, "float-type", "amount"),
        ("purchase", {"amount": float("nan"), "currency": "IDR"}, "finite-number", "amount"),
        ("purchase", {"amount": float("inf"), "currency": "IDR"}, "finite-number", "amount"),
        ("purchase", {"amount": -1, "currency": "IDR"}, "greater-than-equal", "amount"),
        ("purchase", {"amount": 1, "currency": "idr"}, "bad-currency", "currency"),
        ("purchase", {"amout": 1}, "unknown-field", "amout"),
        ("invoice_overdue", {"currency": "IDR"}, "missing-field", "amount"),
        ("sales_rejected", {}, "missing-field", "reason"),
        ("sales_rejected", {"reason": ""}, "string-too-short", "reason"),
        ("page_viewed", {"path": "/", "seconds": -1}, "greater-than-equal", "seconds"),
        ("page_viewed", {"path": 7}, "string-type", "path"),
        ("whatsapp_message", {}, "missing-field", "direction"),
        ("call_outbound", {"outcome": "no_anser"}, "enum", "outcome"),
        ("consent_given", {"for_channel": "wa"}, "enum", "for_channel"),
        ("profile_updated", {"changes": {}}, "no-changes", "changes"),
        ("profile_updated", {"changes": {"a b": 1}}, "bad-field-name", "changes"),
        ("profile_updated", {"changes": {"contact.a": 1, "a": 2}}, "duplicate-field", "changes"),
        ("profile_updated", {"changes": {"a": float("nan")}}, "finite-number", "changes.a"),
    ],
)
def test_bad_properties_are_refused(kind, values, code, path):
    with pytest.raises(InputError) as caught:
        parse_interaction({"id": "i", "kind": kind, "occurred_at": AT, **values})
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.path) == (code, path)


def test_a_leading_contact_is_left_out_of_changed_fields():
    made = parse_interaction(data_for("profile_updated", required_only=True))
    assert made.value("changes") == {"country": "SG", "company.employees": 3, "tags": ("a",), "city": None}


@pytest.mark.parametrize(
    ("kind", "values", "interest"),
    [
        ("whatsapp_message", {"direction": "inbound"}, True),
        ("whatsapp_message", {"direction": "outbound"}, False),
        ("call_inbound", {}, True),
        ("call_outbound", {}, False),
        ("call_outbound", {"outcome": "no_answer"}, False),
        ("call_outbound", {"outcome": "interested"}, True),
        ("email_sent", {}, False),
        ("email_clicked", {}, True),
        ("demo_requested", {}, True),
        ("opted_out", {}, False),
    ],
)
def test_what_shows_interest(kind, values, interest):
    assert parse_interaction({"id": "i", "kind": kind, "occurred_at": AT, **values}).is_interest() is interest


def test_a_call_reached_somebody_or_not_or_nobody_knows():
    calls = [
        BUILT_IN["call_inbound"](id="i", occurred_at=AT, outcome=outcome) for outcome in (None, "busy", "answered")
    ]
    assert [call.reached for call in calls] == [None, False, True]

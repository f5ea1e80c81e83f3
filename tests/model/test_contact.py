from __future__ import annotations

import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from leadqual.errors import InputError
from leadqual.model.contact import Company, Consent, Contact, DoNotCall

AT = datetime(2026, 11, 1, 3, tzinfo=UTC)

FULL = {
    "id": "c-1",
    "kind": "person",
    "full_name": "Siti Rahma Nurhaliza 🌸",
    "given_name": "Siti",
    "family_name": "Rahma",
    "job_title": "Direktur Pemasaran",
    "email": "siti@majujaya.co.id",
    "phone": "+628123456789",
    "country": "ID",
    "language": "id",
    "time_zone": "Asia/Jakarta",
    "seniority": "director",
    "source": "web_form",
    "campaign": "Lebaran 2026",
    "roles": {"partner", "press", "supplier"},
    "preferred_channels": ["whatsapp", "voice"],
    "consents": [{"channel": "whatsapp", "at": AT, "how": "web_form", "proof": "form 17"}],
    "do_not_call": [{"at": AT, "channel": "fax", "note": "mesin rusak"}],
    "company": {"name": "PT Maju Jaya", "industry": "retail", "employees": 250, "country": "ID", "founded": 1987},
    "created_at": AT,
    "attributes": {"monthly_budget": 4000, "vip": True, "ratio": 0.5, "city": "Bandung", "tags": ["a", "b"], "x": None},
}


def refused(make, *args, **values):
    with pytest.raises(InputError) as caught:
        make(*args, **values)
    return caught.value.problems


def test_a_full_contact_round_trips_through_json():
    contact = Contact.model_validate(FULL)
    assert Contact.model_validate_json(contact.model_dump_json()) == contact
    assert Contact.model_validate(contact.model_dump()) == contact
    assert pickle.loads(pickle.dumps(contact)) == contact
    assert contact.attributes["tags"] == ("a", "b")
    assert contact.attributes["vip"] is True


def test_contacts_can_be_members_of_sets():
    assert len({Contact.model_validate(FULL), Contact.model_validate(FULL)}) == 1
    assert len({Company(name="A"), Company(name="A"), Company(name="B")}) == 2


def test_the_bytes_do_not_depend_on_the_process():
    code = (
        "from leadqual.model.contact import Contact;"
        "print(Contact(id='c', roles={'partner', 'press', 'supplier', 'investor', 'employee'}).model_dump_json())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


def test_what_is_derived_from_the_address():
    contact = Contact(id="c", email="Budi@Yahoo.CO.ID")
    assert contact.email_domain == "yahoo.co.id"
    assert contact.email_is_personal is True
    assert Contact.model_validate(FULL).email_is_personal is False
    assert Contact(id="c").email_domain is None
    assert Contact(id="c").email_is_personal is None


def test_the_contact_does_not_share_the_mapping_of_its_caller():
    attributes = {"budget": 1}
    contact = Contact(id="c", attributes=attributes)
    attributes["budget"] = 2
    assert contact.attributes["budget"] == 1


def test_fields_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Contact(id="c").country = "ID"


@pytest.mark.parametrize(
    ("field", "value", "code", "hint"),
    [
        ("id", "", "string-too-short", None),
        ("id", 7, "string-type", None),
        ("country", "id", "bad-country", "'ID'"),
        ("country", "Indonesia", "bad-country", None),
        ("country", "UK", "bad-country", "'GB'"),
        ("email", "siti", "bad-email", None),
        ("email", "a@@b", "bad-email", None),
        ("email", "@b", "bad-email", None),
        ("email", " a@b.id ", "bad-email", "spaces"),
        ("phone", "0812 3456 789", "bad-phone", "'+628123456789'"),
        ("phone", "+62 812-3456", "bad-phone", "'+628123456'"),
        ("phone", "telepon", "bad-phone", "country's code"),
        ("language", "id_ID", "bad-language", "'id-ID'"),
        ("language", "Bahasa Indonesia", "bad-language", None),
        ("time_zone", "Asia/Jakrta", "bad-time-zone", "'Asia/Jakarta'"),
        ("time_zone", "Asia", "bad-time-zone", None),
        ("time_zone", "../../etc/passwd", "bad-time-zone", None),
        ("time_zone", "", "bad-time-zone", None),
        ("seniority", "directer", "enum", "'director'"),
        ("source", "webform", "enum", "'web_form'"),
        ("roles", {"lead"}, "derived-role", "interactions"),
        ("roles", {"customer"}, "derived-role", "interactions"),
        ("preferred_channels", ["whatsap"], "enum", "'whatsapp'"),
        ("created_at", datetime(2026, 1, 1), "naive-datetime", "offset"),
        ("created_at", "2026-01-01", "naive-datetime", "offset"),
        ("attributes", {"x": float("nan")}, "finite-number", "None"),
        ("attributes", {"x": float("-inf")}, "finite-number", "None"),
        ("attributes", {"x": [1]}, "wrong-type", None),
        ("attributes", {"x": object()}, "wrong-type", None),
        ("attributes", {"x": "\ud800"}, "string-unicode", "encoding"),
        ("attributes", {"x": "a" * 100_001}, "string-too-long", None),
        ("attributes", {"": 1}, "string-too-short", None),
        ("countrry", "ID", "unknown-field", "'country'"),
    ],
)
def test_each_bad_value_is_refused_with_a_code_a_place_and_a_hint(field, value, code, hint):
    (problem,) = refused(Contact, **{"id": "c", field: value})
    assert problem.code == code
    assert problem.place.path is not None
    assert problem.place.path.startswith(field)
    if hint:
        assert problem.hint is not None
        assert hint in problem.hint


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("employees", "250", "int-type"),
        ("employees", True, "int-type"),
        ("employees", 2.5, "int-type"),
        ("employees", -1, "greater-than-equal"),
        ("annual_revenue", "1e6", "float-type"),
        ("annual_revenue", True, "float-type"),
        ("annual_revenue", float("nan"), "finite-number"),
        ("annual_revenue", -0.5, "greater-than-equal"),
        ("currency", "idr", "bad-currency"),
        ("domain", "https://majujaya.co.id/kontak", "bad-domain"),
        ("domain", "majujaya", "bad-domain"),
        ("founded", 0, "greater-than-equal"),
        ("employes", 3, "unknown-field"),
    ],
)
def test_a_company_is_strict(field, value, code):
    (problem,) = refused(Company, **{field: value})
    assert (problem.code, problem.place.path) == (code, field)


def test_a_misspelt_nested_field_gets_a_suggestion():
    (problem,) = refused(Contact, id="c", company={"employes": 3})
    assert problem.place.path == "company.employes"
    assert problem.hint == "did you mean 'employees'?"


def test_all_problems_are_told_at_once():
    assert len(refused(Contact, id="", country="id", email="x", attributes={"n": float("inf")})) == 4


def test_consents_and_marks_are_kept_in_utc():
    jakarta = timezone(timedelta(hours=7))
    consent = Consent(channel="email", at=datetime(2026, 11, 1, 10, tzinfo=jakarta))
    assert consent.at == AT
    assert consent.at.tzinfo is UTC
    assert consent.purpose == "marketing"
    assert DoNotCall(at=AT).channel is None
    assert refused(Consent, channel="email", at=AT, granted="yes")[0].code == "bool-type"


def test_typed_fields_of_ones_own():
    class Borrower(Contact):
        monthly_budget: float | None = None

    borrower = Borrower(id="c", monthly_budget=4000)
    assert borrower.monthly_budget == 4000
    assert Borrower.model_validate_json(borrower.model_dump_json()) == borrower
    (problem,) = refused(Borrower, id="c", monthly_bugdet=1)
    assert problem.hint == "did you mean 'monthly_budget'?"

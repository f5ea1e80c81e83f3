from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import policies
from support.spark import session

import leadqual as lq
from leadqual.datasets import demo
from leadqual.errors import InputError, MissingDependency
from leadqual.model.interactions.base import CustomInteraction

pl = pytest.importorskip("polars")
from polars.testing import assert_frame_equal  # noqa: E402 - Polars is optional

from leadqual.frames.models import from_models, to_models  # noqa: E402
from leadqual.frames.types import contact_types, interaction_types  # noqa: E402

AT = datetime(2026, 11, 1, 8, 30, 0, 123457, tzinfo=UTC)
INSTANT = pl.Datetime("us", "UTC")
POLICY = lq.Policy(
    name="tables", fields=policies.FIELDS, interactions=policies.INTERACTIONS, currency=policies.CURRENCY
)


class Address(lq.Company):
    fleet: int | None = None


class Homeowner(lq.Contact):
    budget: float | None = None
    rooms: int = 0
    born: datetime | None = None
    pets: tuple[str, ...] = ()
    company: Address | None = None


class RoiCalculated(lq.Interaction):
    kind: Literal["roi_calculated"] = "roi_calculated"
    saving: float
    sizes: tuple[int, ...] = ()


def plain(contact: lq.Contact) -> lq.Contact:
    """Return a contact as tables know it: no attributes of None, no company of which nothing is known."""
    company = contact.company
    if company is not None:
        known = {name: value for name, value in company.attributes.items() if value is not None}
        company = company.model_copy(update={"attributes": known})
        company = None if company == lq.Company() else company
    known = {name: value for name, value in contact.attributes.items() if value is not None}
    return contact.model_copy(update={"attributes": known, "company": company})


def known(one: lq.Interaction) -> lq.Interaction:
    """Return an interaction without properties of None."""
    if not isinstance(one, CustomInteraction):
        return one
    return one.model_copy(update={"properties": {k: v for k, v in one.properties.items() if v is not None}})


def problems(call: Any, *args: Any, **options: Any) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(InputError) as caught:
        call(*args, **options)
    return [(problem.code, problem.place.line, problem.place.path) for problem in caught.value.problems]


@pytest.mark.parametrize("policy", [None, POLICY])
@given(data=st.data())
def test_models_come_back_as_they_were(policy: lq.Policy | None, data: st.DataObject) -> None:
    people = [data.draw(policies.contacts()).model_copy(update={"id": name}) for name in ("c-1", "😀 Ibu Ani", "4")]
    histories = {contact.id: data.draw(policies.histories(max_size=6)) for contact in people}
    tables = from_models(people, histories, policy=policy)
    contacts, found = to_models(*tables, policy=policy)
    assert contacts == [plain(contact) for contact in people]
    assert found == {name: [known(one) for one in history] for name, history in histories.items()}
    for again, before in zip(from_models(contacts, found, policy=policy), tables, strict=True):
        assert_frame_equal(again, before)


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_the_sample_goes_through_every_library(backend: Any) -> None:
    sample = demo(contacts=40)
    tables = from_models(sample.contacts, sample.histories, policy=lq.policies.sales(), backend=backend)
    assert {type(table).__module__.partition(".")[0] for table in tables} == {backend}
    assert to_models(*tables, policy=lq.policies.sales()) == (sample.contacts, sample.histories)


def test_tables_of_pandas_with_types_of_numpy_and_lazy_ones_are_read() -> None:
    sample = demo(contacts=40)
    contacts, interactions = from_models(sample.contacts, sample.histories)
    assert to_models(contacts.to_pandas(), interactions.to_pandas()) == (sample.contacts, sample.histories)
    assert to_models(contacts.lazy(), interactions.lazy()) == (sample.contacts, sample.histories)


def test_relations_of_duckdb_are_read() -> None:
    duckdb = pytest.importorskip("duckdb")
    sample = demo(contacts=40)
    contacts, interactions = (table.to_arrow() for table in from_models(sample.contacts, sample.histories))
    found = to_models(duckdb.from_arrow(contacts), duckdb.from_arrow(interactions))
    assert found == (sample.contacts, sample.histories)


def test_tables_of_spark_are_read() -> None:
    spark, sample = session(), demo(contacts=10)
    contacts, interactions = (spark.createDataFrame(table) for table in sample.frames("pyarrow"))
    people, histories = to_models(contacts, interactions)
    assert sorted(people, key=lambda contact: contact.id) == sample.contacts
    for contact_id, history in histories.items():
        assert sorted(history, key=lambda one: (one.instant, one.id)) == sample.histories[contact_id]


def test_tables_are_typed_even_if_empty() -> None:
    contacts, interactions = from_models([], {})
    assert dict(contacts.schema) == {"contact_id": pl.String}
    assert dict(interactions.schema) == {
        "contact_id": pl.String,
        "interaction_id": pl.String,
        "kind": pl.String,
        "occurred_at": INSTANT,
    }
    assert to_models(contacts, interactions) == ([], {})


def test_columns_have_the_order_and_types_of_the_models() -> None:
    full = lq.Contact(
        id="c-1",
        roles={"partner", "press"},
        preferred_channels=["whatsapp", "email"],
        consents=[{"channel": "email", "at": AT, "how": "web_form"}],
        do_not_call=[{"at": AT}],
        created_at=AT,
        company=lq.Company(name="PT Maju", employees=250, annual_revenue=1, currency="IDR", attributes={"tier": "tin"}),
        attributes={"vip": True, "tags": ("a;b", "😀"), "budget": 3},
    )
    contacts, _ = from_models([lq.Contact(id="c-0"), full], {}, policy=POLICY)
    consent = {"channel": pl.String, "purpose": pl.String, "granted": pl.Boolean, "at": INSTANT}
    assert list(contacts.schema.items()) == [
        ("contact_id", pl.String),
        ("kind", pl.String),
        ("roles", pl.List(pl.String)),
        ("preferred_channels", pl.List(pl.String)),
        ("consents", pl.List(pl.Struct({**consent, "how": pl.String, "proof": pl.String}))),
        ("do_not_call", pl.List(pl.Struct({"at": INSTANT, "channel": pl.String, "how": pl.String, "note": pl.String}))),
        ("created_at", INSTANT),
        ("company.name", pl.String),
        ("company.employees", pl.Int64),
        ("company.annual_revenue", pl.Float64),
        ("company.currency", pl.String),
        ("company.tier", pl.String),
        ("budget", pl.Float64),
        ("vip", pl.Boolean),
        ("tags", pl.List(pl.String)),
    ]
    assert contacts["roles"].to_list() == [None, ["partner", "press"]]
    assert contacts["tags"].to_list() == [None, ["a;b", "😀"]]
    assert contacts["created_at"].to_list() == [None, AT]


def test_without_a_policy_the_values_say_what_they_are() -> None:
    people = [
        lq.Contact(id="1", attributes={"whole": 1, "number": 1, "huge": 2**70}),
        lq.Contact(id="2", attributes={"whole": -5, "number": 0.5, "huge": None, "nothing": None, "tags": ()}),
    ]
    contacts, _ = from_models(people, {})
    types = {"huge": pl.Float64, "number": pl.Float64, "tags": pl.List(pl.String), "whole": pl.Int64}
    assert dict(list(contacts.schema.items())[2:]) == types
    assert to_models(contacts, from_models([], {})[1])[0] == [plain(contact) for contact in people]


def test_changes_of_a_profile_stand_in_columns_and_what_was_cleared_in_a_list() -> None:
    changes = {"country": "SG", "company.employees": 7, "hobby": "go", "city": None, "company.tier": None}
    update = lq.ProfileUpdated(id="1", occurred_at=AT, changes=changes)
    other = lq.ProfileUpdated(id="2", occurred_at=AT, changes={"country": None})
    histories = {"c-1": [update, other]}
    contacts, interactions = from_models([lq.Contact(id="c-1")], histories)
    assert interactions.columns[4:] == ["changes.country", "changes.company.employees", "changes.hobby", "cleared"]
    assert interactions["changes.company.employees"].dtype == pl.Float64
    assert interactions["cleared"].to_list() == [["city", "company.tier"], ["country"]]
    assert to_models(contacts, interactions)[1] == histories


def test_under_a_policy_what_another_one_may_know_comes_back_too() -> None:
    siti = lq.Contact(id="c-1", attributes={"budget": 5.0, "Owner (CRM)": "Ani"}, company={"attributes": {"fleet": 3}})
    update = lq.ProfileUpdated(id="1", occurred_at=AT, changes={"hobby": "go", "company.fleet": 4, "budget": None})
    models = ([siti], {"c-1": [update]})
    assert to_models(*from_models(*models, policy=POLICY), policy=POLICY) == models


def test_every_column_of_the_models_has_one_type() -> None:
    assert all(contact_types().values())
    assert all(len(types) == 1 for types in interaction_types().values())


def test_without_pandas_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingDependency, match="pip install pandas pyarrow"):
        from_models([], {}, backend="pandas")


def test_classes_of_one_s_own() -> None:
    owner = Homeowner(id="c-1", budget=5, rooms=3, born=AT, pets=["cat"], company=Address(name="PT", fleet=4))
    done = RoiCalculated(id="i-1", occurred_at=AT, saving=2.5, sizes=[1, 2])
    tables = from_models([owner, Homeowner(id="c-2")], {"c-1": [done]})
    assert tables[0]["rooms"].dtype == pl.Int64
    assert tables[1]["sizes"].to_list() == [[1, 2]]
    contacts, histories = to_models(*tables, contact=Homeowner, kinds=[RoiCalculated])
    assert (contacts, histories) == ([owner, Homeowner(id="c-2")], {"c-1": [done], "c-2": []})

    made = lq.Policy(name="own", fields=Homeowner, interactions=[RoiCalculated])
    tables = from_models(contacts, histories, policy=made)
    assert to_models(*tables, policy=made, contact=Homeowner) == (contacts, histories)


def test_histories_need_their_contacts() -> None:
    view = lq.PageViewed(id="i-1", occurred_at=AT, path="/")
    with pytest.raises(InputError, match="did you mean 'c-1'") as caught:
        from_models([lq.Contact(id="c-1")], {"c-l": [view], "x": []})
    assert [problem.code for problem in caught.value.problems] == ["unknown-contact", "unknown-contact"]


@pytest.mark.parametrize(
    ("contacts", "histories", "code"),
    [
        (lq.Contact(id="c-1"), {}, "wrong-type"),
        ([{"id": "c-1"}], {}, "wrong-type"),
        ([lq.Contact(id="c-1"), lq.Contact(id="c-1", country="ID")], {}, "duplicate-id"),
        ([lq.Contact(id="c-1")], [], "wrong-type"),
        ([lq.Contact(id="c-1")], {"c-1": None}, "wrong-type"),
        ([lq.Contact(id="c-1")], {"c-1": lq.PageViewed(id="i-1", occurred_at=AT, path="/")}, "wrong-type"),
        ([lq.Contact(id="c-1")], {"c-1": ["x"]}, "wrong-type"),
        ([lq.Contact(id="c-1", attributes={"country": "x"})], {}, "bad-field-name"),
        ([lq.Contact(id="c-1", attributes={"contact.x": 1})], {}, "bad-field-name"),
        ([lq.Contact(id="c-1", attributes={"company.x": 1})], {}, "bad-field-name"),
        ([lq.Contact(id="c-1", company={"attributes": {"name": "x"}})], {}, "bad-field-name"),
        ([lq.Contact(id="c-1", attributes={"x": 1}), lq.Contact(id="c-2", attributes={"x": "1"})], {}, "mixed-column"),
        ([lq.Contact(id="c-1", attributes={"x": 2**70 + 1})], {}, "bad-number"),
    ],
)  # fmt: skip
def test_what_no_table_can_hold_is_refused(contacts: Any, histories: Any, code: str) -> None:
    with pytest.raises(InputError) as caught:
        from_models(contacts, histories)
    assert caught.value.code == code


def test_the_same_contact_given_twice_counts_once() -> None:
    assert from_models([lq.Contact(id="c-1"), lq.Contact(id="c-1")], {})[0].height == 1


def test_one_column_has_one_type() -> None:
    done = CustomInteraction(id="1", kind="visit", occurred_at=AT, properties={"path": 5})
    view = lq.PageViewed(id="2", occurred_at=AT, path="/")
    with pytest.raises(InputError) as caught:
        from_models([lq.Contact(id="c-1")], {"c-1": [done, view]})
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.path) == ("mixed-column", "path")
    assert "page_viewed" in str(problem.found)
    assert "visit" in str(problem.found)
    assert from_models([lq.Contact(id="c-1")], {"c-1": [done]})[1]["path"].to_list() == [5]


def test_a_policy_refuses_what_a_decision_would_refuse() -> None:
    first = lq.Contact(id="c-1", attributes={"budget": "much", "vip": 1})
    second = lq.Contact(id="c-2", company={"attributes": {"tierr": "gold"}})
    history = [CustomInteraction(id="1", kind="visit", occurred_at=AT), {"kind": "purchase"}]
    assert problems(from_models, [first, second], {"c-1": history, "c-3": []}, policy=POLICY) == [
        ("unknown-contact", None, None),
        ("unknown-kind", None, None),
        ("wrong-type", None, None),
        ("wrong-type", None, "contact.budget"),
        ("wrong-type", None, "contact.vip"),
        ("unknown-field", None, "company.attributes.tierr"),
    ]
    own = CustomInteraction(id="1", kind="page_viewed", occurred_at=AT, properties={"path": "/"})
    assert problems(from_models, [lq.Contact(id="c-1")], {"c-1": [own]})[0][0] == "untyped-interaction"


def rows(**columns: Any) -> Any:
    base = {"contact_id": ["c-1", "c-1"], "interaction_id": ["1", "2"], "kind": ["demo_requested", "demo_requested"]}
    return pl.DataFrame({**base, "occurred_at": [AT, AT], **columns})


def test_every_bad_row_is_told_with_its_number_and_column() -> None:
    people = pl.DataFrame({"contact_id": ["c-1", None, "c-3"], "country": ["ID", "ID", "indonesia"], "born": [1, 2, 3]})
    events = rows(contact_id=["c-1", "c-9"], kind=["page_viewed", "demo_reqested"], path=[None, None])
    events = events.with_columns(occurred_at=pl.Series([datetime(2026, 11, 1), None]))
    assert problems(to_models, people, events, policy=POLICY, time_zone="Asia/Jakarta") == [
        ("missing-field", 2, "contact_id"),
        ("bad-country", 3, "country"),
        ("missing-field", 1, "path"),
        ("unknown-kind", 2, "kind"),
        ("unknown-contact", 2, None),
    ]


def test_a_column_of_naive_times_is_told_once_and_read_in_the_zone_that_is_named() -> None:
    people = pl.DataFrame({"contact_id": ["c-1"], "created_at": [datetime(2026, 10, 1)]})
    events = rows().with_columns(occurred_at=pl.Series([datetime(2026, 11, 1, 7)] * 2))
    assert problems(to_models, people, events) == [
        ("naive-datetime", None, "created_at"),
        ("naive-datetime", None, "occurred_at"),
    ]
    (contact,), histories = to_models(people, events, time_zone="Asia/Jakarta")
    assert contact.created_at == datetime(2026, 9, 30, 17, tzinfo=UTC)
    assert histories["c-1"][0].occurred_at == datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("columns", "code", "hint"),
    [
        ({"chanel": ["web", "web"]}, "unknown-column", "did you mean 'channel'"),
        ({"session": ["a", "b"]}, "unknown-column", "ignore_unknown_columns=True"),
        ({"occurred_at": None}, "missing-column", ""),
        ({"note": ["a", None], "product": ["x", "y"], "seconds": [1.0, None]}, "unknown-property", "leave the cell"),
        ({"occurred_at": [5, 6]}, "bad-time", "a number is no time"),
        ({"interaction_id": ["1", "1"], "product": ["a", "b"]}, "duplicate-id", "keep one of them"),
        ({"kind": ["profile_updated"] * 2, "cleared": [["contry"], ["country"]]}, "unknown-property", "country"),
        ({"kind": ["profile_updated"] * 2, "changes.vip": ["x", "y"]}, "wrong-type", ""),
    ],
)  # fmt: skip
def test_tables_that_break_the_schema(columns: dict[str, Any], code: str, hint: str) -> None:
    events = rows(**{name: values for name, values in columns.items() if values is not None})
    events = events.drop([name for name, values in columns.items() if values is None])
    with pytest.raises(InputError) as caught:
        to_models(pl.DataFrame({"contact_id": ["c-1"]}), events, policy=POLICY)
    assert caught.value.code == code
    assert hint in (caught.value.problems[0].hint or "")


def test_columns_that_nobody_declared_become_attributes_or_are_left_out() -> None:
    people = pl.DataFrame({"contact_id": ["c-1"], "Budget (IDR)": [5], "company.fleet": [True]})
    events = rows(session=["a", "b"])
    contacts, _ = to_models(people, rows())
    assert dict(contacts[0].attributes) == {"Budget (IDR)": 5}
    assert contacts[0].company == lq.Company(attributes={"fleet": True})
    contacts, histories = to_models(people, events, ignore_unknown_columns=True)
    assert contacts == [lq.Contact(id="c-1")]
    assert len(histories["c-1"]) == 2


def test_a_column_that_is_nearly_one_of_the_policy_is_a_slip() -> None:
    people = pl.DataFrame({"contact_id": ["c-1"], "budgt": [5]})
    assert problems(to_models, people, rows(), policy=POLICY) == [("unknown-column", None, None)]
    assert to_models(people, rows())[0][0].attributes == {"budgt": 5}


def test_an_empty_text_is_a_text_and_null_is_missing() -> None:
    events = rows(kind=["page_viewed"] * 2, path=["", " "], note=[None, ""])
    first, second = to_models(pl.DataFrame({"contact_id": ["c-1"]}), events)[1]["c-1"]
    assert (first.path, first.note, second.path, second.note) == ("", None, " ", "")


def test_identifiers_may_be_whole_numbers_and_nested_columns_are_read() -> None:
    people = pl.DataFrame({"id": [1], "company": [{"employees": 3, "name": None}]})
    contacts, histories = to_models(people, rows(contact_id=[1, 1], interaction_id=[1, 2]))
    assert contacts == [lq.Contact(id="1", company=lq.Company(employees=3))]
    assert [one.id for one in histories["1"]] == ["1", "2"]


@pytest.mark.parametrize("table", [None, [{"contact_id": "c-1"}], "contacts.csv"])
def test_what_is_no_table_is_refused(table: Any) -> None:
    assert problems(to_models, table, rows())[0][0] == "not-a-table"


def test_an_unknown_library_is_refused() -> None:
    assert problems(from_models, [], {}, backend="dask")[0][0] == "bad-argument"


def test_the_sample_gives_its_tables() -> None:
    sample = demo(contacts=5)
    contacts, interactions = sample.frames()
    assert to_models(contacts, interactions) == (sample.contacts, sample.histories)
    assert type(sample.frames("pandas")[0]).__module__.startswith("pandas")

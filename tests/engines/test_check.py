"""The two tables, looked at before anything is computed: every breach is told, with its rows and its figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from support import policies, spark
from support.people import policy_of

import leadqual as lq
from leadqual import InputError, Policy
from leadqual.errors import Problem

pl = pytest.importorskip("polars")
nw = pytest.importorskip("narwhals")
duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pandas")

from leadqual.conditions.parse import parse_condition  # noqa: E402 - Polars is optional
from leadqual.engines.tables.checks.columns import check_columns  # noqa: E402
from leadqual.engines.tables.checks.reads import CONSENTS, reads_of  # noqa: E402
from leadqual.engines.tables.checks.rows import Rows, check_rows  # noqa: E402
from leadqual.engines.tables.native import open_table  # noqa: E402

POLICY = policy_of(
    fields={
        "budget": {"type": "number"},
        "tags": {"type": "texts", "values": ["new", "old"]},
        "tier": {"type": "text", "on": "company", "values": ["gold", "tin"]},
    },
    interactions={
        "roi": {"properties": {"saving": {"type": "number"}, "plan": {"type": "text", "values": ["x", "y"]}}}
    },
    currency={"code": "IDR", "rates": {"USD": 15800}},
    scores={
        "fit": {
            "range": [0, 100],
            "rules": [
                {"id": "home", "when": "contact.country == 'ID' and contact.phone is not None", "points": 1},
                {"id": "size", "when": "company.employees > 5 and company.annual_revenue > 1", "points": 1},
                {"id": "old", "when": "company.founded < 1990 and company.name != 'x'", "points": 1},
                {"id": "own", "when": "contact.budget > 5 and company.tier == 'gold'", "points": 1},
                {"id": "lists", "when": "'new' in contact.tags and 'partner' in contact.roles", "points": 1},
                {"id": "who", "when": "contact.seniority == 'owner' and contact.email_is_personal", "points": 1},
                {"id": "told", "when": "consent.email", "points": 1},
                {"id": "spent", "when": "sum(purchase.amount) > 5", "points": 1},
                {"id": "paid", "when": "sum(payment_received[currency == 'SGD'].amount) > 5", "points": 1},
                {"id": "view", "each": "page_viewed[path.startswith('/pricing') and seconds > 5]", "points": 1},
                {"id": "roi", "each": "roi[saving > 5 and plan == 'x']", "points": 1},
                {"id": "web", "each": "any_interaction[channel == 'web']", "points": 1},
            ],
        }
    },
)
AT = datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
LIBRARIES = ("polars", "lazy", "pandas", "pyarrow", "duckdb")
_CONSENT = pl.Struct(
    {"channel": pl.String, "purpose": pl.String, "granted": pl.Boolean, "at": pl.Datetime("us", "UTC")}
)

CONTACTS = pl.DataFrame(
    {
        "contact_id": ["c-1", "c-2", "😀 3"],
        "country": ["ID", None, "SG"],
        "phone": ["+628123456789", None, None],
        "seniority": ["owner", None, "vp"],
        "budget": [1.5, None, 0.0],
        "tags": [["new"], None, []],
        "roles": [["partner"], None, []],
        "consents": [[{"channel": "email", "purpose": "marketing", "granted": True, "at": AT}], None, []],
        "company.employees": [250.0, None, 0.0],
        "company.annual_revenue": [1e6, None, 0.0],
        "company.founded": [1980, None, 2000],
        "company.name": ["PT Jaya 😀", None, None],
        "company.tier": ["gold", None, "tin"],
        "shoe_size": [43, 44, None],
    },
    schema_overrides={"consents": pl.List(_CONSENT), "tags": pl.List(pl.String), "roles": pl.List(pl.String)},
)
INTERACTIONS = pl.DataFrame(
    {
        "contact_id": ["c-1", "c-1", "😀 3", "c-1", "c-2", "c-2"],
        "interaction_id": ["1", "2", "1", "3 😀", "1", "2"],
        "kind": ["page_viewed", "purchase", "roi", "profile_updated", "payment_received", "demo_requested"],
        "occurred_at": [AT + timedelta(hours=hours) for hours in range(6)],
        "channel": ["web", None, None, None, None, "email"],
        "path": ["/pricing/😀", None, None, None, None, None],
        "seconds": [7.5, None, None, None, None, None],
        "amount": [None, 0.0, None, None, 5.0, None],
        "currency": [None, "USD", None, None, "THB", None],
        "saving": [None, None, -5.5, None, None, None],
        "plan": [None, None, "x", None, None, None],
        "changes.country": [None, None, None, "SG", None, None],
        "changes.company.employees": [None, None, None, 12, None, None],
        "changes.tags": [None, None, None, ["old"], None, None],
        "cleared": [None, None, None, ["phone", "company.tier"], None, None],
    },
    schema_overrides={"cleared": pl.List(pl.String)},
)


def native(table: Any, library: str) -> Any:
    """Return a table of Polars as one of another library."""
    match library:
        case "lazy":
            return table.lazy()
        case "pandas":
            return table.to_pandas(use_pyarrow_extension_array=True)
        case "pyarrow":
            return table.to_arrow()
        case "duckdb":
            return duckdb.from_arrow(table.to_arrow())
        case "pyspark":
            return spark.session().createDataFrame(table.to_arrow())
    return table


def checked(contacts: Any, interactions: Any, library: str = "polars", policy: Policy = POLICY) -> Rows:
    """Check columns and rows as `leadqual.frames` does."""
    people, events = (
        open_table(native(table, library), name)
        for table, name in ((contacts, "contacts"), (interactions, "interactions"))
    )
    check_columns(policy, people.schema, events.schema, engine=people.engine)
    return check_rows(policy, people, events, reads_of(policy))


def problems(
    contacts: Any = CONTACTS, interactions: Any = INTERACTIONS, library: str = "polars", policy: Policy = POLICY
) -> tuple[Problem, ...]:
    """Return what is wrong with two tables."""
    with pytest.raises(InputError) as caught:
        checked(contacts, interactions, library, policy)
    return caught.value.problems


def cells(table: Any, column: str, **values: Any) -> Any:
    """Return a table with other values in some rows of a column: ``r1=5`` is the second row."""
    listed = table[column].to_list()
    for row, value in values.items():
        listed[int(row[1:])] = value
    dtype = table.schema[column]
    made = pl.Series(column, listed, dtype=pl.Float64 if dtype.is_numeric() else dtype)
    return table.with_columns(made)


@pytest.mark.parametrize("library", LIBRARIES)
def test_nothing_wrong_nothing_raised(library: str) -> None:
    assert checked(CONTACTS, INTERACTIONS, library) == Rows(repeated=False)


_NAN, _INF = float("nan"), float("inf")

OF_CONTACTS = [
    ("contact_id", {"r1": None}, "missing-field", "1 of 3 rows: the id is missing", "row 2 (None)"),
    ("contact_id", {"r1": ""}, "string-too-short", "1 of 3 rows: the id is an empty text", "row 2 ('')"),
    ("country", {"r2": "Indonesia"}, "bad-country", "1 of 3 rows: the country is not a code", "'Indonesia' in row 3"),
    ("country", {"r1": "UK"}, "bad-country", "1 of 3 rows: the country is not a code", "'UK' in row 2 ('c-2')"),
    ("country", {"r1": "ID\n"}, "bad-country", "1 of 3 rows: the country is not a code", "'ID\\n' in row 2"),
    ("phone", {"r1": "0812"}, "bad-phone", "1 of 3 rows: the phone number is not international", "'0812' in row 2"),
    ("seniority", {"r0": "boss", "r2": "boss"}, "unknown-value", "2 of 3 rows: contact.seniority can never be this",
     "'boss' in row 1 ('c-1'), 'boss' in row 3 ('😀 3')"),
    ("company.tier", {"r1": "golf"}, "unknown-value", "1 of 3 rows: company.tier can never be this", "'golf' in row 2"),
    ("tags", {"r2": ["new", "😀"]}, "unknown-value", "1 of 3 texts: contact.tags can never be this", "'😀' in row 3"),
    ("roles", {"r2": ["lead"]}, "derived-role", "1 of 2 texts: the role 'lead' is derived", "'lead' in row 3"),
    ("roles", {"r1": ["boss"]}, "unknown-value", "1 of 2 texts: contact.roles can never be this", "'boss' in row 2"),
    ("company.employees", {"r1": _NAN}, "finite-number", "1 of 3 rows: the number is not finite", "nan in row 2"),
    ("company.employees", {"r1": _INF}, "finite-number", "1 of 3 rows: the number is not finite", "inf in row 2"),
    ("company.employees", {"r1": -3}, "greater-than-equal", "1 of 3 rows: the number is negative", "-3.0 in row 2"),
    ("company.employees", {"r1": 2.5}, "int-type", "1 of 3 rows: this is no whole number", "2.5 in row 2"),
    ("company.employees", {"r1": 2e16}, "less-than-equal", "1 of 3 rows: the number is too large", "2e+16 in row 2"),
    ("company.annual_revenue", {"r1": -0.5}, "greater-than-equal", "1 of 3 rows: the number is neg", "-0.5 in row 2"),
    ("company.annual_revenue", {"r1": 1e22}, "less-than-equal", "1 of 3 rows: the number is too large", "1e+22 in"),
    ("company.founded", {"r1": 0}, "greater-than-equal", "1 of 3 rows: the number is less than 1", "0.0 in row 2"),
    ("company.name", {"r1": ""}, "string-too-short", "1 of 3 rows: the text is empty", "'' in row 2"),
    ("budget", {"r1": -_INF}, "finite-number", "1 of 3 rows: the number is not finite", "-inf in row 2"),
    ("budget", {"r1": 1e301}, "wrong-type", "1 of 3 rows: contact.budget holds a value of the", "1e+301 in row 2"),
]  # fmt: skip
OF_INTERACTIONS = [
    ("contact_id", {"r1": None}, "missing-field", "1 of 6 rows: the contact is missing", "row 2 ('2' of None)"),
    ("interaction_id", {"r1": None}, "missing-field", "1 of 6 rows: the id is missing", "row 2 (None of 'c-1')"),
    ("interaction_id", {"r1": ""}, "string-too-short", "1 of 6 rows: the id is an empty text", "row 2 ('' of 'c-1')"),
    ("kind", {"r5": None}, "missing-field", "1 of 6 rows: the kind is missing", "row 6 ('2' of 'c-2')"),
    ("occurred_at", {"r5": None}, "missing-field", "1 of 6 rows: the time is missing", "row 6 ('2' of 'c-2')"),
    ("kind", {"r5": "demo_request"}, "unknown-kind", "1 of 6 rows: there is no kind of interaction 'demo_request'",
     "'demo_request' in row 6 ('2' of 'c-2')"),
    ("contact_id", {"r5": "c-9"}, "unknown-contact", "1 of 6 rows belong to contacts that are not there",
     "1 contact: row 6 ('2' of 'c-9')"),
    ("interaction_id", {"r1": "1"}, "duplicate-id", "2 of 6 rows have the id of another interaction of their contact",
     "'1' of 'c-1' in rows 1 and 2: they differ in amount, channel, currency, kind, occurred_at, path, seconds"),
    ("channel", {"r2": "wbe"}, "unknown-value", "1 of 6 rows: channel can never be this", "'wbe' in row 3"),
    ("path", {"r0": None}, "missing-field", "1 of 6 rows: the field 'path' is missing", "row 1 ('1' of 'c-1')"),
    ("seconds", {"r0": -1}, "greater-than-equal", "1 of 6 rows: the number is negative", "-1.0 in row 1"),
    ("seconds", {"r0": _NAN}, "finite-number", "1 of 6 rows: the number is not finite", "nan in row 1"),
    ("amount", {"r1": -1}, "greater-than-equal", "1 of 6 rows: the number is negative", "-1.0 in row 2"),
    ("currency", {"r1": None}, "missing-currency", "1 of 6 rows: amount has no currency", "0.0 in row 2"),
    ("currency", {"r1": "usd"}, "bad-currency", "1 of 6 rows: the currency is not a code", "'usd' in row 2"),
    ("currency", {"r1": "THB"}, "unknown-currency", "1 of 6 rows: the policy 'test' has no rate", "'THB' in row 2"),
    ("currency", {"r4": "SGD"}, "unknown-currency", "1 of 6 rows: the policy 'test' has no rate", "'SGD' in row 5"),
    ("saving", {"r2": _INF}, "finite-number", "1 of 6 rows: the number is not finite", "inf in row 3"),
    ("plan", {"r2": "z"}, "unknown-value", "1 of 6 rows: plan can never be this", "'z' in row 3 ('1' of '😀 3')"),
    ("changes.company.employees", {"r3": _INF}, "finite-number", "1 of 6 rows: the number is not", "inf in row 4"),
    ("changes.tags", {"r3": ["older"]}, "unknown-value", "1 of 1 texts: contact.tags can never", "'older' in row 4"),
    ("cleared", {"r3": ["contry", "hobby"]}, "unknown-property", "1 of 2 texts: there is no field 'contry'",
     "'contry' in row 4"),
    ("cleared", {"r3": ["roles"]}, "unchangeable-field", "1 of 1 texts: 'roles' is not changed", "'roles' in row 4"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "values", "code", "message", "found"), OF_CONTACTS)
def test_one_breach_in_the_contacts(column: str, values: dict[str, Any], code: str, message: str, found: str) -> None:
    # An id that is not there takes the interactions of the contact with it.
    events = INTERACTIONS.filter(pl.col("contact_id") != "c-2")
    (problem,) = problems(cells(CONTACTS, column, **values), events)
    assert (problem.code, problem.place.source, problem.place.path) == (code, "contacts", column)
    assert problem.message.startswith(message)
    assert found in str(problem.found)


@pytest.mark.parametrize(("column", "values", "code", "message", "found"), OF_INTERACTIONS)
def test_one_breach_in_the_interactions(
    column: str, values: dict[str, Any], code: str, message: str, found: str
) -> None:
    told = problems(interactions=cells(INTERACTIONS, column, **values))
    (problem,) = [one for one in told if one.code == code]
    assert len(told) == 1 + (code == "bad-currency")  # what is no code has no rate either
    place = "amount" if code == "missing-currency" else column
    assert (problem.place.source, problem.place.path) == ("interactions", place)
    assert problem.message.startswith(message)
    assert found in str(problem.found)


def with_every_breach(library: str) -> tuple[Any, Any]:
    """Return two tables that hold the breaches above side by side, under ids that tell the cases apart."""

    def cases(listed: list[Any]) -> Any:
        nan = library == "pandas"  # which holds a missing number as NaN
        return enumerate(case for case in listed if not (nan and any(value != value for value in case[1].values())))

    def apart(table: Any, key: str, number: int) -> Any:
        told_apart = pl.when(pl.col(key) == "").then(pl.col(key)).otherwise(pl.format("{}/{}", key, number))
        return table.with_columns(told_apart.alias(key))

    people = [
        apart(cells(CONTACTS, column, **values), "contact_id", n) for n, (column, values, *_) in cases(OF_CONTACTS)
    ]
    events = [
        apart(cells(INTERACTIONS, column, **values), "interaction_id", n)
        for n, (column, values, *_) in cases(OF_INTERACTIONS)
    ]
    return pl.concat([CONTACTS, *people], how="vertical_relaxed"), pl.concat(events, how="vertical_relaxed")


@pytest.mark.parametrize("library", LIBRARIES[1:])
def test_all_breaches_at_once_are_told_alike_in_every_library(library: str) -> None:
    tables = with_every_breach(library)
    expected, found = problems(*tables), problems(*tables, library=library)
    assert len(expected) > 40
    if library == "duckdb":  # rows have no numbers there, and come in the order of their ids
        found, expected = ([replace(problem, found=None) for problem in told] for told in (found, expected))
    assert found == expected


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_breach_is_told_at_once(library: str) -> None:
    people = cells(cells(CONTACTS, "country", r0="Bali", r1="bali"), "company.employees", r0=-1)
    events = cells(cells(INTERACTIONS, "kind", r5="demo"), "contact_id", r1="c-7", r2="c-8")
    told = problems(people, events, library)
    assert sorted(problem.code for problem in told) == [
        "bad-country", "bad-country", "greater-than-equal", "unknown-contact", "unknown-kind",
    ]  # fmt: skip
    (lost,) = [problem for problem in told if problem.code == "unknown-contact"]
    assert lost.message == "2 of 6 rows belong to contacts that are not there"
    assert str(lost.found).startswith("2 contacts: ")


@pytest.mark.parametrize("library", LIBRARIES)
def test_figures_and_first_rows_of_a_large_table(library: str) -> None:
    numbers = pl.int_range(12_345, eager=True)
    bad = numbers.is_in([1_000, 2_000, 10_000, 12_000])
    people = pl.DataFrame(
        {
            "contact_id": pl.select(pl.format("c-{}", numbers)).to_series(),
            "country": pl.select(pl.when(bad).then(pl.lit("Bali")).otherwise(pl.lit("ID"))).to_series(),
        }
    )
    (problem,) = problems(people, INTERACTIONS.filter(pl.col("contact_id") != "😀 3"), library)
    assert problem.message == "4 of 12,345 rows: the country is not a code"
    if library == "duckdb":
        assert (
            problem.found == "'Bali' in contact 'c-1000', 'Bali' in contact 'c-10000', 'Bali' in contact 'c-12000', ..."
        )
    else:
        rows = "'Bali' in row 1,001 ('c-1000'), 'Bali' in row 2,001 ('c-2000'), 'Bali' in row 10,001 ('c-10000'), ..."
        assert problem.found == rows


def test_many_wrong_values_are_told_apart_as_far_as_is_useful() -> None:
    kinds = [f"own_{number}" for number in range(8)]
    events = pl.concat([INTERACTIONS.with_columns(kind=pl.lit(kind), interaction_id=pl.lit(kind)) for kind in kinds])
    events = events.unique(["contact_id", "interaction_id"], maintain_order=True)
    told = problems(interactions=events)
    assert [problem.code for problem in told] == ["unknown-kind"] * 6
    assert [problem.message.split(":")[0] for problem in told] == ["3 of 24 rows"] * 5 + ["9 of 24 rows"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_same_interaction_twice_counts_once(library: str) -> None:
    again = pl.concat([INTERACTIONS, INTERACTIONS[2:4], INTERACTIONS[2:3]])
    assert checked(CONTACTS, again, library) == Rows(repeated=True)


@pytest.mark.parametrize("library", LIBRARIES)
def test_columns_that_the_policy_does_not_know_are_no_content(library: str) -> None:
    events = pl.concat([INTERACTIONS, INTERACTIONS[:1]]).with_columns(loaded=pl.int_range(7))
    assert checked(CONTACTS, events, library) == Rows(repeated=True)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("column", "value"), [("path", "/x"), ("occurred_at", AT), ("cleared", ["phone"]), ("note", "😀")]
)
def test_one_id_with_different_content_is_refused(column: str, value: Any, library: str) -> None:
    events = INTERACTIONS.with_columns(note=pl.lit("x"))
    dtype = events.schema[column]
    other = events[[1, 3]].with_columns(pl.Series(column, [value] * 2, dtype=dtype))
    (problem,) = problems(interactions=pl.concat([events, events[:1], other]), library=library)
    assert problem.code == "duplicate-id"
    assert problem.message.startswith("4 of 9 rows have the id of another")
    assert f"they differ in {column}" in str(problem.found)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_contact_twice_is_refused_even_if_both_say_the_same(library: str) -> None:
    (problem,) = problems(pl.concat([CONTACTS, CONTACTS[:1], CONTACTS[:1]]), INTERACTIONS, library)
    assert (problem.code, problem.message) == ("duplicate-id", "3 of 5 rows have the contact_id of another row")
    assert problem.found == ("'c-1'" if library == "duckdb" else "'c-1' in rows 1, 4 and 5")


@pytest.mark.parametrize("library", LIBRARIES)
def test_ids_are_unique_within_their_contact_only(library: str) -> None:
    same = pl.DataFrame({"contact_id": ["c-1", "c-2", "😀 3"], "interaction_id": ["1", "1", "1"]})
    events = same.with_columns(kind=pl.lit("demo_requested"), occurred_at=pl.lit(AT))
    assert checked(CONTACTS, events, library) == Rows(repeated=False)


@pytest.mark.parametrize("library", LIBRARIES)
def test_empty_tables(library: str) -> None:
    assert checked(CONTACTS, INTERACTIONS[:0], library) == Rows(repeated=False)
    assert checked(CONTACTS[:0], INTERACTIONS[:0], library) == Rows(repeated=False)
    told = problems(CONTACTS[:0], INTERACTIONS, library)
    assert [problem.message for problem in told] == ["6 of 6 rows belong to contacts that are not there"]


def test_columns_of_nothing_but_nulls() -> None:
    people = CONTACTS.with_columns(pl.lit(None).alias(name) for name in CONTACTS.columns[1:])
    events = INTERACTIONS.with_columns(pl.lit(None).alias(name) for name in INTERACTIONS.columns[4:])
    told = [problem.message for problem in problems(people, events)]
    assert sorted(told) == [f"1 of 6 rows: the field {name!r} is missing" for name in ("amount", "currency", "path")]
    (problem,) = problems(people, events.with_columns(pl.lit(None).alias("kind")))
    assert problem.message == "6 of 6 rows: the kind is missing"


def test_texts_as_categories() -> None:
    kinds = pl.Enum(sorted(set(INTERACTIONS["kind"])))
    events = INTERACTIONS.with_columns(pl.col("kind").cast(kinds), pl.col("plan", "contact_id").cast(pl.Categorical))
    people = CONTACTS.with_columns(pl.col("country", "contact_id").cast(pl.Categorical))
    assert checked(people, events) == Rows()
    told = problems(cells(people, "country", r0="Bali"), cells(events, "plan", r2="z"))
    assert [problem.code for problem in told] == ["bad-country", "unknown-value"]


def test_what_is_not_read_is_not_looked_at() -> None:
    policy = policy_of(scores={"x": {"range": [0, 1], "rules": [{"id": "d", "each": "demo_requested", "points": 1}]}})
    people = cells(cells(CONTACTS, "country", r0="Bali"), "company.employees", r0=-2.5)
    events = cells(cells(INTERACTIONS, "path", r0=None), "currency", r1="?")
    roi = events.with_columns(kind=pl.col("kind").replace("roi", "demo_requested"))
    assert checked(people, roi, policy=policy) == Rows()


def test_amounts_that_a_filter_leaves_out_need_no_rate() -> None:
    # payment_received in THB: only those in SGD would be added
    assert checked(CONTACTS, INTERACTIONS) == Rows()


def test_values_are_looked_at_in_rows_of_the_kinds_that_are_read() -> None:
    events = cells(cells(INTERACTIONS, "seconds", r1=-1), "saving", r0=_NAN)
    assert checked(CONTACTS, events) == Rows()


def test_updates_are_looked_at_as_for_one_contact() -> None:
    # No class checks what an update says, beyond its type: a decision takes these as well.
    events = cells(cells(INTERACTIONS, "changes.country", r3="Bali"), "changes.company.employees", r3=-0.5)
    assert checked(CONTACTS, events) == Rows()
    update = lq.ProfileUpdated(id="u", occurred_at=AT, changes={"country": "Bali", "company.employees": -0.5})
    assert POLICY.evaluate("contact.country", lq.Contact(id="c-1"), [update], at=AT) == "Bali"


def test_a_required_property_without_a_column() -> None:
    (problem,) = problems(interactions=INTERACTIONS.drop("path"))
    assert (problem.code, problem.found) == ("missing-field", "row 1 ('1' of 'c-1')")
    assert problem.expected == "needed by page_viewed"


def test_the_field_of_an_update_that_cannot_be_updated() -> None:
    events = INTERACTIONS.with_columns(INTERACTIONS["occurred_at"].alias("changes.created_at"))
    (problem,) = problems(interactions=events)
    assert (problem.code, problem.place.path) == ("unchangeable-field", "changes.created_at")
    assert problem.message.startswith("1 of 6 rows: contact.created_at")


@pytest.mark.parametrize(
    ("consent", "path", "code"),
    [
        ({"channel": "e-mail", "at": AT}, "consents[].channel", "unknown-value"),
        ({"channel": None, "at": AT}, "consents[].channel", "missing-field"),
        ({"channel": "email", "at": None}, "consents[].at", "missing-field"),
        ({"channel": "email", "at": AT, "purpose": "fun"}, "consents[].purpose", "unknown-value"),
    ],
)
@pytest.mark.parametrize("library", LIBRARIES)
def test_consents(consent: dict[str, Any], path: str, code: str, library: str) -> None:
    whole = {"purpose": None, "granted": None, **consent}
    (problem,) = problems(cells(CONTACTS, "consents", r2=[whole]), library=library)
    assert (problem.code, problem.place.path) == (code, path)
    assert problem.message.startswith("1 of 2 consents: ")


# Columns.


def columns(contacts: Any = CONTACTS, interactions: Any = INTERACTIONS, **options: Any) -> tuple[Problem, ...]:
    """Return what is wrong with the columns of two tables of Polars."""
    with pytest.raises(InputError) as caught:
        check_columns(POLICY, nw.from_native(contacts).schema, nw.from_native(interactions).schema, **options)
    return caught.value.problems


@pytest.mark.parametrize(
    ("column", "given", "hint"),
    [
        ("interaction_id", "id", "rename the column: did you mean 'id'?"),
        ("occurred_at", "timestamp", "rename the column: did you mean 'timestamp'?"),
        ("occurred_at", "occured_at", "rename the column: did you mean 'occured_at'?"),
        ("kind", "event_type", "rename the column: did you mean 'event_type'?"),
        ("kind", "zzz", None),
    ],
)
def test_a_column_that_is_needed(column: str, given: str, hint: str | None) -> None:
    (problem,) = columns(interactions=INTERACTIONS.rename({column: given}))
    assert (problem.code, problem.place.source, problem.hint) == ("missing-column", "interactions", hint)
    (other,) = columns(CONTACTS.rename({"contact_id": "id"}))
    assert (other.code, other.place.source) == ("missing-column", "contacts")
    assert other.hint == "rename the column: did you mean 'id'?"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("contry", "country"), ("Country", "country"), ("contact.country", "country"), ("seniorty", "seniority"),
        ("company.employes", "company.employees"), ("Company_Employees", "company.employees"),
        ("employees", "company.employees"), ("taggs", "tags"), ("e_mail", "email"),
    ],
)  # fmt: skip
def test_nearly_a_column_that_is_read(given: str, meant: str) -> None:
    people = CONTACTS.with_columns(email=pl.lit("siti@maju.co.id")).rename({meant: given})
    (problem,) = columns(people)
    assert (problem.code, problem.place.path, problem.expected) == ("unknown-column", given, meant)
    assert str(problem.hint).startswith(f"did you mean {meant!r}?")


def test_nearly_a_column_of_interactions_that_is_read() -> None:
    renamed = INTERACTIONS.rename({"seconds": "secconds", "changes.country": "changes.contry"})
    assert [problem.expected for problem in columns(interactions=renamed)] == ["seconds", "changes.country"]


def test_other_columns_are_left_alone() -> None:
    people = CONTACTS.drop("company.name", "country").with_columns(name=pl.lit("Siti"), street=pl.lit(1))
    events = INTERACTIONS.drop("changes.country").with_columns(country=pl.lit("ID"), contry=pl.lit(1), paths=pl.lit(1))
    check_columns(POLICY, nw.from_native(people).schema, nw.from_native(events).schema)


def test_near_misses_of_columns_that_are_there_are_left_alone() -> None:
    check_columns(POLICY, nw.from_native(CONTACTS.with_columns(contry=1)).schema, nw.from_native(INTERACTIONS).schema)


@pytest.mark.parametrize(
    ("table", "column", "values", "code", "expected"),
    [
        ("contacts", "contact_id", [1, 2, 3], "wrong-type", "texts"),
        ("contacts", "country", [1, 2, 3], "wrong-type", "texts"),
        ("contacts", "company.employees", ["1", "2", "3"], "wrong-type", "numbers"),
        ("contacts", "created_at", [date(2024, 2, 29)] * 3, "wrong-type", "times with their zone"),
        ("contacts", "created_at", [datetime(2024, 2, 29)] * 3, "naive-datetime", "times with their zone"),
        ("contacts", "tags", ["a", "b", "c"], "wrong-type", "lists of texts"),
        ("contacts", "consents", ["email"] * 3, "wrong-type", None),
        ("contacts", "consents", [[{"channel": "email"}]] * 3, "wrong-type", None),
        ("interactions", "interaction_id", [1] * 6, "wrong-type", "texts"),
        ("interactions", "occurred_at", [datetime(2024, 2, 29)] * 6, "naive-datetime", "times with their zone"),
        ("interactions", "seconds", ["1"] * 6, "wrong-type", "numbers"),
        ("interactions", "saving", [True] * 6, "wrong-type", "numbers"),
        ("interactions", "hard", ["yes"] * 6, "wrong-type", "booleans"),
        ("interactions", "note", [1] * 6, "wrong-type", "texts"),
        ("interactions", "changes.company.employees", ["1"] * 6, "wrong-type", "numbers"),
        ("interactions", "cleared", ["country"] * 6, "wrong-type", "lists of texts"),
    ],
)
def test_a_column_of_the_wrong_type(table: str, column: str, values: list[Any], code: str, expected: str) -> None:
    tables = {"contacts": CONTACTS, "interactions": INTERACTIONS}
    tables[table] = tables[table].with_columns(pl.Series(column, values))
    (problem,) = columns(**tables)
    assert (problem.code, problem.place.source, problem.place.path) == (code, table, column)
    assert problem.found == str(nw.from_native(tables[table]).schema[column])
    if expected is not None:
        assert problem.expected == expected


def test_the_times_of_consents_have_a_zone() -> None:
    naive = pl.Series([[{"channel": "email", "at": AT.replace(tzinfo=None)}]] * 3)
    (problem,) = columns(CONTACTS.with_columns(consents=naive))
    assert (problem.code, problem.place.path) == ("naive-datetime", "consents[].at")


def test_a_name_that_two_kinds_have_for_two_types_fits_both() -> None:
    policy = policy_of(interactions={"lesson": {"properties": {"seconds": {"type": "text"}}}})
    schema = dict(nw.from_native(INTERACTIONS).schema)
    for dtype in (nw.String(), nw.Float64(), nw.Int16()):
        check_columns(policy, {"contact_id": nw.String()}, {**schema, "seconds": dtype})
    with pytest.raises(InputError) as caught:
        check_columns(policy, {"contact_id": nw.String()}, {**schema, "seconds": nw.Boolean()})
    assert caught.value.problems[0].expected == "numbers or texts"
    reads = reads_of(policy, [parse_condition("count(lesson[seconds == 'x']) > 1")])
    with pytest.raises(InputError) as caught:
        check_columns(policy, {"contact_id": nw.String()}, {**schema, "seconds": nw.Float64()}, reads=reads)
    assert caught.value.problems[0].expected == "texts"


def test_all_problems_of_columns_at_once() -> None:
    people = CONTACTS.rename({"country": "contry"}).with_columns(pl.lit(1).alias("contact_id"))
    events = INTERACTIONS.drop("kind").with_columns(pl.lit("x").alias("seconds"))
    assert [problem.code for problem in columns(people, events)] == [
        "unknown-column", "wrong-type", "missing-column", "wrong-type",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("Polars", "dt.replace_time_zone"), ("Polars (lazy)", "dt.replace_time_zone"), ("pandas", "dt.tz_localize"),
        ("PyArrow", "assume_timezone"), ("DuckDB", "timezone('Asia/Jakarta'"), ("PySpark", "to_utc_timestamp"),
    ],
)  # fmt: skip
def test_how_to_say_the_zone_in_each_library(engine: str, words: str) -> None:
    naive = INTERACTIONS.with_columns(pl.col("occurred_at").dt.replace_time_zone(None))
    (problem,) = columns(interactions=naive, engine=engine)
    assert words in str(problem.hint)
    assert "occurred_at" in str(problem.hint)


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow", "duckdb"])
def test_naive_times_are_found_in_every_library(library: str) -> None:
    naive = INTERACTIONS.with_columns(pl.col("occurred_at").dt.replace_time_zone(None))
    assert [problem.code for problem in problems(interactions=naive, library=library)] == ["naive-datetime"]


# What is read.


def test_what_expressions_read() -> None:
    read = reads_of(
        POLICY, map(parse_condition, ["contact.email_domain == 'x' and score.fit > 5", "contact.is_customer"])
    )
    assert {"contact.email", "contact.country", CONSENTS, "contact.roles"} <= read.fields
    assert not {name for name in read.fields if name.startswith("score") or "domain" in name or "customer" in name}
    assert ("page_viewed", "path") in read.properties
    assert ("consent_given", "for_channel") in read.properties
    assert ("call_outbound", "outcome") in read.properties
    assert read.amounts == {("purchase", "amount", None), ("payment_received", "amount", "SGD")}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("count(page_viewed) > 1", set()),
        ("contact.country == 'ID'", {"contact.country"}),
        ("grade.all == 'A_A'", {"company.employees"}),
        ("stage == 'lead' or days_in_stage > 1", set()),
        ("score.model > 0.5", set()),
    ],
)
def test_the_fields_behind_names(text: str, fields: set[str]) -> None:
    policy = policy_of(
        scores={"a": {"range": [0, 9], "rules": [{"id": "r", "when": "company.employees > 5", "points": 1}]}},
        scorers={"model": {}},
        grades={"one": {"score": "a", "bands": {"A": 0}}, "all": {"rows": "one", "columns": "one"}},
        stages={"lead": {"initial": True}},
    )
    assert reads_of(policy, [parse_condition(text)]).fields == fields
    assert reads_of(policy).fields == {"company.employees"}


def test_the_shipped_policies_and_the_sample_are_right() -> None:
    frames = pytest.importorskip("leadqual.frames.models")
    demo = lq.datasets.demo(contacts=60)
    people, events = frames.from_models(demo.contacts, demo.histories, policy=lq.policies.sales())
    for library in LIBRARIES:
        assert checked(people, events, library, lq.policies.sales()) == Rows(repeated=False)


SMALL = policy_of(
    scores={
        "fit": {
            "range": [0, 9],
            "rules": [
                {"id": "fit", "when": "contact.country == 'ID' and company.employees > 5", "points": 1},
                {"id": "view", "each": "page_viewed[path == '/' and channel == 'web']", "points": 1},
            ],
        }
    }
)


READ = (
    "contact.country == 'ID' and contact.vip and company.tier == 'gold' and contact.created_at is None",
    "'a' in contact.tags and 'lead' in contact.roles and consent.email and contact.email_is_personal",
    "sum(purchase.amount) > sum(roi_calculated.saving) and company.employees > contact.budget",
    "count(page_viewed[path == '/' and seconds > 1]) > 1 and count(any_interaction[channel == 'web']) > 1",
)


@given(policies.contacts(), policies.histories(), policies.histories())
def test_what_the_models_take_the_tables_take(who: lq.Contact, first: list[Any], second: list[Any]) -> None:
    frames = pytest.importorskip("leadqual.frames.models")
    policy = policy_of(fields=policies.FIELDS, interactions=policies.INTERACTIONS, currency=policies.CURRENCY)
    other = who.model_copy(update={"id": "c-2"})
    people, events = frames.from_models([who, other], {"c-1": first, "c-2": second}, policy=policy)
    reads = reads_of(policy, map(parse_condition, READ))
    tables = open_table(people, "contacts"), open_table(events, "interactions")
    check_columns(policy, tables[0].schema, tables[1].schema, reads=reads)
    repeated = any(len({one.id for one in history}) < len(history) for history in (first, second))
    assert check_rows(policy, *tables, reads) == Rows(repeated=repeated)


@pytest.mark.xdist_group("spark")
def test_spark() -> None:
    again = pl.concat([INTERACTIONS, INTERACTIONS[3:4]]).filter(pl.col("kind") != "roi")
    assert checked(CONTACTS, again, "pyspark", SMALL) == Rows(repeated=True)
    people = cells(cells(CONTACTS, "country", r1="UK"), "company.employees", r0=2.5, r1=_NAN)
    events = cells(cells(INTERACTIONS, "contact_id", r1="c-7"), "cleared", r3=["contry"])
    tables = people, pl.concat([events, events[5:].with_columns(channel=pl.lit("fax"))])
    expected, found = problems(*tables, policy=SMALL), problems(*tables, library="pyspark", policy=SMALL)
    assert [replace(problem, found=None) for problem in found] == [replace(problem, found=None) for problem in expected]
    assert [problem.code for problem in found] == [
        "finite-number", "int-type", "bad-country", "unknown-kind", "unknown-property", "duplicate-id",
        "unknown-contact",
    ]  # fmt: skip

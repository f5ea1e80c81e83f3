from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from leadqual import CallOutbound, Contact, Purchase, frames, outreach
from leadqual.errors import InputError
from leadqual.model.vocabulary import CallOutcome
from leadqual.outreach.facts.history import READ_KINDS, told
from leadqual.outreach.tables.histories import NOBODY, PROPERTIES
from leadqual.outreach.tables.needs import ONLY_ATTEMPTS
from leadqual.outreach.tables.permit_frame import OverdueRulesWarning

AT = datetime(2026, 11, 23, 16, tzinfo=UTC)
ASKED: dict[str, Any] = {"purpose": "telemarketing", "channel": "voice", "at": AT, "caller": "seller"}
REGISTRY = outreach.DoNotCallRegistry.from_numbers(
    ["2125550199", "3105550100"], obtained_at=AT - timedelta(days=5), area_codes=["212", "310"]
)
LONG_AGO = AT - timedelta(days=700)
CONTACTS = pl.DataFrame(
    {
        "contact_id": ["free", "listed", "bought", "stopped", "nowhere", "foreign"],
        "country": ["US", "US", "US", "US", None, "ID"],
        "phone": ["+12125550123", "+12125550199", "+13105550100", "+12125550124", None, "+6281234567890"],
    }
)
INTERACTIONS = pl.DataFrame(
    {
        "contact_id": ["bought", "stopped", "listed", "free"],
        "interaction_id": ["1", "2", "3", "4"],
        "kind": ["purchase", "call_outbound", "purchase", "shoe_polished"],
        "occurred_at": [AT - timedelta(days=30), AT - timedelta(days=9), LONG_AGO, AT],
        "outcome": [None, "do_not_call", None, None],
    }
)
EXPECTED = {
    "free": (True, "OK_NO_REQUEST"),
    "listed": (False, "NATIONAL_DNC"),
    "bought": (True, "OK_EBR_TRANSACTION"),
    "stopped": (False, "INTERNAL_DNC"),
    "nowhere": (False, "NO_NUMBER"),
    "foreign": (False, "NO_WRITTEN_CONSENT"),
}


def screened(contacts: Any = CONTACTS, interactions: Any = INTERACTIONS, **options: Any) -> Any:
    return outreach.permit_frame(contacts, interactions, **{**ASKED, "registries": REGISTRY, **options})


def of(table: Any) -> dict[str, tuple[bool, str]]:
    frame = nw.from_native(table).lazy().collect("polars").to_native()
    return {row[0]: row[1:] for row in frame.select("contact_id", "allowed", "code").rows()}


def problems(*given: Any, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        screened(*given, **options)
    return [(one.code, str(one.place.path or one.place.source)) for one in caught.value.problems]


def relation(connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> Any:
    return connection.from_arrow(frame.to_arrow(compat_level=pl.CompatLevel.oldest()))


def test_each_contact_gets_its_verdict_in_the_order_of_the_list() -> None:
    table = screened()
    assert table["contact_id"].to_list() == CONTACTS["contact_id"].to_list()
    assert of(table) == EXPECTED


def test_every_library_gets_back_what_it_gave() -> None:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for made, kind in (
        (lambda frame: frame.lazy(), pl.LazyFrame),
        (lambda frame: frame.to_pandas(), pd.DataFrame),
        (lambda frame: frame.to_arrow(), pa.Table),
        (lambda frame: relation(connection, frame), duckdb.DuckDBPyRelation),
    ):
        table = screened(made(CONTACTS), made(INTERACTIONS))
        assert isinstance(table, kind)
        assert of(table) == EXPECTED
        counted = outreach.tally(table)
        assert isinstance(counted, kind)


def test_the_index_of_pandas_stays() -> None:
    contacts = CONTACTS.to_pandas()
    contacts.index = pd.Index(list("uvwxyz"))
    assert list(screened(contacts, INTERACTIONS.to_pandas()).index) == list("uvwxyz")


def test_relations_of_duckdb_stay_in_their_connection() -> None:
    connection = duckdb.connect()
    table = screened(relation(connection, CONTACTS), relation(connection, INTERACTIONS))
    connection.register("verdicts", table)
    assert connection.sql("SELECT count(*) FROM verdicts WHERE allowed").fetchall() == [(2,)]


def test_without_interactions_nothing_happened() -> None:
    found = of(screened(interactions=None))
    assert found["stopped"] == (True, "OK_NO_REQUEST")
    assert found["bought"] == (False, "NATIONAL_DNC")


def test_empty_tables_give_an_empty_table_with_the_same_columns() -> None:
    empty = screened(CONTACTS.clear(), INTERACTIONS.clear())
    assert empty.height == 0
    assert empty.schema == screened().schema
    assert outreach.tally(empty).height == 0
    assert of(screened(interactions=INTERACTIONS.clear())) == of(screened(interactions=None))


def test_columns_are_those_of_the_headline_and_all_codes_that_deny() -> None:
    row = screened().row(by_predicate=pl.col("contact_id") == "stopped", named=True)
    asked = {**ASKED, "registries": REGISTRY}
    stop = CallOutbound(id="2", occurred_at=AT - timedelta(days=9), outcome="do_not_call")
    verdict = outreach.permit(Contact(id="stopped", country="US", phone="+12125550124"), [stop], **asked)
    headline = verdict.headline
    assert (row["rule"], row["jurisdiction"], row["source"], row["confidence"]) == (
        headline.rule, headline.jurisdiction, headline.source, headline.confidence
    )  # fmt: skip
    assert row["codes"].split("; ") == list(dict.fromkeys(one.code for one in verdict.denials))
    assert row["next_allowed"] is None


def test_reasons_say_why_with_the_number_of_each_contact() -> None:
    contacts = pl.DataFrame({"contact_id": ["a", "b"], "country": ["US"] * 2, "phone": ["+12125550", "+12125551"]})
    for name, number in zip(("a", "b"), contacts["phone"], strict=True):
        table = screened(contacts, None, reasons=True)
        why = table.row(by_predicate=pl.col("contact_id") == name, named=True)["reasons"]
        assert why[0]["code"] == "INVALID_NUMBER"
        assert number in next(one["text"] for one in why if one["code"] == "INVALID_NUMBER")
        assert {one["effect"] for one in why} == {"deny"}


def test_reasons_of_histories_name_the_times_of_each_contact() -> None:
    contacts = CONTACTS.filter(pl.col("contact_id").is_in(["free", "bought"]))
    both = pl.concat([INTERACTIONS.head(1)] * 2).with_columns(
        contact_id=pl.Series(["free", "bought"]),
        occurred_at=pl.Series([AT - timedelta(days=31), AT - timedelta(days=32)]),
    )
    table = screened(contacts, both, reasons=True)
    for why, day in zip(table["reasons"], ("2026-10-23", "2026-10-22"), strict=True):
        assert day in next(one["text"] for one in why if one["code"] == "OK_EBR_TRANSACTION")


def test_debts_of_each_contact_are_counted_apart() -> None:
    contacts = pl.DataFrame({"contact_id": ["a", "b"], "country": ["US"] * 2, "phone": ["+12125550123"] * 2,
                             "debt": ["d-1", "d-2"]})  # fmt: skip
    days = range(1, 8)
    calls = pl.DataFrame(
        {
            "contact_id": [name for name in "ab" for _ in days],
            "interaction_id": [str(number) for number in range(14)],
            "kind": ["call_outbound"] * 14,
            "occurred_at": [AT - timedelta(hours=20 * day) for _ in "ab" for day in days],
            "outcome": ["no_answer"] * 14,
            "debt": ["d-1"] * 14,
        }
    )
    asked: dict[str, Any] = {"purpose": "telecollection", "caller": "collector", "debt_column": "debt"}
    table = screened(contacts, calls, **asked)
    many = {row["contact_id"]: "FREQ_7_IN_7" in (row["codes"] or "") for row in table.to_dicts()}
    assert many == {"a": True, "b": False}


def test_bad_numbers_are_told_with_their_rows_all_at_once() -> None:
    contacts = CONTACTS.with_columns(phone=pl.Series(["212-555", "+12125550199", "0812", None, None, "x"]))
    with pytest.raises(InputError) as caught:
        screened(contacts)
    assert [one.code for one in caught.value.problems] == ["bad-phone"] * 3
    told_ = [str(one.found) for one in caught.value.problems]
    assert any("'212-555' in row 1 ('free')" in text for text in told_)
    assert any("'0812' in row 3 ('bought')" in text for text in told_)


def test_trusted_rows_are_not_looked_at_and_what_is_no_number_denies() -> None:
    contacts = CONTACTS.with_columns(phone=pl.lit("212-555"))
    found = screened(contacts, check="trusted")
    assert set(found["allowed"]) == {False}
    assert all("INVALID_NUMBER" in codes for codes in found["codes"])


@pytest.mark.parametrize(
    ("contacts", "interactions", "expected"),
    [
        (CONTACTS.drop("contact_id"), INTERACTIONS, ("missing-column", "contacts")),
        (CONTACTS, INTERACTIONS.drop("kind"), ("missing-column", "interactions")),
        (CONTACTS.rename({"phone": "phones"}), INTERACTIONS, ("unknown-column", "phones")),
        (CONTACTS.with_columns(line_us=pl.lit("business")), INTERACTIONS, ("unknown-column", "line_us")),
        (CONTACTS.with_columns(line=pl.lit(AT)), INTERACTIONS, ("wrong-type", "line")),
        (CONTACTS.with_columns(country=pl.lit("us")), INTERACTIONS, ("bad-country", "country")),
        (pl.concat([CONTACTS, CONTACTS.head(1)]), INTERACTIONS, ("duplicate-id", "contact_id")),
        (CONTACTS.tail(1), INTERACTIONS, ("unknown-contact", "contact_id")),
        (CONTACTS, INTERACTIONS.with_columns(kind=pl.lit("opted_outt")), ("unknown-kind", "kind")),
        (CONTACTS, INTERACTIONS.with_columns(outcome=pl.lit("donotcall")), ("unknown-value", "outcome")),
        (CONTACTS.with_columns(do_not_call=pl.lit("yes")), INTERACTIONS, ("wrong-type", "do_not_call")),
        ("contacts.csv", INTERACTIONS, ("not-a-table", "contacts")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_tables_is_told(contacts: Any, interactions: Any, expected: tuple[str, str]) -> None:
    assert expected in problems(contacts, interactions)


def test_tables_of_two_libraries_are_refused() -> None:
    connection = duckdb.connect()
    assert problems(CONTACTS, relation(connection, INTERACTIONS)) == [("unlike-tables", "interactions")]


def test_words_of_wishes_that_nobody_knows_are_told() -> None:
    marks = [[{"at": AT, "channel": "phone", "how": None}], *[[]] * 5]
    contacts = CONTACTS.with_columns(do_not_call=pl.Series(marks))
    assert problems(contacts) == [("enum", "do_not_call[].channel")]
    marks[0][0].update(channel="voice", at=None)
    kind = pl.List(pl.Struct({"at": pl.Datetime("us", "UTC"), "channel": pl.String, "how": pl.String}))
    contacts = CONTACTS.with_columns(do_not_call=pl.Series(marks, dtype=kind))
    assert problems(contacts) == [("missing-field", "do_not_call[].at")]


def test_consents_and_wishes_on_contacts_count() -> None:
    kind = pl.List(pl.Struct({"at": pl.Datetime("us", "UTC"), "channel": pl.String}))
    marks = pl.Series([[{"at": AT, "channel": None}], [{"at": AT + timedelta(days=1), "channel": None}], None, [], None,
                       None], dtype=kind)  # fmt: skip
    found = of(screened(CONTACTS.with_columns(do_not_call=marks), None))
    assert found["free"] == (False, "INTERNAL_DNC")
    assert found["listed"] == (False, "NATIONAL_DNC")


def test_arguments_are_checked() -> None:
    assert ("bad-argument", "check") in problems(check="some")
    assert ("bad-argument", "debt_column") in problems(debt="d", debt_column="debt")
    assert ("missing-column", "contacts") in problems(debt_column="debt")
    assert ("naive-datetime", "at") in problems(at=datetime(2026, 1, 1))
    assert ("unknown-channel", "channel") in problems(channel="pigeon")


def test_overdue_rules_warn_once() -> None:
    with pytest.warns(OverdueRulesWarning, match="US-") as caught:
        table = screened(at=datetime(2027, 12, 1, 16, tzinfo=UTC))
    assert len(caught) == 1
    assert "read again" in table["warnings"][0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        screened()


def test_tally_counts_each_contact_once_by_its_headline() -> None:
    counted = outreach.tally(screened())
    assert counted["contacts"].sum() == CONTACTS.height
    assert dict(counted.filter("allowed").select("code", "contacts").rows()) == {
        "OK_NO_REQUEST": 1,
        "OK_EBR_TRANSACTION": 1,
    }
    assert counted["allowed"].to_list() == sorted(counted["allowed"].to_list())
    with pytest.raises(InputError) as caught:
        outreach.tally(CONTACTS)
    assert caught.value.problems[0].code == "missing-column"


def test_rules_of_your_own_may_look_at_any_column() -> None:
    rule = {
        "id": "X-NAMED", "kind": "circumstance", "attribute": "email", "denies": ["a@example.com"], "code": "NAMED",
        "purposes": ["telemarketing"], "channels": ["voice"], "source": "ours", "url": "ours", "confidence": "V1",
        "text": {"en": "Not a.", "id": "Bukan a."},
    }  # fmt: skip
    pack = {"pack": "own", "title": "Own", "version": "2026.1.1", "jurisdiction": "OWN", "countries": ["ALL"],
            "description": "Ours.", "read_on": "2026-11-22", "review_by": "2027-05-31", "rules": [rule]}  # fmt: skip
    emails = pl.Series([f"{letter}@example.com" for letter in "abcdef"])
    table = screened(CONTACTS.with_columns(email=emails), rules=outreach.rulebook().with_packs(pack))
    assert ["NAMED" in (codes or "") for codes in table["codes"]] == [True, *[False] * 5]


def test_a_registry_that_only_looks_up_single_numbers_is_enough() -> None:
    class Plain:
        country, name, obtained_at = "US", "plain", AT - timedelta(days=5)

        def lookup(self, number: str) -> bool | None:
            return REGISTRY.lookup(number)

    assert of(screened(registries=Plain())) == EXPECTED


def test_what_histories_read_of_rows_is_what_is_kept_of_them() -> None:
    asked: set[str] = set()

    class Spy:
        def __init__(self, kind: str, channel: str | None) -> None:
            self.id, self.kind, self.instant, self._channel = kind, kind, 1, channel

        def value(self, name: str) -> str | None:
            asked.add(name)
            return {"direction": "inbound", "for_channel": "voice"}.get(name, self._channel)

    for kind in READ_KINDS:
        told(NOBODY, [Spy(kind, None)], 2)
        told(NOBODY, [Spy(kind, "sms")], 2) if kind == "message_received" else None
    assert asked <= set(PROPERTIES)


@pytest.mark.parametrize("outcome", [None, *(one for one in CallOutcome if one is not CallOutcome.DO_NOT_CALL)])
def test_attempts_that_are_left_out_where_none_is_counted_tell_nothing_else(outcome: CallOutcome | None) -> None:
    class Sent:
        id, instant = "i", 1

        def __init__(self, kind: str) -> None:
            self.kind = kind

        def value(self, name: str) -> str | None:
            return {"outcome": outcome, "text": "STOP", "direction": "inbound"}.get(name, "sms")

    for kind in ONLY_ATTEMPTS:
        found = told(NOBODY, [Sent(kind)], 2)
        assert (found.words, found.requests, found.heard, found.notices) == ([], [], {}, {})
        assert set(found.latest) <= {kind}


def test_tables_of_models_say_what_models_say() -> None:
    person = Contact(id="c", country="US", phone="+12125550199", do_not_call=[{"at": AT, "channel": "sms"}])
    history = [Purchase(id="p", occurred_at=AT - timedelta(days=3))]
    contacts, interactions = frames.from_models([person], {"c": history})
    verdict = outreach.permit(person, history, registries=REGISTRY, **ASKED)
    assert of(screened(contacts, interactions)) == {"c": (verdict.allowed, verdict.headline.code)}


@pytest.mark.parametrize("name", ["opted_out", "dnc", "Do Not Call", "attourney", "state"])
def test_a_column_that_nothing_reads_is_refused(name: str) -> None:
    wide = CONTACTS.with_columns(pl.lit("yes").alias(name))
    with pytest.raises(InputError) as raised:
        screened(wide)
    assert [(one.code, one.place.path) for one in raised.value.problems] == [("unknown-column", name)]
    assert of(screened(wide, ignore_unknown_columns=True)) == EXPECTED


def test_what_other_rules_read_and_the_models_know_is_no_unknown_column() -> None:
    wide = CONTACTS.with_columns(
        pl.lit(False).alias("attorney"), full_name=pl.lit("Siti"), **{"company.name": pl.lit("X")}
    )
    assert of(screened(wide)) == EXPECTED


def test_a_list_of_the_callers_own_outweighs_everything() -> None:
    known = CONTACTS.with_columns(email=pl.lit("Ann@Shop.com"))
    table = screened(known, suppressed=["+13105550100", "free"])
    assert {name for name, (_, code) in of(table).items() if code == "INTERNAL_DNC"} == {"bought", "free", "stopped"}
    assert set(screened(known, suppressed=["ann@shop.com"])["allowed"]) == {False}

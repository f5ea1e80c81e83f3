"""Groups by columns of contacts and by touches, the order of stages, and the words of a report."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from support.funnels import day, moves_of, standings_of

import leadqual as lq
from leadqual.analysis.funnels.order import stages_in_order
from leadqual.analysis.funnels.report import funnel

LIVES = {
    "c-1": [("lead", 0), ("mql", 2), ("customer", 9)],
    "c-2": [("lead", 1), ("mql", 4)],
    "c-3": [("lead", 3), ("customer", 6)],
    "c-4": [],
}
TABLES = moves_of(LIVES), standings_of(LIVES, 20)
CONTACTS = pl.DataFrame(
    {"contact_id": ["c-3", "c-2", "c-1", "c-4"], "source": ["ad", None, "ad", "fair"], "tier": [1, 2, 1, 3],
     "score": [0.5, 0.1, 0.2, 0.3], "tags": [["a"], [], None, ["b"]]}
)  # fmt: skip


def events(*rows):
    named = ["contact_id", "interaction_id", "occurred_at", "kind", "channel"]
    schema = dict.fromkeys(named, pl.String) | {"occurred_at": pl.Datetime("us", "UTC")}
    return pl.DataFrame(rows, schema=schema, orient="row")


def by_group(report):
    return {row["group"]: (row["visitors"], row["buyers"]) for row in report.rate.iter_rows(named=True)}


def test_groups_by_a_column_of_contacts():
    report = funnel(*TABLES, contacts=CONTACTS, by="source")
    assert by_group(report) == {"ad": (2, 2), None: (1, 0)}
    counts = report.counts().filter(pl.col("contacts") > 0).select("group", "stage", "contacts").rows()
    assert counts == [("ad", "customer", 2), (None, "mql", 1)]
    assert by_group(funnel(*TABLES, contacts=CONTACTS, by="tier")) == {1: (2, 2), 2: (1, 0)}
    assert "(none)" in report.explain()
    assert repr(report).endswith("2 groups by 'source'>")
    assert by_group(funnel(*TABLES, contacts=CONTACTS.to_pandas(), by="source")) == {"ad": (2, 2), None: (1, 0)}
    categories = CONTACTS.with_columns(pl.col("source").cast(pl.Categorical))
    assert by_group(funnel(*TABLES, contacts=categories, by="source")) == {"ad": (2, 2), None: (1, 0)}


@pytest.mark.parametrize(
    ("contacts", "by", "code"),
    [
        (CONTACTS, "sauce", "missing-column"),
        (CONTACTS, "score", "wrong-type"),
        (CONTACTS, "tags", "wrong-type"),
        (CONTACTS.head(2), "source", "unknown-contact"),
        (pl.concat([CONTACTS, CONTACTS.head(1)]), "source", "duplicate-id"),
        (CONTACTS.drop("contact_id"), "source", "missing-column"),
    ],
)
def test_columns_that_make_no_groups(contacts, by, code):
    with pytest.raises(lq.InputError) as caught:
        funnel(*TABLES, contacts=contacts, by=by)
    assert caught.value.code == code


def test_too_many_groups():
    many = {f"c-{number:05}": [("lead", 0)] for number in range(1_001)}
    contacts = pl.DataFrame({"contact_id": [*many], "email": [*many]})
    with pytest.raises(lq.InputError, match="too many groups"):
        funnel(moves_of(many), standings_of(many, 2), contacts=contacts, by="email")


def test_the_first_touch_is_the_first_that_names_a_channel():
    table = events(
        ("c-1", "i-2", day(0), "page_viewed", "web"), ("c-1", "i-1", day(0), "page_viewed", "email"),
        ("c-2", "i-3", day(1), "profile_updated", None), ("c-2", "i-4", day(2), "call_inbound", "voice"),
        ("c-3", "i-5", day(21), "page_viewed", "web"), ("c-9", "i-6", day(1), "page_viewed", "web"),
    )  # fmt: skip
    report = funnel(*TABLES, interactions=table, by="channel")
    assert by_group(report) == {"email": (1, 1), "voice": (1, 0), None: (1, 1)}  # what comes after the end is not seen
    assert "The channel is that of each contact's first interaction before it bought that names one." in report.notes


def test_a_purchase_is_not_credited_with_itself():
    table = events(
        ("c-1", "i-1", day(9), "purchase", "email"), ("c-1", "i-2", day(12), "page_viewed", "web"),
        ("c-2", "i-3", day(2), "page_viewed", "web"),
        ("c-3", "i-4", day(5), "page_viewed", "web"), ("c-3", "i-5", day(6), "purchase", "email"),
    )  # fmt: skip
    assert by_group(funnel(*TABLES, interactions=table, by="channel")) == {"web": (2, 1), None: (1, 1)}
    # Where nobody is known to have bought, nothing is left out.
    lives = {"c-1": [("lead", 0), ("mql", 2)], "c-3": [("lead", 3)]}
    report = funnel(moves_of(lives), standings_of(lives, 20), interactions=table, by="channel")
    assert dict(report.rate.select("group", "visitors").iter_rows()) == {"email": 1, "web": 1}


def test_the_last_touch_is_the_last_before_the_purchase_or_the_end():
    table = events(
        ("c-1", "i-1", day(0), "page_viewed", "web"), ("c-1", "i-2", day(8), "call_inbound", "voice"),
        ("c-1", "i-3", day(9), "purchase", "in_person"), ("c-1", "i-4", day(15), "page_viewed", "email"),
        ("c-2", "i-5", day(1), "page_viewed", "web"), ("c-2", "i-6", day(20), "page_viewed", "email"),
        ("c-2", "i-7", day(20), "page_viewed", "chat"), ("c-3", "i-8", day(6), "purchase", "in_person"),
    )  # fmt: skip
    report = funnel(*TABLES, interactions=table, by="channel", touch="last")
    assert by_group(report) == {"voice": (1, 1), "chat": (1, 0), "in_person": (1, 1)}
    assert any("last interaction before it bought" in note for note in report.notes)


def test_interactions_that_name_no_campaign():
    with pytest.raises(lq.InputError) as caught:
        funnel(*TABLES, interactions=events(), by="campaign")
    assert (caught.value.code, caught.value.problems[0].place.source) == ("missing-column", "interactions")
    assert by_group(funnel(*TABLES, interactions=events(), by="channel")) == {None: (3, 2)}


def test_overdue_is_longer_than_all_groups_together_stay():
    lives = {f"c-{n}": [("lead", 0), ("mql", n)] for n in (2, 4, 6)} | {"c-7": [("lead", 0)], "c-8": [("lead", 15)]}
    contacts = pl.DataFrame({"contact_id": [*lives], "source": ["ad", "ad", "ad", "fair", "fair"]})
    report = funnel(moves_of(lives), standings_of(lives, 20), contacts=contacts, by="source")
    waiting = report.standing.filter(pl.col("stage") == "lead").select(
        "group", "contact_id", "days", "usual", "overdue"
    )
    assert waiting.rows() == [("fair", "c-7", 20.0, 6.0, True), ("fair", "c-8", 5.0, 6.0, False)]


def test_the_rate_of_counted_visitors():
    row = funnel(*TABLES, visitors=200).rate.row(0, named=True)
    assert (row["visitors"], row["buyers"], row["rate"]) == (200, 2, 0.01)
    assert "2 of 200 visitors bought" in funnel(*TABLES, visitors=200).explain()
    other = funnel(*TABLES, customer=["mql", "customer"])
    assert other.rate["buyers"].item() == 3
    nobody = funnel(*(table.with_columns(pl.selectors.string().replace("customer", "won")) for table in TABLES))
    assert nobody.rate.row(0)[1:] == (None, None, None, None)
    assert any("nobody is known to have bought" in note for note in nobody.notes)


def test_the_pipeline_is_contacts_times_conversion_by_days():
    lives = {
        "c-1": [("lead", 0), ("mql", 4), ("customer", 10)],
        "c-2": [("lead", 0), ("mql", 5)],
        "c-3": [("lead", 0), ("mql", 1), ("lead", 2), ("customer", 3), ("lead", 4), ("customer", 8)],
        "c-4": [("customer", 0), ("mql", 1)],
    }
    table = funnel(moves_of(lives), standings_of(lives, 20)).pipeline.rows_by_key("stage", named=True, unique=True)
    assert table["mql"] == {"contacts": 2, "entered": 4, "became": 2, "conversion": 0.5, "days": 4.0, "per_day": 0.25}
    assert table["lead"] == {
        "contacts": 0, "entered": 3, "became": 2, "conversion": 2 / 3, "days": 6.5, "per_day": 0.0,
    }  # fmt: skip


def test_the_order_of_stages_without_a_policy():
    lives = {f"c-{n}": [("lead", 0), ("mql", 1), ("sql", 2), ("customer", 3)] for n in range(3)}
    lives |= {"d-1": [("lead", 0), ("sql", 1), ("mql", 2)], "d-2": [("lead", 0), ("lost", 1)]}
    report = funnel(moves_of(lives), standings_of(lives, 9))
    assert report.stages == ("lead", "mql", "sql", "customer", "lost")
    assert any("order of the stages" in note for note in report.notes)
    before = dict.fromkeys([(a, b) for a in "abc" for b in "abc"], 0) | {("a", "b"): 2, ("b", "c"): 2, ("c", "a"): 2}
    assert stages_in_order(before, {"a": 1, "b": 3, "c": 1}) == ("b", "c", "a")


def test_people_read_the_report_and_markup_stays_text():
    names = {"lead": "<script>alert(1)</script>", "mql": "\x1b[31mred", "customer": "k" * 60}
    tables = [table.with_columns(pl.selectors.string().replace(names)) for table in TABLES]
    report = funnel(*tables, customer="k" * 60)
    assert "<script>" not in report._repr_html_()
    assert "\x1b" not in report.explain()
    assert max(map(len, str(report).split("\n"))) <= 100
    first = funnel(*TABLES, time_zone="Asia/Jakarta").explain().split("\n")
    assert first[0] == "Funnel of 3 contacts, from 2026-01-01 07:00 WIB to 2026-01-21 07:00 WIB"
    assert first[1] == "Conversion rate: 2 of 3 contacts bought, 66.7 % (20.8 % to 93.9 %)"


def test_contacts_that_come_in_the_middle_are_told():
    policy = lq.Policy(name="two", stages={"lead": {"initial": True}, "mql": None}, transitions=[
        {"id": "on", "source": "lead", "target": "mql", "event": "demo_requested"}])  # fmt: skip
    lives = {"c-1": [("mql", 0), ("lead", 2)]}
    report = funnel(moves_of(lives), standings_of(lives, 3), policy=policy)
    assert "First seen at another stage than lead: 1 contact. What came before is not in the tables." in report.notes


def test_instants_in_the_summary_are_of_the_zone():
    report = funnel(*TABLES, time_zone="Asia/Jakarta")
    assert report.occupancy("1mo")["period"][0].isoformat() == "2026-01-01T00:00:00+07:00"
    assert report.until == datetime(2026, 1, 21, tzinfo=UTC)

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

import leadqual as lq
from leadqual.errors import InputError
from leadqual.files.interactions import read_interactions
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN

HEADER = "contact_id,interaction_id,kind,occurred_at,channel,path,amount,currency,saving,changes.company.employees\n"
CONTACTS = "contact_id\nc-1\nc-2\n"
AT = "2026-11-01T00:00:00Z"


def test_each_kind_reads_its_own_columns(read):
    rows = (
        f"c-1,1,page_viewed,{AT},web,/pricing,,,,\nc-1,2,purchase,{AT},,,12.5,IDR,,\nc-1,3,roi_calculated,{AT},,,,,7,\n"
    )
    history = read(CONTACTS, HEADER + rows + f"c-1,4,profile_updated,{AT},,,,,,300\n").histories["c-1"]
    assert [one.kind for one in history] == ["page_viewed", "purchase", "roi_calculated", "profile_updated"]
    assert history[0].path == "/pricing"
    assert history[1].amount == 12.5
    assert history[2].value("saving") == 7
    assert dict(history[3].changes) == {"company.employees": 300}


@pytest.mark.parametrize(
    ("row", "code", "column", "hint"),
    [
        (f"c-1,1,demo_reqested,{AT},,,,,,", "unknown-kind", "kind", "demo_requested"),
        (f"c-1,1,,{AT},,,,,,", "missing-field", "kind", ""),
        ("c-1,1,demo_requested,2026-11-01 10:00,,,,,,", "naive-datetime", "occurred_at", "--time-zone"),
        ("c-1,1,demo_requested,,,,,,,", "missing-field", "occurred_at", ""),
        (f"c-1,,demo_requested,{AT},,,,,,", "missing-field", "interaction_id", ""),
        (f",1,demo_requested,{AT},,,,,,", "missing-field", "contact_id", ""),
        (f"c-1,1,demo_requested,{AT},watsapp,,,,,", "enum", "channel", "whatsapp"),
        (f"c-1,1,demo_requested,{AT},,,12,,,", "unknown-property", "amount", "leave the cell empty"),
        (f"c-1,1,purchase,{AT},,,NaN,IDR,,", "finite-number", "amount", "leave the cell empty"),
        (f"c-1,1,purchase,{AT},,,12,,,", "missing-currency", None, "currency"),
        (f"c-1,1,page_viewed,{AT},web,,,,,", "missing-field", "path", ""),
        (f"c-1,1,roi_calculated,{AT},,,,,much,", "bad-number", "saving", ""),
        (f"c-9,1,demo_requested,{AT},,,,,,", "unknown-contact", None, "c-"),
    ],
)
def test_a_bad_row_says_what_and_where(read, codes, row, code, column, hint):
    leads = read(CONTACTS, HEADER + row + "\n")
    assert codes(leads) == [(2, code, column)]
    assert hint in (leads.problems[0].hint or "")


def test_naive_times_are_read_where_their_zone_is_named(read):
    history = read(
        CONTACTS, HEADER + "c-1,1,demo_requested,2026-11-01 07:00,,,,,,\n", time_zone="Asia/Jakarta"
    ).histories
    assert history["c-1"][0].occurred_at.isoformat() == "2026-11-01T00:00:00+00:00"


def test_misspelt_columns_are_refused(write, policy):
    path = write("events.csv", "contact_id,interaction_id,kind,occurred_at,chanel\n")
    with pytest.raises(InputError, match="did you mean 'channel'"):
        read_interactions(path, policy)
    path = write("events.csv", "contact_id,interaction_id,kind,when\n")
    with pytest.raises(InputError, match=r"'occurred_at' is missing"):
        read_interactions(path, policy)


def test_a_changed_field_that_nobody_declared_is_refused(read, codes):
    text = f'contact_id,id,kind,occurred_at,changes\nc-1,1,profile_updated,{AT},"{{""contry"": ""ID""}}"\n'
    assert codes(read(CONTACTS, text)) == [(2, "unknown-property", "contact.contry")]


def test_kinds_of_one_s_own_may_have_classes(write, policy):
    class ScanDone(Interaction):
        kind: Literal["scan_done"] = "scan_done"
        pages: int

    path = write("events.csv", f"contact_id,id,kind,occurred_at,pages\nc-1,1,scan_done,{AT},7\n")
    (row,) = read_interactions(path, policy, kinds={**BUILT_IN, "scan_done": ScanDone})
    assert row.value == ScanDone(id="1", occurred_at=AT, pages=7)


def test_an_amount_of_an_own_kind_needs_its_currency(tmp_path: Path) -> None:
    properties = "{amount: {type: number, unit: money}, currency: {type: text}}"
    policy = lq.Policy.loads(f"name: p\ninteractions:\n  signed: {{properties: {properties}}}\n")
    table = tmp_path / "i.csv"
    table.write_text(
        "contact_id,interaction_id,kind,occurred_at,amount,currency\n"
        "c-1,i-1,signed,2026-11-01T00:00:00Z,100,IDR\nc-1,i-2,signed,2026-11-02T00:00:00Z,100,\n"
    )
    good, bad = read_interactions(table, policy)
    assert not good.problems
    assert [problem.code for problem in bad.problems] == ["missing-currency"]


def test_a_bad_change_is_told_once(tmp_path: Path) -> None:
    policy = lq.Policy(name="p")
    table = tmp_path / "i.csv"
    table.write_text(
        "contact_id,interaction_id,kind,occurred_at,changes.company.employees\n"
        "c-1,i-1,profile_updated,2026-11-01T00:00:00Z,many\n"
    )
    (row,) = read_interactions(table, policy)
    assert [problem.code for problem in row.problems] == ["bad-number"]

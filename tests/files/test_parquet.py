from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from leadqual.errors import InputError, MissingDependency
from leadqual.files.contacts import read_contacts
from leadqual.files.interactions import read_interactions

pl = pytest.importorskip("polars")
AT = datetime(2026, 11, 1, tzinfo=UTC)


def test_flat_and_nested_columns(tmp_path, policy):
    frame = pl.DataFrame(
        {
            "contact_id": [1, 2],
            "company": [{"employees": 3, "name": None}, None],
            "monthly_budget": [4000.0, None],
            "consents": [[{"channel": "email", "at": AT, "purpose": None}], None],
            "roles": [["partner"], None],
            "created_at": [AT, None],
        }
    )
    frame.write_parquet(tmp_path / "c.parquet")
    first, second = read_contacts(tmp_path / "c.parquet", policy)
    assert first.problems == second.problems == ()
    assert first.value.id == "1"
    assert first.value.company.employees == 3
    assert first.value.consents[0].at == AT
    assert second.value.company is None


def test_interactions_with_naive_times(tmp_path, policy):
    frame = pl.DataFrame(
        {
            "contact_id": ["c-1", "c-1"],
            "interaction_id": ["1", "2"],
            "kind": ["purchase", "demo_requested"],
            "occurred_at": [datetime(2026, 11, 1, 7), datetime(2026, 11, 1, 8)],
            "amount": [12.5, None],
            "currency": ["IDR", None],
        }
    )
    frame.write_parquet(tmp_path / "i.parquet")
    rows = list(read_interactions(tmp_path / "i.parquet", policy))
    assert [(row.line, row.problems[0].code) for row in rows] == [(1, "naive-datetime"), (2, "naive-datetime")]
    rows = list(read_interactions(tmp_path / "i.parquet", policy, time_zone="Asia/Jakarta"))
    assert rows[0].value.occurred_at == AT


def test_nan_is_refused(tmp_path, policy):
    pl.DataFrame({"contact_id": ["c-1"], "monthly_budget": [float("nan")]}).write_parquet(tmp_path / "c.parquet")
    (row,) = read_contacts(tmp_path / "c.parquet", policy)
    assert row.problems[0].place.path == "monthly_budget"


def test_unknown_columns_and_other_files_are_refused(tmp_path, policy):
    pl.DataFrame({"contact_id": ["c-1"], "company": [{"emploees": 3}]}).write_parquet(tmp_path / "c.parquet")
    with pytest.raises(InputError, match=r"company\.employees"):
        read_contacts(tmp_path / "c.parquet", policy)
    (tmp_path / "bad.parquet").write_bytes(b"contact_id\nc-1\n" * 20)
    with pytest.raises(InputError, match="bad-parquet"):
        read_contacts(tmp_path / "bad.parquet", policy)


def test_without_polars_the_error_says_what_to_install(tmp_path, policy, monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingDependency, match=r"pip install 'leadqual\[cli\]'"):
        read_contacts(tmp_path / "c.parquet", policy)

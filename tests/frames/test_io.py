from __future__ import annotations

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import policies

import leadqual as lq
from leadqual.datasets import demo
from leadqual.errors import InputError
from leadqual.model.interactions.base import CustomInteraction

pl = pytest.importorskip("polars")
from polars.testing import assert_frame_equal  # noqa: E402 - Polars is optional

from leadqual.frames.io import read_contacts, read_interactions  # noqa: E402
from leadqual.frames.models import from_models, to_models  # noqa: E402
from leadqual.frames.write import write  # noqa: E402

AT = datetime(2026, 11, 1, 8, 30, 0, 123457, tzinfo=UTC)
FORMATS = ("parquet", "csv", "tsv", "jsonl")
POLICY = lq.Policy(
    name="tables", fields=policies.FIELDS, interactions=policies.INTERACTIONS, currency=policies.CURRENCY
)

SITI = lq.Contact(
    id="c-1",
    full_name='Siti "Rahma"\nbinti Ahmad; S.E.,\r\nJakarta 😀',
    job_title="  Direktur Utama  ",
    email="siti@majujaya.co.id",
    country="ID",
    roles={"partner", "press"},
    preferred_channels=["whatsapp", "email"],
    consents=[
        {"channel": "whatsapp", "at": AT, "how": "web_form", "proof": 'formulir "17"; kolom 3\nya'},
        {"channel": "email", "purpose": "survey", "granted": False, "at": AT},
    ],
    do_not_call=[{"at": AT, "channel": "voice", "note": "jangan telepon setelah pukul 17.00"}],
    company={"name": "Tan, Lim & Co.", "employees": 2**53, "annual_revenue": 1.125, "currency": "IDR"},
    created_at=AT,
    attributes={"budget": 1e300, "vip": False, "tags": ("a;b", "c|d", "", " x ", "[1]", "😀", "e, f")},
)
BUDI = lq.Contact(id="007", full_name="=1+1", attributes={"tags": ("one, two",), "budget": -0.1, "vip": True})
ANI = lq.Contact(id="c-3", attributes={"tags": ('["x"]',)})
HISTORY = [
    lq.PageViewed(id="1", occurred_at=AT, path="/harga?q=1;2", seconds=0.5, note="baris 1\nbaris 2\rbaris 3"),
    lq.Purchase(id="2", occurred_at=AT, amount=1500.0, currency="IDR", channel="web", direction="inbound"),
    lq.ProfileUpdated(id="3", occurred_at=AT, changes={"country": "SG", "company.employees": 7, "phone": None}),
    lq.ProfileUpdated(id="4", occurred_at=AT, changes={"vip": True, "tags": ("a;b",), "email": None}),
    CustomInteraction(id="5", kind="roi_calculated", occurred_at=AT, properties={"saving": 12.5, "plan": "ya"}),
    lq.EmailBounced(id="6", occurred_at=AT, hard=True),
    lq.PromiseToPay(id="7", occurred_at=AT, amount=1, currency="IDR", due=AT),
]  # fmt: skip


def tables(policy: Any = POLICY) -> tuple[Any, Any]:
    return from_models([SITI, BUDI, ANI], {"c-1": HISTORY}, policy=policy)


def refused(call: Any, *args: Any, **options: Any) -> list[Any]:
    with pytest.raises(InputError) as caught:
        call(*args, **options)
    return list(caught.value.problems)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_written_is_read_back(tmp_path: Path, suffix: str) -> None:
    contacts, interactions = tables()
    write(contacts, tmp_path / f"c.{suffix}")
    write(interactions, tmp_path / f"i.{suffix}")
    assert_frame_equal(read_contacts(tmp_path / f"c.{suffix}", POLICY), contacts)
    assert_frame_equal(read_interactions(tmp_path / f"i.{suffix}", POLICY), interactions)
    found = to_models(*(read(tmp_path / f"{name}.{suffix}", POLICY) for name, read in READERS), policy=POLICY)
    assert found == ([SITI, BUDI, ANI], {"c-1": HISTORY, "007": [], "c-3": []})


READERS: Any = (("c", read_contacts), ("i", read_interactions))


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
@given(data=st.data())
def test_generated_tables_are_read_back(tmp_path_factory: Any, suffix: str, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("io")
    people = [data.draw(policies.contacts()).model_copy(update={"id": name}) for name in ("c-1", "c-2")]
    histories = {contact.id: data.draw(policies.histories(max_size=6)) for contact in people}
    for (name, read), table in zip(READERS, from_models(people, histories, policy=POLICY), strict=True):
        if table.height:
            write(table, folder / f"{name}.{suffix}")
            assert_frame_equal(read(folder / f"{name}.{suffix}", POLICY), table)


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_the_sample_is_the_same_from_every_format(tmp_path: Path, suffix: str) -> None:
    sample, policy = demo(contacts=60), lq.policies.sales()
    for (name, read), table in zip(READERS, from_models(sample.contacts, sample.histories), strict=True):
        write(table, tmp_path / f"{name}.{suffix}")
        write(table, tmp_path / f"{name}.parquet")
        assert_frame_equal(read(tmp_path / f"{name}.{suffix}", policy), read(tmp_path / f"{name}.parquet", policy))


@pytest.mark.parametrize("suffix", FORMATS)
def test_columns_without_a_value_stay_and_what_the_model_would_fill_in_is_not(tmp_path: Path, suffix: str) -> None:
    nothing = pl.Series([None, None], dtype=pl.String)
    contacts = pl.DataFrame({"contact_id": ["1", "2"], "kind": nothing, "phone": nothing, "country": ["ID", None]})
    contacts = contacts.with_columns(
        pl.lit(None, pl.Int64).alias("company.employees"), pl.lit(None, pl.Float64).alias("budget")
    )
    write(contacts, tmp_path / f"c.{suffix}")
    assert_frame_equal(read_contacts(tmp_path / f"c.{suffix}", POLICY), contacts)


def test_csv_cannot_tell_an_empty_text_or_list_from_nothing(tmp_path: Path) -> None:
    texts = {"contact_id": ["1"], "job_title": [""], "campaign": [" "]}
    contacts = pl.DataFrame({**texts, "tags": pl.Series([[]], dtype=pl.List(pl.String))})
    for suffix in ("parquet", "jsonl"):
        write(contacts, tmp_path / f"c.{suffix}")
        assert_frame_equal(read_contacts(tmp_path / f"c.{suffix}", POLICY), contacts)
    write(contacts, tmp_path / "c.csv")
    assert read_contacts(tmp_path / "c.csv", POLICY).row(0) == ("1", None, None, None)


def test_a_table_without_rows(tmp_path: Path) -> None:
    contacts, interactions = from_models([], {})
    for suffix in ("parquet", "csv"):
        write(contacts, tmp_path / f"c.{suffix}")
        write(interactions, tmp_path / f"i.{suffix}")
        assert_frame_equal(read_contacts(tmp_path / f"c.{suffix}"), contacts)
        assert_frame_equal(read_interactions(tmp_path / f"i.{suffix}"), interactions)


def test_tables_of_every_library_are_written(tmp_path: Path) -> None:
    contacts, _ = tables()
    for number, table in enumerate(
        [contacts.lazy(), contacts.to_arrow(), contacts.to_pandas(use_pyarrow_extension_array=True)]
    ):
        for suffix in FORMATS:
            write(table, tmp_path / f"c{number}.{suffix}")
            assert_frame_equal(read_contacts(tmp_path / f"c{number}.{suffix}", POLICY), contacts)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "c.csv"
    target.write_text("old")
    bad = pl.DataFrame({"contact_id": ["c-1", "c-2"], "x": [1.0, float("nan")]})
    (problem,) = refused(write, bad, target)
    assert (problem.code, problem.place.line, problem.place.path) == ("finite-number", 2, "x")
    assert refused(write, [1], target)[0].code == "not-a-table"
    assert refused(write, bad, tmp_path / "c.xlsx")[0].code == "unknown-format"
    assert refused(write, bad, tmp_path / "no" / "c.csv")[0].code == "unwritable-file"
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["c.csv"]  # noqa: PTH208 - no part is left


def test_bad_rows_are_told_with_their_lines_in_the_words_of_python(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    path.write_text(
        "contact_id,interaction_id,kind,occurred_at,amount,currency\n"
        "c-1,1,purchase,2026-11-01 08:00,1.500,IDR\n"
        "c-1,2,purchse,2026-11-01T08:00:00Z,,\n"
    )
    problems = refused(read_interactions, path)
    assert sorted((problem.code, problem.place.line) for problem in problems) == [
        ("ambiguous-number", 2),
        ("naive-datetime", 2),
        ("unknown-kind", 3),
    ]
    hints = " ".join(str(problem.hint) for problem in problems)
    assert "time_zone='Asia/Jakarta'" in hints
    assert "decimal='" in hints
    assert "--" not in hints
    path.write_text(path.read_text().replace("purchse", "purchase"))
    frame = read_interactions(path, time_zone="Asia/Jakarta", decimal="comma")
    assert frame["amount"].to_list() == [1500.0, None]
    assert frame["occurred_at"][0] == datetime(2026, 11, 1, 1, tzinfo=UTC)


def test_a_changes_column_with_all_new_values_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "i.jsonl"
    path.write_text('{"contact_id": "c", "id": "1", "kind": "profile_updated", "occurred_at": "2026-11-01T00:00:00Z", '
                    '"changes": {"country": "SG", "city": null}}\n')  # fmt: skip
    frame = read_interactions(path)
    assert frame.columns[4:] == ["changes.country", "cleared"]
    assert frame["cleared"].to_list() == [["city"]]


# Parquet: the columns are looked at, the values are not.


def parquet(path: Path, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    base = {"contact_id": ["c-1"], "interaction_id": ["1"], "kind": ["purchase"], "occurred_at": [AT]}
    pl.DataFrame({**base, **columns}).write_parquet(path)
    return path


def test_parquet_of_others_gets_our_names_and_types(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "id": [1, 2],
            "country": pl.Series(["ID", None], dtype=pl.Categorical),
            "company": [{"employees": 3.0, "name": None, "attributes": {"tier": "gold"}}, None],
            "contact.budget": [Decimal("4000.50"), None],
            "attributes.vip": [None, None],
            "created_at": pl.Series([AT, None]).dt.convert_time_zone("Asia/Jakarta").dt.cast_time_unit("ns"),
            "consents": [[{"at": AT, "channel": "email"}], None],
            "tags": pl.Series([["a"], []], dtype=pl.List(pl.Categorical)),
        }
    )
    frame.write_parquet(tmp_path / "c.parquet")
    found = read_contacts(tmp_path / "c.parquet", POLICY)
    assert found.columns == ["contact_id", "country", "consents", "created_at", "company.name", "company.employees",
                             "company.tier", "budget", "vip", "tags"]  # fmt: skip
    expected, _ = to_models(found, from_models([], {})[1], policy=POLICY)
    assert expected[0] == lq.Contact(
        id="1", country="ID", created_at=AT, consents=[{"at": AT, "channel": "email", "purpose": "marketing"}],
        company={"employees": 3, "attributes": {"tier": "gold"}}, attributes={"budget": 4000.5, "tags": ["a"]},
    )  # fmt: skip
    schema = found.schema
    assert (schema["company.employees"], schema["vip"], schema["budget"]) == (pl.Int64, pl.Boolean, pl.Float64)
    assert schema["created_at"] == pl.Datetime("us", "UTC")
    lazy = read_contacts(tmp_path / "c.parquet", POLICY, lazy=True)
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect_schema()["company.employees"] == pl.Float64
    assert_frame_equal(lazy.collect().cast({"company.employees": pl.Int64}), found)


def test_columns_that_do_not_fit_are_told_together(tmp_path: Path) -> None:
    path = parquet(tmp_path / "i.parquet", occurred_at=[datetime(2026, 11, 1)], amount=["1"], chanel=["web"], hard=[1])
    problems = refused(read_interactions, path)
    assert [(problem.code, problem.place.path) for problem in problems] == [
        ("unknown-column", None),
        ("naive-datetime", "occurred_at"),
        ("wrong-type", "amount"),
        ("wrong-type", "hard"),
    ]
    assert all(problem.place.source == str(path) for problem in problems)
    assert "did you mean 'channel'" in problems[0].hint
    assert "ignore_unknown_columns=True" in problems[0].hint
    assert problems[2].found == "String"
    assert problems[2].expected == "a number"
    pl.DataFrame({"contact": ["c-1"]}).write_parquet(path)
    assert {problem.code for problem in refused(read_contacts, path)} == {"unknown-column", "missing-column"}


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"occurred_at": ["2026-11-01T00:00:00Z"]}, "wrong-type"),
        ({"occurred_at": [5]}, "wrong-type"),
        ({"occurred_at": [date(2026, 11, 1)]}, "naive-datetime"),
        ({"contact_id": [1.5]}, "wrong-type"),
        ({"cleared": ["country"]}, "wrong-type"),
        ({"days_overdue": [1.5]}, "bad-number"),
        ({"days_overdue": [float("inf")]}, "bad-number"),
    ],
)
def test_a_column_of_another_type_is_refused(tmp_path: Path, columns: Any, code: str) -> None:
    (problem,) = refused(read_interactions, parquet(tmp_path / "i.parquet", **columns))
    assert (problem.code, problem.place.path) == (code, next(iter(columns)))


def test_structs_with_other_fields_are_refused(tmp_path: Path) -> None:
    pl.DataFrame({"contact_id": ["c"], "consents": [[{"chanel": "email"}]]}).write_parquet(tmp_path / "c.parquet")
    (problem,) = refused(read_contacts, tmp_path / "c.parquet")
    assert (problem.code, problem.place.path) == ("unknown-field", "consents")
    assert problem.expected == "an object with channel, purpose, granted, at, how, proof"
    consents = [[{"channel": "email", "at": datetime(2026, 11, 1)}]]
    pl.DataFrame({"contact_id": ["c"], "consents": consents}).write_parquet(tmp_path / "c.parquet")
    (problem,) = refused(read_contacts, tmp_path / "c.parquet")
    assert (problem.code, problem.place.path) == ("naive-datetime", "consents.at")


def test_naive_times_are_read_in_the_zone_that_is_named(tmp_path: Path) -> None:
    path = parquet(tmp_path / "i.parquet", occurred_at=[datetime(2026, 11, 1, 7)])
    assert read_interactions(path, time_zone="Asia/Jakarta")["occurred_at"][0] == datetime(2026, 11, 1, tzinfo=UTC)
    for time, code in (
        (datetime(2026, 10, 25, 2, 30), "ambiguous-time"),
        (datetime(2026, 3, 29, 2, 30), "no-such-time"),
    ):
        path = parquet(tmp_path / "i.parquet", occurred_at=[time])
        assert refused(read_interactions, path, time_zone="Europe/Berlin")[0].code == code


def test_a_folder_of_files_is_one_table(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    parquet(folder / "2026-01" / "part-0.parquet", interaction_id=["1"], amount=[1])
    parquet(folder / "2026-02" / "part-0.parquet", interaction_id=["2"], currency=["IDR"], days_overdue=[3])
    parquet(folder / "2026-02" / "part-1.parquet", interaction_id=["3"], amount=[2.5], days_overdue=[None])
    (folder / "_SUCCESS").touch()
    parquet(folder / "_temporary" / "part-9.parquet", interaction_id=["9"])
    found = read_interactions(folder)
    assert found.select("interaction_id", "amount", "currency", "days_overdue").rows() == [
        ("1", 1.0, None, None),
        ("2", None, "IDR", 3),
        ("3", 2.5, None, None),
    ]
    assert_frame_equal(read_interactions(folder, lazy=True).collect(), found)
    assert_frame_equal(read_interactions(folder / "*" / "*.parquet"), found)
    assert read_interactions(f"{folder}/*-02/*")["interaction_id"].to_list() == ["2", "3"]
    parquet(folder / "2026-03" / "part-0.parquet", amuont=[1])
    (problem,) = refused(read_interactions, folder)
    assert problem.place.source == str(folder / "2026-03" / "part-0.parquet")


def test_columns_in_the_names_of_folders(tmp_path: Path) -> None:
    for country, number in (("ID", 1), ("SG", 2), ("__HIVE_DEFAULT_PARTITION__", 3)):
        folder = tmp_path / "people" / f"country={country}" / f"bucket={number}"
        folder.mkdir(parents=True)
        pl.DataFrame({"contact_id": [f"c-{number}"]}).write_parquet(folder / "part.parquet")
    assert sorted(read_contacts(tmp_path / "people").rows(), key=str) == [("c-1", "ID"), ("c-2", "SG"), ("c-3", None)]
    inside = parquet(tmp_path / "events" / "month=2026-11" / "part.parquet", amount=[1])
    assert read_interactions(tmp_path / "events").columns == read_interactions(inside).columns


def test_lazy_reading_reads_no_rows(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    parquet(folder / "a.parquet", days_overdue=[1.5])
    lazy = read_interactions(folder, lazy=True)
    assert "PARQUET SCAN" in lazy.explain().upper()
    (folder / "a.parquet").unlink()
    with pytest.raises((pl.exceptions.PolarsError, OSError)):
        lazy.collect()


def test_files_that_are_not_there_or_not_parquet(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.parquet").write_bytes(b"contact_id\nc-1\n" * 20)
    for name in ("no.parquet", "empty", "x-*.parquet", "no.csv"):
        assert refused(read_contacts, tmp_path / name)[0].code == "unreadable-file"
    assert refused(read_contacts, tmp_path / "bad.parquet")[0].code == "bad-parquet"
    assert refused(read_contacts, tmp_path / "no.xlsx")[0].code == "unknown-format"

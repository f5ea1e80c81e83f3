from __future__ import annotations

import sys
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from leadqual.errors import InputError, MissingDependency

pl = pytest.importorskip("polars")


from support.shared import SHARED  # noqa: E402

from leadqual import frames  # noqa: E402
from leadqual.datasets import bank_marketing  # noqa: E402
from leadqual.datasets.bank_fields import FIELDS  # noqa: E402

FOLDER = SHARED / "uci_bank_marketing"
needs_files = pytest.mark.skipif(not FOLDER.is_dir(), reason="the files of the bank are not at hand")

CALL = {
    "age": 40, "job": "technician", "marital": "married", "education": "unknown", "default": "no", "balance": -7,
    "housing": "yes", "loan": "no", "contact": "cellular", "day": 5, "month": "may", "day_of_week": "mon",
    "duration": 100, "campaign": 2, "pdays": 30, "previous": 1, "poutcome": "failure", "emp.var.rate": 1.1,
    "cons.price.idx": 93.994, "cons.conf.idx": -36.4, "euribor3m": 4.857, "nr.employed": 5191, "y": "no",
}  # fmt: skip


def written(folder: Path, variant: str, *calls: dict[str, Any], name: str = "calls.csv") -> Path:
    """Write calls as the file has them: quoted texts between semicolons."""
    columns = [one.column for one in FIELDS[variant]]  # type: ignore[index]
    lines = [";".join(f'"{column}"' for column in columns)]
    for call in calls:
        cells = [(CALL | call)[column] for column in columns]
        lines.append(";".join(f'"{cell}"' if isinstance(cell, str) else str(cell) for cell in cells))
    file = folder / name
    file.write_text("\n".join(lines) + "\n")
    return file


def test_a_row_becomes_a_contact(tmp_path: Path) -> None:
    calls = ({}, {"pdays": -1, "y": "yes", "contact": "unknown", "housing": "unknown", "poutcome": "unknown"})
    bank = bank_marketing(written(tmp_path, "full", *calls))
    assert bank.variant == "full"
    assert bank.contacts["contact_id"].to_list() == ["r-00001", "r-00002"]
    first, second = bank.contacts.rows(named=True)
    assert (first["age"], first["balance"], first["calls"], first["pdays"], first["phone_type"]) == (
        40,
        -7,
        2,
        30,
        "cellular",
    )
    assert (first["education"], first["housing"], first["loan"], first["subscribed"]) == (None, True, False, False)
    assert [second[name] for name in ("pdays", "phone_type", "housing", "poutcome", "subscribed")] == [
        None, None, None, None, True,
    ]  # fmt: skip


def test_the_additional_file_has_the_figures_on_the_economy(tmp_path: Path) -> None:
    bank = bank_marketing(written(tmp_path, "additional", {"pdays": 999, "poutcome": "nonexistent"}))
    (row,) = bank.contacts.rows(named=True)
    assert bank.variant == "additional"
    assert (row["emp_var_rate"], row["cons_conf_idx"], row["nr_employed"]) == (1.1, -36.4, 5191)
    assert (row["pdays"], row["poutcome"]) == (None, "nonexistent")
    assert {"balance", "day"}.isdisjoint(bank.contacts.columns)


def test_the_year_is_derived_and_instants_keep_the_order(tmp_path: Path) -> None:
    days = [(5, "may"), (5, "may"), (31, "dec"), (2, "jan"), (28, "dec"), (1, "jan"), (17, "nov")]
    calls = [{"day": day, "month": month} for day, month in days]
    made = bank_marketing(written(tmp_path, "full", *calls)).contacts["created_at"]
    expected = [(2008, 5, 5), (2008, 5, 5), (2008, 12, 31), (2009, 1, 2), (2009, 12, 28), (2010, 1, 1), (2010, 11, 17)]
    instants = [datetime(*date, tzinfo=UTC) for date in expected]
    instants[1] += timedelta(microseconds=1)
    assert made.to_list() == instants
    months = [{"month": month, "pdays": 999} for month in ("dec", "jan", "jan")]
    by_month = bank_marketing(written(tmp_path, "additional", *months)).contacts["created_at"]
    assert by_month.dt.strftime("%Y-%m-%d %6f").to_list() == [
        "2008-12-01 000000", "2009-01-01 000000", "2009-01-01 000001",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "row"),
    [
        ([(5, "may"), (4, "may")], 2),
        ([(5, "may"), (31, "jun")], 2),
        ([(5, "may"), (5, "apr"), (5, "mar"), (5, "feb")], 4),
    ],
)
def test_rows_out_of_order_are_refused(tmp_path: Path, days: list[tuple[int, str]], row: int) -> None:
    calls = [{"day": day, "month": month} for day, month in days]
    with pytest.raises(InputError, match="not in the order of time") as raised:
        bank_marketing(written(tmp_path, "full", *calls))
    assert raised.value.code == "not-in-order"
    assert f"in row {row} " in str(raised.value.problems[0].found)


def test_a_folder_holds_one_file_or_both(tmp_path: Path) -> None:
    inner = tmp_path / "bank-additional"
    inner.mkdir()
    written(tmp_path, "full", {}, name="bank-full.csv")
    assert bank_marketing(tmp_path).variant == "full"
    written(inner, "additional", {}, name="bank-additional-full.csv")
    assert bank_marketing(str(tmp_path)).variant == "additional"
    assert bank_marketing(tmp_path, variant="full").variant == "full"
    with pytest.raises(InputError, match="does not hold") as raised:
        bank_marketing(inner, variant="full")
    assert (raised.value.code, raised.value.problems[0].expected) == ("unreadable-file", "bank-full.csv")


def test_what_a_column_cannot_hold_is_told_all_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, "full", {"age": "old", "job": "pilot"}, {"y": "maybe", "job": "pilot"})
    with pytest.raises(InputError) as raised:
        bank_marketing(file)
    found = [(one.code, one.message.split("'")[1], one.found) for one in raised.value.problems]
    assert found == [
        ("bad-number", "age", "'old'"), ("unknown-value", "job", "'pilot'"), ("unknown-value", "y", "'maybe'"),
    ]  # fmt: skip
    assert raised.value.problems[1].message.startswith("2 cells")


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "commas.csv").write_text("age,job\n1,technician\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "ragged.csv").write_text("age;job\n1;technician;3\n")
    codes = {}
    for name in ("commas", "empty", "ragged", "absent"):
        with pytest.raises(InputError) as raised:
            bank_marketing(tmp_path / f"{name}.csv")
        codes[name] = raised.value.code
    assert codes == {"commas": "missing-column", "empty": "bad-csv", "ragged": "bad-csv", "absent": "unreadable-file"}
    with pytest.raises(InputError, match="no rows"):
        bank_marketing(written(tmp_path, "full"))
    with pytest.raises(InputError, match="the other variant"):
        bank_marketing(written(tmp_path, "full", {}), variant="additional")
    with pytest.raises(InputError, match="no such variant"):
        bank_marketing(tmp_path, variant="half")  # type: ignore[arg-type]


def test_its_policy_asks_its_fields_and_its_features_leak_nothing(tmp_path: Path) -> None:
    bank = bank_marketing(written(tmp_path, "additional", {"y": "yes"}, {"euribor3m": 1.3, "job": "retired"}))
    assert bank.policy.warnings() == ()
    asked = [bank.outcome, "contact.euribor3m < 2 and contact.job == 'retired'", *bank.features]
    nobody = pl.DataFrame(
        schema={
            "contact_id": pl.String,
            "interaction_id": pl.String,
            "kind": pl.String,
            "occurred_at": pl.Datetime("us", "UTC"),
        }
    )
    at = datetime(2026, 1, 1, tzinfo=UTC)
    found = frames.evaluate(bank.policy, asked, bank.contacts, nobody, at=at)
    assert found[bank.outcome].to_list() == [True, False]
    assert found[asked[1]].to_list() == [False, True]
    assert not {bank.outcome, *bank.leaks} & {*bank.features}
    assert set(bank.leaks) == {"contact.duration"}
    assert {f"contact.{name}" for name in bank.policy.fields} == {bank.outcome, *bank.leaks, *bank.features}
    assert bank.contacts.schema[bank.time] == pl.Datetime("us", "UTC")
    with pytest.raises(FrozenInstanceError):
        bank.time = "age"  # type: ignore[misc]


class OpenML:
    """What scikit-learn makes of the set of OpenML: an array, in which categories are told by their places."""

    def __init__(self, *calls: dict[str, Any]) -> None:
        import numpy as np  # noqa: PLC0415 - optional

        fields = FIELDS["full"][:-1]
        self.feature_names = [f"V{place}" for place in range(1, len(fields) + 1)]
        self.categories: dict[str, list[str]] = {}
        columns = []
        for name, one in zip(self.feature_names, fields, strict=True):
            cells = [call[one.column] for call in calls]
            if one.type != "number":
                known = self.categories[name] = sorted({*map(str, cells)}, reverse=True)
                cells = [known.index(cell) for cell in cells]
            columns.append([float(cell) for cell in cells])
        self.data = np.array(columns).T
        self.target = np.array([{"no": "1", "yes": "2"}[call["y"]] for call in calls], dtype=object)


def test_openml_gives_the_same_as_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    calls = [CALL, CALL | {"y": "yes", "month": "jun", "job": "admin.", "balance": 1234567, "pdays": -1}]
    asked = {}

    def fetch(**options: Any) -> OpenML:
        asked.update(options)
        return OpenML(*calls)

    monkeypatch.setattr(datasets, "fetch_openml", fetch)
    bank = bank_marketing()
    assert (asked["data_id"], asked["as_frame"]) == (1461, False)
    assert bank.variant == "full"
    assert bank.contacts.equals(bank_marketing(written(tmp_path, "full", *calls)).contacts)


def test_without_a_connection_the_hint_is_to_load_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("sklearn.datasets")

    def fetch(**options: Any) -> OpenML:
        raise URLError("no route")

    monkeypatch.setattr(datasets, "fetch_openml", fetch)
    with pytest.raises(InputError, match="no route") as raised:
        bank_marketing()
    assert raised.value.code == "unreadable-file"
    assert "bank-full.csv" in str(raised.value.problems[0].hint)
    with pytest.raises(InputError, match="the full variant only"):
        bank_marketing(variant="additional")


def test_another_set_of_openml_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    other = OpenML(CALL)
    other.data = other.data[:, :-1]
    monkeypatch.setattr(datasets, "fetch_openml", lambda **options: other)
    with pytest.raises(InputError, match="another set"):
        bank_marketing()


def test_a_missing_scikit_learn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "leadqual.datasets.bank_openml", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingDependency, match=r"leadqual\[ml\]"):
        bank_marketing()


@needs_files
@pytest.mark.parametrize(
    ("variant", "rows", "subscribed", "truth", "form"),
    [
        ("additional", 41_188, 4_640, "bank-additional-full.contact_month.DERIVED.csv", "%Y-%m"),
        ("full", 45_211, 5_289, "bank-full.contact_date.DERIVED.csv", "%Y-%m-%d"),
    ],
)
def test_the_published_files(variant: Any, rows: int, subscribed: int, truth: str, form: str) -> None:
    contacts = bank_marketing(FOLDER, variant=variant).contacts
    assert (len(contacts), contacts["subscribed"].sum()) == (rows, subscribed)
    dates = pl.read_csv(FOLDER / truth, infer_schema=False).to_series(1)
    assert contacts["created_at"].dt.strftime(form).equals(dates, check_names=False)
    assert (contacts["created_at"].diff().drop_nulls() > timedelta(0)).all()
    assert contacts["pdays"].is_not_null().sum() == {"additional": 1_515, "full": 8_257}[variant]

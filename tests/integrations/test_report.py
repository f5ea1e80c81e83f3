from __future__ import annotations

import json

import polars as pl
import pytest
from support.bring_in import MAPPING, bring, mine

from leadqual import frames
from leadqual.errors import InputError
from leadqual.integrations import Mapping, read

HEADER = "ID,Full name,Email,Phone,Size,Source,Shoe size\n"
GOOD = HEADER + "1,Ani,Ani@Example.ID,+62 812-3456-7890,250,Web,\n"
MANY = HEADER + "".join(f"{number},P,bad-{number},,1.5{number:02},Wab,\n" for number in range(1, 41)) + ",x,,,,,\n"


def test_counts_add_up(tmp_path):
    report = bring(tmp_path, MANY).report
    effects = report.cases.collect()["effect"].value_counts(sort=True).rows()
    assert dict(effects) == {"left empty": 120, "refused": 1}
    assert (report.to_decide, report.refused_rows) == (121, 1)
    assert report.summary["cases"].sum() == report.cases.collect().height
    assert report.count("left empty", "bad-email") == 40


def test_unknown_terms_are_listed_once_with_their_first_rows(tmp_path):
    terms = bring(tmp_path, MANY).report.unknown_terms
    assert terms.select("column", "term", "times", "rows", "suggestion", "vocabulary").rows() == [
        ("Source", "Wab", 40, [2, 3, 4, 5, 6], "did you mean 'Web'?", "sources")
    ]


def test_changes_are_told_with_examples(tmp_path):
    report = bring(tmp_path, GOOD).report
    changed = (
        report.cases.filter(pl.col("effect") == "changed").select("row", "column", "found", "suggestion").collect()
    )
    assert changed.rows() == [
        (2, "Email", "Ani@Example.ID", "Ani@example.id"),
        (2, "Phone", "+62 812-3456-7890", "+6281234567890"),
    ]
    assert report.to_decide == 0


def test_the_text_is_capped_and_says_how_to_go_on(tmp_path):
    found = bring(tmp_path, MANY)
    text = found.report.explain(limit=2)
    assert "Mine: 40 contacts, 0 interactions" in text
    assert "and 1 more" in text
    assert 'mapping.with_words(sources={"Wab": "..."})' in text
    assert "--word 'sources.Wab=...'" in found.report.explain(command_line=True)
    assert "Shoe size" in text
    assert len(text.splitlines()) < 60


def test_html_shows_nothing_that_a_file_could_run(tmp_path):
    page = bring(tmp_path, HEADER + "1,x,<script>alert(1)</script>,,,<b>,\n")._repr_html_()
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


def test_the_report_in_files_has_every_case(tmp_path):
    report = bring(tmp_path, MANY).report
    for ending in ("json", "csv", "html"):
        report.save(tmp_path / f"report.{ending}")
    whole = json.loads((tmp_path / "report.json").read_text())
    assert len(whole["cases"]) == 121
    assert whole["cases"][0].keys() >= {"effect", "code", "file", "row"}
    assert whole["contacts"] == 40
    assert pl.read_csv(tmp_path / "report.csv").height == 121
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    with pytest.raises(InputError) as error:
        report.save(tmp_path / "report.txt")
    assert error.value.code == "unknown-format"


def test_a_spreadsheet_runs_nothing_of_the_list(tmp_path):
    bring(tmp_path, HEADER + "1,x,=1+1,,,,\n").report.save(tmp_path / "report.csv")
    assert ",'=1+1," in (tmp_path / "report.csv").read_text()


def test_many_cases_are_kept_in_files(tmp_path, monkeypatch):
    monkeypatch.setattr("leadqual.integrations.cases._HELD", 10)
    report = bring(tmp_path, MANY).report
    assert report.to_decide == 121
    report.save(tmp_path / "report.csv")
    assert pl.read_csv(tmp_path / "report.csv").height == 121


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_written_tables_are_read_back(tmp_path, form):
    found = bring(tmp_path, GOOD)
    paths = found.write(tmp_path / "out", form)
    assert [path.name for path in paths] == [f"contacts.{form}", f"interactions.{form}"]
    assert frames.read_contacts(paths[0]).to_dicts() == found.contacts.to_dicts()


def test_nothing_is_written_before_everything_is_decided(tmp_path):
    found = bring(tmp_path, MANY)
    with pytest.raises(InputError) as error:
        found.write(tmp_path / "out")
    assert error.value.code == "undecided-import"
    assert not (tmp_path / "out").exists()
    assert len(found.write(tmp_path / "out", skip_refused=True)) == 2


def test_files_of_an_earlier_import_and_files_of_others_are_left_alone(tmp_path):
    found = bring(tmp_path, GOOD)
    found.write(tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(InputError) as error:
        found.write(tmp_path / "out")
    assert error.value.code == "existing-file"
    found.write(tmp_path / "out", overwrite=True)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "contacts.parquet", "interactions.parquet", "mine.txt",
    ]  # fmt: skip


def test_a_folder_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    def fails(table, path):
        if "interactions" in path.name:
            raise OSError(28, "No space left on device")
        path.touch()

    found = bring(tmp_path, GOOD)
    monkeypatch.setattr("leadqual.integrations.writing.write", fails)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError) as error:
        found.write(tmp_path / "out")
    assert error.value.code == "unwritable-file"
    assert sorted(tmp_path.iterdir()) == before


def test_the_folder_in_which_one_stands(tmp_path, monkeypatch):
    found = bring(tmp_path, GOOD)
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    found.write(".")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["contacts.parquet", "interactions.parquet"]


def test_nothing_of_an_earlier_import_stays_beside_a_new_one(tmp_path):
    staged = bring(tmp_path, "ID,Full name,Stage\n1,Ani,Lead\n")
    assert len(staged.write(tmp_path / "out")) == 3
    bring(tmp_path, GOOD).write(tmp_path / "out", overwrite=True)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["contacts.parquet", "interactions.parquet"]


def test_a_file_that_was_read_is_never_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contacts.csv").write_text(GOOD)
    found = read(mine(), "contacts.csv")
    with pytest.raises(InputError) as error:
        found.write(".", "csv", overwrite=True)
    assert (error.value.code, (tmp_path / "contacts.csv").read_text()) == ("existing-file", GOOD)
    found.write(".", overwrite=True)
    assert (tmp_path / "contacts.csv").read_text() == GOOD


def test_page_and_text_say_what_else_was_counted(tmp_path):
    found = bring(tmp_path, GOOD + GOOD.splitlines()[1] + "\n" + ",,,,,,\n")
    for told in (found._repr_html_(), found.report.explain()):
        assert "1 row repeated another word for word" in told
        assert "1 empty" in told


def test_columns_that_nothing_names_are_told_first_and_not_everything_came_in(tmp_path):
    lines = bring(tmp_path, GOOD).report.explain().splitlines()
    assert lines[1] == "Every row came in."
    assert lines[2] == "1 column was left out, since the mapping does not name them: Shoe size."
    assert "1 column was left out" in bring(tmp_path, GOOD)._repr_html_()
    assert "columns: {'Shoe size': ignore}" in bring(tmp_path, GOOD).report.explain()
    everything = bring(tmp_path, "ID,Full name\n1,Ani\n").report
    assert (everything.explain().splitlines()[1], everything.unnamed) == ("Everything came in.", [])


def test_a_column_that_is_nearly_one_that_is_missing_is_something_to_decide(tmp_path):
    report = bring(tmp_path, "ID,Full name,E-Mail,Shoe size\n1,Ani,ani@example.id,38\n").report
    (case,) = report.cases.collect().to_dicts()
    assert (case["code"], case["column"], case["row"], report.to_decide) == ("unnamed-column", "E-Mail", None, 1)
    assert case["suggestion"].startswith("is it 'Email'? Then aliases: {'Email': 'E-Mail'}")
    assert "row" not in report.explain().split("nearly one that is missing")[1].splitlines()[0]


def test_terms_that_are_kept_are_told(tmp_path):
    own = Mapping.loads(
        MAPPING.replace("Industry: company.industry", "Industry: {to: company.industry, words: fields, unknown: keep}")
        + "  fields: {Retail trade: retail}\n",
        "mine.yaml",
    )
    people, accounts = tmp_path / "people.csv", tmp_path / "accounts.csv"
    people.write_text("ID,Full name,Account\n1,Ani,7\n2,Budi,8\n")
    accounts.write_text("Account ID,Industry\n7,Food & Beverage\n8,Retail trade\n")
    found = read(own, [people, accounts])
    assert found.contacts["company.industry"].to_list() == ["Food & Beverage", "retail"]
    told = found.report.cases.filter(pl.col("code") == "kept-term").select("effect", "row", "found").collect()
    assert told.rows() == [("changed", 2, "Food & Beverage")]
    assert found.report.to_decide == 0

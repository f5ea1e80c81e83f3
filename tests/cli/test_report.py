from __future__ import annotations

import json

import pytest

pytest.importorskip("plotly")
pytest.importorskip("polars")

AT = "2026-11-22T00:00:00Z"


@pytest.fixture
def sample(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    assert run("demo", "--contacts", 40, "--out", "sample").exit_code == 0
    return ["sales", "-c", "sample/contacts.csv", "-i", "sample/interactions.csv", "--at", AT]


def test_a_page_is_written_and_its_sentences_are_printed(sample, run, tmp_path):
    result = run("report", *sample, "--title", "Our <funnel>", "-o", "page.html", "--time-zone", "Asia/Jakarta")
    assert result.exit_code == 0, result.output
    assert "40 contacts, seen at 2026-11-22 07:00 WIB under sales 1.0.0." in result.stdout
    assert "Written: page.html" in result.stdout
    assert "The best open leads" in result.stdout
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<h1>Our &lt;funnel&gt;</h1>" in page
    assert "Seen at 22 November 2026, 07:00 WIB" in page


def test_programs_get_all_numbers(sample, run, tmp_path):
    result = run("report", *sample, "--json", "--best", 2, "--period", "30d", "--since", "2026-06-01T00:00:00Z")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["ok"]
    assert (told["out"], told["contacts"]) == ("report.html", 40)
    assert told["bytes"] == (tmp_path / "report.html").stat().st_size < 6_000_000
    assert (told["since"], told["before"]) == ("2026-06-01T00:00:00+00:00", "2026-10-23T00:00:00+00:00")
    sections = {section["name"]: section for section in told["sections"]}
    assert len(sections["best"]["leads"]) == 2
    assert sections["funnel"]["figures"][0]["rows"]


def test_a_page_that_is_there_is_written_anew(sample, run, tmp_path):
    (tmp_path / "report.html").write_text("old")
    assert run("report", *sample).exit_code == 0
    assert (tmp_path / "report.html").read_text(encoding="utf-8") != "old"


def test_who_may_be_contacted_is_asked_of_the_law(sample, run, tmp_path):
    (tmp_path / "own.txt").write_text("c-00001\n")
    result = run("report", *sample, "--reach", "telemarketing, voice", "--caller", "seller", "--do-not-call", "own.txt")
    assert result.exit_code == 0, result.output
    assert "For telemarketing by telephone" in result.stdout


def test_everything_that_is_wrong_is_told_at_once(sample, run, tmp_path):
    result = run(
        "report", "sles", *sample[1:-1], "yesterday", "--since", "then", "--reach", "telemarketing",
        "--pack", "nowhere",
        "-o", "no/page.pdf", "--json",
    )  # fmt: skip
    assert result.exit_code == 2
    problems = [(problem["source"], problem["code"]) for problem in map(_placed, json.loads(result.stdout)["problems"])]
    assert {
        ("--at", "bad-time"),
        ("--since", "bad-time"),
        ("--reach", "bad-usage"),
        ("nowhere", "unreadable-file"),
    } <= {*problems}
    assert {("no/page.pdf", "unknown-format"), ("no/page.pdf", "unwritable-file")} <= {*problems}
    assert not (tmp_path / "report.html").exists()


def test_arguments_are_called_as_they_are_called_here(sample, run):
    options = ["--period", "x", "--horizon", "soon", "--score", "inten", "--best", 900, "--outcome", "purchse"]
    result = run("report", *sample, *options, "--since", "2026-12-01T00:00:00Z", "--time-zone", "Asia/Jakrta", "--json")
    assert result.exit_code == 2
    sources = {_placed(problem)["source"] for problem in json.loads(result.stdout)["problems"]}
    assert sources >= {"--period", "--horizon", "--score", "--best", "--outcome", "--time-zone"}


def test_the_page_takes_the_place_of_no_table(sample, run, tmp_path):
    (tmp_path / "i.html").write_text("x")
    result = run("report", *sample[:3], "-i", "i.html", "-o", "i.html", "--json")
    assert "overwritten-file" in [problem["code"] for problem in json.loads(result.stdout)["problems"]]
    assert (tmp_path / "i.html").read_text() == "x"


def test_options_of_the_law_want_a_question(sample, run):
    result = run("report", *sample, "--caller", "seller", "--paid")
    assert result.exit_code == 2
    assert result.stderr.count("[bad-usage] this has a meaning beside --reach alone") == 2


def _placed(problem):
    return {"source": None, **problem, **problem.get("place", {})}

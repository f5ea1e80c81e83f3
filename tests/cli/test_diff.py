from __future__ import annotations

import json

import pytest

HISTORY = """\
contact_id,interaction_id,kind,occurred_at
c-1,1,demo_requested,2026-11-01T00:00:00Z
c-1,2,purchase,2026-11-05T00:00:00Z
c-2,3,demo_requested,2026-11-02T00:00:00Z
c-2,4,demo_requested,2026-11-12T00:00:00Z
"""


@pytest.fixture
def both(files):
    """Return the arguments of two policies and a history: the new one asks for twice the points."""
    text = (files / "p.yaml").read_text()
    (files / "new.yaml").write_text(text.replace("when: score.engagement >= 40", "when: score.engagement >= 80"))
    (files / "again.yaml").write_text("# the same\n" + text)
    (files / "h.csv").write_text(HISTORY)
    return ["p.yaml", "new.yaml"]


@pytest.fixture
def history():
    return ["-c", "c.csv", "-i", "h.csv", "--until", "2026-11-22T00:00:00Z"]


def test_the_same_content_is_status_0(run, both):
    result = run("diff", "p.yaml", "again.yaml")
    assert result.exit_code == 0
    assert "the same content" in result.stdout
    told = json.loads(run("diff", "p.yaml", "again.yaml", "--json").stdout)
    assert (told["ok"], told["same"]) == (True, True)


def test_a_difference_is_status_1_and_told(run, both):
    result = run("diff", *both)
    assert result.exit_code == 1
    assert "transition transitions.sales: when\n      old: score.engagement >= 40\n" in result.stdout
    assert result.stderr == ""
    told = json.loads(run("diff", *both, "--json").stdout)
    assert (told["ok"], told["same"]) == (True, False)
    assert [(change["path"], change["what"]) for change in told["changes"]] == [("transitions.sales", "when")]
    assert "impact" not in told


def test_a_policy_that_ships_can_be_named(run, both):
    assert run("diff", "sales", "sales").exit_code == 0
    assert run("diff", "sales", "minimal").exit_code == 1


def test_with_a_history_it_is_told_who_moves_and_why(run, both, history):
    result = run("diff", *both, *history)
    assert result.exit_code == 1
    assert "3 contacts" in result.stdout
    told = json.loads(run("diff", *both, *history, "--json").stdout)
    impact = told["impact"]
    assert [(row["old"], row["new"], row["contacts"]) for row in impact["matrix"]] == [
        ("sql", "lead", 1),
        ("sql", "sql", 1),
    ]
    assert impact["not_appeared"] == 1
    assert [row["contact_id"] for row in impact["parted"]] == ["c-1", "c-2"]
    assert impact["reasons"] == [{"change": "transitions.sales", "how": "alone", "contacts": 2, "stand_elsewhere": 1}]
    assert impact["desk"]["arrivals"] == {"old": 2, "new": 1}
    assert impact["customers"]["counts"]["lost"] == 1
    assert (told["contacts"], told["interactions"]) == (3, 4)


def test_one_contact_is_told_where_the_policies_part(run, both, history):
    result = run("diff", *both, *history, "--contact", "c-2", "--time-zone", "Asia/Jakarta")
    assert result.exit_code == 1
    assert "Contact c-2: the policies part on 2026-11-02 07:00 WIB." in result.stdout
    assert "sales waits for" in result.stdout
    told = json.loads(run("diff", *both, *history, "--contact", "c-2", "--json").stdout)
    assert (told["ok"], told["same"], told["at"]) == (True, False, "2026-11-02T00:00:00+00:00")
    refused = run("diff", *both, *history, "--contact", "c-9")
    assert refused.exit_code == 2
    assert "--contact: [unknown-contact] there is no contact 'c-9' in c.csv" in refused.stderr


def test_a_contact_that_goes_the_same_way_under_both_is_status_0(files, run, both, history):
    result = run("diff", *both, *history, "--contact", "c-3")
    assert result.exit_code == 0
    assert "both policies make the same moves" in result.stdout
    told = json.loads(run("diff", *both, *history, "--contact", "c-3", "--json").stdout)
    assert (told["ok"], told["same"], told["at"]) == (True, True, None)
    (files / "named.yaml").write_text((files / "new.yaml").read_text().replace("lead", "fresh"))
    named = ["diff", "p.yaml", "named.yaml", *history, "--contact", "c-3"]
    assert run(*named, "--stage", "lead=fresh").exit_code == 0
    assert run(*named, "--stage", "lead=", "--stage", "fresh=").exit_code == 1


def test_reasons_may_be_left_out(run, both, history):
    told = json.loads(run("diff", *both, *history, "--no-reasons", "--json").stdout)
    assert told["impact"]["reasons"] == []
    assert len(told["impact"]["parted"]) == 2


def test_stages_that_have_another_name_are_mapped(files, run, both, history):
    text = (files / "p.yaml").read_text().replace("sql", "qualified")
    (files / "named.yaml").write_text(text)
    refused = run("diff", "p.yaml", "named.yaml", *history)
    assert refused.exit_code == 2
    assert "--stage: [unmapped-stage] 1 of 2 stages of the old policy" in refused.stderr
    assert refused.stderr.count("hint: --stage sql= --stage qualified= lets each stand for itself") == 2
    half = run("diff", "p.yaml", "named.yaml", *history, "--stage", "sql=")
    assert "hint: --stage qualified= lets each stand" in half.stderr
    result = run("diff", "p.yaml", "named.yaml", *history, "--stage", "sql=qualified", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["decides_the_same"]
    assert told["impact"]["parted"] == []
    alone = run("diff", "p.yaml", "named.yaml", *history, "--stage", "sql=", "--stage", "qualified=", "--json")
    assert json.loads(alone.stdout)["stages"]["only_new"] == ["qualified"]


def test_tables_in_parquet_give_the_same(files, run, both, history):
    pl = pytest.importorskip("polars")
    frames = pytest.importorskip("leadqual.frames")
    (files / "t").mkdir()
    frames.write(frames.read_contacts("c.csv"), "t/c.parquet")
    frames.write(frames.read_interactions("h.csv"), "t/h.parquet")
    assert pl.read_parquet("t/h.parquet").height == 4
    expected = json.loads(run("diff", *both, *history, "--json").stdout)["impact"]
    arguments = ["-c", "t/c.parquet", "-i", "t/h*.parquet", "--until", "2026-11-22T00:00:00Z", "--json"]
    assert json.loads(run("diff", *both, *arguments).stdout)["impact"] == expected


def test_tables_may_hold_what_only_one_policy_declares(files, run, both):
    declared = "fields: {budget: {type: number}}\ninteractions: {roi: {}}\n"
    (files / "more.yaml").write_text((files / "p.yaml").read_text() + declared)
    (files / "c2.csv").write_text("contact_id,budget\nc-1,5\nc-2,\n")
    (files / "h2.csv").write_text(HISTORY + "c-1,9,roi,2026-11-20T00:00:00Z\n")
    result = run("diff", "p.yaml", "more.yaml", "-c", "c2.csv", "-i", "h2.csv", "--json")
    assert result.exit_code == 1
    assert "The old policy does not know roi" in json.loads(result.stdout)["impact"]["notes"][0]


# Bad input.


def codes(result):
    assert result.exit_code == 2
    return [problem["code"] for problem in json.loads(result.stdout)["problems"]]


def test_both_policies_are_checked_at_once(files, run, both):
    (files / "bad.yaml").write_text("name: x\nscorse: {}\n")
    assert codes(run("diff", "bad.yaml", "none.yaml", "--json")) == ["unknown-field", "unreadable-file"]


def test_bad_options_are_told_at_once_and_before_any_table_is_read(files, run, both):
    bad = [
        "--until",
        "yesterday",
        "--since",
        "2026-01-01",
        "--stage",
        "sqll=sql",
        "--desk",
        "slq",
        "--outcome",
        "bought",
    ]
    found = run("diff", *both, "-c", "none.csv", "-i", "none.csv", *bad, "--json")
    assert [(one["code"], one["source"]) for one in json.loads(found.stdout)["problems"]] == [
        ("bad-time", "--until"),
        ("naive-datetime", "--since"),
        ("unknown-stage", "--stage"),
        ("unknown-kind", "--outcome"),
        ("unknown-stage", "--desk"),
    ]
    assert found.exit_code == 2
    late = ["--until", "2026-01-01T00:00:00Z", "--since", "2026-02-01T00:00:00Z"]
    assert codes(run("diff", *both, "-c", "none.csv", "-i", "none.csv", *late, "--json")) == ["bad-argument"]


@pytest.mark.parametrize(
    ("arguments", "code", "source"),
    [
        (["-c", "c.csv"], "missing-argument", "--interactions"),
        (["-i", "h.csv"], "missing-argument", "--contacts"),
        (["--contact", "c-1"], "missing-argument", "--contact"),
        (["--stage", "sql"], "bad-usage", "--stage"),
        (["--stage", "sql=a", "--stage", "sql=b"], "bad-usage", "--stage"),
        (["--stage", "sqll=sql"], "unknown-stage", "--stage"),
        (["--desk", "sql"], "missing-argument", "--desk"),
        (["-c", "c.csv", "-i", "h.csv", "--until", "yesterday"], "bad-time", "--until"),
        (["-c", "c.csv", "-i", "h.csv", "--desk", "sqll"], "unknown-stage", "--desk"),
        (["-c", "c.csv", "-i", "h.csv", "--outcome", "purchse"], "unknown-kind", "--outcome"),
        (["-c", "c.csv", "-i", "bad.csv"], "unknown-kind", "bad.csv"),
    ],
)
def test_bad_input_is_status_2_with_the_option_that_is_meant(run, both, arguments, code, source):
    result = run("diff", *both, *arguments, "--json")
    assert codes(result)[0] == code
    assert json.loads(result.stdout)["problems"][0]["source"] == source


def test_nothing_colours_what_is_no_terminal(run, both, history):
    result = run("diff", *both, *history)
    assert "\x1b" not in result.stdout + result.stderr

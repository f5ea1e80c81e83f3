from __future__ import annotations

import json
from importlib.util import find_spec

import pytest

EXAMPLE = "c-1,1,demo_requested,2026-11-01T00:00:00Z\n"
COMMANDS = {
    "score": ["p.yaml"],
    "explain": ["c-1", "p.yaml"],
    "replay": ["p.yaml"],
    "backtest": ["p.yaml", "--outcome", "demo_requested"],
    "diff": ["p.yaml", "p.yaml"],
}
NEED_FRAMES = ("replay", "backtest", "diff")
EACH = pytest.mark.parametrize(
    "command", [name for name in COMMANDS if find_spec("narwhals") or name not in NEED_FRAMES]
)


def problems(result):
    assert result.exit_code == 2, result.output
    return json.loads(result.stdout)["problems"]


def the_one_of_swapped_tables(result, contacts):
    (problem,) = problems(result)
    assert (problem["code"], problem["source"]) == ("swapped-tables", "--contacts")
    assert f"{contacts} holds the interactions" in problem["message"]
    assert problem["hint"] == "swap the files of --contacts (-c) and --interactions (-i)"
    return True


@EACH
@pytest.mark.parametrize(
    "header", ["contact_id,interaction_id,kind,occurred_at", "contact_id;id;kind;occurred_at;note"]
)
def test_swapped_tables_are_one_problem(files, run, command, header):
    rows = EXAMPLE if "," in header else EXAMPLE.strip().replace(",", ";") + ";\n"
    (files / "i.csv").write_text(f"{header}\n{rows}")
    options = [*COMMANDS[command], "-c", "i.csv", "-i", "c.csv", "--json"]
    assert the_one_of_swapped_tables(run(command, *options), "i.csv")


@EACH
@pytest.mark.parametrize("kind", ["jsonl", "parquet", "folder", "pattern"])
def test_swapped_tables_of_other_kinds(files, run, command, kind):
    frames, places = pytest.importorskip("leadqual.frames"), {}
    for name, read in (("c", frames.read_contacts), ("i", frames.read_interactions)):
        (files / name).mkdir()
        frames.write(read(f"{name}.csv"), f"{name}/1.parquet")
        frames.write(read(f"{name}.csv"), f"{name}.jsonl")
        places[name] = {"jsonl": f"{name}.jsonl", "parquet": f"{name}/1.parquet", "folder": name}.get(kind, f"{name}/*")
    options = [*COMMANDS[command], "-c", places["i"], "-i", places["c"], "--json"]
    assert the_one_of_swapped_tables(run(command, *options), places["i"])


@EACH
def test_one_file_for_both_is_told_in_another_way(files, run, command):
    found = problems(run(command, *COMMANDS[command], "-c", "i.csv", "-i", "i.csv", "--json"))
    assert "swapped-tables" not in {problem["code"] for problem in found}


@EACH
def test_files_that_are_not_there_are_told_as_such(files, run, command):
    found = problems(run(command, *COMMANDS[command], "-c", "i.csv", "-i", "nothing.csv", "--json"))
    assert ("unreadable-file", "nothing.csv") in {(problem["code"], problem["source"]) for problem in found}


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_replay_goes_on_from_standings_alone(files, run, ending):
    pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    tables = ["replay", "p.yaml", "-c", "c.csv", "-i", "i.csv", "--until", "2026-11-22T00:00:00Z"]
    assert run(*tables, "-o", f"m.{ending}", "--standings", f"s.{ending}").exit_code == 0
    (problem,) = problems(run(*tables, "--from", f"m.{ending}", "--json"))
    assert (problem["code"], problem["source"]) == ("wrong-table", f"m.{ending}")
    assert problem["message"] == "these are moves: --from wants what --standings wrote"
    assert run(*tables, "--from", f"s.{ending}").exit_code == 0

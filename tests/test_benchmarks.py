"""The benchmarks run, and their table adds up; how long anything takes is never asserted."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadqual import analysis, policies
from leadqual.testing import load_cases

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    """Return the module of the command; the package lies beside the tests and is not installed."""
    if not (ROOT / "benchmarks" / "__main__.py").is_file():
        pytest.skip("the benchmarks come with a checkout only")
    sys.path.insert(0, str(ROOT))
    try:
        yield importlib.import_module("benchmarks.__main__")
    finally:
        sys.path.remove(str(ROOT))


def run(bench: Any, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[list[dict[str, Any]], str]:
    code = bench.main(["--quick", "--json", *arguments])
    written = capsys.readouterr()
    assert code == 0
    return json.loads(written.out), written.err


def test_loading_gives_a_line_for_json_and_for_yaml(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    lines, _ = run(bench, capsys, "loading")
    assert [line["target"] for line in lines] == ["< 60", "< 60", None]
    assert all(line["spread"][0] <= line["ratio"] <= line["spread"][1] for line in lines)


@pytest.mark.parametrize("name", ["decide", "conditions"])
def test_a_figure_runs_where_its_peer_is_installed(bench: Any, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("zen" if name == "decide" else "rule_engine", reason="the peer is not installed")
    lines, _ = run(bench, capsys, name)
    assert all(line["ours"] > 0 and line["peer"] > 0 for line in lines)


def test_a_missing_peer_is_named_and_left_out(
    bench: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zen", None)
    lines, message = run(bench, capsys, "decide")
    assert lines == []
    assert "zen-engine is not installed" in message


def test_the_decisions_that_are_measured_are_the_same_decision(bench: Any) -> None:
    case = bench.decide.Case()
    warm, cold = case.decide(case.one_new()), case.decide(case.all_fresh())
    assert warm.model_dump_json() == cold.model_dump_json()
    assert sum(len(score.rules) for score in case.policy.scores.values()) == 20
    assert len(case.history) == 20
    assert [one for one in case.history if one.occurred_at > case.standing.as_of] == case.history[-1:]


def test_the_policy_of_the_long_histories_moves_and_counts_everything(bench: Any) -> None:
    linear = bench.linear
    policy = linear.Policy.loads(linear.EVERYTHING)
    history = linear.interactions(60, linear.timedelta(days=90))
    decision = policy.decide(linear.contact(), history, at=linear.AT)
    assert decision.moves
    assert len(decision.scores["behaviour"].ledger) >= len(policy.scores["behaviour"].rules) == 15


def test_the_policy_of_two_hundred_rules_has_no_two_conditions_alike(bench: Any) -> None:
    rules = [rule for score in bench.loading.document()["scores"].values() for rule in score["rules"]]
    asked = {(rule.get("when"), rule.get("each")) for rule in rules}
    assert len(rules) == len(asked) == 200


def test_the_policy_whose_checks_are_measured_has_findings_of_many_sorts(bench: Any) -> None:
    found = {finding.code for finding in analysis.lint(bench.lint.policy())}
    assert {"condition-never-holds", "transition-shadowed", "flapping", "no-way-out", "field-may-be-missing"} <= found


def test_checks_are_measured_beside_what_they_may_take(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ((line,), _) = run(bench, capsys, "lint")
    assert (line["peer"], line["target"]) == (5.0, "< 1")


def test_the_cases_that_are_measured_in_pytest_pass(bench: Any, tmp_path: Path) -> None:
    file = load_cases(bench.policy_tests.written(tmp_path, 40))
    assert len({case.name for case in file.cases}) == 40
    assert all(file.run(number, policies.sales()).passed for number in range(40))


def test_a_registry_is_measured_beside_what_it_may_take(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("phonenumbers", reason="the registry needs it")
    lines, _ = run(bench, capsys, "registry")
    assert [line["target"] for line in lines] == ["< 1", "< 1", None, "<= 1", "< 1"]
    assert all(line["ours"] > 0 and line["peer"] > 0 for line in lines)


@pytest.fixture
def tables(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the module that makes tables, in a folder of the test."""
    for name in bench.frames.NEEDED:
        pytest.importorskip(name, reason="a peer of the tables is not installed")
    module = importlib.import_module("benchmarks.frames_data")
    monkeypatch.setattr(module, "folder", lambda: tmp_path)
    return module


def test_the_tables_are_the_same_each_time_and_lie_in_the_order_of_time(tables: Any, tmp_path: Path) -> None:
    import polars as pl  # noqa: PLC0415 - optional

    first = tables.tables(40, 400)
    events = pl.read_parquet(first.interactions)
    assert (pl.read_parquet(first.contacts).height, events.height) == (40, 400)
    assert events["occurred_at"].is_sorted()
    assert (events["occurred_at"] > tables.AT).any()
    assert events["interaction_id"].is_unique().all()
    first.interactions.parent.rename(tmp_path / "before")
    assert pl.read_parquet(tables.tables(40, 400).interactions).equals(events)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("unfinished")] == []


@pytest.mark.parametrize("policy", ["sales", "twelve"])
def test_everyone_who_is_measured_on_tables_gives_the_numbers_of_decisions(tables: Any, policy: str) -> None:
    agree = importlib.import_module("benchmarks.frames_agree")
    agree.check_that_all_agree(policy, tables.tables(40, 1_200), 12)


@pytest.mark.parametrize(
    ("way", "library"),
    [
        ("score", "polars"),
        ("checked", "lazy"),
        ("score", "duckdb"),
        ("hand", "polars"),
        ("hand", "lazy"),
        ("hand", "duckdb"),
        ("decide", "polars"),
        ("record", "polars"),
        ("pandas", "polars"),
        ("files", "polars"),
    ],
)
def test_each_way_over_tables_runs(tables: Any, way: str, library: str) -> None:
    child, job = (importlib.import_module(f"benchmarks.frames_{name}") for name in ("child", "job"))
    took = child.measured(job.Job(way, "twelve", 40, 400, library, sample=4))
    assert min(took.processor, took.wall, took.memory) > 0


def test_tables_are_measured_in_an_interpreter_of_their_own(tables: Any) -> None:
    job = importlib.import_module("benchmarks.frames_job")
    took = job.took(job.Job("hand", "twelve", 40, 400))
    assert took.wall < 60
    assert took.memory > 2**20


def test_the_figures_of_tables_put_ours_beside_each_peer(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    job, done = importlib.import_module("benchmarks.frames_job"), []

    def took(one: Any) -> Any:
        done.append(one)
        return job.Took(2.0 if one.way == "score" else 1.0, 3.0, 2.0**30)

    monkeypatch.setattr(job, "took", took)
    monkeypatch.setattr(bench.frames, "find_spec", lambda name: True)
    lines = {line.name: line for line in bench.frames.figures(quick=True)}
    assert [one.way for one in done[:2]] == ["agree", "agree"]
    assert lines["sales, DuckDB / SQL by hand"].as_dict()["target"] == "<= 1.25"
    assert lines["sales, DuckDB / SQL by hand"].ratio == 2
    assert lines["sales, DuckDB / SQL by hand, on the wall"].ratio == 1
    assert lines["twelve, a contact / a decision in a loop"].ours == 2 / bench.frames.QUICK.contacts
    assert lines["200 rules / 50 rules"].met
    memory = lines["files, memory, 0.002 million interactions / allowed"]
    assert bench.cells(memory)[1:4] == ("1 GiB", "2 GiB", "0.5")


def test_tables_are_left_out_where_a_library_is_missing(
    bench: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.frames, "find_spec", lambda name: None if name == "duckdb" else True)
    lines, message = run(bench, capsys, "frames")
    assert lines == []
    assert "duckdb is not installed" in message


@pytest.mark.parametrize("policy", ["unreviewed", "sales"])
def test_the_replay_that_is_measured_makes_the_moves_of_the_fold(tables: Any, policy: str) -> None:
    runs = importlib.import_module("benchmarks.replay_runs")
    runs.check_that_moves_agree(runs.policy_of(policy), tables.tables(40, 1_200), 12)


@pytest.mark.parametrize(("asked", "column"), [("replay", "at"), ("standings", "entered_at")])
def test_a_replay_that_differs_from_the_fold_is_not_measured(
    tables: Any, asked: str, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import polars as pl  # noqa: PLC0415 - optional

    runs = importlib.import_module("benchmarks.replay_runs")
    right = getattr(runs.frames, asked)
    wrong = lambda *given, **options: right(*given, **options).with_columns(pl.col(column).dt.offset_by("1us"))  # noqa: E731
    monkeypatch.setattr(runs.frames, asked, wrong)
    with pytest.raises(AssertionError, match="value mismatch for column"):
        runs.check_that_moves_agree(runs.policy_of("unreviewed"), tables.tables(40, 1_200), 12)


def test_without_reviews_the_policy_for_sales_is_otherwise_the_same(tables: Any) -> None:
    policy_of = importlib.import_module("benchmarks.replay_runs").policy_of
    with_them, without = (policy_of(name).model_dump() for name in ("sales", "unreviewed"))
    assert with_them.pop("review_every") is not None
    assert without.pop("review_every") is None
    assert without == with_them


@pytest.mark.parametrize("way", ["replay", "standings", "fold", "tables", "agree_moves"])
def test_each_way_over_moves_runs(tables: Any, way: str) -> None:
    child, job = (importlib.import_module(f"benchmarks.frames_{name}") for name in ("child", "job"))
    took = child.measured(job.Job(way, "unreviewed", 40, 400, sample=10))
    assert min(took.processor, took.wall, took.memory) > 0


def test_the_figures_of_the_replay_put_ours_beside_each_peer(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    job, done = importlib.import_module("benchmarks.frames_job"), []

    def took(one: Any) -> Any:
        done.append(one)
        seconds = {"fold": 0.5, "replay": 2.0 if one.policy == "unreviewed" else 5.0}.get(one.way, 1.0)
        return job.Took(seconds, 2 * seconds, 2.0**30 if one.way == "tables" else 3 * 2.0**30)

    monkeypatch.setattr(job, "took", took)
    monkeypatch.setattr(bench.replay, "find_spec", lambda name: True)
    lines = {line.name: line for line in bench.replay.figures(quick=True)}
    assert [(one.way, one.policy) for one in done[:2]] == [("agree_moves", "unreviewed"), ("agree_moves", "sales")]
    assert len(set(done)) == len(done)
    a_contact = lines["replay, no reviews, a contact / folding one"]
    assert a_contact.ours == 2 / bench.replay.QUICK.contacts
    assert a_contact.ratio == pytest.approx(2 / 500 / 0.5)
    assert a_contact.as_dict()["target"] == "<= 0.05"
    assert lines["replay, no reviews, a contact / folding one, on the wall"].target is None
    reviews = lines["replay, daily reviews / none"]
    assert (reviews.ratio, str(reviews.target)) == (2.5, "<= 3")
    assert lines["standings on 3 March, rows checked / replay, on the wall"].ours == 2
    assert [str(line.target) for name, line in lines.items() if name.endswith("once")] == ["<= 12", "<= 12"]
    assert bench.cells(lines["replay, daily reviews, memory / allowed"])[1:4] == ("3 GiB", "24 GiB", "0.125")
    assert lines["replay, no reviews, memory / the tables loaded"].ratio == 3


def test_replays_are_left_out_where_a_library_is_missing(
    bench: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.replay, "find_spec", lambda name: None if name == "pyarrow" else True)
    lines, message = run(bench, capsys, "replay")
    assert lines == []
    assert "not installed: pyarrow" in message


def test_the_policies_of_many_rules_differ_in_their_number_alone(bench: Any) -> None:
    many = importlib.import_module("benchmarks.frames_policies").many
    few, most = many(50).scores["engagement"].rules, many(200).scores["engagement"].rules
    assert most[:50] == few
    assert len({rule.id for rule in most}) == 200
    assert [rule.each for rule in most] == [rule.each for rule in few] * 4
    assert len({(rule.each, rule.within, rule.half_life, rule.linear, rule.step) for rule in most}) > 150


def test_the_table_is_printed_without_rich(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    figure = bench.Figure("a line", 1e-3, 2e-3, 0.5, 0.4, 0.6, None)
    bench.show_plain([bench.cells(figure)])
    heading, line = capsys.readouterr().out.splitlines()
    assert heading.split() == list(bench.HEADINGS)
    assert line.split() == ["a", "line", "1", "ms", "2", "ms", "0.5", "0.4-0.6"]


def test_an_unknown_figure_is_refused(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["speed"])
    assert "known: decide, conditions" in capsys.readouterr().err


def test_a_target_says_whether_its_limit_itself_is_allowed(bench: Any) -> None:
    target = importlib.import_module("benchmarks.timing").Target
    assert target(12, inclusive=True).met(12)
    assert not target(12).met(12)


@pytest.fixture
def learning(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the module that compares models, on a small set of rows in which a number and a text tell something."""
    for name in importlib.import_module("benchmarks.late").NEEDED:
        pytest.importorskip(name, reason="a peer of the models is not installed")
    module, data = (importlib.import_module(f"benchmarks.{name}") for name in ("learning", "learning_data"))
    rows = learned_from(900)
    start = rows.rows["cutoff"][600]
    division = data.Division("small", rows.before(start), rows.since(start))
    monkeypatch.setattr(module, "sources", lambda quick: [lambda: division])
    return module


def learned_from(number: int) -> Any:
    import numpy as np  # noqa: PLC0415 - optional
    import polars as pl  # noqa: PLC0415 - optional

    from leadqual import Policy, ml  # noqa: PLC0415 - optional

    dice = np.random.default_rng(0)
    age, job = dice.integers(18, 70, number), dice.choice(["clerk", "student"], number)
    told = dice.random(number) < 0.1 + 0.4 * (age > 45) + 0.2 * (job == "student")
    fields = {"age": {"type": "number"}, "job": {"type": "text"}, "told": {"type": "boolean"}}
    days = pl.datetime_range(
        pl.datetime(2026, 1, 1), pl.datetime(2026, 1, 1) + pl.duration(days=number - 1), eager=True
    )
    table = pl.DataFrame({"contact_id": [f"r-{one}" for one in range(number)], "age": age, "job": job, "told": told})
    policy = Policy(name="small", fields=fields)
    with pytest.warns(ml.UndatedWarning):
        return ml.training_set(
            policy, table.with_columns(days.alias("on")), outcome="contact.told", time="on",
            features=["contact.age", "contact.job"],
        )  # fmt: skip


def test_models_are_compared_with_each_peer_on_each_measure(
    bench: Any, learning: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, _ = run(bench, capsys, "learning")
    named = {line["figure"]: line for line in lines}
    assert len(named) == len(lines) == 4 * 3 + 4
    area = named["small: ROC AUC, model / LightGBM"]
    assert (area["unit"], area["target"]) == ("measure", ">= 1 within")
    assert area["spread"][0] < area["ratio"] < area["spread"][1]
    assert 0.6 < area["ours"] < 0.85
    assert named["small: Brier, model / LogisticRegression"]["target"] == "< 1"
    assert named["small: log loss, model / HistGradientBoosting"]["target"] is None
    assert named["small: ROC AUC, divided by lot / by time"]["peer"] == area["ours"]


def test_a_set_that_is_not_at_hand_is_named(
    bench: Any, learning: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = importlib.import_module("benchmarks.learning_data")
    monkeypatch.setattr(data, "SHARED", tmp_path)
    monkeypatch.setattr(learning, "sources", lambda quick: [lambda: data.bank_by_time("full")])
    lines, message = run(bench, capsys, "learning", "rolling")
    assert lines == []
    assert message.count("LEADQUAL_SHARED_DATA") == 2


def test_the_rows_of_the_demo_that_judge_come_after_all_that_is_learned_from(learning: Any) -> None:
    data = importlib.import_module("benchmarks.learning_data")
    division = data.demo_by_time(150)
    assert division.train.times.max() + data.np.timedelta64(data.HORIZON) <= division.test.times.min()
    lot = data.by_lot(division)
    assert (len(lot.train), len(lot.test)) == (len(division.train), len(division.test))
    assert lot.train.conversions + lot.test.conversions == division.train.conversions + division.test.conversions
    assert lot.train.times.max() > division.train.times.max()


def test_measures_of_quality_are_those_of_their_definitions(learning: Any) -> None:
    import numpy as np  # noqa: PLC0415 - optional

    module = importlib.import_module("benchmarks.learning_measures")
    y, chance = np.array([1, 0, 1, 0, 0, 0, 0, 0, 0, 0] * 2, dtype=np.int8), np.linspace(1, 0, 20)
    assert module.lift(y, chance) == 1 / 2 / 0.2
    assert module.lift(y, np.zeros(20)) == pytest.approx(1)  # all alike: as good as by lot
    assert module.gain(y[:10], chance[:10]) == pytest.approx((0.025 + 0.05 + 0.075 + 0.7), abs=0.01)
    assert module.within_chunks(y, chance, 10) == module.roc_auc(y[:10], chance[:10])
    assert sorted(module.samples(np.array([0, 0, 1, 1]), 50)[0].tolist()) in ([0, 0, 1, 1], [0, 1, 2, 3], [2, 2, 3, 3])
    at_least, figure = module.AtLeast(1, within=True), module.Quality("", 1.0, 1.1, 0.91, 0.8, 1.02, None, "measure")
    assert replace(figure, target=at_least).met
    assert not replace(figure, target=module.AtLeast(1)).met
    assert not replace(figure, target=at_least, high=0.99).met
    assert replace(figure, target=module.Target(1)).met


def test_a_window_rolls_on_and_sees_nothing_later(learning: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np  # noqa: PLC0415 - optional

    rolling = importlib.import_module("benchmarks.rolling")
    rows, asked = learned_from(120), []

    def ask(train: slice, y: Any, test: slice) -> Any:
        asked.append((train.start, train.stop, test.start, test.stop, len(y)))
        return np.arange(test.start, test.stop)

    answers = rolling.moved(rows, rolling.Protocol("", 50, 10, 25), 50, ask)
    assert asked == [(45, 95, 95, 105, 50), (55, 105, 105, 115, 50), (65, 115, 115, 120, 50)]
    assert answers.tolist() == list(range(95, 120))


def test_the_rolling_protocols_put_the_model_beside_everybody(learning: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rolling = importlib.import_module("benchmarks.rolling")
    monkeypatch.setattr(rolling, "RESAMPLED", 10)
    rows = learned_from(600)
    protocol = rolling.Protocol("small", 400, 200, 200)
    names = [line.name for line in rolling.pooled(rows, protocol, 300)]
    assert len(names) == len(set(names)) == 2 * 5
    assert "rolling, small: ALIFT, model / model, window of 300" in names
    assert "rolling, small: ROC AUC, model / published, other features" in names


def test_a_model_in_a_policy_is_measured_beside_its_parts(
    bench: Any, tables: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn", reason="models need scikit-learn")
    lines, _ = run(bench, capsys, "model_scoring")
    assert [line["target"] for line in lines] == ["<= 1.2", None]
    assert all(line["ours"] > 0 and line["peer"] > 0 for line in lines)

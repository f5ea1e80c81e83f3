"""The benchmarks run, and their table adds up; how long anything takes is never asserted."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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

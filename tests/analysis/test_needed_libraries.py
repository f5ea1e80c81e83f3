"""What is said where a library that reports need is not installed."""

from __future__ import annotations

import subprocess
import sys

HIDDEN = """
import sys
sys.modules["scipy"] = sys.modules["scipy.stats"] = None
from leadqual import analysis, errors
from leadqual.analysis import backtest, compare, counterfactual, forecast
try:
    analysis.funnel
except errors.MissingDependency as error:
    (problem,) = error.problems
    print(problem.code, problem.hint)
"""


def test_without_scipy_only_the_funnel_is_missing_and_says_what_to_install() -> None:
    found = subprocess.run([sys.executable, "-c", HIDDEN], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "missing-dependency pip install 'leadqual[analysis]'"

"""What every test shares: how hard generated examples are tried, and an environment that is the same everywhere."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Generator
from typing import Any

# Two workers whose numeric libraries each take all processors wait for one another most of the time.
for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_library, "1")

import pytest  # noqa: E402
from hypothesis import HealthCheck, Phase, settings  # noqa: E402
from support.spark import one_worker  # noqa: E402

pytest_plugins = ["pytester"]

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

# What has been found and shrunk is tried a hundred times more to explain it, also where `find` was to find it.
_PHASES = [phase for phase in Phase if phase is not Phase.explain]

# Hypothesis would take the same examples each time where it sees CI, and others each time elsewhere.
settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=15, phases=_PHASES, suppress_health_check=_SLOW_IS_FINE
)
settings.register_profile(
    "thorough", deadline=None, derandomize=False, max_examples=400, suppress_health_check=_SLOW_IS_FINE
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_ENVIRONMENT = {"COLUMNS": "80", "LANG": "C.UTF-8", "TERM": "xterm", "TZ": "UTC"}
_ABSENT = [
    *("BUILD_NUMBER", "CI", "GITHUB_ACTIONS"),  # pytest and typer print more where they see these
    *("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "NO_COLOR", "PY_COLORS"),
    *("LANGUAGE", "LC_ALL", "LC_CTYPE", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE"),
    *("LEADQUAL_TRACEBACK", "PYTEST_ADDOPTS"),
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Run every test, with its fixtures, in the same environment, wherever it runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _ABSENT:
            patch.delenv(name, raising=False)
        for name, value in _ENVIRONMENT.items():
            patch.setenv(name, value)
        _set_zone()
        found = yield
    _set_zone()
    return found


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let nobody look for garbage in what collecting makes: it is much, and all of it stays until the end.

    Each look through it takes most of a second, and pytest inside of pytest, the replay of files and the interpreter
    itself look often.
    """
    gc.disable()
    try:
        found = yield
    finally:
        gc.enable()
    gc.collect()
    gc.freeze()
    return found


def pytest_unconfigure() -> None:
    """Leave everything to the interpreter again, which clears away at its end."""
    gc.unfreeze()


def _set_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Send the tests of Spark to one worker: every process that has some starts a Java of its own."""
    return one_worker(config, log)

"""The options of the plugin, and what stands for them in the configuration of pytest."""

from __future__ import annotations

import argparse
from typing import Final, Literal, TypeAlias

import pytest

Kind: TypeAlias = Literal["cov", "mutate"]

KINDS: Final[tuple[Kind, ...]] = ("cov", "mutate")

_POLICY: Final = "The policy under test: a file, or the name of one that ships with leadqual."
_WHAT: Final[dict[Kind, str]] = {
    "cov": "what of the policies the tests have tried",
    "mutate": "which changes of the policies the tests would notice",
}
_MEASURED: Final[dict[Kind, str]] = {"cov": "covered", "mutate": "noticed"}


def add_options(parser: pytest.Parser) -> None:
    """Declare every option, and every name that can stand in the configuration."""
    group = parser.getgroup("leadqual", "tests of lead policies")
    group.addoption("--leadqual-policy", metavar="FILE|NAME", help=_POLICY)
    parser.addini("leadqual_policy", f"{_POLICY} A file is looked for from the root folder.")
    for kind, what in _WHAT.items():
        name, least = f"--leadqual-{kind}", f"Fail if less than this share is {_MEASURED[kind]}, from 0 to 100."
        group.addoption(name, action="store_true", help=f"Report {what}.")
        group.addoption(f"{name}-json", metavar="FILE", help=f"Write {what} as JSON.")
        group.addoption(f"{name}-fail-under", metavar="PERCENT", type=_percent, help=least)
        parser.addini(f"leadqual_{kind}_fail_under", least)


def is_asked(config: pytest.Config) -> bool:
    """Return whether something is asked for, on the command line or by a limit in the configuration."""
    return is_given(config) or any(least(config, kind) is not None for kind in KINDS)


def is_given(config: pytest.Config) -> bool:
    """Return whether an option of the plugin stands on the command line."""
    values = (value for name, value in vars(config.option).items() if name.startswith("leadqual_"))
    return any(value is not None and value is not False for value in values)


def wants(config: pytest.Config, kind: Kind) -> bool:
    """Return whether coverage or mutation is asked for, itself or by its file or limit."""
    given = config.getoption(f"leadqual_{kind}") or config.getoption(f"leadqual_{kind}_json") is not None
    return bool(given) or least(config, kind) is not None


def least(config: pytest.Config, kind: Kind) -> float | None:
    """Return the share in percent under which the run fails, from the command line or the configuration."""
    given: float | None = config.getoption(f"leadqual_{kind}_fail_under")
    name = f"leadqual_{kind}_fail_under"
    written = str(config.getini(name) or "").strip()
    if given is not None or not written:
        return given
    try:
        return _percent(written)
    except argparse.ArgumentTypeError as error:
        raise pytest.UsageError(f"{name}: {error}") from None


def json_file(config: pytest.Config, kind: Kind) -> str | None:
    """Return the file to which coverage or mutation is written as JSON; it is meant from where pytest was called."""
    given: str | None = config.getoption(f"leadqual_{kind}_json")
    return None if given is None else str(config.invocation_params.dir / given)


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no share in percent, from 0 to 100")
    return value

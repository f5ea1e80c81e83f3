"""The documents of policies, by the names that people give them: one that ships with the package, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, PolicyError, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.policy.load import load_policy
from leadqual.policy.shipped import shipped_text
from leadqual.policy.source import Source, parse_source, read_source

_NAMES: Final = ("collection", "minimal", "sales")


def names() -> tuple[str, ...]:
    """Return the names of the policies that ship with the package."""
    return _NAMES


def text(name: str) -> str:
    """Return the document of a shipped policy, comments and all: copy it to begin your own.

    Parameters
    ----------
    name : str
        The name of the policy, as `names` lists it.

    Raises
    ------
    UnknownNameError
        If no policy of that name ships.

    Examples
    --------
    >>> text("minimal").splitlines()[1]
    'name: minimal'
    """
    return _read(name, "yaml")


def cases(name: str) -> str:
    """Return the file of tests of a shipped policy, for `leadqual test`: copy it together with the policy.

    Parameters
    ----------
    name : str
        The name of the policy, as `names` lists it.

    Raises
    ------
    UnknownNameError
        If no policy of that name ships.

    Examples
    --------
    >>> cases("minimal").splitlines()[1]
    'policy: minimal'
    """
    return _read(name, "policytest.yaml")


def _read(name: str, ending: str) -> str:
    message = "no policy of this name ships with the package"
    return shipped_text("leadqual.policies", name, _NAMES, "unknown-policy", message, ending)


def policy_named(given: str) -> Policy:
    """Return the policy of a file, or the one that ships under a name; raise `PolicyError` with its problems."""
    return load_policy(Policy, source_named(given))


def as_policy(given: Policy | str) -> Policy:
    """Return a policy that is given, or named: a file, or one that ships.

    Raises
    ------
    InputError
        If it is neither.
    PolicyError
        If the policy cannot be read.
    """
    if not isinstance(given, Policy | str):
        expected = "a Policy, the name of one that ships, or a file"
        raise InputError(Problem("wrong-type", "no policy is named", Place("policy"), shown(given), expected))
    return given if isinstance(given, Policy) else policy_named(given)


def source_named(given: str) -> Source:
    """Return the document of a policy, from a file or as it ships; raise `PolicyError` if it cannot be read."""
    if given in names() and not Path(given).is_file():
        return parse_source(text(given), f"{given}.yaml")
    try:
        return read_source(given)
    except PolicyError as error:
        if error.code != "unreadable-file" or Path(given).suffix:
            raise
        problem, hint = error.problems[0], hint_for(given)
        raise PolicyError(
            Problem(problem.code, problem.message, problem.place, given, problem.expected, hint)
        ) from None


def hint_for(given: str) -> str:
    """Return what may be meant by the name of a policy that there is not."""
    return did_you_mean(given, names()) or f"name a file, or one of those that ship: {', '.join(names())}"

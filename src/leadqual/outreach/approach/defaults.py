"""The approaches to take when none are given: those that ship for the policy of a decision."""

from __future__ import annotations

from functools import cache

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.approach.document import Approaches
from leadqual.outreach.approach.shipped import names, text


@cache
def _shipped(name: str) -> Approaches:
    return Approaches.loads(text(name), name=f"{name}.yaml")


def sales() -> Approaches:
    """Return the approaches for the policy `sales`: from the first interest to the loyal customer.

    Examples
    --------
    >>> sales()["answer-inquiry"].activity.value
    'inbound'
    """
    return _shipped("sales")


def collection() -> Approaches:
    """Return the approaches for the policy `collection`: from the first reminder to the last notice."""
    return _shipped("collection")


def approaches_for(given: Approaches | str | None, policy: str) -> Approaches:
    """Return the approaches that are given, named, or that ship for a policy of a name.

    Raises
    ------
    InputError
        If none are given and none ship for the policy.
    UnknownNameError
        If a name is given under which none ship.
    """
    if isinstance(given, Approaches):
        return given
    if isinstance(given, str):
        return _shipped(given)
    if given is not None:
        expected = "Approaches, or the name of those that ship"
        raise InputError(Problem("wrong-type", "no approaches are given", Place("approaches"), shown(given), expected))
    if policy not in names():
        message = f"no approaches ship for the policy {policy!r}"
        hint = did_you_mean(policy, names()) or "write your own: approaches=Approaches.load('approaches.yaml')"
        raise InputError(Problem("no-approaches", message, Place("approaches"), policy, ", ".join(names()), hint))
    return _shipped(policy)

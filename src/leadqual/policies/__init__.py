"""The policies that ship with the package: `sales` to start from, `minimal` to learn from.

Examples
--------
>>> from leadqual import policies
>>> policies.names()
('minimal', 'sales')
>>> policies.minimal().initial_stage
'lead'
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from leadqual._suggest import did_you_mean
from leadqual.errors import Problem, UnknownNameError
from leadqual.lifecycle.policy import Policy

__all__ = ["minimal", "names", "sales", "text"]

_NAMES: Final = ("minimal", "sales")


def names() -> tuple[str, ...]:
    """Return the names of the policies that ship with the package."""
    return _NAMES


def text(name: str) -> str:
    """Return the document of a shipped policy, comments and all: copy it to begin your own.

    Raises
    ------
    UnknownNameError
        If no policy of that name ships.

    Examples
    --------
    >>> text("minimal").splitlines()[1]
    'name: minimal'
    """
    if name not in _NAMES:
        problem = Problem(
            "unknown-policy",
            "no policy of this name ships with the package",
            found=repr(name),
            expected=", ".join(_NAMES),
            hint=did_you_mean(name, _NAMES),
        )
        raise UnknownNameError(problem)
    return files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")


@cache
def sales() -> Policy:
    """Return the policy for business-to-business sales: from lead to loyal customer, and all the ways back."""
    return Policy.loads(text("sales"), name="sales.yaml")


@cache
def minimal() -> Policy:
    """Return the small policy for learning: one score, one grade, three stages."""
    return Policy.loads(text("minimal"), name="minimal.yaml")

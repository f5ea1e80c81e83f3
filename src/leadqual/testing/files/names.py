"""How files of cases are named; pytest asks this of every file, so it costs nothing to import."""

from __future__ import annotations

from typing import Final

ENDINGS: Final = (".policytest.yaml", ".policytest.yml", ".policytest.json")


def is_case_file(name: str) -> bool:
    """Return whether a file is one of cases by its name.

    Examples
    --------
    >>> is_case_file("sales.policytest.yaml"), is_case_file("sales.yaml")
    (True, False)
    """
    return name.endswith(ENDINGS)

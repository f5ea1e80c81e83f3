"""The policies of a run of pytest, and the one that the fixture gives."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from leadqual.errors import LeadqualError, describe
from leadqual.lifecycle.policy import Policy
from leadqual.policies.documents import names
from leadqual.testing.files.shelf import Named, Shelf

_SHELF: Final = pytest.StashKey[Shelf]()
_HINT: Final = f"""no policy is named
    hint: pytest --leadqual-policy my-policy.yaml (or one that ships: {", ".join(names())}),
          or leadqual_policy = my-policy.yaml in the configuration of pytest,
          or @pytest.mark.funnel_policy("sales") at the test"""


def shelf_of(config: pytest.Config) -> Shelf:
    """Return the policies of a run; the one that the command line names is that of every file."""
    if _SHELF not in config.stash:
        option, written = config.getoption("leadqual_policy"), config.getini("leadqual_policy")
        chosen = None if option is None else Named(option, config.invocation_params.dir)
        otherwise = Named(str(written), config.rootpath) if written else None
        config.stash[_SHELF] = Shelf(chosen, otherwise)
    return config.stash[_SHELF]


def policy_for(request: pytest.FixtureRequest) -> Policy:
    """Return what the fixture ``policy`` gives; fail without a traceback if there is nothing to give."""
    shelf, asked = shelf_of(request.config), getattr(request, "param", None)
    named = None if asked is None else _of_marker(*asked)
    try:
        found = shelf.general if named is None else shelf.named(named)
        reason = _HINT
    except LeadqualError as error:
        found, reason = None, told(error, request.config)
    return found if found is not None else pytest.fail(reason, pytrace=False)


def told(error: LeadqualError, config: pytest.Config) -> str:
    """Return an error as text, its files named from where pytest was called."""
    return describe([problem.at(source=from_here(problem.place.source, config)) for problem in error.problems])


def from_here(name: str | None, config: pytest.Config) -> str | None:
    """Return a file as pytest names it: from where it was called, where the file lies under that."""
    here = config.invocation_params.dir
    inside = name is not None and Path(name).is_absolute() and Path(name).is_relative_to(here)
    return str(Path(name).relative_to(here)) if name is not None and inside else name


def _of_marker(marker: pytest.Mark, folder: Path) -> Named:
    """Return what a marker names; a path is meant from the folder of the test."""
    if len(marker.args) == 1 and not marker.kwargs and isinstance(marker.args[0], str | Path):
        return Named(str(marker.args[0]), folder)
    pytest.fail('the marker funnel_policy names one policy: @pytest.mark.funnel_policy("sales")', pytrace=False)

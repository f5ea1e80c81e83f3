"""The policies under test: each is loaded once, and if it cannot be loaded, that is found out once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from leadqual.errors import InputError, LeadqualError, Place, Problem
from leadqual.lifecycle.policy import Policy
from leadqual.policies.documents import hint_for, names, policy_named
from leadqual.testing.files.case_file import CaseFile
from leadqual.testing.files.names import ENDINGS

_HINT: Final = "write policy: at the top of the file, or name one where the tests are started"
_LOOK: Final = "the path is meant from the folder of this file; or name one that ships: " + ", ".join(names())


class Named(NamedTuple):
    """What names a policy: a name that ships or a path, and the folder from which the path is meant."""

    text: str
    folder: Path


class Shelf:
    """Policies by what names them.

    Parameters
    ----------
    chosen : Named, optional
        The policy of every test, whatever the files name.
    otherwise : Named, optional
        The policy of the files that name none.

    Examples
    --------
    >>> shelf = Shelf()
    >>> shelf.named(Named("minimal", Path())) is shelf.named(Named("minimal", Path()))
    True
    """

    def __init__(self, chosen: Named | None = None, otherwise: Named | None = None) -> None:
        self._general = chosen or otherwise
        self._chosen = chosen
        self._loaded: dict[str, Policy | LeadqualError] = {}

    @property
    def general(self) -> Policy | None:
        """The policy of tests that name none, if there is one; raise `PolicyError` if it cannot be read."""
        return None if self._general is None else self.named(self._general)

    def of_file(self, file: CaseFile) -> Policy:
        """Return the policy of a file; raise `LeadqualError`, the same each time, if there is none."""
        if self._chosen is not None or file.policy is None:
            if (policy := self.general) is not None:
                return policy
            raise InputError(Problem("missing-argument", "no policy is named", Place(str(file.path)), hint=_HINT))
        try:
            return self.named(Named(file.policy, file.path.parent))
        except LeadqualError as error:
            place = file.source.locate(("policy",))
            raise type(error)(
                replace(problem, place=replace(place, path="policy"), found=file.policy, hint=_no_test(problem.hint))
                if problem.code == "unreadable-file"
                else problem
                for problem in error.problems
            ) from None

    def named(self, named: Named) -> Policy:
        """Return the policy of a name; raise `PolicyError` with the same problems each time it is asked for."""
        beside = named.folder / named.text
        text = named.text if named.text in names() and not beside.is_file() else str(beside)
        if text not in self._loaded:
            self._loaded[text] = _loaded(text, named.text)
        found = self._loaded[text]
        if isinstance(found, Policy):
            return found
        raise type(found)(found.problems)


def _no_test(hint: str | None) -> str | None:
    """Return a hint, unless the name that it proposes for a policy is that of a file of tests."""
    return _LOOK if hint is not None and any(ending in hint for ending in ENDINGS) else hint


def _loaded(text: str, written: str) -> Policy | LeadqualError:
    try:
        return policy_named(text)
    except LeadqualError as error:
        if error.code != "unreadable-file" or Path(written).suffix:
            return error
        return type(error)(replace(problem, hint=hint_for(written)) for problem in error.problems)

"""Everything that is wrong with the options of a command, told at once."""

from __future__ import annotations

from types import TracebackType

from leadqual.errors import InputError, LeadqualError, Problem


class AtOnce:
    """Collects the problems of several steps, each a ``with`` block; what a block binds is to be used after `tell`.

    Examples
    --------
    >>> steps = AtOnce()
    >>> with steps:
    ...     raise InputError(Problem("bad-time", "this is no time"))
    >>> with steps:
    ...     raise InputError(Problem("bad-number", "this is no number"))
    >>> steps.failed
    True
    >>> steps.tell()
    Traceback (most recent call last):
    leadqual.errors.InputError: 2 problems:
    [bad-time] this is no time
    [bad-number] this is no number
    """

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}

    def __enter__(self) -> None:
        return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, LeadqualError):
            return False
        self._problems |= dict.fromkeys(error.problems)
        return True

    @property
    def failed(self) -> bool:
        """Whether there is a problem so far."""
        return bool(self._problems)

    def tell(self) -> None:
        """Raise `InputError` if there are problems."""
        if self._problems:
            raise InputError(self._problems)

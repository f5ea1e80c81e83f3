"""`DoNotCallRegistry`: the numbers that must not be called, and since when that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from leadqual.cards.frame import card, facts
from leadqual.cards.values import value_html
from leadqual.errors import InputError, Place, Problem
from leadqual.outreach.registries import kept
from leadqual.outreach.registries.about import Copy, Origin
from leadqual.outreach.registries.area_codes import ALL, AreaCodes
from leadqual.outreach.registries.building import Fill, built, check_target, of_files, of_numbers
from leadqual.outreach.registries.changes import Changes
from leadqual.outreach.registries.filling import Filling
from leadqual.outreach.registries.rejected import Rejected
from leadqual.outreach.registries.sending import in_memory, reopened
from leadqual.outreach.registries.sources import FileName, Progress, file_names

if TYPE_CHECKING:
    import polars as pl


class DoNotCallRegistry:
    """A copy of a national do-not-call registry. It never changes: `updated` returns another.

    Make one with `from_files`, `from_numbers` or `open`. A number of the country that the copy covers is registered or
    not; of any other number the copy says nothing, and the answer is None.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> registry = DoNotCallRegistry.from_numbers(
    ...     ["212,5550123", "+12125550199"], obtained_at=datetime(2026, 11, 1, tzinfo=UTC)
    ... )
    >>> registry.lookup("+12125550123"), registry.lookup("+12125550124"), registry.lookup("+13125550123")
    (True, False, None)
    >>> registry.age(datetime(2026, 11, 22, tzinfo=UTC)).days
    21
    >>> registry
    <DoNotCallRegistry 'do-not-call registry US': 2 numbers in 1 area code, obtained 2026-11-01T00:00:00+00:00>
    """

    __slots__ = ("_check", "_copy", "_has", "_holds", "_national", "_path", "_rejected")
    _copy: Copy
    _rejected: Rejected
    _path: Path | None
    _check: int
    _national: Callable[[str], int | None]
    _holds: Callable[[int], bool]
    _has: Callable[[int], bool]

    def __init__(self) -> None:
        hint = "DoNotCallRegistry.from_files(...), .from_numbers(...) or .open(...)"
        raise InputError(Problem("bad-argument", "a registry is not made like this", hint=hint))

    @classmethod
    def _of(cls, copy: Copy, rejected: Rejected, path: Path | None = None, check: int = 0) -> Self:
        self = object.__new__(cls)
        ways = {"_national": copy.origin.numbering.national, "_holds": copy.coverage.holds, "_has": copy.blocks.has}
        parts = {"_copy": copy, "_rejected": rejected, "_path": path, "_check": check}
        for name, value in {**parts, **ways}.items():
            object.__setattr__(self, name, value)
        return self

    @classmethod
    def _built(
        cls, fill: Fill, origin: Origin, area_codes: AreaCodes | None, into: FileName | None, **options: Any
    ) -> Self:
        return cls._of(*built(fill, origin, area_codes, into, **options))

    @classmethod
    def from_files(
        cls,
        paths: FileName | Iterable[FileName],
        *,
        obtained_at: datetime,
        country: str = "US",
        name: str | None = None,
        area_codes: AreaCodes | None = None,
        into: FileName | None = None,
        skip_bad: bool = False,
        progress: Progress | None = None,
    ) -> Self:
        """Read lists with one number a line, as the Federal Trade Commission gives them out.

        A line is ``212,5550123``, ``2125550123`` or ``+12125550123``; both kinds of line end, blank lines and a byte
        order mark are read, and files that are plain, zip archives or compressed by gzip. Anything else is a problem:
        ``1-212-555-0123`` is nowhere written in such a list, so a file that holds it is another one.

        Parameters
        ----------
        paths : str, path or iterable of them
            The files.
        obtained_at : datetime
            When they were downloaded.
        country : str, default "US"
            The country whose numbers they are.
        name : str, optional
            What people call the registry.
        area_codes : {"all"} or iterable of str, optional
            What the copy covers: the whole registry, or area codes. Left out, those that occur in it. Only the
            countries of the code +1 have area codes of three digits; for others it must be ``"all"``. The whole
            registry of one of them answers for every number of that code: whose registry to ask is not its matter.
        into : str or path, optional
            A file that the registry is built into, as `save` would write it; it takes little memory then.
        skip_bad : bool, default False
            Whether lines that cannot be read are left out, and told in `rejected`.
        progress : callable, optional
            Called as ``progress("reading", 0.25)``.

        Raises
        ------
        InputError
            With every line that cannot be read (the first fifty, and how many there are), or what is wrong with a file.
        """
        names = file_names(paths)
        check_target(into, names)
        origin = Origin.of(country, name, obtained_at)
        fill = of_files(names, origin.numbering, skip_bad=skip_bad, progress=progress)
        return cls._built(fill, origin, area_codes, into)

    @classmethod
    def from_numbers(
        cls,
        numbers: Iterable[Any],
        *,
        obtained_at: datetime,
        country: str = "US",
        name: str | None = None,
        area_codes: AreaCodes | None = None,
        into: FileName | None = None,
        skip_bad: bool = False,
    ) -> Self:
        """Make a registry of numbers, which are E.164 texts, texts as lists hold them, or whole numbers.

        The other parameters are those of `from_files`.

        Parameters
        ----------
        numbers : iterable
            The numbers.
        """
        origin = Origin.of(country, name, obtained_at)
        return cls._built(of_numbers(numbers, origin.numbering, skip_bad=skip_bad), origin, area_codes, into)

    @classmethod
    def open(cls, path: FileName) -> Self:
        """Open a file that `save` or `into=` wrote: at once, since its pages are read as they are needed.

        Parameters
        ----------
        path : path
            The file.

        Raises
        ------
        InputError
            If it is no such file, cut short or damaged, or of another format.
        """
        there = kept.opened(path)
        return cls._of(there.copy, Rejected(there.rejected), there.path, there.check)

    def save(self, path: FileName) -> None:
        """Write the registry to a file, whole or not at all.

        Parameters
        ----------
        path : path
            The file.
        """
        kept.write(path, self._copy, self._rejected.count)

    def updated(
        self,
        paths: FileName | Iterable[FileName],
        *,
        obtained_at: datetime,
        into: FileName | None = None,
        skip_bad: bool = False,
        progress: Progress | None = None,
    ) -> Self:
        """Return another registry, to which change lists were applied.

        A line holds a number, ``A`` for added or ``D`` for deleted, and mostly a time, in any order. Of several lines
        about one number the latest counts, whatever the order of the files.

        Parameters
        ----------
        paths : str, path or iterable of them
            The change lists, all of those since this copy was obtained.
        obtained_at : datetime
            When they were downloaded, which is later than this copy was.
        into, skip_bad, progress
            As for `from_files`. Numbers of lines that are left out stay as they were.

        Raises
        ------
        InputError
            With every line that cannot surely be read, or is about an area code that the copy does not cover.
        """
        names = file_names(paths)
        check_target(into, names)
        later = self._copy.origin.later(obtained_at)
        changes = Changes(later.numbering, self._copy.coverage)
        added, deleted = changes.read(names, progress)

        def fill(filling: Filling) -> Rejected:
            filling.add(added)
            filling.remove(deleted)
            return rejected

        rejected = changes.rejecting.done(skip_bad=skip_bad)
        return self._built(fill, later, self.area_codes, into, first=self._copy.blocks)

    def lookup(self, number: str) -> bool | None:
        """Return whether an E.164 number is registered; None where the copy does not cover it.

        Parameters
        ----------
        number : str
            The number in the form of E.164: ``+12025550123``.

        Raises
        ------
        InputError
            If it is no E.164 number.
        """
        national = self._national(number)
        return self._has(national) if national is not None and self._holds(national) else None

    def lookup_all(self, numbers: Any) -> pl.Series:
        """Look up many numbers at once.

        Parameters
        ----------
        numbers : Series, array or list
            E.164 texts, or national numbers as integers; of Polars, pandas, PyArrow, numpy or Python.

        Returns
        -------
        polars.Series
            For each number what `lookup` says, null for None; null too where none is given.

        Raises
        ------
        InputError
            With every row that holds no number.
        """
        from leadqual.outreach.registries.bulk import answers  # noqa: PLC0415 - one number needs no Polars

        return answers(self._copy, numbers)

    def covers(self, number: str) -> bool:
        """Return whether the copy tells of an E.164 number; raise `InputError` if it is none.

        Parameters
        ----------
        number : str
            The number in the form of E.164: ``+12025550123``.
        """
        national = self._national(number)
        return national is not None and self._holds(national)

    def age(self, at: datetime) -> timedelta:
        """Return how long before `at` the copy was obtained.

        Parameters
        ----------
        at : datetime
            The instant, with its time zone.

        Raises
        ------
        InputError
            If it was obtained after `at`: nobody could have looked into it then, so it has no age.
        """
        return self._copy.origin.age(at)

    @property
    def country(self) -> str:
        """The country whose numbers it holds."""
        return self._copy.origin.numbering.country

    @property
    def name(self) -> str:
        """What people call it."""
        return self._copy.origin.name

    @property
    def obtained_at(self) -> datetime:
        """When it was obtained, in UTC."""
        return self._copy.origin.obtained_at

    @property
    def area_codes(self) -> str | tuple[str, ...]:
        """The area codes that it covers as a sorted tuple of texts, or ``"all"``."""
        codes = self._copy.coverage.codes
        return ALL if codes is None else tuple(map(str, sorted(codes)))

    @property
    def rejected(self) -> Rejected:
        """The lines that were left out when it was made."""
        return self._rejected

    @property
    def path(self) -> Path | None:
        """The file that it is read from, if it is not in memory."""
        return self._path

    def __len__(self) -> int:
        return self._copy.count

    def __bool__(self) -> bool:
        return True

    def __setattr__(self, name: str, value: object) -> None:
        message, hint = "a registry does not change", "registry.updated(...) returns another"
        raise InputError(Problem("frozen", message, Place(name), hint=hint))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._copy}>"

    def _repr_html_(self) -> str:
        codes = self.area_codes if isinstance(self.area_codes, str) else f"{len(self.area_codes):,}"
        rows = [
            ("numbers", f"{len(self):,}", "How many numbers are registered."),
            ("area codes", escape(codes), "Of which area codes it says something."),
            ("obtained at", value_html(self.obtained_at), "When the copy was made."),
            ("path", value_html(self.path), "Where it is kept; not known for one in memory."),
        ]
        return card(self.name, [], facts(rows), 40)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._path is not None:
            return reopened, (type(self), self._path, self._check, self._rejected)
        copy, blocks = self._copy, self._copy.blocks
        return in_memory, (type(self), copy.as_dict(self._rejected.count), self._rejected, blocks.index, blocks.bits)

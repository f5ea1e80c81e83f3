"""Real calls of a bank that sold term deposits: the Bank Marketing set of the UCI Machine Learning Repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from os import PathLike
from typing import TYPE_CHECKING, Final

from leadqual.cards.shown import Shown
from leadqual.datasets.bank_fields import FIELDS, Variant
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy

if TYPE_CHECKING:
    import polars as pl

_OUTCOME: Final = "subscribed"
_LEAKS: Final = {
    "contact.duration": "how long a call took is known when it is over, and so is then what came of it",
}


@dataclass(frozen=True, eq=False, slots=True)
class BankMarketing(Shown):
    """Calls of a bank, one row each, in the order of time.

    Parameters
    ----------
    variant : {"additional", "full"}
        Which of the two files it is.
    contacts : DataFrame
        Of Polars: ``contact_id`` (``r-00001`` and so on, in the order of the file), ``created_at``, and a column for
        each field of the policy. What the file calls unknown is null.
    policy : Policy
        Declares the fields, so that ``contact.job`` and the like can be asked for. It has no scores and no stages.
    outcome : str
        The condition that tells whether the client subscribed.
    features : tuple of str
        What was known before the call was made, as expressions.
    time : str
        The column that orders the rows.
    leaks : mapping of str to str
        What is left out of the features and why.
    """

    variant: Variant
    contacts: pl.DataFrame = field(repr=False)
    policy: Policy
    outcome: str
    features: tuple[str, ...]
    time: str
    leaks: Mapping[str, str]


def bank_marketing(path: str | PathLike[str] | None = None, *, variant: Variant | None = None) -> BankMarketing:
    r"""Return the calls of a Portuguese bank from May 2008 to November 2010, and who subscribed to a term deposit.

    The set is there in two files. ``bank-full.csv`` has 45,211 calls with the balance and the day;
    ``bank-additional-full.csv`` has 41,188 with the day of the week and five figures on the economy. More than one call
    in ten led to a subscription: 6 % of the first four fifths, and 31 % of the rest. So divide by time, not at random.

    Parameters
    ----------
    path : path, optional
        A file, or a folder in which it lies under its own name. Without a path the full set is loaded from OpenML by
        scikit-learn's `fetch_openml`, which keeps it for the next time.
    variant : {"additional", "full"}, optional
        Which file is meant in a folder: by default the additional one if it is there. OpenML has the full one.

    Raises
    ------
    InputError
        If the file cannot be read or loaded, is another one, or its rows are not in the order of time, as in the
        samples of a tenth of them (code ``not-in-order``).
    MissingDependency
        If polars is not installed, or without a path scikit-learn.

    Notes
    -----
    What differs from the file: ``contact`` is called ``phone_type``, ``campaign`` is ``calls``, ``y`` is
    ``subscribed``; points in names are underscores. ``unknown`` is null, and so are ``pdays`` of clients whom no
    earlier campaign had reached (999 or -1 in the files).

    The files tell the month of a call but not the year; since the rows are in the order of time, it is derived. Within
    a day (of the additional file: within a month, since it does not tell the day) ``created_at`` counts the calls in
    microseconds from midnight in UTC, so that it keeps the order of the file; the time of day is not known.

    Each row is the last call to a client in a campaign. The same client may come in several campaigns; the files do
    not tell. ``duration`` is no feature, since nobody knows it before the call (see `BankMarketing.leaks`). The
    figures on the economy follow the calendar, and those of a quarter were published after the calls, so a model that
    reads them partly reads the date.

    Licence: CC BY 4.0. Cite S. Moro, P. Cortez and P. Rita, A data-driven approach to predict the success of bank
    telemarketing, Decision Support Systems 62 (2014) 22-31, https://doi.org/10.1016/j.dss.2014.03.001; the data are
    https://doi.org/10.24432/C5K306.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> names = "age;job;marital;education;default;balance;housing;loan;contact;day;month;duration;campaign;pdays"
    >>> call = "58;retired;married;unknown;no;2143;yes;no;cellular;5;may;261;1;-1;0;unknown;no"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "bank-full.csv"
    ...     _ = file.write_text(f"{names};previous;poutcome;y\n{call}\n")
    ...     bank = bank_marketing(file)
    >>> bank.contacts.select("contact_id", "created_at", "job", "education", "pdays", "subscribed").row(0)[2:]
    ('retired', None, None, False)
    >>> bank.policy.warnings(), bank.outcome, bank.features[:2]
    ((), 'contact.subscribed', ('contact.age', 'contact.job'))
    """
    if variant is not None and variant not in FIELDS:
        expected = f"one of: {', '.join(FIELDS)}"
        raise InputError(
            Problem("bad-argument", "there is no such variant", Place("variant"), shown(variant), expected)
        )
    from leadqual.frames import libraries  # noqa: F401, PLC0415 - first: it says what is not installed

    kind: Variant
    if path is not None:
        from leadqual.datasets.bank_rows import read  # noqa: PLC0415 - polars is optional

        kind, contacts = read(path, variant)
    elif variant == "additional":
        message, hint = "OpenML has the full variant only", "give the path of bank-additional-full.csv, which UCI has"
        raise InputError(Problem("bad-argument", message, Place("variant"), shown(variant), "full", hint))
    else:
        from leadqual.datasets.bank_openml import fetched  # noqa: PLC0415 - scikit-learn is optional

        kind, contacts = "full", fetched()
    return BankMarketing(
        variant=kind,
        contacts=contacts,
        policy=_policy(kind),
        outcome=f"contact.{_OUTCOME}",
        features=tuple(
            f"contact.{one.name}"
            for one in FIELDS[kind]
            if one.name != _OUTCOME and f"contact.{one.name}" not in _LEAKS
        ),
        time="created_at",
        leaks=dict(_LEAKS),
    )


@cache
def _policy(variant: Variant) -> Policy:
    return Policy(
        name=f"bank-marketing-{variant}",
        version="1.0.0",
        description="The fields of the calls of a bank. Put scores and stages to them.",
        fields={one.name: one.spec() for one in FIELDS[variant]},
    )

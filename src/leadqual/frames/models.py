"""Contacts and interactions as models and as tables: from one to the other and back, with nothing lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Literal, TypeAlias

import polars as pl

from leadqual.errors import InputError, Problem
from leadqual.files.leads import joined
from leadqual.frames.contacts import contacts_frame
from leadqual.frames.given_models import contacts_once, interactions_owned
from leadqual.frames.given_tables import Wanted
from leadqual.frames.in_python import in_python
from leadqual.frames.interactions import interactions_frame
from leadqual.frames.native import check_backend, out_of_polars
from leadqual.frames.types import known_kinds
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.policy.document import PolicyDocument

Backend: TypeAlias = Literal["polars", "pandas", "pyarrow"]


def from_models(
    contacts: Iterable[Contact],
    histories: Mapping[str, Iterable[Interaction]],
    *,
    policy: PolicyDocument | None = None,
    backend: Backend = "polars",
) -> tuple[Any, Any]:
    """Return a table of contacts and a table of interactions that hold the same as these models.

    There are the columns that every table needs, and those that any row fills. Their order and types are those of the
    models, and of the policy for what it declares. What is missing is null: an attribute of None too, a company of
    which nothing is known, and a list that is empty unless somebody fills it, such as the roles. New values of a
    profile stand in columns such as ``changes.country``, and ``cleared`` lists the fields that an update set to
    missing.

    Parameters
    ----------
    contacts : iterable of Contact
        The contacts; the same one given twice counts once.
    histories : mapping of str to iterable of Interaction
        The interactions of each contact by its id, in any order. A contact without an entry has none.
    policy : PolicyDocument, optional
        Which says what declared fields and kinds hold, and refuses what a decision would refuse. Without it the
        values say what they are.
    backend : {"polars", "pandas", "pyarrow"}, default "polars"
        The library of the tables; those of pandas have the types of Arrow.

    Raises
    ------
    InputError
        With everything that is wrong: values that no column can hold, a column that would need two types, histories of
        contacts that are not there.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from leadqual import Contact, PageViewed
    >>> siti = Contact(id="c-1", country="ID", attributes={"budget": 4000.0})
    >>> view = PageViewed(id="i-1", occurred_at=datetime(2026, 11, 20, tzinfo=UTC), path="/pricing")
    >>> contacts, interactions = from_models([siti], {"c-1": [view]})
    >>> contacts.to_dicts()
    [{'contact_id': 'c-1', 'kind': 'person', 'country': 'ID', 'budget': 4000.0}]
    >>> interactions.select("kind", "path").rows()
    [('page_viewed', '/pricing')]
    """
    check_backend(backend)
    people = contacts_once(contacts)
    owned = interactions_owned(people, histories, policy)
    tables: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for build in (partial(contacts_frame, people), partial(interactions_frame, owned)):
        try:
            tables.append(build(policy))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    first, second = tables
    return out_of_polars(first, backend), out_of_polars(second, backend)


def to_models(
    contacts: Any,
    interactions: Any,
    *,
    policy: PolicyDocument | None = None,
    contact: type[Contact] = Contact,
    kinds: Iterable[type[Interaction]] = (),
    time_zone: str | None = None,
    ignore_unknown_columns: bool = False,
) -> tuple[list[Contact], dict[str, list[Interaction]]]:
    """Return the contacts, and their histories by id, that two tables hold: the inverse of `from_models`.

    Parameters
    ----------
    contacts, interactions : DataFrame, LazyFrame, Table or relation
        Two tables of pandas, Polars, PyArrow, DuckDB or PySpark; lazy ones are computed.
    policy : PolicyDocument, optional
        Whose declared fields and kinds may be used; what a decision would refuse is refused. Without it, kinds that
        have no class become a `CustomInteraction` with all filled columns as properties.
    contact : type
        The class of the contacts, for fields of your own.
    kinds : iterable of type
        Classes of kinds of your own, beside the built-in ones and those that the policy was made with.
    time_zone : str, optional
        Where times without a zone were written down; without it they are refused.
    ignore_unknown_columns : bool, default False
        Leave out columns that nobody declared. Otherwise those of contacts become attributes, unless they look like a
        slip for a name of the policy, and those of interactions are refused.

    Raises
    ------
    InputError
        With every row that is wrong: table, number of the row from 1, column, what was found, what was expected.

    Examples
    --------
    >>> import polars as pl
    >>> contacts = pl.DataFrame({"contact_id": ["c-1"], "company.employees": [250], "budget": [4000.0]})
    >>> interactions = pl.DataFrame(
    ...     {"contact_id": ["c-1"], "interaction_id": ["i-1"], "kind": ["demo_requested"],
    ...      "occurred_at": ["2026-11-20T08:00:00Z"]})
    >>> (siti,), histories = to_models(contacts, interactions)
    >>> siti.company.employees, siti.attributes["budget"], histories["c-1"][0].kind
    (250, 4000.0, 'demo_requested')
    """
    wanted = Wanted(policy, contact, known_kinds(policy, kinds), time_zone, ignore_unknown_columns)
    leads = joined(*wanted.readers(contacts, interactions), keep_repeated=True)
    if leads.rejected:
        raise InputError(map(in_python, leads.problems))
    return leads.contacts, leads.histories

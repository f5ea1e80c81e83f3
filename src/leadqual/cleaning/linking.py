"""`probable`: contacts that are alike, by Splink on DuckDB; its settings can be seen and changed."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.cleaning.exact import check_limit
from leadqual.cleaning.found import Duplicates
from leadqual.cleaning.grouped import grouped
from leadqual.cleaning.keys import UNUSED
from leadqual.cleaning.likeness import COLUMNS, prepared_rows
from leadqual.cleaning.opened import ROW, opened_contacts
from leadqual.cleaning.placeholders import CONFLICTING
from leadqual.cleaning.training import is_trained, quietly, trained, without_certainty
from leadqual.errors import InputError, MissingDependency, Place, Problem, cut, shown, unreadable_file
from leadqual.files.leads import Progress

if TYPE_CHECKING:
    from splink import SettingsCreator

    from leadqual.cleaning.review import Review

_SHARED: Final = {"key": pl.String, "value": pl.String, "contacts": pl.UInt32, "why": pl.String}
_BLOCKS: Final = (
    ("phone",), ("email",), ("phone_end", "given_name"), ("email_name", "family_name"), ("full_name",),
    ("given_name", "family_name", "company"), ("family_name", "company"),
)  # fmt: skip
"""Only contacts that are the same in all columns of one of these are compared."""
_ALMOST: Final = 1 - 1e-9
"""However alike two contacts are, only a key that they share is certain."""


def settings(columns: Iterable[str] = COLUMNS) -> SettingsCreator:
    """Return Splink's own settings for contacts: what is compared, and which pairs are looked at.

    Change whatever you like, and give them to `probable`; Splink's documentation says what there is.

    Parameters
    ----------
    columns : iterable of str
        The columns that `prepared` gives of your contacts.

    Raises
    ------
    MissingDependency
        If Splink is not installed.

    Examples
    --------
    >>> ours = settings(["contact_id", "full_name", "phone", "email"])
    >>> ours.link_type, len(ours.comparisons), len(ours.blocking_rules_to_generate_predictions)
    ('dedupe_only', 3, 3)
    """
    library, compare, levels = _splink()
    known = frozenset(columns)
    comparisons: list[Any] = []
    if "full_name" in known:
        comparisons.append(_name(levels, compare, parts=known.issuperset(("given_name", "family_name"))))
    if "phone" in known:
        comparisons.append(_phone(levels, compare))
    if "email" in known:
        comparisons.append(_email(levels, compare, parts="email_name" in known))
    if "company" in known:
        near = compare.JaroWinklerAtThresholds("company", [0.92])
        comparisons.append(near.configure(m_probabilities=[0.75, 0.1, 0.15]))
    comparisons += [
        compare.ExactMatch(name).configure(m_probabilities=[0.95, 0.05])
        for name in ("city", "country")
        if name in known
    ]
    rules = [library.block_on(*block) for block in _BLOCKS if known.issuperset(block)]
    return library.SettingsCreator(  # type: ignore[no-any-return]
        link_type="dedupe_only",
        unique_id_column_name="contact_id",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
    )


def _name(levels: Any, compare: Any, *, parts: bool) -> Any:
    """Return the comparison of whole names, which also sees first and last name in the other order."""
    found = [
        (levels.ExactMatchLevel("full_name", term_frequency_adjustments=True), 0.6),
        (levels.JaroWinklerLevel("full_name", 0.92), 0.2),
        (levels.ExactMatchLevel("family_name", term_frequency_adjustments=True), 0.08),
    ]
    if parts:
        found.insert(1, (levels.ColumnsReversedLevel("given_name", "family_name", symmetrical=True), 0.05))
    else:
        del found[2:]
    return _comparison(levels, compare, "name", "full_name", found)


def _phone(levels: Any, compare: Any) -> Any:
    """Return the comparison of numbers, which allows one slip: a wrong digit, or two that changed places."""
    found = [
        (levels.ExactMatchLevel("phone"), 0.65),
        (levels.DamerauLevenshteinLevel("phone", 1), 0.1),
    ]
    return _comparison(levels, compare, "phone", "phone", found)


def _email(levels: Any, compare: Any, *, parts: bool) -> Any:
    """Return the comparison of mailboxes: names before the @ follow the names of people, so near ones tell nothing."""
    found = [(levels.ExactMatchLevel("email"), 0.55)]
    if parts:
        found.append((levels.ExactMatchLevel("email_name", term_frequency_adjustments=True), 0.15))
    return _comparison(levels, compare, "email", "email", found)


def _comparison(levels: Any, compare: Any, name: str, column: str, found: list[tuple[Any, float]]) -> Any:
    """Return a comparison of levels, each with how often records of one person meet it before anything is learned."""
    rest = 1 - sum(m for _, m in found)
    told = [level.configure(m_probability=m) for level, m in found]
    last = levels.ElseLevel().configure(m_probability=rest)
    return compare.CustomComparison(output_column_name=name, comparison_levels=[levels.NullLevel(column), *told, last])


def probable(
    contacts: Any,
    settings: Any = None,
    threshold: float = 0.9,
    *,
    country: str | None = None,
    limit: int = 10,
    conflicting: Collection[str] = CONFLICTING,
    decided: Review | None = None,
    seed: int = 1,
    connection: Any = ":memory:",
    progress: Progress | None = None,
) -> Duplicates:
    """Return contacts that are probably one person, by the model of Fellegi and Sunter, as Splink computes it.

    Splink learns from these very contacts, without examples: how often two people agree by chance, and how often two
    records of one person do. It compares the pairs that its blocking rules choose, and no others.

    Parameters
    ----------
    contacts : table
        One row a contact. What Splink sees of them is what `prepared` gives.
    settings : SettingsCreator, dict or path, optional
        Splink's settings, such as `leadqual.cleaning.settings` gives them; or a model that was trained before
        (`Duplicates.model`, or the file of one), which then is not trained again. Default: those for the columns that
        are there.
    threshold : float, default 0.9
        The smallest probability of a pair.
    country : str, optional
        The country of numbers without the code of one, where a contact names none.
    limit : int, default 10
        How many contacts may be one group.
    conflicting, decided
        As for `duplicates`.
    seed : int, default 1
        Of the sample from which Splink learns how often people agree by chance.
    connection : str or DuckDBPyConnection
        Where DuckDB computes; a file for what memory does not hold.
    progress : callable, optional
        Is told how far it has come, from 0 to 1.

    Returns
    -------
    Duplicates
        With ``probability``. To be reviewed: `merge` takes nothing of it that nobody decided on.

    Raises
    ------
    MissingDependency
        If Splink is not installed.
    InputError
        If there is nothing to compare, or Splink refuses the settings.
    """
    _splink()
    check_limit(limit)
    if not isinstance(threshold, int | float) or not 0 < threshold <= 1:
        message, expected = "this is no probability", "a number above 0 and up to 1"
        raise InputError(Problem("bad-argument", message, Place("threshold"), shown(threshold), expected))
    people = opened_contacts(contacts)
    seen = prepared_rows(people, country)
    ours = _own(settings, seen)
    told = progress or _nobody
    with quietly() as said:
        try:
            pairs, model = _compared(seen, ours, threshold, seed, connection, told, careful=settings is None)
        except InputError:
            raise
        except Exception as error:  # Splink and DuckDB raise whatever they like of settings that do not fit
            message, hint = "Splink cannot work with these settings", "compare them with leadqual.cleaning.settings()"
            found = cut(" ".join(str(error).split()), limit=200)
            raise InputError(Problem("refused-settings", message, Place("settings"), found, hint=hint)) from error
    told("comparing", 1.0)
    forbidden = frozenset() if decided is None else decided.different
    return grouped(
        people, _rows(pairs, people.text("id"), forbidden), limit=limit, shared=pl.DataFrame(schema=_SHARED),
        unused=pl.DataFrame(schema=UNUSED), conflicting=tuple(conflicting), decided=decided, sought=("model",),
        model=model, notes=tuple(dict.fromkeys(said)),
    )  # fmt: skip


def _nobody(name: str, done: float) -> None:
    return


def _own(given: Any, seen: pl.DataFrame) -> Any:
    """Return the settings of this call."""
    if given is None:
        ours = settings(seen.columns)
        if not ours.blocking_rules_to_generate_predictions:
            message, found = "there is nothing by which contacts could be compared", cut(", ".join(seen.columns))
            raise InputError(Problem("missing-column", message, Place("contacts"), found, "full_name, phone or email"))
        return ours
    if isinstance(given, str | os.PathLike):
        name = os.fspath(given)
        try:
            return json.loads(Path(name).read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(unreadable_file(name, error)) from None
        except ValueError:
            message, hint = "this is no JSON", "name a file with a model of Splink"
            raise InputError(Problem("bad-json", message, Place(name), hint=hint)) from None
    return given


def _compared(
    seen: pl.DataFrame, ours: Any, threshold: float, seed: int, connection: Any, told: Progress, *, careful: bool
) -> tuple[pl.DataFrame, dict[str, Any]]:
    library, _, _ = _splink()
    database = library.DuckDBAPI(connection=connection)
    table = database.register(seen.to_arrow(compat_level=pl.CompatLevel.oldest()))
    linker = library.Linker(table, ours, log_level=None)
    told("learning", 0.0)
    if not is_trained(ours):
        trained(linker, seen, library.block_on, seed, told)
        if careful:
            linker = library.Linker(table, without_certainty(linker.misc.save_model_to_json()), log_level=None)
    told("comparing", 0.0)
    found = linker.inference.predict(threshold_match_probability=threshold, warning_mode="never")
    model: Mapping[str, Any] = linker.misc.save_model_to_json()
    return found.as_duckdbpyrelation().pl(), dict(model)


def _rows(found: pl.DataFrame, ids: pl.Series, forbidden: Collection[frozenset[str]]) -> pl.DataFrame:
    """Return pairs of rows with what they agree in, without those that were decided to be different."""
    places = pl.DataFrame({"contact_id": ids}).with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.Int64))
    gammas = [name for name in found.columns if name.startswith("gamma_")]
    agree = pl.concat_str(
        [pl.when(pl.col(name) > 0).then(pl.lit(name.removeprefix("gamma_"))) for name in gammas],
        separator=", ", ignore_nulls=True,
    ) if gammas else pl.lit("")  # fmt: skip
    both = found.select(
        pl.col("contact_id_l").cast(pl.String), pl.col("contact_id_r").cast(pl.String), agree.alias("value"),
        pl.col("match_probability").clip(upper_bound=_ALMOST).alias("probability"),
    )  # fmt: skip
    for side, name in (("l", "one"), ("r", "other")):
        both = both.join(places.rename({ROW: name}), left_on=f"contact_id_{side}", right_on="contact_id", how="left")
    if forbidden:
        known = [frozenset(pair) not in forbidden for pair in both.select("contact_id_l", "contact_id_r").iter_rows()]
        both = both.filter(pl.Series(known, dtype=pl.Boolean))
    return both.select(
        left=pl.min_horizontal("one", "other"), right=pl.max_horizontal("one", "other"), key=pl.lit("alike in"),
        value="value", probability="probability",
    )  # fmt: skip


def _splink() -> tuple[Any, Any, Any]:
    try:
        import duckdb  # noqa: F401, PLC0415 - optional
        import splink  # noqa: PLC0415 - optional
        import splink.comparison_level_library as levels  # noqa: PLC0415 - optional
        import splink.comparison_library as compare  # noqa: PLC0415 - optional
    except ImportError as error:
        message, hint = "probable duplicates need Splink", "pip install 'leadqual[dedupe]'"
        raise MissingDependency(Problem("missing-dependency", message, found=f"no {error.name}", hint=hint)) from None
    return splink, compare, levels

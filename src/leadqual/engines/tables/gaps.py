"""What tables cannot do that one contact can, each with its reason: raised where it is met, listed in the docs.

A test asks every engine for every gap, and fails where one has closed: then its line here goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadqual.errors import Place, Problem, UnsupportedError

POLARS, POLARS_LAZY, PANDAS, PYARROW = "Polars", "Polars (lazy)", "pandas", "PyArrow"
DUCKDB, PYSPARK = "DuckDB", "PySpark"
TABLES: Final = (POLARS, POLARS_LAZY, PANDAS, PYARROW, DUCKDB, PYSPARK)
"""The kinds of table that go in and come out."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A capability that some kinds of table lack.

    Parameters
    ----------
    code : str
        Its stable name.
    what : str
        The capability, as the support table lists it.
    reason, hint : str
        Why it is lacking, and what to do.
    engines : tuple of str
        The kinds of table that lack it.
    """

    code: str
    what: str
    reason: str
    hint: str
    engines: tuple[str, ...] = TABLES

    def refusal(self, engine: str, found: str) -> UnsupportedError:
        """Return the error for a part of a policy that meets the gap."""
        message = f"{engine} cannot answer this: {self.reason}"
        return UnsupportedError(Problem(self.code, message, Place(engine), found, hint=self.hint))


MEMBER: Final = Gap(
    "member-not-constant",
    "a field as what is looked for in a list of texts",
    "narwhals looks for constants in lists only",
    "compare with a constant: 'partner' in contact.roles",
)
ROLES: Final = Gap(
    "roles-not-a-column",
    "contact.roles as a value of its own",
    "some roles follow from the history, and narwhals puts no lists together",
    "ask for each role that matters: 'partner' in contact.roles",
)
ROLLING: Final = Gap(
    "rolling-limit",
    "at_most: N per W rolling",
    "which interactions count depends on which counted before, without end, and SQL has no such step",
    "use windows of the calendar (without the word rolling), or bring the table into Polars or pandas",
    (DUCKDB, PYSPARK),
)
SCORER: Final = Gap(
    "scorer-one-by-one",
    "a scorer that has only score()",
    "it takes one contact at a time, and a table that is not in memory has no rows to hand over",
    "give the scorer score_frame(contacts, interactions, *, at), or collect the tables first",
    (POLARS_LAZY, DUCKDB, PYSPARK),
)
ESTIMATOR: Final = Gap(
    "model-not-in-memory",
    "ModelScorer, a classifier as a scorer",
    "an estimator of scikit-learn takes arrays, and a table that is not in memory has none",
    "collect the tables first",
    (POLARS_LAZY, DUCKDB, PYSPARK),
)
INTEREST: Final = Gap(
    "interest-in-code",
    "a kind whose class overrides is_interest()",
    "a method in Python cannot be asked of a column",
    "say it as data: interest_if = {'direction': frozenset({'inbound'})}",
)
GAPS: Final = (MEMBER, ROLES, ROLLING, SCORER, ESTIMATOR, INTEREST)

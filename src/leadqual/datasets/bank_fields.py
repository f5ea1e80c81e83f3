"""The columns of the bank's files: what they are called there and here, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Variant: TypeAlias = Literal["additional", "full"]

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
UNKNOWN: Final = "unknown"
"""What stands where nothing is known."""
NEVER: Final[dict[Variant, int]] = {"additional": 999, "full": -1}
"""What stands under the days since an earlier campaign where there was none."""

_JOBS: Final = (
    "admin.", "blue-collar", "entrepreneur", "housemaid", "management", "retired", "self-employed", "services",
    "student", "technician", "unemployed",
)  # fmt: skip
_SCHOOLS: Final = (
    "basic.4y", "basic.6y", "basic.9y", "high.school", "illiterate", "professional.course", "university.degree",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BankField:
    """One column.

    Parameters
    ----------
    column : str
        Its name in the file.
    name : str
        The name of the field.
    type : {"number", "text", "boolean"}
        What it holds; a boolean is ``yes`` or ``no`` in the file.
    description : str
        What it means.
    values : tuple of str
        The texts that it can hold.
    unit : str, optional
        Of a number.
    """

    column: str
    name: str
    type: Literal["number", "text", "boolean"]
    description: str
    values: tuple[str, ...] = ()
    unit: str | None = None

    def spec(self) -> dict[str, Any]:
        """Return the field as a policy declares it."""
        told = {"type": self.type, "description": self.description, "values": list(self.values), "unit": self.unit}
        return {key: value for key, value in told.items() if value}


_AGE = BankField("age", "age", "number", "How old the client is.", unit="years")
_JOB = BankField("job", "job", "text", "The kind of job.", _JOBS)
_MARITAL = BankField("marital", "marital", "text", "Divorced means widowed too.", ("divorced", "married", "single"))
_DEFAULT = BankField("default", "default", "boolean", "Has credit in default.")
_HOUSING = BankField("housing", "housing", "boolean", "Has a housing loan.")
_LOAN = BankField("loan", "loan", "boolean", "Has a personal loan.")
_PHONE = BankField("contact", "phone_type", "text", "What was called.", ("cellular", "telephone"))
_MONTH = BankField("month", "month", "text", "The month of the call.", MONTHS)
_DURATION = BankField(
    "duration", "duration", "number", "How long the call took: known when it is over.", unit="seconds"
)
_CALLS = BankField("campaign", "calls", "number", "Calls to the client in this campaign, this one included.")
_PDAYS = BankField("pdays", "pdays", "number", "Since the last call of an earlier campaign.", unit="days")
_PREVIOUS = BankField("previous", "previous", "number", "Calls to the client in earlier campaigns.")
_SUBSCRIBED = BankField("y", "subscribed", "boolean", "Subscribed to a term deposit in this call: the outcome.")

FIELDS: Final[dict[Variant, tuple[BankField, ...]]] = {
    "additional": (
        _AGE,
        _JOB,
        _MARITAL,
        BankField("education", "education", "text", "The highest school.", _SCHOOLS),
        _DEFAULT,
        _HOUSING,
        _LOAN,
        _PHONE,
        _MONTH,
        BankField("day_of_week", "day_of_week", "text", "The day of the call.", ("mon", "tue", "wed", "thu", "fri")),
        _DURATION,
        _CALLS,
        _PDAYS,
        _PREVIOUS,
        BankField(
            "poutcome", "poutcome", "text", "What the earlier campaign led to.", ("failure", "nonexistent", "success")
        ),
        BankField("emp.var.rate", "emp_var_rate", "number", "How employment varied in the quarter.", unit="percent"),
        BankField("cons.price.idx", "cons_price_idx", "number", "Consumer prices of the month, an index."),
        BankField("cons.conf.idx", "cons_conf_idx", "number", "Consumer confidence of the month, an index."),
        BankField("euribor3m", "euribor3m", "number", "The three-month Euribor of the day.", unit="percent"),
        BankField("nr.employed", "nr_employed", "number", "People employed in the quarter.", unit="thousands"),
        _SUBSCRIBED,
    ),
    "full": (
        _AGE,
        _JOB,
        _MARITAL,
        BankField("education", "education", "text", "The highest school.", ("primary", "secondary", "tertiary")),
        _DEFAULT,
        BankField("balance", "balance", "number", "The mean balance of the year.", unit="euros"),
        _HOUSING,
        _LOAN,
        _PHONE,
        BankField("day", "day", "number", "The day of the month of the call."),
        _MONTH,
        _DURATION,
        _CALLS,
        _PDAYS,
        _PREVIOUS,
        BankField("poutcome", "poutcome", "text", "What the earlier campaign led to.", ("failure", "other", "success")),
        _SUBSCRIBED,
    ),
}

"""Who reaches out: laws ask what the caller is."""

from __future__ import annotations

from pydantic import Field

from leadqual.model.base import Model
from leadqual.model.values import Flag
from leadqual.outreach.rules.words import CallerKind


class Caller(Model):
    """The one who reaches out.

    Without a caller every restriction that names callers is in force, and no exemption that names them holds.

    Examples
    --------
    >>> bank = Caller(name="Bank Nusa", kinds={"financial", "creditor"})
    >>> bank.is_any({CallerKind.COLLECTOR}), bank.is_any({CallerKind.CREDITOR})
    (False, True)
    """

    kinds: frozenset[CallerKind] = Field(
        description="What the caller is: seller, financial (a financial firm), creditor (its own debts), collector "
        "(debts of others), charity, political, researcher, newspaper; several at once.",
        min_length=1,
    )
    name: str | None = Field(None, description="The name, for records.")
    paid: Flag = Field(False, description="Whether the caller is paid to call for somebody else, such as a charity.")

    def is_any(self, kinds: frozenset[CallerKind] | set[CallerKind]) -> bool:
        """Return whether the caller is of one of these kinds.

        Parameters
        ----------
        kinds : set of CallerKind
            The kinds.
        """
        return not self.kinds.isdisjoint(kinds)

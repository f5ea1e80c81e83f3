"""What the application is told from outside: environment variables, each with a default."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Final, Literal, get_args, get_type_hints

import leadqual as lq

PREFIX: Final = "LEADS_"
NewPolicy = Literal["adopt", "replay"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the application runs."""

    database: str = "sqlite:///leads.db"
    """Where everything is kept: ``sqlite:///file.db`` or ``postgresql://user:password@host/name``."""
    policy: str = "sales"
    """The policy: a file, or the name of one that ships."""
    new_policy: NewPolicy = "adopt"
    """What to do with a contact that stands under another policy: leave it there, or decide it afresh."""
    time_zone: str = "UTC"
    """Where a day such as 2026-03-03 begins, and in which times are told."""
    caller: str = "seller"
    """What we are when we reach out; see `leadqual.outreach.CallerKind`."""
    registry: str | None = None
    """A file of a do-not-call registry, made by ``leadqual registry``."""
    patience: float = 5.0
    """How many seconds a request waits for the database, or for another request about the same contact."""

    @classmethod
    def from_environment(cls) -> Settings:
        """Return the settings that the environment gives: ``LEADS_DATABASE``, ``LEADS_POLICY`` and so on."""
        given = {
            field.name: os.environ[PREFIX + field.name.upper()]
            for field in fields(cls)
            if os.environ.get(PREFIX + field.name.upper())
        }
        choices = get_args(get_type_hints(cls)["new_policy"])
        if given.get("new_policy", "adopt") not in choices:
            raise SystemExit(f"{PREFIX}NEW_POLICY is one of: {', '.join(choices)}")
        patience = float(given.pop("patience", cls().patience))
        return cls(**given, patience=patience)  # type: ignore[arg-type]  # checked above

    def load_policy(self) -> lq.Policy:
        """Return the policy, read once when the application starts."""
        if self.policy in lq.policies.names():
            return lq.Policy.loads(lq.policies.text(self.policy), name=f"{self.policy}.yaml")
        return lq.Policy.load(self.policy)

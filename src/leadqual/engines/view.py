"""One contact as the compiled engine sees it: its history indexed, its profile at the instant in question."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from leadqual.engines.series import Series
from leadqual.model.contact import Contact
from leadqual.model.derived import consent_words
from leadqual.model.interactions.base import Interaction
from leadqual.model.profile import DERIVED, PROFILE_UPDATED, changed_fields
from leadqual.model.time import DAY
from leadqual.model.vocabulary import Purpose, Role

if TYPE_CHECKING:
    from leadqual.engines.record import CompiledRule, RecordEngine

_NEVER: Final = 2**63


class View:
    """A contact and its history under a policy, at an instant that can be moved.

    Parameters
    ----------
    engine : RecordEngine
        The compiled policy.
    contact : Contact
        Whose history it is.
    history : sequence of Interaction
        In time order, ties ordered by id; checked before.
    """

    __slots__ = (
        "_first_interest",
        "_first_purchase",
        "_profiles",
        "_update_times",
        "_words",
        "by_kind",
        "contact",
        "engine",
        "entered",
        "grades",
        "history",
        "live",
        "now",
        "scores",
        "series",
        "stage",
        "values",
    )

    def __init__(self, engine: RecordEngine, contact: Contact, history: Sequence[Interaction]) -> None:
        self.engine = engine
        self.contact = contact
        self.history = history
        self.by_kind: dict[str, list[Interaction]] = defaultdict(list)
        for one in history:
            self.by_kind[one.kind].append(one)
        self.series: list[Series | None] = [None] * len(engine.questions)
        self.live: dict[str, list[CompiledRule]] = {}
        self.now = -_NEVER
        self.stage: str | None = None
        self.entered: int | None = None
        self.scores: dict[str, float | None] = {}
        self.grades: dict[str, str | None] = {}
        self._words: dict[str, tuple[list[int], list[bool]]] = {}
        self._first_interest = self._first_purchase = -1
        self._profiles = _profiles(contact, self.by_kind.get(PROFILE_UPDATED, ()), engine)
        self._update_times = [time for time, _ in self._profiles[1:]]
        self.values = self._profiles[0][1]

    def move_to(self, now: int) -> None:
        """Look from another instant: forget scores and grades, and take the profile of then."""
        self.now = now
        values = self._profiles[bisect_right(self._update_times, now)][1] if self._update_times else self.values
        kept = self.engine.of_profile if values is self.values else ()
        self.values = values
        self.scores = {name: self.scores[name] for name in kept if name in self.scores}
        self.grades.clear()

    def enter(self, stage: str | None, entered: int | None) -> None:
        """Stand in a stage; scores and grades do not depend on it."""
        self.stage = stage
        self.entered = entered

    def roles(self) -> tuple[str, ...]:
        """Return the declared roles, with lead and customer as the history has it by now."""
        if self._first_interest == -1:
            interests = filter(self.engine.policy.meaning.is_interest, self.history)
            self._first_interest = next((one.instant for one in interests), _NEVER)
        roles = {str(role) for role in self.contact.roles}
        if self._first_interest <= self.now:
            roles.add(Role.LEAD.value)
        if self.is_customer():
            roles.add(Role.CUSTOMER.value)
        return tuple(sorted(roles))

    def is_customer(self) -> bool:
        """Return whether a purchase has happened by now."""
        if self._first_purchase == -1:
            bought = [
                self.by_kind[kind][0].instant for kind in self.engine.policy.meaning.purchases & self.by_kind.keys()
            ]
            self._first_purchase = min(bought, default=_NEVER)
        return self._first_purchase <= self.now

    def consent(self, channel: str) -> bool | None:
        """Return the last word by now on marketing through a channel; None if nothing was ever said."""
        if channel not in self._words:
            words = consent_words(self.contact, self.history, channel, Purpose.MARKETING)
            self._words[channel] = [instant for instant, _ in words], [granted for _, granted in words]
        instants, granted = self._words[channel]
        said = bisect_right(instants, self.now)
        return granted[said - 1] if said else None


def _profiles(
    contact: Contact, updates: Sequence[Interaction], engine: RecordEngine
) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the profile before any update, then after each of them, with the instant from which it holds."""
    values = {name: read(contact) for name, read in engine.readers(type(contact))}
    profiles = [(-_NEVER, _with_derived(values, engine.profile_names))]
    for update in updates:
        values = {**values, **{name: value for name, value in changed_fields(update).items() if name in values}}
        profiles.append((update.instant, _with_derived(values, engine.profile_names)))
    return profiles


def _with_derived(values: dict[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
    derived = {}
    for name in names:
        if name in DERIVED:
            source, derive = DERIVED[name]
            derived[name] = None if values[source] is None else derive(values[source])
    return {**values, **derived} if derived else values


def name_reader(path: str) -> Callable[[View], Any]:
    """Return the function that reads a name of the catalogue from a view."""
    owner, _, name = path.partition(".")
    match owner:
        case "stage":
            return lambda view: view.stage
        case "days_in_stage":
            return _days_in_stage
        case "score":
            return lambda view: view.engine.score_value(view, name)
        case "grade":
            return lambda view: view.engine.grade(view, name)
        case "consent":
            return lambda view: view.consent(name)
    if path == "contact.roles":
        return View.roles
    if path == "contact.is_customer":
        return View.is_customer
    return lambda view: view.values[path]


def _days_in_stage(view: View) -> float | None:
    return None if view.entered is None else (view.now - view.entered) / DAY

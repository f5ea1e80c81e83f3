"""A case as plain data: a contact, what happened to it, when somebody looks, and what is expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, PlainValidator

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, LeadqualError, Place, Problem, path_text, shown
from leadqual.files.times import zone_named
from leadqual.lifecycle.policy import Policy
from leadqual.model.base import Model
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.standing import Standing
from leadqual.model.time import Duration
from leadqual.proofs.scenario import Scenario
from leadqual.testing.expectation import Expectation
from leadqual.testing.times import moment

T = TypeVar("T")
_MOST_TIMES: Final = 10_000
_TIMES: Final = ("on", "ago", "times", "every")
_SOME_INSTANT: Final = datetime(2000, 1, 1, tzinfo=UTC)  # for entries of a case whose own is wrong, and told already


def _mapping_or(cls: type[Any]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, Mapping | cls):
            return value
        message, expected = f"{cls.__name__.lower()}s are written as fields and values", "a mapping"
        raise InputError(Problem("wrong-type", message, Place(), shown(value), expected))

    return check


class Begin(Model):
    """Where a contact already stands when a case begins."""

    stage: str = Field(description="The stage.")
    since: Any = Field(description="When it was entered; everything up to then counts as seen.")


class Case(Model):
    """A test of a policy as plain data.

    Examples
    --------
    >>> from leadqual import policies
    >>> case = Case(interactions=[{"kind": "demo_requested", "ago": "2d"}], at="2026-11-22", expect={"stage": "lead"})
    >>> str(case.scenario(policies.sales()).history[0].occurred_at)
    '2026-11-20 00:00:00+00:00'
    """

    name: str = Field("case", description="What it shows, in words.")
    contact: Annotated[Any, PlainValidator(_mapping_or(Contact))] = Field(
        default_factory=dict, description="The fields of the contact that are known."
    )
    interactions: tuple[Annotated[Any, PlainValidator(_mapping_or(Interaction))], ...] = Field(
        (), description="What happened: a kind, when (on: or ago:), and properties."
    )
    standing: Begin | None = Field(None, description="Where the contact already stands, in place of the beginning.")
    at: Any = Field(description="When somebody looks: a day, or a time with its zone.")
    time_zone: str | None = Field(None, description="Where times without a zone were written down, as Asia/Jakarta.")
    expect: Expectation = Field(description="What is expected of the decision.")

    def scenario(self, policy: Policy) -> Scenario:
        """Return the contact, its history and the instant; raise `InputError` with everything that is wrong in them.

        Parameters
        ----------
        policy : Policy
            The policy.
        """
        tried = _Tried()
        zone = tried(lambda: zone_named(self.time_zone), "time_zone")
        at = tried(lambda: moment(self.at, "at", zone))
        contact = tried(lambda: _checked(_contact(self.contact, policy), policy), "contact")
        history = []
        for number, entry in enumerate(self.interactions):
            made = tried(lambda: list(_interactions(entry, number, at, zone, policy)), "interactions", number)  # noqa: B023
            tried(lambda: _check_seen(made or [], at), "interactions", number)  # noqa: B023
            history += made or []
        tried.tell()
        assert at is not None
        assert contact is not None
        return Scenario(contact, tuple(history), at)

    def check_times(self) -> None:
        """Raise `InputError` with every time and number of times that cannot be read, which no policy is needed for."""
        tried = _Tried()
        zone = tried(lambda: zone_named(self.time_zone), "time_zone")
        at = tried(lambda: moment(self.at, "at", zone))
        if (begin := self.standing) is not None:
            tried(lambda: moment(begin.since, "standing.since", zone))
        for number, entry in enumerate(self.interactions):
            if not isinstance(entry, Interaction):
                tried(lambda: _happened(entry, at, zone), "interactions", number)  # noqa: B023
        tried.tell()

    def begin(self, policy: Policy, scenario: Scenario) -> Standing | None:
        """Return the standing that a case begins with, if it names one.

        Parameters
        ----------
        policy : Policy
            The policy.
        scenario : Scenario
            The contact, its history and the instant.
        """
        if self.standing is None:
            return None
        since = moment(self.standing.since, "standing.since", zone_named(self.time_zone))
        if since > scenario.at:
            message, place = "the standing begins after somebody looks", Place(path="standing.since")
            expected = f"{scenario.at.isoformat().replace('+00:00', 'Z')} or earlier, the instant of at:"
            found = shown(self.standing.since)
            raise InputError(Problem("standing-in-future", message, place, found, expected))
        stands = Standing(stage=self.standing.stage, entered_at=since, as_of=since, policy=policy.ref, seen="")
        try:
            return policy.adopt(stands, scenario.contact, scenario.history)
        except InputError as error:
            hint = did_you_mean(self.standing.stage, policy.stages)
            problems = [replace(_placed(problem, ("standing", "stage")), hint=hint) for problem in error.problems]
            raise InputError(problems) from None


def _check_seen(history: Iterable[Interaction], at: datetime | None) -> None:
    """Raise `InputError` for what happens after the instant asked about: it changes nothing, so it must be a slip."""
    late = next((one for one in history if at is not None and one.occurred_at > at), None)
    if late is not None and at is not None:
        expected = f"{at.isoformat().replace('+00:00', 'Z')} or earlier, the instant of at:"
        message, hint = "it happens after somebody looks, so nobody sees it", "look at the year, or leave it out"
        found = shown(late.occurred_at.isoformat().replace("+00:00", "Z"))
        raise InputError(Problem("after-at", message, Place(path="on"), found, expected, hint))


class _Tried:
    """Tries one thing after another, so that all that is wrong is told at once."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def __call__(self, make: Callable[[], T], *path: str | int) -> T | None:
        try:
            return make()
        except LeadqualError as error:
            self._problems += [_placed(problem, path) for problem in error.problems]
            return None

    def tell(self) -> None:
        if self._problems:
            raise InputError(self._problems)


def _placed(problem: Problem, path: tuple[str | int, ...]) -> Problem:
    inner = problem.place.path
    return problem.at(source=None, path=path_text((*path, inner) if inner else path) or None)


def _contact(fields: Any, policy: Policy) -> Contact:
    if isinstance(fields, Contact):
        return fields
    company = fields.get("company")
    known = {"id": "contact", **_declared(fields, Contact, "contact", policy)}
    if isinstance(company, Mapping):
        known["company"] = _declared(company, Company, "company", policy)
    try:
        return Contact.model_validate(known)
    except InputError as error:
        raise InputError(_with_hint(problem, policy) for problem in error.problems) from None


def _with_hint(problem: Problem, policy: Policy) -> Problem:
    """Return a problem of a contact; where a field is not known, those that the policy declares may be meant."""
    if problem.code != "unknown-field" or problem.hint is not None:
        return problem
    owner, _, name = (problem.place.path or "").rpartition(".")
    declared = [known for known, spec in policy.fields.items() if spec.on == (owner or "contact")]
    return replace(problem, hint=did_you_mean(name, declared))


def _checked(contact: Contact, policy: Policy) -> Contact:
    """Return a contact whose declared fields hold what the policy says they can; raise with all that do not."""
    tried = _Tried()
    for name, spec in policy.fields.items():
        owner = contact if spec.on == "contact" else contact.company
        if owner is not None and name in owner.attributes:
            known, value = policy.catalogue.fields[f"{spec.on}.{name}"], owner.attributes[name]
            way = f"company.{name}" if spec.on == "company" else name
            tried(lambda: _at(way, lambda: known.checked(value)))  # noqa: B023
    tried.tell()
    return contact


def _at(path: str, check: Callable[[], T]) -> T:
    try:
        return check()
    except LeadqualError as error:
        raise InputError(problem.at(path=path) for problem in error.problems) from None


def _declared(fields: Mapping[str, Any], cls: type[Model], owner: str, policy: Policy) -> dict[str, Any]:
    """Return fields with those that the policy declares where the model keeps them."""
    own = {name for name, spec in policy.fields.items() if spec.on == owner and name not in cls.model_fields}
    declared = {name: value for name, value in fields.items() if name in own}
    rest = {name: value for name, value in fields.items() if name not in own}
    return {**rest, "attributes": {**rest.get("attributes", {}), **declared}} if declared else rest


def _interactions(
    entry: Any, number: int, at: datetime | None, zone: ZoneInfo | None, policy: Policy
) -> Iterator[Interaction]:
    """Yield what one entry of a case stands for: one interaction, or several alike."""
    if isinstance(entry, Interaction):
        yield entry
        return
    instants = _happened(entry, at, zone)
    said = {name: value for name, value in entry.items() if name not in _TIMES}
    for index, instant in enumerate(instants, 1):
        id_ = f"i-{number + 1:03}-{index:03}" if len(instants) > 1 else said.get("id", f"i-{number + 1:03}")
        yield policy.parse_interaction({**said, "id": id_, "occurred_at": instant})


def _happened(entry: Mapping[str, Any], at: datetime | None, zone: ZoneInfo | None) -> list[datetime]:
    """Return every instant at which an entry of a case happened."""
    on, ago, times, every = (entry.get(name) for name in _TIMES)
    count, apart = _times(times), timedelta(0) if every is None else _distance(every, "every")
    if every is not None and times is None:
        message, hint = "every: stands beside times:, which says how many there are", "times: 3, every: 1d"
        raise InputError(Problem("bad-usage", message, Place(path="every"), shown(every), hint=hint))
    try:
        first = _when(on, ago, at or _SOME_INSTANT, zone)
        if on is None and ago is None:
            first -= (count - 1) * apart  # the last of them happens when somebody looks
        return [first + index * apart for index in range(count)]
    except OverflowError:
        name = "ago" if ago is not None else "every"
        message, place = "the time lies outside the years 1 to 9999 in UTC", Place(path=name)
        raise InputError(Problem("bad-time", message, place, shown(entry[name]))) from None


def _when(on: Any, ago: Any, at: datetime, zone: ZoneInfo | None) -> datetime:
    if on is not None and ago is not None:
        raise InputError(
            Problem("bad-usage", "an interaction has on: or ago:, not both", Place(path="ago"), shown(ago))
        )
    if on is not None:
        return moment(on, "on", zone)
    return at if ago is None else at - _distance(ago, "ago")


def _distance(given: Any, name: str) -> timedelta:
    try:
        duration = given if isinstance(given, Duration) else Duration.parse(given)
        return timedelta(microseconds=duration.micros)
    except InputError as error:
        raise InputError(problem.at(path=name) for problem in error.problems) from None


def _times(times: Any) -> int:
    if times is None:
        return 1
    if isinstance(times, int) and not isinstance(times, bool) and 1 <= times <= _MOST_TIMES:
        return times
    expected = f"a whole number from 1 to {_MOST_TIMES}"
    raise InputError(Problem("bad-number", "this is no number of times", Place(path="times"), shown(times), expected))

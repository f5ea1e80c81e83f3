"""What is asked, read from the arguments of a call with everything that is wrong with them told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeVar

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.model.time import aware, micros
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.caller import Caller
from leadqual.outreach.facts.situation import Question, Registry
from leadqual.outreach.rules.words import read_as

E = TypeVar("E", bound=StrEnum)

# Far enough from the ends of the calendar for every length of time that a rule can name.
_FIRST: Final = datetime(1000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)


def question_of(
    purpose: Purpose | str,
    channel: Channel | str,
    at: datetime,
    caller: Any,
    registries: Any,
    debt: str | None,
    campaign: str | None,
    template: bool,
    strict: bool,
) -> Question:
    """Return the question that is asked; raise `InputError` with everything that is wrong with it."""
    registries = list(registries) if isinstance(registries, Iterator) else registries
    try:
        asked_for, known_channel = _words(purpose, channel)
        known_at, known_caller, copies = _at(at), caller_of(caller), registries_of(registries)
    except LeadqualError:
        makers = (_purpose, purpose), (_channel, channel), (_at, at), (caller_of, caller), (registries_of, registries)
        raise InputError([*_problems(makers), *_options(debt, campaign, template, strict)]) from None
    if not (isinstance(template, bool) and isinstance(strict, bool) and _is_text(debt) and _is_text(campaign)):
        raise InputError(list(_options(debt, campaign, template, strict)))
    instant = micros(known_at)
    return Question(asked_for, known_channel, known_at, known_caller, copies, debt, campaign, template, strict, instant)


def _words(purpose: Any, channel: Any) -> tuple[Purpose, Channel]:
    try:
        return _known_words(purpose, channel)
    except TypeError:  # what cannot be hashed is no word either
        return _purpose(purpose), _channel(channel)


@lru_cache(maxsize=1024)
def _known_words(purpose: Any, channel: Any) -> tuple[Purpose, Channel]:
    return _purpose(purpose), _channel(channel)


def _problems(makers: Iterable[tuple[Callable[..., Any], Any]]) -> Iterator[Problem]:
    for make, given in makers:
        try:
            make(given)
        except LeadqualError as error:
            yield from error.problems


def _options(debt: Any, campaign: Any, template: Any, strict: Any) -> Iterator[Problem]:
    for name, value in (("debt", debt), ("campaign", campaign)):
        if not _is_text(value):
            yield Problem("wrong-type", f"{name} is a text", Place(name), shown(value), "a text, or None")
    for name, value in (("template", template), ("strict", strict)):
        if not isinstance(value, bool):
            yield Problem("wrong-type", f"{name} is true or false", Place(name), shown(value), "True or False")


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _at(given: datetime) -> datetime:
    at = aware(given)
    if _FIRST <= at <= _LAST:
        return at
    expected = f"a time between the years {_FIRST.year} and {_LAST.year}"
    raise InputError(Problem("bad-time", "no rule speaks of such a time", Place("at"), shown(given), expected))


def _purpose(given: Purpose | str) -> Purpose:
    return read_as(_word(Purpose, given, "purpose"))


def _channel(given: Channel | str) -> Channel:
    return _word(Channel, given, "channel")


def _word(words: type[E], given: E | str, name: str) -> E:
    try:
        return words(given)
    except ValueError:
        known = [word.value for word in words]
        hint = did_you_mean(given, known) if isinstance(given, str) else None
        message = f"there is no such {name}"
        raise InputError(
            Problem(f"unknown-{name}", message, Place(name), shown(given), ", ".join(known), hint)
        ) from None


def caller_of(given: Any) -> Caller | None:
    """Return the caller that is given as a model, as plain data, or as the names of its kinds."""
    if given is None or isinstance(given, Caller):
        return given
    if isinstance(given, str):
        return _named(given)
    if isinstance(given, Iterable) and not isinstance(given, Mapping):
        return Caller.model_validate({"kinds": list(given)})
    return Caller.model_validate(given)


@lru_cache(maxsize=64)
def _named(kinds: str) -> Caller:
    return Caller.model_validate({"kinds": [kind.strip() for kind in kinds.split(",")]})


def registries_of(given: Registry | Iterable[Registry] | Mapping[str, Registry] | None) -> dict[str, Registry]:
    """Return copies of registries by their country; raise `InputError` if two are of one."""
    if given is None:
        return {}
    alone: Any = given
    if hasattr(alone, "lookup"):
        return {alone.country: alone}
    several: list[Any] = _listed(given.values() if isinstance(given, Mapping) else given)
    found: dict[str, Registry] = {}
    problems = list(_misnamed(given)) if isinstance(given, Mapping) else []
    for one in several:
        if not hasattr(one, "lookup"):
            expected, hint = "a DoNotCallRegistry", "read one with outreach.DoNotCallRegistry.from_files(...)"
            place = Place("registries")
            problems.append(Problem("wrong-type", "this is no registry", place, shown(one), expected, hint))
        elif found.setdefault(one.country, one) is not one:
            message = f"there are two copies of the registry of {one.country}"
            problems.append(Problem("duplicate-registry", message, Place("registries"), one.country, "one a country"))
    if problems:
        raise InputError(problems)
    return found


def _misnamed(given: Mapping[str, Any]) -> Iterator[Problem]:
    for name, one in given.items():
        country = getattr(one, "country", name)
        if country != name:
            place, expected = Place("registries", path=str(name)), f"the country of the copy: {country}"
            yield Problem("wrong-country", "the copy is one of another country", place, shown(name), expected)


def _listed(given: Any) -> list[Any]:
    single = hasattr(given, "lookup") or isinstance(given, str) or not isinstance(given, Iterable)
    return [given] if single else list(given)

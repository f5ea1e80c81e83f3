"""All packs that hold: extended, overridden and replaced by a company, and asked which rules speak of a question."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, PolicyError, Problem, shown
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.rules.kinds import ExemptionRule, Rule
from leadqual.outreach.rules.load import DEFAULT, load_pack
from leadqual.outreach.rules.narrower import narrower
from leadqual.outreach.rules.pack import Pack
from leadqual.outreach.rules.pack_card import book_card


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that holds, with the pack it stands in, and whether it says what the law is.

    A rule that stands in the place of one of law is taken for law: whoever replaces it answers for that.
    """

    rule: Rule
    pack: Pack
    law: bool


@dataclass(frozen=True, eq=False)
class Rulebook:
    """The packs that hold, in their order.

    Parameters
    ----------
    packs : tuple of Pack
        The packs, those of a company after those that it changes.

    Raises
    ------
    PolicyError
        If rules of two packs have one id, a pack replaces, drops or lifts what is not there, or a
        rule stands in the place of one that speaks of more.

    Examples
    --------
    >>> book = rulebook()
    >>> [pack.jurisdiction for pack in book.packs][:3]
    ['US', 'CA', 'ID']
    >>> "US-DNC" in book.rules, "US-DNC" in book.without("US-DNC").rules
    (True, False)
    """

    packs: tuple[Pack, ...]

    def __post_init__(self) -> None:
        problems = [*_one_name(self.packs), *_twice(self.packs), *_unknown(self.packs), *narrower(self.packs)]
        if problems:
            raise PolicyError(problems)

    @cached_property
    def rules(self) -> Mapping[str, Held]:
        """The rules that hold, by their ids."""
        packs = _standing(self.packs)
        gone = {name for pack in packs for name in pack.drops}
        gone |= {rule.replaces for pack in packs for rule in pack.rules if rule.replaces not in (None, rule.id)}
        law = {rule.id for pack in packs if pack.law for rule in pack.rules}
        return {
            rule.id: Held(rule, pack, pack.law or rule.replaces in law)
            for pack in packs
            for rule in pack.rules
            if rule.id not in gone
        }

    def _repr_html_(self) -> str:
        return book_card(self)

    def with_packs(self, *packs: Pack | Mapping[str, Any] | str | os.PathLike[str]) -> Rulebook:
        """Return the book with more packs: models, plain data, files, or the names of those that ship.

        Parameters
        ----------
        *packs : Pack, mapping, str or path
            The packs.
        """
        return Rulebook((*self.packs, *map(_pack, packs)))

    def without(self, *rules: str) -> Rulebook:
        """Return the book without some rules.

        Parameters
        ----------
        *rules : str
            The ids of rules.

        Raises
        ------
        InputError
            If one of them is not there.
        """
        for name in rules:
            if name not in self.rules:
                hint = did_you_mean(name, self.rules)
                raise InputError(Problem("unknown-rule", "no rule has this id", Place("rules"), shown(name), hint=hint))
        kept = [
            pack.model_copy(update={"rules": tuple(rule for rule in pack.rules if rule.id not in rules)})
            for pack in self.packs
        ]
        return Rulebook(tuple(_forgetting(pack, frozenset(rules)) for pack in kept))

    def about(self, country: str, purpose: Purpose, channel: Channel) -> Iterator[Held]:
        """Yield the rules that speak of contacts of a country, a purpose and a channel.

        Parameters
        ----------
        country : str
            Two capital letters (ISO 3166).
        purpose : Purpose
            What the contact is reached for.
        channel : Channel
            How.
        """
        for held in self.rules.values():
            rule, pack = held.rule, held.pack
            here = pack.everywhere or country in pack.countries
            if (
                here
                and purpose in rule.purposes
                and channel in rule.channels
                and channel in (pack.channels or (channel,))
            ):
                yield held

    def overdue(self, day: date) -> tuple[Held, ...]:
        """Return the rules whose day of review has passed.

        Parameters
        ----------
        day : date
            The day on which somebody looks.
        """
        return tuple(held for held in self.rules.values() if held.pack.review(held.rule) < day)


@cache
def rulebook(*packs: str) -> Rulebook:
    """Return the book of packs that ship: those that hold by default, and further ones by name.

    Parameters
    ----------
    *packs : str
        Further packs that ship, such as ``"us_states"``, the secondary overlay of states of the United States.

    Raises
    ------
    PolicyError
        If no such pack ships.
    """
    return Rulebook(tuple(load_pack(name) for name in dict.fromkeys((*DEFAULT, *packs))))


def book_of(given: Any) -> Rulebook:
    """Return the book given, or that of the packs that hold by default; raise `InputError` for anything else."""
    if given is None:
        return rulebook()
    if isinstance(given, Rulebook):
        return given
    expected, hint = "a Rulebook", "outreach.rulebook().with_packs(...) makes one"
    raise InputError(Problem("wrong-type", "these are no rules", Place("rules"), shown(given), expected, hint))


def _pack(given: Any) -> Pack:
    if isinstance(given, Pack):
        return given
    return Pack.model_validate(given) if isinstance(given, Mapping) else load_pack(given)


def _forgetting(pack: Pack, names: frozenset[str]) -> Pack:
    """Return a pack whose exemptions no longer name rules that are gone."""

    def forget(rule: Rule) -> Rule:
        if not isinstance(rule, ExemptionRule) or not names.intersection(rule.lifts):
            return rule
        return rule.model_copy(update={"lifts": tuple(name for name in rule.lifts if name not in names)})

    return pack.model_copy(update={"rules": tuple(map(forget, pack.rules))})


def _standing(packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """Return the packs in whose place no other stands: what the others drop and replace is void with them."""
    several = tuple(packs)
    whole = {name for pack in several for name in pack.replaces}
    return tuple(pack for pack in several if pack.pack not in whole)


def _one_name(packs: Iterable[Pack]) -> Iterator[Problem]:
    named: dict[str, Pack] = {}
    for pack in packs:
        if named.setdefault(pack.pack, pack) is not pack or pack.pack in pack.replaces:
            message = "two packs have one name" if pack.pack not in pack.replaces else "a pack cannot replace itself"
            hint = f"give yours a name of its own, and write replaces: [{pack.pack}] if it stands in the other's place"
            yield Problem("duplicate-id", message, Place(pack.pack, path="pack"), pack.pack, hint=hint)


def _twice(packs: Iterable[Pack]) -> Iterator[Problem]:
    owners: dict[str, Pack] = {}
    for pack in _standing(packs):
        for rule in pack.rules:
            other = owners.setdefault(rule.id, pack)
            if other is not pack:
                message = f"the packs {other.pack} and {pack.pack} both have a rule of this id"
                hint = f"give it another id, and write replaces: {rule.id} if it stands in that rule's place"
                yield Problem("duplicate-id", message, Place(pack.pack, rule=rule.id), rule.id, hint=hint)


def _unknown(packs: tuple[Pack, ...]) -> Iterator[Problem]:
    rules = {rule.id for pack in packs for rule in pack.rules}
    names = {pack.pack for pack in packs}
    for pack in packs:
        yield from _unknown_of(pack, pack.replaces, "replaces", names, "no pack here has this name")
        yield from _unknown_of(pack, pack.drops, "drops", rules, "no rule here has this id")
        for number, rule in enumerate(pack.rules):
            path = f"rules[{number}]"
            replaced = [rule.replaces] if rule.replaces else []
            yield from _unknown_of(pack, replaced, f"{path}.replaces", rules, "no rule here has this id")
            lifted = rule.lifts if isinstance(rule, ExemptionRule) else ()
            yield from _unknown_of(pack, lifted, f"{path}.lifts", rules, "no rule here has this id")


def _unknown_of(pack: Pack, named: Iterable[str], path: str, known: set[str], message: str) -> Iterator[Problem]:
    for name in named:
        if name not in known:
            yield Problem("unknown-rule", message, Place(pack.pack, path=path), name, hint=did_you_mean(name, known))

"""A rule that stands in the place of a restriction has to speak of all that it spoke of: the rest would be open."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from leadqual.errors import Place, Problem
from leadqual.outreach.rules.kinds import DutyRule, ExemptionRule, MissingRule, NoteRule, Rule
from leadqual.outreach.rules.pack import Pack

_LISTS: Final = ("purposes", "channels")
_FILTERS: Final = ("callers", "lines", "regions")
_SINGLE: Final = ("paid", "to")


def narrower(packs: Collection[Pack]) -> Iterator[Problem]:
    """Yield a problem for each rule that replaces a restriction and leaves something of it open."""
    owners = {rule.id: (rule, pack) for pack in packs for rule in pack.rules}
    for pack in packs:
        for number, rule in enumerate(pack.rules):
            old, owner = owners.get(rule.replaces or "", (None, pack))
            if old is None or old is rule or isinstance(old, MissingRule | ExemptionRule | DutyRule | NoteRule):
                continue
            left = list(_left_open(rule, pack, old, owner))
            if left:
                yield _problem(pack, number, rule, left)


def _left_open(rule: Rule, pack: Pack, old: Rule, owner: Pack) -> Iterator[str]:
    """Yield what an old restriction speaks of and the rule in its place does not."""
    if rule.kind != old.kind:
        yield f"kind {old.kind}"
    abroad = set(owner.countries) - set(pack.countries)
    if abroad and not pack.everywhere:
        yield f"countries {_several(abroad)}"
    outside = set(old.channels) - set(pack.channels)
    if outside and pack.channels:
        yield f"channels {_several(outside)}"
    for name in _LISTS:
        if missing := set(getattr(old, name)) - set(getattr(rule, name)):
            yield f"{name} {_several(missing)}"
    for name in _FILTERS:
        kept, wanted = getattr(rule, name), getattr(old, name)
        if kept is not None and (wanted is None or wanted - kept):
            yield f"other {name}" if wanted is None else f"{name} {_several(wanted - kept)}"
    for name in _SINGLE:
        if getattr(rule, name) not in (None, getattr(old, name)):
            yield f"other values of {name}"


def _several(names: Collection[Any]) -> str:
    return ", ".join(sorted(map(str, names)))


def _problem(pack: Pack, number: int, rule: Rule, left: list[str]) -> Problem:
    place = Place(pack.pack, path=f"rules[{number}].replaces", rule=rule.id)
    message = f"it leaves open what {rule.replaces} speaks of: {'; '.join(left)}"
    hint = (
        "leave replaces: out, and both hold, the stricter wins; or speak of all of it; "
        "or write the rule under drops:, if it is to hold no longer"
    )
    return Problem("narrower-rule", message, place, rule.replaces, "a rule that speaks of no less", hint)

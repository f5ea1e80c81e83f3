"""What two policies differ in, part by part: every change of the content, and whether an answer can change by it."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from leadqual.analysis.comparisons.words import worded

Action = Literal["added", "removed", "changed", "moved", "renamed"]
Unit = tuple[str, ...]
"""A part that can be taken from either policy by itself: ``("scores", "intent", "rules", "demo")``."""

ORDER: Final[Unit] = ("transitions", "order")
_PARTS: Final = {"fields": "field", "interactions": "kind", "scores": "score", "scorers": "scorer",
                 "grades": "grade", "stages": "stage"}  # fmt: skip
_SILENT: Final = {"description", "policy.name", "policy.version", "stage.final", "stage.closed"}
"""What no answer depends on: names and words for people, and what only warnings and lists of leads look at."""
_LISTED: Final = {"rules": "rule", "transitions": "transition"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two policies.

    Parameters
    ----------
    action : {"added", "removed", "changed", "moved", "renamed"}
        What happened to it from the old policy to the new one.
    part : str
        What it is: rule, transition, score, group, grade, stage, field, kind, property, scorer, currency, policy.
    path : str
        Where it stands: ``scores.intent.rules.demo``.
    what : str or None
        Which of its keys changed, such as ``points`` or ``bands.A``; None for the whole part.
    old, new : object
        As plain data; of a part that moved, the one before it.
    words : str or None
        Why the part is there, in the words of the policy.
    decides : bool
        Whether the answer to any contact can change by it. It cannot by names, descriptions and the order of rules.
    unit : tuple of str
        The part that it belongs to, as a key.
    """

    action: Action
    part: str
    path: str
    what: str | None
    old: Any
    new: Any
    words: str | None
    decides: bool
    unit: Unit = field(repr=False, default=())

    def __str__(self) -> str:
        """Return the change in words, such as ``rule scores.intent.rules.demo: points 40 -> 30``."""
        return worded(self.action, self.part, self.path, self.what, self.old, self.new)

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain data for JSON."""
        names = ("action", "part", "path", "what", "old", "new", "words", "decides")
        return {**{name: getattr(self, name) for name in names}, "text": str(self)}


def same(old: Any, new: Any) -> bool:
    """Return whether two pieces of documents are the same to the content hash: 0 and -0 are not."""
    return old == new and json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)


def renames(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[Unit, str]:
    """Return the new names of rules and transitions that are the same but for their names, where there is one only."""
    found: dict[Unit, str] = {}
    lists = [("transitions",), *(("scores", name, "rules") for name in _both(old, new, "scores"))]
    for path in lists:
        before, after = _by_id(_at(old, path)), _by_id(_at(new, path))
        gone = [(name, _nameless(one)) for name, one in before.items() if name not in after]
        come = [(name, _nameless(one)) for name, one in after.items() if name not in before]
        for name, one in gone:
            alike = [other for other, content in come if same(one, content)]
            if len(alike) == 1 and sum(same(one, content) for _, content in gone) == 1:
                found[(*path, name)] = alike[0]
    return found


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield every difference between two documents, as `Policy.to_dict` gives them; none if the hashes are the same.

    Rules and transitions are known by their ids, all other parts by their names.
    """
    special = {*_PARTS, "transitions", "currency"}
    yield from _keys("policy", (), old, new, special)
    yield from _currency(old.get("currency"), new.get("currency"))
    for section, part in _PARTS.items():
        yield from _named(part, (section,), old.get(section, {}), new.get(section, {}))
    yield from _listed(("transitions",), old.get("transitions", []), new.get("transitions", []))


def _currency(old: Any, new: Any) -> Iterator[Change]:
    if old is None or new is None:
        if old is not new:
            action: Action = "added" if old is None else "removed"
            yield Change(action, "currency", "currency", None, old, new, None, True, ("currency",))
        return
    yield from _keys("currency", ("currency",), old, new)


def _named(part: str, path: Unit, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        place = (*path, name)
        if name in old and name in new:
            inner = {"score": ("rules", "groups"), "kind": ("properties",)}.get(part, ())
            yield from _keys(part, place, old[name], new[name], inner)
            yield from _inside(part, place, old[name], new[name])
        else:
            yield _whole(part, place, old.get(name), new.get(name))


def _inside(part: str, path: Unit, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the changes of the named parts within a score or a kind of interaction."""
    if part == "score":
        yield from _named("group", (*path, "groups"), old.get("groups", {}), new.get("groups", {}))
        yield from _listed((*path, "rules"), old.get("rules", []), new.get("rules", []))
    elif part == "kind":
        found = _named("property", (*path, "properties"), old.get("properties", {}), new.get("properties", {}))
        yield from (replace(change, unit=path) for change in found)  # a kind is taken from one policy as a whole


def _whole(part: str, path: Unit, old: Any, new: Any) -> Change:
    action: Action = "added" if old is None else "removed"
    words = (old or new or {}).get("description")
    return Change(action, part, ".".join(path), None, old, new, words, True, path)


def _keys(
    part: str, path: Unit, old: Mapping[str, Any], new: Mapping[str, Any], inner: Sequence[str] | set[str] = ()
) -> Iterator[Change]:
    """Yield the keys of a part that changed, nested ones with a dot between."""
    before, after = dict(_flat(old, inner)), dict(_flat(new, inner))
    words = None if part == "policy" else new.get("description") or old.get("description")
    for key in dict.fromkeys((*before, *after)):
        if same(before.get(key), after.get(key)) and (key in before) == (key in after):
            continue
        silent = key == "description" or f"{part}.{key}" in _SILENT
        place = path or (key.partition(".")[0],)
        where, said = ".".join(path) or key, None if key == "description" else words
        what = key if path else None
        yield Change("changed", part, where, what, before.get(key), after.get(key), said, not silent, place)


def _flat(part: Mapping[str, Any], inner: Sequence[str] | set[str], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in part.items():
        if not before and key in inner:
            continue
        if isinstance(value, Mapping) and value:
            yield from _flat(value, (), f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _listed(path: Unit, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """Yield the changes of rules or transitions, which have an id and an order."""
    part, before, after = _LISTED[path[-1]], _by_id(old), _by_id(new)
    for name in dict.fromkeys((*before, *after)):
        place = (*path, name)
        if name in before and name in after:
            yield from _keys(part, place, before[name], after[name])
        else:
            yield _whole(part, place, before.get(name), after.get(name))
    common = [name for name in before if name in after]
    for name in _moved(common, [name for name in after if name in before]):
        was, now = _previous(list(before), name), _previous(list(after), name)
        decides = part == "transition" and _overtakes(name, before, after)
        words = after[name].get("description")
        unit = ORDER if part == "transition" else (*path, "order")
        yield Change("moved", part, ".".join((*path, name)), None, was, now, words, decides, unit)


def _moved(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return the fewest names that have to be taken out for the others to stand in the same order."""
    rank = {name: number for number, name in enumerate(new)}
    tails: list[int] = []
    links: list[tuple[int, int | None]] = []
    ends: list[int] = []
    for index, name in enumerate(old):
        place = bisect_left(tails, rank[name])
        links.append((index, ends[place - 1] if place else None))
        tails[place:place + 1], ends[place:place + 1] = [rank[name]], [index]  # fmt: skip
    kept, at = set(), ends[-1] if ends else None
    while at is not None:
        kept.add(old[at])
        at = links[at][1]
    return [name for name in old if name not in kept]


def _overtakes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether a transition now stands on the other side of one that leaves the same stage."""
    orders = list(old), list(new)

    def flipped(other: str) -> bool:
        sides = [order.index(name) < order.index(other) for order in orders]
        return sides[0] != sides[1]

    both = [other for other in old if other in new and other != name]
    return any(flipped(other) and any(_sources(ways[name]) & _sources(ways[other]) for ways in (old, new))
               for other in both)  # fmt: skip


def _sources(transition: Mapping[str, Any]) -> set[str]:
    source = transition["source"]
    return {source} if isinstance(source, str) else set(source)


def _previous(names: list[str], name: str) -> str | None:
    place = names.index(name)
    return names[place - 1] if place else None


def _by_id(listed: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {one["id"]: one for one in listed}


def _nameless(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key != "id"}


def _both(old: Mapping[str, Any], new: Mapping[str, Any], section: str) -> list[str]:
    return [name for name in old.get(section, {}) if name in new.get(section, {})]


def _at(document: Mapping[str, Any], path: Unit) -> Any:
    for name in path:
        document = document.get(name, {})
    return document or []

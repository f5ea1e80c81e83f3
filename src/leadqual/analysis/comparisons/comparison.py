"""Two policies compared: what is different in them, and on the same history who moves and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.analysis.comparisons.changes import Change, changes_between, renames
from leadqual.analysis.comparisons.contact import Parting
from leadqual.analysis.comparisons.impact import Impact, impact_of
from leadqual.analysis.comparisons.moves import CONTACT
from leadqual.analysis.comparisons.question import Question, asked
from leadqual.analysis.comparisons.report import data_of, html_of, text_of
from leadqual.analysis.comparisons.stages import StageMap, can_be_translated, stage_map, translated
from leadqual.conditions.nodes import Selection
from leadqual.errors import InputError, Place, Problem, UnknownNameError, shown
from leadqual.frames.models import to_models
from leadqual.frames.opened import Check
from leadqual.lifecycle.policy import Policy


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a new policy changes.

    Attributes
    ----------
    old, new : Policy
        The two policies.
    changes : tuple of Change
        Every difference of their content: rules added, removed, changed, moved, renamed; scores, groups, grades,
        stages, transitions, fields, kinds, the currency and all the rest. None if the content hashes are the same.
    stages : StageMap
        Which stage of one is which of the other.
    impact : Impact or None
        What it does to the contacts of a history, if one was given.
    """

    old: Policy
    new: Policy
    changes: tuple[Change, ...]
    stages: StageMap
    impact: Impact | None = None
    _question: Question | None = field(default=None, repr=False)

    @property
    def same(self) -> bool:
        """Whether the content is the same, whatever the layout."""
        return not self.changes

    @property
    def decides_the_same(self) -> bool:
        """Whether no answer to any contact can be different: names, descriptions and the order of rules at most."""
        return not any(change.decides for change in self.changes)

    def contact(self, contact_id: str) -> Parting:
        """Return where the two policies part on one contact, when and why.

        Parameters
        ----------
        contact_id : str
            The id of the contact.

        Raises
        ------
        InputError
            If the comparison was made without a history.
        UnknownNameError
            If there is no such contact.
        """
        if self.impact is None or self._question is None:
            hint = "compare(old, new, contacts, interactions)"
            message = "the policies were compared without a history"
            raise InputError(Problem("missing-argument", message, Place("contacts"), hint=hint))
        question = self._question
        people = question.past.contacts.filter(pl.col(CONTACT) == contact_id)
        if people.is_empty():
            known = question.past.contacts[CONTACT].head(10_000).to_list()
            message, meant = f"there is no contact {shown(contact_id)}", did_you_mean(str(contact_id), known)
            raise UnknownNameError(
                Problem("unknown-contact", message, Place("contact_id"), shown(contact_id), hint=meant)
            )
        events = question.past.interactions.filter(pl.col(CONTACT) == contact_id)
        row = next(iter(self.impact.parted.filter(pl.col(CONTACT) == contact_id).to_dicts()), {})
        at = row.get("parted_at")
        ends = [_decided(question, policy, people, events, question.until) for policy in (self.old, self.new)]
        then = ends if at is None else [_decided(question, one, people, events, at) for one in (self.old, self.new)]
        because = set(row.get("because") or ())
        changes = tuple(change for change in self.changes if ".".join(change.unit) in because)
        return Parting(contact_id, at, then[0], then[1], ends[0], ends[1], changes, row.get("how"))

    def explain(self) -> str:
        """Return the comparison in words."""
        return text_of(self)

    def __str__(self) -> str:
        return self.explain()

    def __repr__(self) -> str:
        seen = "" if self.impact is None else f", {self.impact.contacts:,} contacts"
        return f"<Comparison: {self.old.ref} with {self.new.ref}, {len(self.changes)} changes{seen}>"

    def _repr_html_(self) -> str:
        return html_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data for JSON."""
        return data_of(self)


def compare(
    old: Policy,
    new: Policy,
    contacts: Any = None,
    interactions: Any = None,
    *,
    until: datetime | None = None,
    since: datetime | None = None,
    stages: Mapping[str, str | None] | None = None,
    outcome: str | Selection | None = "purchase",
    desk: str | Iterable[str] | None = None,
    time_zone: str = "UTC",
    reasons: bool = True,
    check: Check | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Comparison:
    """Compare two policies; with two tables also what the new one does to the contacts of a history.

    Parameters
    ----------
    old, new : Policy
        The policies.
    contacts, interactions : table, optional
        As for `leadqual.frames.replay`. An interaction of a kind that only one of the policies knows is left out under
        the other, and the notes say so.
    until : datetime, optional
        Where the contacts stand is told for this instant; that of the last interaction by default.
    since : datetime, optional
        From when on leads of the sales desk and outcomes are counted; by default from the first contact on. The history
        before is replayed too.
    stages : mapping of str to str or None, optional
        Which stage of the old policy is which of the new one, where the names differ: ``{"mql": "qualified"}``. None
        says that a stage of either policy stands for itself. Every stage needs a counterpart or None where tables are
        given.
    outcome : str or Selection, optional
        The interactions that make a known customer, such as ``purchase`` or ``purchase[amount > 100]``.
    desk : str or iterable of str, optional
        The stages that the sales desk works; ``sql`` by default.
    time_zone : str, default "UTC"
        Whose days are counted.
    reasons : bool, default True
        Whether each change is tried by itself, to tell because of which one contacts move. It costs one or two replays
        a change, of those contacts alone.
    check : {"all", "columns", "trusted"}, optional
        What is looked at in the tables; see `leadqual.frames.score`.
    progress : callable, optional
        Is told what is done and how far it has come, from 0 to 1.

    Raises
    ------
    InputError
        If the stages have no counterpart, or with everything that is wrong with arguments and tables.

    Examples
    --------
    >>> from leadqual import Policy, policies
    >>> old = policies.sales()
    >>> new = Policy.loads(old.to_yaml().replace("score.intent >= 50", "score.intent >= 40"))
    >>> comparison = compare(old, new)
    >>> print(*comparison.changes)
    transition transitions.many-signs: when score.intent >= 50 -> score.intent >= 40
    >>> comparison.same, compare(old, old).same
    (False, True)
    """
    _check_policies(old, new)
    given = [name for name, table in (("contacts", contacts), ("interactions", interactions)) if table is not None]
    if len(given) == 1:
        other = "interactions" if given == ["contacts"] else "contacts"
        raise InputError(Problem("missing-argument", f"{given[0]} are given without {other}", Place(other)))
    mapped = stage_map(old, new, stages, complete=bool(given))
    aligned, renamed = _aligned(old, new, mapped)
    changes = (*renamed, *changes_between(aligned.to_dict(), new.to_dict()), *_scorers(old, new))
    if not given:
        return Comparison(old, new, changes, mapped)
    question = asked(
        old, new, contacts, interactions, until=until, since=since, stages=mapped, outcome=outcome, desk=desk,
        time_zone=time_zone, check=check,
    )  # fmt: skip
    tried = aligned if can_be_translated(old, mapped) else None
    impact = impact_of(question, tried, changes, explained=reasons, tell=progress or (lambda name, done: None))
    return Comparison(old, new, changes, mapped, impact, question)


def _check_policies(old: Any, new: Any) -> None:
    hint = "leadqual.Policy.load(path), or one that ships: leadqual.policies.sales()"
    problems = [
        Problem("wrong-type", "this is no policy", Place(name), shown(policy), "a Policy", hint)
        for name, policy in (("old", old), ("new", new))
        if not isinstance(policy, Policy)
    ]
    if problems:
        raise InputError(problems)


def _aligned(old: Policy, new: Policy, stages: StageMap) -> tuple[Policy, list[Change]]:
    """Return the old policy in the names of the new one, and the changes of names."""
    changes = [
        Change("renamed", "stage", f"stages.{name}", None, name, target, new.stages[target].description, False,
               ("stages", target))
        for name, target in stages.renamed.items()
    ]  # fmt: skip
    aligned = old.model_copy(update=translated(old, stages)) if stages.renamed else old
    found = renames(aligned.to_dict(), new.to_dict())
    for path, name in found.items():
        part = "transition" if path[0] == "transitions" else "rule"
        listed = new.transitions if part == "transition" else new.scores[path[1]].rules
        words = next(one.description for one in listed if one.id == name)
        changes.append(Change("renamed", part, ".".join(path), None, path[-1], name, words, False, (*path[:-1], name)))
    return (_renamed(aligned, found) if found else aligned), changes


def _renamed(policy: Policy, names: Mapping[tuple[str, ...], str]) -> Policy:
    """Return a policy with other ids of rules and transitions."""

    def named(path: tuple[str, ...], listed: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(one.model_copy(update={"id": names.get((*path, one.id), one.id)}) for one in listed)

    scores = {
        name: score.model_copy(update={"rules": named(("scores", name, "rules"), score.rules)})
        for name, score in policy.scores.items()
    }
    return policy.model_copy(update={"scores": scores, "transitions": named(("transitions",), policy.transitions)})


def _scorers(old: Policy, new: Policy) -> list[Change]:
    """Return the scores behind which another scorer object stands: nobody can look into it."""
    changes = []
    for name in dict.fromkeys((*old.attached_scorers, *new.attached_scorers)):
        sides = [policy.attached_scorers.get(name) for policy in (old, new)]
        if sides[0] is not sides[1] and sides[0] != sides[1] and name in old.scorers and name in new.scorers:
            was, now = (None if one is None else type(one).__name__ for one in sides)
            changes.append(
                Change("changed", "scorer", f"scorers.{name}", "object", was, now, None, True, ("scorers", name))
            )
    return changes


def _decided(question: Question, policy: Policy, people: pl.DataFrame, events: pl.DataFrame, at: datetime) -> Any:
    rows = question.seen_by(policy, events)
    (contact,), histories = to_models(people, rows, policy=policy, ignore_unknown_columns=True)
    return policy.decide(contact, histories.get(contact.id, ()), at=at)

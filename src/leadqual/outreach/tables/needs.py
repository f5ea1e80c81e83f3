"""What rules look at in a history, so that contacts whose histories come to the same are judged once.

A rule of the clock or of a registry asks nothing of a history. A relationship only asks on which side of a boundary
its latest sign lies, a consent or a wish only in which order they came, a limit exactly when. `sign` puts a history
into a value that is the same wherever no selected rule can tell two histories apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from leadqual.model.time import DAY
from leadqual.model.vocabulary import CallOutcome, Channel, Purpose
from leadqual.outreach.facts.history import READ_KINDS, Attempt, Request, Told, Word, concerns
from leadqual.outreach.facts.situation import Question
from leadqual.outreach.judge.said import is_about
from leadqual.outreach.judge.selection import Selection
from leadqual.outreach.rules.kinds import (
    CircumstanceRule,
    CoolDownRule,
    ExemptionRule,
    FrequencyRule,
    NoticeRule,
    Rule,
    ServiceWindowRule,
)
from leadqual.outreach.rules.period import begins
from leadqual.outreach.rules.rulebook import Rulebook

_ALWAYS: Final = ("line", "line_use", "inconvenient_times")
"""The attributes that rules look at by their filters and kinds."""
_PROVEN: Final = (None, "proof")
ONLY_ATTEMPTS: Final = frozenset({"call_outbound", "email_sent", "message_sent"})
"""The kinds that tell nothing but an attempt, unless a call ended in a wish not to be called."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What rules look at in a history.

    Parameters
    ----------
    related : mapping of str to list of int
        The kinds that show a relationship, and of each the instants at which its times begin, sorted.
    noticed : frozenset of str
        The kinds that are a notice.
    since : int, optional
        The instant from which attempts are counted; None if none is.
    heard_since : list of int
        The instants from which a message of the contact opens a window, sorted.
    purpose, channel : Purpose, Channel
        What is asked about: words and wishes about something else are no different from none.
    """

    related: Mapping[str, list[int]]
    noticed: frozenset[str]
    since: int | None
    heard_since: list[int]
    purpose: Purpose
    channel: Channel

    def matters(self) -> pl.Expr:
        """Return which rows of interactions can matter; those that only tell an attempt do if attempts are counted."""
        kinds = READ_KINDS.union(self.related, self.noticed)
        read = pl.col("kind").is_in(sorted(kinds))
        if self.since is not None:
            return read
        idle = ONLY_ATTEMPTS.difference(self.related, self.noticed)
        wish = pl.col("outcome").eq_missing(pl.lit(CallOutcome.DO_NOT_CALL.value))
        return read & (~pl.col("kind").is_in(sorted(idle)) | wish)

    def sign(self, told: Told) -> Hashable:
        """Return what these rules can tell of a history: the same value, the same verdict."""
        words = [one for one in told.words if is_about(one, self.channel, self.purpose)]
        wishes = [one for one in told.requests if concerns(one.purpose, self.purpose)]
        latest = told.latest
        shown = [(kind, latest[kind], starts) for kind, starts in self.related.items() if kind in latest]
        return (
            tuple((kind, bisect_right(starts, when)) for kind, when, starts in shown),
            _in_order(words, wishes, {kind: when for kind, when, _ in shown}) if words or wishes else None,
            self._attempts(told.attempts) if self.since is not None and told.attempts else None,
            (tuple(map(told.first.get, self.noticed)), frozenset(told.notices.items())) if self.noticed else None,
            self._heard(told.heard) if self.heard_since and told.heard else None,
        )

    def _attempts(self, attempts: Iterable[Attempt]) -> Hashable:
        """Return how often each attempt was made; those that are counted nowhere any more without their time."""
        since = self.since or 0
        made = Counter(one if one.instant >= since else one._replace(instant=0) for one in attempts)
        return frozenset(made.items())

    def _heard(self, heard: Mapping[str, int]) -> Hashable:
        return frozenset((channel, bisect_right(self.heard_since, when)) for channel, when in heard.items())


def _in_order(words: Iterable[Word], wishes: Iterable[Request], shown: Mapping[str, int]) -> Hashable:
    """Return words, wishes and relationships with their place in time; what is proven, not by what."""
    instants = sorted({*shown.values(), *(one.instant for one in words), *(one.instant for one in wishes)})
    place = {instant: number for number, instant in enumerate(instants)}
    return (
        frozenset([one._replace(instant=place[one.instant], proof=_PROVEN[bool(one.proof)]) for one in words]),
        frozenset([one._replace(instant=place[one.instant]) for one in wishes]),
        tuple((kind, place[when]) for kind, when in shown.items()),
    )


def needs_of(selections: Iterable[Selection], question: Question) -> Needs:
    """Return what the rules of some selections look at in histories."""
    instant = question.instant
    related: defaultdict[str, set[int]] = defaultdict(set)
    noticed: set[str] = set()
    counted: list[int] = []
    heard: set[int] = set()
    for rule in _rules(selections):
        if isinstance(rule, ExemptionRule) and rule.relation is not None:
            for kind in rule.relation.kinds:
                related[kind].add(begins(rule.relation.within, instant))
        elif isinstance(rule, NoticeRule):
            noticed.update(rule.kinds)
        elif isinstance(rule, FrequencyRule):
            counted.append(instant - rule.within.micros)
        elif isinstance(rule, CoolDownRule):
            counted.append(instant - (rule.days + 2) * DAY)  # a local day can begin a day before that of UTC
        elif isinstance(rule, ServiceWindowRule):
            heard.add(instant - rule.within.micros + 1)
    starts = {kind: sorted(found) for kind, found in related.items()}
    since, purpose, channel = min(counted, default=None), question.purpose, question.channel
    return Needs(starts, frozenset(noticed), since, sorted(heard), purpose, channel)


def kinds_read(book: Rulebook, purpose: Purpose, channel: Channel) -> frozenset[str]:
    """Return the kinds of interactions that matter to any rule of a purpose and a channel."""
    kinds = set(READ_KINDS)
    for rule in _asked(book, purpose, channel):
        if isinstance(rule, ExemptionRule) and rule.relation is not None:
            kinds.update(rule.relation.kinds)
        elif isinstance(rule, NoticeRule):
            kinds.update(rule.kinds)
    return frozenset(kinds)


def attributes_read(book: Rulebook, purpose: Purpose, channel: Channel) -> tuple[str, ...]:
    """Return the attributes of contacts that any rule of a purpose and a channel looks at."""
    named = (rule.attribute for rule in _asked(book, purpose, channel) if isinstance(rule, CircumstanceRule))
    return tuple(dict.fromkeys([*_ALWAYS, *named]))


def attributes_of(book: Rulebook) -> frozenset[str]:
    """Return the attributes of contacts that any rule looks at, whatever it is about."""
    named = {held.rule.attribute for held in book.rules.values() if isinstance(held.rule, CircumstanceRule)}
    return frozenset({*_ALWAYS, *named})


def _asked(book: Rulebook, purpose: Purpose, channel: Channel) -> Iterator[Rule]:
    for held in book.rules.values():
        if purpose in held.rule.purposes and channel in held.rule.channels:
            yield held.rule


def _rules(selections: Iterable[Selection]) -> Iterator[Rule]:
    for selection in selections:
        for entry in (*selection.restrictions, *selection.exemptions):
            yield entry.rule

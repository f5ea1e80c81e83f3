"""The way of a contact as a picture: the stages as spells, and below them what happened, on one line of time.

Places are shares of the width, so the picture is as wide as the page lets it be and its letters stay legible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.cards.frame import GOOD
from leadqual.cards.values import rounded
from leadqual.lifecycle.explain import moment
from leadqual.model.interactions.base import Interaction

if TYPE_CHECKING:
    from leadqual.lifecycle.decision import Decision, Origin

_SLOTS: Final = 120
"""Into how many pieces the time is divided; what falls into one is drawn as one mark."""
_COLOURS: Final = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#0072b2", "#d55e00", "#9a8f1d", "#888888")
"""Colours that colour-blind people can tell apart (Okabe and Ito, Color Universal Design, 2008)."""
_HEIGHT: Final = 16
_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Spell:
    """A time at a stage: from when to when, and how the contact came there."""

    stage: str
    begin: datetime
    end: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The time from left to right."""

    begin: datetime
    end: datetime

    def share(self, instant: datetime) -> float:
        """Return where an instant lies, from 0 to 100."""
        return 100 * min(1.0, max(0.0, (instant - self.begin) / (self.end - self.begin)))

    def slot(self, instant: datetime) -> int:
        """Return into which piece an instant falls."""
        return min(_SLOTS - 1, int(self.share(instant) * _SLOTS / 100))


def timeline(decision: Decision) -> str:
    """Return the way of a decision's contact as HTML; nothing where nothing has happened."""
    history = _history(decision)
    spells = spells_of(decision, history)
    known = [*(one.occurred_at for one in history), *(one.begin for one in spells)]
    if not known:
        return ""
    begin = min(known)
    axis = Axis(begin if begin < decision.at else decision.at - timedelta(days=1), decision.at)
    lanes = [("stage", _stages(spells, axis, _tints(decision)))] if spells else []
    lanes += [(name, _marks(several, axis)) for name, several in _lanes(history, decision.origin)]
    return _table(lanes, axis)


def _history(decision: Decision) -> list[Interaction]:
    origin = decision.origin
    return [] if origin is None else [one for one in origin.history if one.occurred_at <= decision.at]


def spells_of(decision: Decision, history: Sequence[Interaction]) -> list[Spell]:
    """Return where the contact stood from when to when, as far as the decision knows."""
    standing, moves = decision.standing, decision.moves
    if standing.entered_at is None or standing.stage is None:
        return []
    stage, begin, why = standing.stage, standing.entered_at, "began here"
    if moves:
        # The stage before the first move began when the contact appeared, or with the standing that was given.
        before = decision.before.entered_at if decision.before is not None else None
        if before is None or before > moves[0].at:
            before = _appeared(decision, history)
        stage, begin = moves[0].source, min(before or moves[0].at, moves[0].at)
    spells = []
    for move in moves:
        spells.append(Spell(stage, begin, move.at, why))
        stage, begin, why = move.target, move.at, f"by {move.transition}: {move.because}"
    return [*spells, Spell(stage, begin, decision.at, why)]


def _appeared(decision: Decision, history: Sequence[Interaction]) -> datetime | None:
    known = [history[0].occurred_at] if history else []
    created = decision.origin.contact.created_at if decision.origin is not None else None
    return min([*known, *([created] if created is not None and created <= decision.at else [])], default=None)


def _lanes(history: Sequence[Interaction], origin: Origin | None) -> Iterator[tuple[str, list[Interaction]]]:
    """Yield what happened in lanes: orders, what showed interest, and all the rest."""
    bought = frozenset() if origin is None else origin.decider.policy.meaning.purchases
    lanes: dict[str, list[Interaction]] = {"orders": [], "interest": [], "other": []}
    for one in history:
        name = "orders" if one.kind in bought else "interest" if one.is_interest() else "other"
        lanes[name].append(one)
    yield from ((name, several) for name, several in lanes.items() if several)


def _tints(decision: Decision) -> dict[str, str]:
    """Return a colour for each stage, the same in all decisions of a policy."""
    stages = dict.fromkeys(name for way in decision.outlook for name in (*way.source, way.target))
    stages.setdefault(str(decision.stage))
    return {stage: _COLOURS[place % len(_COLOURS)] for place, stage in enumerate(stages)}


def _stages(spells: Sequence[Spell], axis: Axis, tints: Mapping[str, str]) -> str:
    return _picture("".join(_spell(one, axis, tints.get(one.stage, "#888888")) for one in spells), 20, _told(spells))


def _told(spells: Iterable[Spell]) -> str:
    return "; ".join(f"{one.stage} from {one.begin.astimezone(UTC):%Y-%m-%d}" for one in spells)


def _spell(spell: Spell, axis: Axis, tint: str) -> str:
    left, right = axis.share(spell.begin), axis.share(spell.end)
    days = (spell.end - spell.begin) / timedelta(days=1)
    title = f"{spell.stage} from {moment(spell.begin)} to {moment(spell.end)} ({rounded(days, 3)} days), {spell.why}"
    return (
        # A picture of its own cuts off what is wider than it.
        f'<svg x="{left:.2f}%" width="{max(right - left, 0.3):.2f}%" height="20"><title>{escape(title)}</title>'
        f'<rect width="100%" height="20" fill="{tint}" fill-opacity=".3"/><rect width="2" height="20" fill="{tint}"/>'
        f'<text x="6" y="14" font-size="11" fill="currentColor">{escape(spell.stage)}</text></svg>'
    )


def _marks(several: Sequence[Interaction], axis: Axis) -> str:
    """Return interactions as marks, higher where there are more."""
    slots: dict[int, list[Interaction]] = {}
    for one in several:
        slots.setdefault(axis.slot(one.occurred_at), []).append(one)
    most = max(map(len, slots.values()))
    marks = "".join(_mark(place, found, most) for place, found in slots.items())
    base = f'<rect y="{_HEIGHT - 1}" width="100%" height="1" fill="currentColor" fill-opacity=".25"/>'
    kinds = Counter(one.kind for one in several).most_common(_NAMED)
    return _picture(
        base + marks, _HEIGHT, f"{len(several):,} interactions, mostly {', '.join(kind for kind, _ in kinds)}"
    )


def _mark(place: int, found: Sequence[Interaction], most: int) -> str:
    high = 6 + (_HEIGHT - 7) * len(found) / most
    x, width = 100 * place / _SLOTS, 100 / _SLOTS * 0.7
    return (
        f'<rect x="{x:.2f}%" width="{width:.2f}%" y="{_HEIGHT - 1 - high:.1f}" height="{high:.1f}" fill="{GOOD}">'
        f"<title>{escape(_said(found))}</title></rect>"
    )


def _said(found: Sequence[Interaction]) -> str:
    first, last = (one.occurred_at.astimezone(UTC) for one in (found[0], found[-1]))
    if len(found) == 1:
        return f"{moment(first)} {found[0].kind}"
    counted = Counter(one.kind for one in found).most_common(_NAMED)
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in counted)
    more = len({one.kind for one in found}) - len(counted)
    until = f" to {last:%Y-%m-%d}" if first.date() != last.date() else ""
    return f"{first:%Y-%m-%d}{until}: {kinds}{f' and {more} more kinds' if more else ''}"


def _picture(inside: str, height: int, label: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" width="100%" '
        f'height="{height}" style="display:block;overflow:hidden;height:{height}px">{inside}</svg>'
    )


def _dates(axis: Axis) -> str:
    days = (axis.end - axis.begin) / timedelta(days=1)
    form = "%Y-%m-%d" if days >= 3 else "%m-%d %H:%M"
    texts = []
    for share, anchor in ((0, "start"), (50, "middle"), (100, "end")):
        instant = (axis.begin + (axis.end - axis.begin) * share / 100).astimezone(UTC)
        texts.append(
            f'<text x="{share}%" y="11" text-anchor="{anchor}" font-size="11" fill="currentColor" '
            f'fill-opacity=".75">{instant.strftime(form)}</text>'
        )
    return _picture("".join(texts), 14, "the time, in UTC")


def _table(lanes: Sequence[tuple[str, str]], axis: Axis) -> str:
    cell = "border:0;background:none;padding:.12rem 0;vertical-align:middle"
    rows = "".join(
        f"<tr style='background:none'><td style='{cell};padding-right:.7rem;text-align:left;opacity:.75;"
        f"white-space:nowrap'>{escape(name)}</td><td style='{cell};width:100%'>{picture}</td></tr>"
        for name, picture in [*lanes, ("", _dates(axis))]
    )
    style = (
        "border:0;border-collapse:collapse;width:100%;table-layout:auto;font-size:.85em;margin:.5rem 0;color:inherit"
    )
    return f"<table style='{style}'>{rows}</table>"

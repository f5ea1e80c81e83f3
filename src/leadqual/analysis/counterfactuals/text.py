"""A counterfactual in words, and as a card for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo
from itertools import groupby
from typing import TYPE_CHECKING

from leadqual.analysis.counterfactuals.changes import Happened, Learned, Wanted
from leadqual.analysis.forecasts.text import left_out_text
from leadqual.analysis.sheets import Sheet, as_html, wrapped
from leadqual.lifecycle.explain import moment
from leadqual.lifecycle.outlook import shown_value

if TYPE_CHECKING:
    from leadqual.analysis.counterfactuals.report import Counterfactual, Option

_WIDTH = 100
_FEW = 3


def counterfactual_text(answer: Counterfactual, zone: tzinfo) -> str:
    """Return a counterfactual as lines for a terminal."""
    blocked = (line for text in _blocked(answer) for line in _item(text))
    return "\n".join([*_headline(answer, zone), *_options(answer, zone), *blocked, *_ending(answer, zone)])


def _headline(answer: Counterfactual, zone: tzinfo) -> Iterator[str]:
    seen = f"seen at {moment(answer.at, zone)} under {answer.policy}"
    yield f"Contact {answer.contact_id} stands at {answer.stage}, {seen}."
    match answer.status:
        case "already":
            yield f"It is at {answer.target} already."
        case "found":
            yield f"It would be at {answer.target} if:"
        case "impossible":
            yield f"It cannot come to {answer.target}, whatever is learned and whatever happens:"
        case _:
            yield f"No way to {answer.target} was found."


def _options(answer: Counterfactual, zone: tzinfo) -> Iterator[str]:
    for number, option in enumerate(answer.options):
        if number:
            yield "or if:"
        for change in option.changes:
            yield from _item(change_text(change, zone))
        for text in _times_of(option, answer, zone):
            yield from wrapped(text, _WIDTH, "    ")
        yield from wrapped(_moves_of(option), _WIDTH, "    moves ")
    yield from _more(answer)


def _more(answer: Counterfactual) -> Iterator[str]:
    if answer.more:
        yield f"{answer.more} more of the same size are not listed."


def _moves_of(option: Option) -> str:
    return ", ".join(f"{move.source} -> {move.target} ({move.transition})" for move in option.moves)


def _times_of(option: Option, answer: Counterfactual, zone: tzinfo) -> Iterator[str]:
    """Yield when it happens and when the contact is there, where it is not right after the decision."""
    first = min(one.occurred_at for one in option.interactions)
    last = max(one.occurred_at for one in option.interactions)
    if (first - answer.at).total_seconds() >= 1 and first == last:
        yield f"not before {moment(first, zone)}"
    if option.at > last:
        yield f"and then nothing: a review takes it there at {moment(option.at, zone)}"


def _item(text: str) -> list[str]:
    return wrapped(text, _WIDTH, "  - ")


def change_text(change: Wanted, zone: tzinfo = UTC) -> str:
    """Return one change in words: ``company.employees (not known) is at least 50``."""
    if isinstance(change, Learned):
        known = "not known" if change.known is None else f"now {shown_value(change.known)}"
        return f"{change.field} ({known}) {change.words}"
    if change.anything:
        return f"{_times('anything happens', change.times)}, such as {change.kind}{_when(change, zone)}"
    given = ", ".join(f"{name} {shown_value(value)}" for name, value in change.properties.items())
    text = f"{change.kind} happens{f' with {given}' if given else ''}"
    text = f"{_times(text, change.times)}{_when(change, zone)}"
    if change.alike:
        others = ", ".join(change.alike[:_FEW]) + (" …" if len(change.alike) > _FEW else "")
        text += f", or as well {others}"
    return f"{text} ({change.description})" if change.description else text


def _times(text: str, times: int) -> str:
    return f"{text} {times} times" if times > 1 else text


def _when(change: Happened, zone: tzinfo) -> str:
    """Return on which instants, where it is not all at once."""
    told = [(moment(instant, zone), len(list(same))) for instant, same in groupby(change.on)]
    if len(told) < 2:
        return ""
    if len(told) > _FEW:
        return f" from {told[0][0]} to {told[-1][0]}, no faster"
    return ": " + ", ".join(f"{count} at {when}" if count > 1 else f"at {when}" for when, count in told)


def _blocked(answer: Counterfactual) -> Iterator[str]:
    if answer.status == "impossible" and not answer.blocked:
        yield f"no transition leads from {answer.stage} there."
    sources: dict[tuple[str, str, str, str], list[str]] = {}
    for one in answer.blocked:
        values = ", ".join(f"{name} is {shown_value(value)}" for name, value in one.values.items())
        sources.setdefault((one.transition, one.target, one.condition, values), []).append(one.source)
    for (transition, target, condition, values), found in sources.items():
        text = f"{', '.join(found)} -> {target} ({transition}) needs {condition}"
        yield f"{text}; {values}" if values else text


def _ending(answer: Counterfactual, zone: tzinfo) -> Iterator[str]:
    if answer.status == "found":
        yield _smallest(answer, answer.options[0])
    elif answer.status == "unknown":
        yield f"Every set of up to {answer.complete} changes was tried, {answer.tried:,} in all; that proves nothing."
    if answer.by_itself is not None:
        yield f"If nothing happens, a review takes it there by itself at {moment(answer.by_itself, zone)}."
    if answer.left_out:
        yield left_out_text(answer.left_out)


def _smallest(answer: Counterfactual, option: Option) -> str:
    changes = "1 change" if option.size == 1 else f"{option.size} changes"
    if answer.proven_smallest:
        return f"{changes}: it cannot be done with fewer ({answer.tried:,} tried)."
    why = "the tries ended"
    if answer.complete >= option.size - 1:
        why = "not every time was tried" if answer.exact else "the policy computes with values without end"
    return f"{changes}: not proven to be the fewest, since {why} ({answer.tried:,} tried)."


def counterfactual_card(answer: Counterfactual) -> str:
    """Return a counterfactual as one piece of HTML without scripts, in the colours of the page."""
    head, verdict = (line.rstrip(":") for line in _headline(answer, UTC))
    if not answer.options:
        return as_html((head,), [Sheet(verdict, points=[*_blocked(answer)], remarks=[*_ending(answer, UTC)])])
    sheets = []
    for number, option in enumerate(answer.options):
        changes = [change_text(change) for change in option.changes]
        remarks = [*_times_of(option, answer, UTC), f"moves {_moves_of(option)}"]
        sheets.append(Sheet("or if" if number else verdict, points=changes, remarks=remarks))
    return as_html((head, *_more(answer), *_ending(answer, UTC)), sheets)

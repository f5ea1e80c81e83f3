"""A forecast in words, and as a table for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from leadqual.lifecycle.explain import moment
from leadqual.lifecycle.outlook import shown_value
from leadqual.model.standing import Move

if TYPE_CHECKING:
    from leadqual.analysis.forecasts.report import Change, Forecast

_WIDTH = 100


def forecast_text(forecast: Forecast, zone: tzinfo) -> str:
    """Return a forecast as lines for a terminal."""
    return "\n".join([_headline(forecast, zone), *_lines(forecast, zone), *_ending(forecast, zone)])


def _headline(forecast: Forecast, zone: tzinfo) -> str:
    stands = f"stands at {forecast.stage}" if forecast.stage is not None else "is scored"
    seen = f"seen at {moment(forecast.at, zone)} under {forecast.policy}"
    return f"Contact {forecast.contact_id} {stands}, {seen}.\nIf nothing more happens:"


def _lines(forecast: Forecast, zone: tzinfo) -> Iterator[str]:
    for way in forecast.waiting:
        tried = "the next review" if forecast.reviewed else "the next interaction, whatever it is"
        yield from _line("now", f"{way} holds already, and is tried at {tried}")
    # A change is what a review finds, so of one instant it is told first.
    told: list[tuple[datetime, int, str]] = [
        *((change.at, 0, _change(change, forecast)) for change in forecast.changes),
        *((move.at, 1, _move(move)) for move in forecast.moves),
    ]
    for at, _, text in sorted(told, key=lambda entry: entry[:2]):
        yield from _line(exact(at, zone), text)
    if not told and not forecast.waiting:
        yield "  nothing changes"


def _line(when: str, text: str) -> Iterator[str]:
    head = f"  {when}  "
    yield from wrap(text, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_long_words=False)


def _change(change: Change, forecast: Forecast) -> str:
    values = ", ".join(f"{name} {_exact_value(value)}" for name, value in change.values.items())
    if change.kind != "condition":
        became = f"{change.name}: {change.before or 'none'} -> {change.after or 'none'}"
        return f"{became} ({values})" if values else became
    answer = {"true": "holds", "false": "holds no more", "unknown": "cannot be told"}[str(change.after)]
    text = f"{change.name} ({change.stage} -> {change.target}) {answer}: {change.condition}"
    return f"{text}; {_noticed(change, forecast)}" if change.after == "true" else text


def _exact_value(value: Any) -> str:
    """Return a value with all six decimals that scores have: 4.999999 is not yet 5."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else shown_value(value)


def _noticed(change: Change, forecast: Forecast) -> str:
    if change.event is not None:
        return f"it waits for {change.event}"
    return "the next review tries it" if forecast.reviewed else "noticed at the next interaction, whatever it is"


def _move(move: Move) -> str:
    return f"MOVES {move.source} -> {move.target} ({move.transition}) at the review"


def _ending(forecast: Forecast, zone: tzinfo) -> Iterator[str]:
    until = moment(forecast.until, zone)
    if forecast.stopped is not None:
        yield f"Known up to {exact(forecast.until, zone)} only: {forecast.stopped}."
    elif forecast.settled:
        yield "After that nothing changes any more." if forecast.changes or forecast.moves else "It stays so."
    else:
        yield f"Looked ahead to {until}; more may change after it."
    if forecast.not_foreseen:
        names = ", ".join(forecast.not_foreseen)
        yield f"Not foreseen, because a scorer object decides: {names}."
    if forecast.left_out:
        several = "interaction lies" if forecast.left_out == 1 else "interactions lie"
        yield f"{forecast.left_out} {several} after the decision and are taken not to happen."


def exact(instant: datetime, zone: tzinfo = UTC) -> str:
    """Return an instant to the microsecond, with the name of its zone; always of one width."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.%f %Z")


def forecast_card(forecast: Forecast) -> str:
    """Return a forecast as one piece of HTML without scripts, in the colours of the page."""
    rows = [(exact(change.at), _change(change, forecast)) for change in forecast.changes]
    rows += [(exact(move.at), _move(move)) for move in forecast.moves]
    style = "border:0;text-align:left;vertical-align:top;white-space:normal"
    cells = "".join(
        f"<tr><td style='{style};white-space:nowrap'>{escape(when)}</td><td style='{style}'>{escape(text)}</td></tr>"
        for when, text in sorted(rows)
    )
    head = "".join(f"<div>{escape(line)}</div>" for line in _headline(forecast, UTC).split("\n"))
    end = "".join(f"<div>{escape(line)}</div>" for line in _ending(forecast, UTC))
    table = f"<table style='border:0;font-size:.9em'>{cells}</table>" if cells else ""
    return f"<div style='font-family:system-ui,sans-serif;max-width:60rem'>{head}{table}{end}</div>"

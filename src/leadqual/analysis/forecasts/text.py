"""A forecast in words, and as a table for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from leadqual.analysis.sheets import Sheet, as_html, wrapped
from leadqual.lifecycle.explain import moment
from leadqual.lifecycle.outlook import shown_value
from leadqual.model.standing import Move

if TYPE_CHECKING:
    from leadqual.analysis.forecasts.report import Change, Forecast

_WIDTH: Final = 100
_AHEAD: Final = "If nothing more happens"


def forecast_text(forecast: Forecast, zone: tzinfo) -> str:
    """Return a forecast as lines for a terminal."""
    told = [line for when, text in _entries(forecast, zone) for line in wrapped(text, _WIDTH, f"  {when}  ")]
    lines = [_headline(forecast, zone), f"{_AHEAD}:", *(told or ["  nothing changes"]), *_ending(forecast, zone)]
    return "\n".join(lines)


def _headline(forecast: Forecast, zone: tzinfo) -> str:
    stands = f"stands at {forecast.stage}" if forecast.stage is not None else "is scored"
    seen = f"seen at {moment(forecast.at, zone)} under {forecast.policy}"
    return f"Contact {forecast.contact_id} {stands}, {seen}."


def _entries(forecast: Forecast, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield when something changes, and what."""
    for way in forecast.waiting:
        tried = "the next review" if forecast.reviewed else "the next interaction, whatever it is"
        yield "now", f"{way} holds already, and is tried at {tried}"
    # A change is what a review finds, so of one instant it is told first.
    told: list[tuple[datetime, int, str]] = [
        *((change.at, 0, _change(change, forecast)) for change in forecast.changes),
        *((move.at, 1, _move(move)) for move in forecast.moves),
    ]
    for at, _, text in sorted(told, key=lambda entry: entry[:2]):
        yield exact(at, zone), text


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
        yield left_out_text(forecast.left_out)


def left_out_text(number: int) -> str:
    """Return that so many interactions of the history are left out."""
    lie, are = ("interaction lies", "is") if number == 1 else ("interactions lie", "are")
    return f"{number:,} {lie} after the decision and {are} taken not to happen."


def exact(instant: datetime, zone: tzinfo = UTC) -> str:
    """Return an instant to the microsecond, with the name of its zone; always of one width."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.%f %Z")


def forecast_card(forecast: Forecast) -> str:
    """Return a forecast as one piece of HTML without scripts, in the colours of the page."""
    rows = [*_entries(forecast, UTC)]
    columns, ending = ("when", "what") if rows else (), tuple(_ending(forecast, UTC))
    ahead = Sheet(_AHEAD, () if rows else ("Nothing changes.",), columns, rows, remarks=ending)
    return as_html((_headline(forecast, UTC),), [ahead])

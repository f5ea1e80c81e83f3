"""Consent to marketing as of an instant: the latest word, from the contact or from its interactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import narwhals as nw

from leadqual.conditions.nodes import Selection
from leadqual.conditions.parse import parse_selection
from leadqual.engines.tables.columns import Frame, safe
from leadqual.engines.tables.gather import Gathering
from leadqual.engines.tables.keys import CONTACT, Keys
from leadqual.engines.tables.native import Table
from leadqual.model.vocabulary import Channel, Purpose

_COLUMN: Final = "consents"
_MARKETING: Final = Purpose.MARKETING.value
_WORD: Final = "lq_word"

CHANNEL: Final = "channel"
WHEN: Final = "when"
"""UTC microseconds since 1970-01-01T00:00Z."""
GRANTED: Final = "granted"


class Consents:
    """The consents that a policy asks for at an instant, each a column.

    Parameters
    ----------
    contacts : Table
        The contacts, with what they allowed and refused under ``consents`` where the table has it.
    keys : Keys
        Under which key they are joined.
    gathering : Gathering
        Where the words in interactions are looked for.
    """

    def __init__(self, contacts: Table, keys: Keys, gathering: Gathering) -> None:
        self._table, self._keys, self._gathering = contacts, keys, gathering
        self._channels: dict[str, tuple[str, str]] = {}

    def of(self, channel: str) -> nw.Expr:
        """Return whether marketing on a channel is allowed; null if nothing was ever said."""
        if not has_words(self._table):
            return consented(channel, self._gathering.latest_of)
        number = len(self._channels)
        names = self._channels.setdefault(channel, (f"lq_given{number}", f"lq_refused{number}"))
        self._gathering.add_of_contacts(_COLUMN, self._latest)
        return consented(channel, self._gathering.latest_of, (nw.col(names[0]), nw.col(names[1])))

    def _latest(self) -> Frame:
        """Return when each contact last allowed and last refused each channel, from its list of consents."""
        now = nw.lit(self._gathering.rows.now, dtype=nw.Int64())
        told = words(self._table, self._keys).filter(nw.col(WHEN) <= now)
        return told.group_by(CONTACT).agg(
            nw.when((nw.col(CHANNEL) == channel) & (nw.col(GRANTED) == is_given)).then(nw.col(WHEN)).max().alias(name)
            for channel, names in self._channels.items()
            for name, is_given in zip(names, (True, False), strict=True)
        )


def consented(
    channel: str, latest_of: Callable[[Selection], nw.Expr], told: tuple[nw.Expr, nw.Expr] | None = None
) -> nw.Expr:
    """Return whether marketing on a channel is allowed, null if nothing was ever said.

    Parameters
    ----------
    channel : str
        The channel.
    latest_of : callable
        From a selection to when the last interaction of it happened.
    told : tuple, optional
        When the contact's own list last allowed it, and when it last refused it.
    """
    given, refused = _said(latest_of, _giving(channel)), _said(latest_of, *_refusing(channel))
    if told is not None:
        given, refused = nw.max_horizontal(given, told[0]), nw.max_horizontal(refused, told[1])
    # Of two words at one instant the withdrawal counts.
    withdrawn = ~refused.is_null() & (given.is_null() | (refused >= given))
    return nw.when(withdrawn).then(nw.lit(value=False)).otherwise(nw.when(~given.is_null()).then(nw.lit(value=True)))


def has_words(contacts: Table) -> bool:
    """Return whether a table of contacts has what they allowed and refused."""
    return _COLUMN in contacts.schema


def words(contacts: Table, keys: Keys) -> Frame:
    """Return every word about marketing in the contacts' lists: under their key `CHANNEL`, `WHEN` and `GRANTED`."""
    told = contacts.frame.select(keys.of_contacts, nw.col(safe(_COLUMN)).alias(_WORD)).explode(_WORD)
    word = nw.col(_WORD).struct
    when = contacts.dialect.micros(word.field("at"))
    purpose, granted = _or(contacts, word, "purpose", _MARKETING), _or(contacts, word, "granted", value=True)
    told = told.select(
        CONTACT, word.field("channel").alias(CHANNEL), when.alias(WHEN), purpose.alias("purpose"),
        granted.alias(GRANTED),
    )  # fmt: skip
    return told.filter(nw.col("purpose") == _MARKETING)


def _or(contacts: Table, word: Any, name: str, value: Any) -> nw.Expr:
    """Return a part of each word, or what it means where it was left out."""
    fields = {field.name for field in contacts.schema[_COLUMN].inner.fields}  # type: ignore[attr-defined]
    return word.field(name).fill_null(value) if name in fields else nw.lit(value)


def _said(latest_of: Callable[[Selection], nw.Expr], *selections: Selection) -> nw.Expr:
    """Return when one of these kinds of interactions happened last."""
    latest = [latest_of(one) for one in selections]
    return latest[0] if len(latest) == 1 else nw.max_horizontal(*latest)


def _giving(channel: str) -> Selection:
    return parse_selection(f"consent_given[for_channel == {channel!r} and purpose == {_MARKETING!r}]")


def _refusing(channel: str) -> list[Selection]:
    about = f"(for_channel is None or for_channel == {channel!r}) and (purpose is None or purpose == {_MARKETING!r})"
    found = [parse_selection(f"{kind}[{about}]") for kind in ("consent_withdrawn", "opted_out")]
    return [*found, Selection("newsletter_unsubscribed")] if channel == Channel.EMAIL else found

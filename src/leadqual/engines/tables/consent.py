"""Consent to marketing as of an instant: the latest word, from the contact or from its interactions."""

from __future__ import annotations

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


class Consents:
    """The consents that a policy asks for, each a column.

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
        given, refused = self._said(_giving(channel)), self._said(*_refusing(channel))
        if _COLUMN in self._table.schema:
            number = len(self._channels)
            columns = self._channels.setdefault(channel, (f"lq_given{number}", f"lq_refused{number}"))
            self._gathering.add_of_contacts(_COLUMN, self._words)
            given, refused = (
                nw.max_horizontal(told, nw.col(column)) for told, column in zip((given, refused), columns, strict=True)
            )
        # Of two words at one instant the withdrawal counts.
        withdrawn = ~refused.is_null() & (given.is_null() | (refused >= given))
        return (
            nw.when(withdrawn).then(nw.lit(value=False)).otherwise(nw.when(~given.is_null()).then(nw.lit(value=True)))
        )

    def _said(self, *selections: Selection) -> nw.Expr:
        """Return when one of these kinds of interactions happened last."""
        latest = [self._gathering.latest_of(one) for one in selections]
        return latest[0] if len(latest) == 1 else nw.max_horizontal(*latest)

    def _words(self) -> Frame:
        """Return when each contact last allowed and last refused each channel, from its list of consents."""
        words = self._table.frame.select(self._keys.of_contacts, nw.col(safe(_COLUMN)).alias(_WORD))
        words = words.explode(_WORD)
        word, now = nw.col(_WORD).struct, nw.lit(self._gathering.rows.now, dtype=nw.Int64())
        when = self._table.dialect.micros(word.field("at"))
        purpose, granted = self._or(word, "purpose", _MARKETING), self._or(word, "granted", value=True)
        words = words.select(
            CONTACT, word.field("channel").alias("channel"), when.alias("when"),
            purpose.alias("purpose"), granted.alias("granted"),
        ).filter((nw.col("when") <= now) & (nw.col("purpose") == _MARKETING))  # fmt: skip
        return words.group_by(CONTACT).agg(
            nw.when((nw.col("channel") == channel) & (nw.col("granted") == is_given))
            .then(nw.col("when"))
            .max()
            .alias(name)
            for channel, names in self._channels.items()
            for name, is_given in zip(names, (True, False), strict=True)
        )

    def _or(self, word: Any, name: str, value: Any) -> nw.Expr:
        """Return a part of each word, or what it means where it was left out."""
        fields = {field.name for field in self._table.schema[_COLUMN].inner.fields}  # type: ignore[attr-defined]
        return word.field(name).fill_null(value) if name in fields else nw.lit(value)


def _giving(channel: str) -> Selection:
    return parse_selection(f"consent_given[for_channel == {channel!r} and purpose == {_MARKETING!r}]")


def _refusing(channel: str) -> list[Selection]:
    about = f"(for_channel is None or for_channel == {channel!r}) and (purpose is None or purpose == {_MARKETING!r})"
    found = [parse_selection(f"{kind}[{about}]") for kind in ("consent_withdrawn", "opted_out")]
    return [*found, Selection("newsletter_unsubscribed")] if channel == Channel.EMAIL else found

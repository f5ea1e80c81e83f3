"""Rows that tell what happened: interactions, with references to whom they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from leadqual.integrations.cases import EMPTY, REFUSED
from leadqual.integrations.document import SKIP, Key, Reads, Rule, Value
from leadqual.integrations.fields import Taken, all_properties, kind_properties, priced_kinds, type_of
from leadqual.integrations.files.opened import ROW
from leadqual.integrations.readings.reader import Reader
from leadqual.integrations.readings.times import INSTANT
from leadqual.integrations.readings.words import read_words
from leadqual.integrations.rows.batch import Batch
from leadqual.integrations.rows.contacts import FILE, NUMBER, first_of, within
from leadqual.integrations.rows.keys import refs_of, simple
from leadqual.integrations.settings import Settings
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.policy.document import PolicyDocument

REF: Final = "_ref"
SEVERAL: Final = "_several"
ID: Final = "interaction_id"
OWN: Final = (REF, SEVERAL, FILE, NUMBER)
"""Columns that no table of interactions keeps."""

_SHARED: Final = ("channel", "direction", "campaign", "note")
_CURRENCY: Final = "an amount needs its currency: map a column, or write otherwise: IDR in the document"
_NOT_NEGATIVE: Final = ("amount", "seconds", "duration_seconds", "minutes", "days_overdue", "instalments")


@dataclass(frozen=True, slots=True)
class Told:
    """What some rows told.

    Parameters
    ----------
    frame : DataFrame
        The interactions, with lists of references. Those that are refused for their time or for what they lack have
        no time: whom they are about is looked at all the same, so that everything is told at once.
    skipped : int
        How many rows hold a term from which nothing follows.
    """

    frame: pl.DataFrame
    skipped: int

    @property
    def told(self) -> int:
        """How many interactions the rows told that were not refused yet."""
        return self.frame["occurred_at"].count()


def interactions_of(batch: Batch, chosen: Settings) -> Iterator[Told]:
    """Yield what each rule makes of some rows."""
    taken: dict[str, pl.Series] = {}
    for rule in batch.matched.file.interactions:
        mask = batch.all_hold(dict(rule.when))
        if rule.id in taken:  # two rules of one id: the first that applies counts
            mask = mask & ~taken[rule.id]
        taken[rule.id] = mask | taken[rule.id] if rule.id in taken else mask
        if mask.any():
            yield _of_rule(batch.where(mask), rule, chosen)


def _of_rule(batch: Batch, rule: Rule, chosen: Settings) -> Told:
    kinds = _kinds(batch, rule, chosen)
    skipped = int((kinds == SKIP).fill_null(value=False).sum())
    batch, kinds = _kept(batch, kinds, (kinds != SKIP).fill_null(value=False))
    times = _times(batch, rule, chosen)
    ids = batch.first((rule.id,))
    batch.tell_rows(REFUSED, "missing-id", ids.is_null(), f"every row needs what {rule.id} is made of")
    batch, kinds, times, ids = _kept(batch, kinds, ids.is_not_null(), times, ids)
    keys = rule.contact or batch.matched.file.contact or (Key(column=batch.matched.file.id or ("",)),)
    refs = refs_of(batch, keys, chosen)
    hint = f"whom it is about stands in {' or '.join(header for key in keys for header in key.column)}: all are empty"
    batch.tell_rows(REFUSED, "no-contact", refs.is_null(), hint)
    values = dict(_values(batch, rule, chosen, kinds))
    columns = [refs.rename(REF), ids.rename(ID), kinds.rename("kind"), times.rename("occurred_at"), *values.values()]
    frame = pl.DataFrame([*columns, batch.rows[ROW].rename(NUMBER)]).with_columns(
        pl.lit(batch.matched.opened.name).alias(FILE), pl.lit(not simple(keys)).alias(SEVERAL)
    )
    whole = _complete(batch, frame)
    frame = _priced(batch, frame).with_columns(pl.when(whole).then("occurred_at").alias("occurred_at"))
    return Told(frame.filter(frame[REF].is_not_null()), skipped)


def _kept(batch: Batch, kinds: pl.Series, mask: pl.Series, *others: pl.Series) -> Any:
    if mask.all():
        return (batch, kinds, *others)
    return (batch.where(mask), kinds.filter(mask), *(one.filter(mask) for one in others))


def _kinds(batch: Batch, rule: Rule, chosen: Settings) -> pl.Series:
    if not isinstance(rule.kind, Value):
        return pl.repeat(rule.kind, batch.height, dtype=pl.String, eager=True)
    vocabulary = chosen.words.get(rule.kind.words or "", {})
    kinds = pl.Series("kind", [None] * batch.height, dtype=pl.String)
    for header, cells in batch.each(rule.kind.column):
        read = read_words(cells, vocabulary, chosen.kinds)
        batch.tell(REFUSED, header, read.refused, cells)
        kinds = kinds.fill_null(read.values)
    empty = batch.first(rule.kind.column).is_null()
    if rule.kind.otherwise is not None:
        constant = pl.lit(str(rule.kind.otherwise))
        return pl.select(pl.when(empty).then(constant).otherwise(kinds)).to_series()
    hint = f"{' or '.join(map(batch.written, rule.kind.column))} is empty"
    batch.tell_rows(REFUSED, "no-kind", empty, hint)
    return kinds


def _times(batch: Batch, rule: Rule, chosen: Settings) -> pl.Series:
    """Return when things happened; where no time can be had, the row is refused."""
    found = pl.Series([None] * batch.height, dtype=INSTANT)
    wrong = pl.repeat(value=False, n=batch.height, dtype=pl.Boolean, eager=True)
    for header, cells in batch.each(rule.at):
        read = Reader(Reads(as_="time"), _TIME, chosen.words, chosen.how(batch.matched, header)).read(cells)
        batch.tell(REFUSED if not rule.or_at_export else EMPTY, header, read.refused, cells)
        found = found.fill_null(read.values)
        wrong = wrong | (cells.is_not_null() & read.values.is_null())
    if rule.or_at_export and chosen.at is not None:
        return found.fill_null(pl.select(pl.lit(chosen.at).cast(INSTANT)).to_series())
    hint = f"the time stands in {' or '.join(map(batch.written, rule.at))}, which says none"
    if rule.or_at_export:
        hint += ": say the instant of the export, at=..."
    unknown = found.is_null() if rule.or_at_export else found.is_null() & ~wrong
    batch.tell_rows(REFUSED, "no-export-time" if rule.or_at_export else "no-time", unknown, hint)
    return found


_TIME: Final = Taken("time", INSTANT)


def _values(batch: Batch, rule: Rule, chosen: Settings, kinds: pl.Series) -> Iterator[tuple[str, pl.Series]]:
    for name in _SHARED:
        value = getattr(rule, name)
        if value is not None:
            yield name, _value(batch, value, all_properties()[name], chosen, name)
    for name, value in rule.properties.items():
        taken = _property(rule, name, chosen.policy)
        values = _value(batch, value, taken, chosen, name)
        yield name, _where_it_belongs(values, name, kinds, chosen.policy)


def _property(rule: Rule, name: str, policy: PolicyDocument | None) -> Taken:
    if isinstance(rule.kind, str) and rule.kind in BUILT_IN:
        return kind_properties(rule.kind).get(name, _ANY)
    if isinstance(rule.kind, str) and policy is not None and (declared := _declared(policy, rule.kind, name)):
        return declared
    return all_properties().get(name, _ANY)


_ANY: Final = Taken("text", pl.String())


def _declared(policy: PolicyDocument, kind: str, name: str) -> Taken | None:
    spec = policy.interactions.get(kind)
    found = None if spec is None else spec.properties.get(name)
    if found is None:
        return None
    reading = {"instant": "time", "boolean": "yes_no", "texts": "list"}.get(str(found.type), str(found.type))
    return Taken(reading, type_of(reading))


def _value(batch: Batch, value: Value | Any, taken: Taken, chosen: Settings, name: str) -> pl.Series:
    if not isinstance(value, Value):
        return pl.repeat(value, batch.height, dtype=taken.type, eager=True).rename(name)
    limits = (0, 1e21) if name in _NOT_NEGATIVE else (None, None)
    values: pl.Series | None = None
    for header, cells in batch.each(value.column):
        reader = Reader(value, taken, chosen.words, chosen.how(batch.matched, header, value))
        read = batch.read(header, cells, within(reader.read(cells), cells, *limits), changes=reader.shows_changes())
        values = read if values is None else first_of([values, read])
    if values is None:
        values = pl.Series([None] * batch.height, dtype=type_of(value.as_ or taken.reading, taken.type))
    if value.otherwise is not None:
        empty, constant = batch.first(value.column).is_null(), pl.lit(value.otherwise).cast(taken.type)
        values = pl.select(pl.when(empty).then(constant).otherwise(values)).to_series()
    return values.rename(name)


def _where_it_belongs(values: pl.Series, name: str, kinds: pl.Series, policy: PolicyDocument | None) -> pl.Series:
    """Return a property without the rows of kinds that have none of that name."""
    strangers = [kind for kind in kinds.unique() if name not in _properties_of(kind, policy)]
    if not strangers:
        return values
    mine = ~kinds.is_in(strangers)
    return values.to_frame("value").select(pl.when(mine).then("value")).to_series().rename(name)


def _properties_of(kind: str, policy: PolicyDocument | None) -> Mapping[str, Any]:
    if policy is not None and kind in policy.interactions:
        return policy.interactions[kind].properties
    return kind_properties(kind) if kind in BUILT_IN else {}


def _complete(batch: Batch, frame: pl.DataFrame) -> pl.Series:
    """Return which interactions have all that their kind needs; the others are refused."""
    whole = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
    for kind in frame["kind"].unique().sort():
        here = frame["kind"] == kind
        for name, taken in kind_properties(kind).items() if kind in BUILT_IN else ():
            if taken.required:
                lacking = here & ~_given(frame, name)
                code = "missing-currency" if name == "currency" else "missing-field"
                batch.tell_rows(REFUSED, code, lacking, _CURRENCY if name == "currency" else f"{kind} needs {name}")
                whole = whole & ~lacking
    return whole


def _priced(batch: Batch, frame: pl.DataFrame) -> pl.DataFrame:
    """Return interactions without amounts whose currency is not known: what happened stays true without them."""
    if "amount" not in frame.columns:
        return frame
    optional = [kind for kind in priced_kinds() if not kind_properties(kind)["currency"].required]
    lacking = frame["kind"].is_in(optional) & frame["amount"].is_not_null() & ~_given(frame, "currency")
    batch.tell_rows(EMPTY, "missing-currency", lacking, _CURRENCY, frame["amount"])
    return frame.with_columns(pl.when(~lacking).then("amount").alias("amount"))


def _given(frame: pl.DataFrame, name: str) -> pl.Series:
    nothing = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    return frame[name].is_not_null() if name in frame.columns else nothing

"""Putting rows together: one contact a person, companies joined, interactions with their contacts, each once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from leadqual.files.columns import CONTACT_ID
from leadqual.integrations.cases import EMPTY, REFUSED, Cases
from leadqual.integrations.counts import CAME_IN, LATER_REFUSED, SHARED, Sums
from leadqual.integrations.fields import STAGE, STAGE_SINCE, contact_fields
from leadqual.integrations.readings.base import CELL
from leadqual.integrations.repeats import one_each, tell_duplicates
from leadqual.integrations.rows.alike import filled, tell_differing
from leadqual.integrations.rows.contacts import COMPANY, FILE, KEY, NUMBER, OWN, SAME_AS, TERM
from leadqual.integrations.rows.interactions import ID, REF, SEVERAL
from leadqual.integrations.rows.keys import BETWEEN, RANKED, refs_by

STANDINGS: Final = {
    "contact_id": pl.String(),
    "stage": pl.String(),
    "entered_at": pl.Datetime("us", "UTC"),
    "term": pl.String(),
}
"""The columns of standings: ``term`` is what the other system calls the stage."""

_RANK: Final = "_rank"
_N: Final = "_n"
_PART: Final = "_part"
_HASH: Final = "_hash"


class People:
    """The contacts of an import: one row each, and every reference that leads to them."""

    def __init__(self, rows: Sequence[pl.DataFrame], companies: Sequence[pl.DataFrame], cases: Cases) -> None:
        self.repeated = 0
        self.became = Sums()
        self._cases = cases
        whole = pl.concat(rows, how="diagonal_relaxed") if rows else _no_contacts()
        whole = self._joined(whole, companies)
        self._keys = whole.select(KEY, pl.coalesce(SAME_AS, KEY).alias(CONTACT_ID)).unique(maintain_order=True)
        self.contacts = self._merged(whole)
        self._keys = self._keys.join(self.contacts, on=CONTACT_ID, how="semi", maintain_order="left")
        gone = whole.select(FILE, KEY).join(self._keys, on=KEY, how="anti")
        self.refused = gone[KEY].unique()
        self.became.add(LATER_REFUSED, gone[FILE])
        self.became.add(CAME_IN, self.contacts[FILE])

    def _merged(self, whole: pl.DataFrame) -> pl.DataFrame:
        """Return one row a contact: rows that are the same person elsewhere fill what its own row leaves empty."""
        elsewhere = whole[SAME_AS].is_not_null()
        own, self.repeated = one_each(whole.filter(~elsewhere), KEY, self._cases)
        others, again = one_each(whole.filter(elsewhere), KEY, self._cases)
        self.repeated += again
        own, others = (
            own.with_columns(pl.col(KEY).alias(CONTACT_ID)),
            others.with_columns(pl.col(SAME_AS).alias(CONTACT_ID)),
        )
        if others.is_empty():
            return own
        lone = own.join(others, on=CONTACT_ID, how="anti", maintain_order="left")
        both = pl.concat([own.join(others, on=CONTACT_ID, how="semi", maintain_order="left"), others])
        whole = filled(both)
        tell_differing(both, whole, self._cases)
        return pl.concat([lone, whole.select(lone.columns)])

    def _joined(self, people: pl.DataFrame, companies: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Return contacts with what is known of their companies."""
        if not companies:
            return people
        whole, _ = one_each(pl.concat(companies, how="diagonal_relaxed"), KEY, self._cases)
        known = whole.drop(FILE, NUMBER).rename({KEY: COMPANY})
        dangling = people.join(known, on=COMPANY, how="anti", maintain_order="left").drop_nulls(COMPANY)
        self._cases.add(
            dangling.select(
                pl.lit(EMPTY).alias("effect"),
                pl.lit("unknown-company").alias("code"),
                pl.col(FILE).alias("file"),
                pl.col(NUMBER).alias("row"),
                pl.col(COMPANY).alias("found"),
                pl.lit("no company of this key came in: is its file there?").alias("suggestion"),
            )
        )
        joined = people.join(known, on=COMPANY, how="left", suffix="_its", maintain_order="left")
        both = [name for name in known.columns if f"{name}_its" in joined.columns]
        return joined.with_columns(pl.coalesce(name, f"{name}_its").alias(name) for name in both).drop(
            f"{name}_its" for name in both
        )

    def table(self) -> pl.DataFrame:
        """Return the contacts, with the columns in the order that all tables of contacts have."""
        left_out = {*OWN, STAGE, STAGE_SINCE, COMPANY}
        known = [name for name in contact_fields() if name in self.contacts.columns]
        others = sorted(set(self.contacts.columns) - set(known) - left_out - {CONTACT_ID})
        return self.contacts.select(CONTACT_ID, *known, *others)

    def standings(self) -> pl.DataFrame:
        """Return where the other system says that contacts stand."""
        if STAGE not in self.contacts.columns:
            return pl.DataFrame(schema=STANDINGS)
        since = pl.col(STAGE_SINCE) if STAGE_SINCE in self.contacts.columns else pl.lit(None)
        found = self.contacts.select(
            CONTACT_ID, STAGE, since.cast(STANDINGS["entered_at"]).alias("entered_at"), pl.col(TERM).alias("term")
        )
        return found.drop_nulls(STAGE)

    def references(self, ways: set[str], links: pl.DataFrame, country: str | None) -> pl.DataFrame:
        """Return where references lead: ``ref`` and ``contact_id``; a link leads to several contacts perhaps."""
        by_key = self._keys.select(pl.format(f"id{BETWEEN}{{}}", KEY).alias("ref"), CONTACT_ID)
        by_id = self.contacts.select(pl.format(f"id{BETWEEN}{{}}", CONTACT_ID).alias("ref"), CONTACT_ID)
        found = [by_key, by_id]
        for way in sorted(ways & set(self.contacts.columns)):
            refs = refs_by(self.contacts[way].rename(CELL), way, country)
            found.append(pl.DataFrame([refs.rename("ref"), self.contacts[CONTACT_ID]]).drop_nulls())
        direct = pl.concat(found).unique(maintain_order=True)
        if links.is_empty():
            return direct
        linked = links.join(direct, left_on="to", right_on="ref", maintain_order="left").select("ref", CONTACT_ID)
        return pl.concat([direct, linked]).unique(maintain_order=True)


def _no_contacts() -> pl.DataFrame:
    schema = {KEY: pl.String(), SAME_AS: pl.String(), COMPANY: pl.String(), FILE: pl.String(), NUMBER: pl.UInt32()}
    return pl.DataFrame(schema=schema)


class Happenings:
    """The interactions of an import, in files: first as rows told them, then with their contacts, each once."""

    def __init__(self, folder: Path, cases: Cases) -> None:
        self._folder, self._cases = folder, cases
        self._raw: list[Path] = []
        self.parts: list[Path] = []
        self.repeated = 0
        self.became = Sums()
        self._refused = pl.Series(dtype=pl.String())

    def add(self, rows: pl.DataFrame) -> None:
        """Add interactions whose references are not yet followed."""
        if rows.is_empty():
            return
        self._raw.append(self._folder / f"told-{len(self._raw)}.parquet")
        rows.write_parquet(self._raw[-1], compression="lz4", statistics=False)

    def settle(self, references: pl.DataFrame, refused: pl.Series) -> Iterator[float]:
        """Follow the references and leave each interaction once; yield how much of it is done.

        Parameters
        ----------
        references : DataFrame
            Where references lead.
        refused : Series
            The keys of contacts that are in the files and were refused.
        """
        self._refused = refused
        many = references.filter(references["ref"].is_duplicated())["ref"].unique()
        hashes: list[pl.DataFrame] = []
        for number, part in enumerate(self._raw):
            found = self._followed(pl.read_parquet(part), references, many)
            part.unlink()
            target = self._folder / f"interactions-{number:05}.parquet"
            found.write_parquet(target, compression="lz4", statistics=False)
            self.parts.append(target)
            key = pl.struct(CONTACT_ID, ID).hash().alias(_HASH)
            hashes.append(found.select(key, pl.lit(number, pl.UInt32).alias("part")))
            yield (number + 1) / len(self._raw)
        self._raw = []
        self._once(hashes)
        for part in self.parts:
            self.became.add(CAME_IN, pl.read_parquet(part, columns=[FILE])[FILE])

    def _followed(self, rows: pl.DataFrame, references: pl.DataFrame, many: pl.Series) -> pl.DataFrame:
        flat = (
            rows.with_row_index(_N)
            .explode(REF, empty_as_null=True)
            .with_columns(
                pl.col(REF).str.extract(f"^([0-9]+){RANKED}").cast(pl.UInt32).fill_null(0).alias(_RANK),
                pl.col(REF).str.replace(f"^[0-9]+{RANKED}", ""),
            )
        )
        ambiguous = flat[REF].is_in(many.implode()) & ~flat[REF].str.starts_with("link:")
        leading = flat.filter(~ambiguous).join(references, left_on=REF, right_on="ref", maintain_order="left")
        if leading[_RANK].max():  # several keys: the first that leads to a contact counts
            leading = leading.filter(pl.col(_RANK) == pl.col(_RANK).min().over(_N))
        astray = flat.with_columns(ambiguous.alias("_ambiguous")).join(
            leading, on=_N, how="anti", maintain_order="left"
        )
        self._tell(astray.filter("_ambiguous"), "ambiguous-contact", "several contacts have this: name it by its key")
        self._tell_unknown(astray.filter(~pl.col("_ambiguous")))
        if leading[SEVERAL].any():
            self._tell_lost(flat, leading, ambiguous)
        own = pl.when(SEVERAL).then(pl.format("{}-{}", ID, CONTACT_ID)).otherwise(ID)
        leading = leading.drop_nulls("occurred_at")  # the others were refused before
        self.became.add(LATER_REFUSED, astray.drop_nulls("occurred_at").unique(_N)[FILE])
        self.became.add(SHARED, leading.filter(~pl.col(_N).is_first_distinct())[FILE])
        known = leading.with_columns(own.alias(ID)).drop(REF, SEVERAL, _N, _RANK)
        return known.select(CONTACT_ID, ID, pl.exclude(CONTACT_ID, ID))

    def _tell_lost(self, flat: pl.DataFrame, leading: pl.DataFrame, ambiguous: pl.Series) -> None:
        """Tell of contacts that did not come in, beside others of the same row that did."""
        same = flat.filter(~ambiguous).join(leading.select(_N, _RANK).unique(), on=[_N, _RANK], maintain_order="left")
        lost = same.join(leading.select(_N, REF), on=[_N, REF], how="anti", maintain_order="left")
        self._tell_unknown(lost)

    def _tell_unknown(self, rows: pl.DataFrame) -> None:
        """Tell of contacts that are not there, apart from those that are and were refused."""
        gone = pl.select(pl.format(f"id{BETWEEN}{{}}", self._refused)).to_series()
        there = pl.col(REF).is_in(gone.implode()).fill_null(value=False)
        self._tell(rows.filter(there), "refused-contact", "the rows of this contact were refused: see there")
        self._tell(rows.filter(~there), "unknown-contact", "no contact of this key came in")

    def _tell(self, rows: pl.DataFrame, code: str, hint: str) -> None:
        key = pl.col(REF).str.splitn(BETWEEN, 2).struct[1]
        told = (pl.lit(REFUSED).alias("effect"), pl.lit(code).alias("code"), pl.lit(hint).alias("suggestion"))
        self._cases.add(rows.select(*told, pl.col(FILE).alias("file"), pl.col(NUMBER).alias("row"), key.alias("found")))

    def _once(self, hashes: list[pl.DataFrame]) -> None:
        """Take out what is there twice; only the parts that hold some of it are read again."""
        if not hashes:
            return
        whole = pl.concat(hashes)
        twice = whole.filter(whole[_HASH].is_duplicated())
        if twice.is_empty():
            return
        suspects = pl.struct(CONTACT_ID, ID).hash().is_in(twice[_HASH].unique().implode())
        numbers = [int(number) for number in twice["part"].unique().sort()]
        rows = [self._part(number).filter(suspects).with_columns(pl.lit(number).alias(_PART)) for number in numbers]
        several = pl.concat(rows, how="diagonal_relaxed")
        key = pl.format(f"{{}}{BETWEEN}{{}}", CONTACT_ID, ID)
        kept, self.repeated = self._one_each(several.with_columns(key.alias("_both")))
        gone = several.select(_PART, _N).join(kept, on=[_PART, _N], how="anti")
        for number in numbers:
            rest = self._part(number).join(
                gone.filter(pl.col(_PART) == number), on=_N, how="anti", maintain_order="left"
            )
            rest.drop(_N).write_parquet(self.parts[number], compression="lz4", statistics=False)

    def _part(self, number: int) -> pl.DataFrame:
        return pl.read_parquet(self.parts[number]).with_row_index(_N)

    def _one_each(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        content = [name for name in rows.columns if name not in (FILE, NUMBER, _PART, _N)]
        distinct = rows.unique(content, keep="first", maintain_order=True)
        twice = distinct["_both"].is_duplicated()
        if twice.any():
            self.became.add(LATER_REFUSED, distinct.filter(twice)[FILE])
            shown = distinct.filter(twice).with_columns(pl.col(ID).alias("_shown"))
            tell_duplicates(shown.with_columns(pl.col("_both").str.replace(BETWEEN, " ")), "_both", self._cases)
        return distinct.filter(~twice), rows.height - distinct.height

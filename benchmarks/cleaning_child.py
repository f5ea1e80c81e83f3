"""``python -m benchmarks.cleaning_child WAY CONTACTS``: search a list for duplicates, and print what it took."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.frames_child import _most_memory as most_memory
from leadqual import cleaning

TWICE: Final = 0.05
"""The share of contacts that are another one, told again."""
COMPANIES: Final = 50_021
_FIRST: Final = [f"{one}{other}" for one in ("si", "bu", "an", "jo", "de", "ri", "ag", "pu") for other in "abcdefghij"]
_LAST: Final = [
    f"{one}{other}" for one in ("rah", "san", "wi", "ha", "su") for other in ("ma", "to", "ja", "lim", "di")
]


def contacts(count: int) -> tuple[pl.DataFrame, set[tuple[str, str]]]:
    """Return contacts, and the pairs of them that are one person: told again with slips and gaps."""
    dice = np.random.default_rng(5)
    own = round(count / (1 + TWICE))
    again = dice.choice(own, count - own, replace=False)
    who = np.concatenate([np.arange(own), again])
    first, last, number = dice.integers(0, len(_FIRST), own), dice.integers(0, len(_LAST), own), dice.permutation(own)
    copied, (phone, mail, name) = np.arange(count) >= own, dice.random((3, count))
    people = who.tolist()
    table = pl.DataFrame({
        "contact_id": [f"c-{one}" for one in range(count)],
        "full_name": [f"{_FIRST[first[one]]} {_LAST[last[one]]} {one % 997}" for one in people],
        "phone": pl.Series(number[who]).cast(pl.String).str.zfill(8),
        "email": [f"{_FIRST[first[one]]}{one}@pt{one % COMPANIES}.co.id" for one in people],
        "company.name": [f"PT {one % COMPANIES}" for one in people],
    })  # fmt: skip
    digits = pl.when(pl.Series(copied & (phone < 0.3))).then(pl.col("phone").str.head(7) + "5").otherwise("phone")
    made = table.with_columns(
        full_name=pl.when(pl.Series(copied & (name < 0.3)))
        .then(pl.col("full_name").str.tail(-1))
        .otherwise("full_name"),
        phone=pl.when(pl.Series(~copied | (phone < 0.8))).then("+62812" + digits),
        email=pl.when(pl.Series(~copied | (mail > 0.4))).then("email"),
        country=pl.lit("ID"),
    )
    return made, {(f"c-{one}", f"c-{own + place}") for place, one in enumerate(again.tolist())}


def by_hand(people: pl.DataFrame) -> pl.DataFrame:
    """Return who shares a number that is normal already, by one grouping and a join."""
    several = people.group_by("phone").len().filter((pl.col("len") > 1) & pl.col("phone").is_not_null())
    return people.join(several, on="phone")


WAYS: Final[dict[str, Callable[[pl.DataFrame], Any]]] = {
    "hand": by_hand,
    "phone": lambda people: cleaning.duplicates(people, ["phone"]),
    "both": lambda people: cleaning.duplicates(people, ["phone", "email"]),
    "probable": lambda people: cleaning.probable(people),
}


def main(way: str, count: int) -> dict[str, float]:
    """Search a list."""
    people, truth = contacts(count)
    gc.collect()
    begin, began = process_time(), perf_counter()
    found = WAYS[way](people)
    took = {"processor": process_time() - begin, "wall": perf_counter() - began, "memory": float(most_memory())}
    if isinstance(found, cleaning.Duplicates):
        pairs = {*found.pairs.select("left", "right").unique().iter_rows()}
        took |= {"right": len(pairs & truth) / max(1, len(pairs)), "found": len(pairs & truth) / len(truth)}
    return took


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))

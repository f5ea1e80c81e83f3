"""Duplicates: shared keys among a million contacts beside one grouping and join, and what Splink takes."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from typing import Final

import polars as pl
from phonenumbers import PhoneNumberFormat, format_number, parse

from benchmarks.cleaning_child import by_hand, contacts
from benchmarks.timing import Figure, Target, calls, compared, of_pairs
from leadqual import cleaning
from leadqual.cleaning.keys import asked_keys, key_values, shared_values
from leadqual.cleaning.opened import opened_contacts

MEMORY: Final = 2.0 * 2**30
"""Bytes that probable duplicates among 100,000 contacts may take."""
PROBABLE: Final = 60.0
"""Seconds of processor time for them."""


def figures(*, quick: bool) -> list[Figure]:
    """Measure shared keys in this process, and probable duplicates in one of their own."""
    found = [*exact(20_000 if quick else 1_000_000, 3 if quick else 9), *national(500 if quick else 20_000)]
    return found if find_spec("splink") is None else [*found, *probable(2_000 if quick else 100_000)]


def exact(count: int, repeats: int) -> list[Figure]:
    """Measure what normal numbers share, what making them normal costs, and both together."""
    people, _ = contacts(count)
    opened = opened_contacts(people)
    (phone,), (mail,) = asked_keys(opened, ["phone"]), asked_keys(opened, ["email"])
    values, _ = key_values(opened, phone, None)
    hand, once = calls(lambda: by_hand(people), 1), Target(1, inclusive=True)
    ours = {
        "who shares a normal number": (calls(lambda: shared_values(values), 1), once),
        "all of duplicates() by phone": (calls(lambda: cleaning.duplicates(people, ["phone"]), 1), None),
        "by phone and e-mail": (calls(lambda: cleaning.duplicates(people, ["phone", "email"]), 1), None),
        "making international numbers normal": (calls(lambda: key_values(opened, phone, None), 1), None),
        "making addresses normal": (calls(lambda: key_values(opened, mail, None), 1), None),
    }
    size = f"{count:,} contacts"
    return [
        compared(f"{size}: {name} / a grouping and a join", run, hand, repeats, target)
        for name, (run, target) in ours.items()
    ]


def national(count: int) -> list[Figure]:
    """Measure what a number costs that is written as within its country, beside taking it apart by hand."""
    people, _ = contacts(count)
    opened = opened_contacts(people.with_columns(phone=pl.col("phone").str.replace(r"^\+62", "0")))
    (phone,) = asked_keys(opened, ["phone"])
    texts = opened.text("phone").drop_nulls().to_list()
    ours = calls(lambda: key_values(opened, phone, None), 1)
    alone = calls(lambda: [format_number(parse(one, "ID"), PhoneNumberFormat.E164) for one in texts], 1)
    return [compared(f"{count:,} national numbers made normal / phonenumbers in a loop", ours, alone, 3)]


def probable(count: int) -> list[Figure]:
    """Measure Splink with our settings, learning included."""
    command = [sys.executable, "-m", "benchmarks.cleaning_child", "probable", str(count)]
    took = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    size = f"probable, {count:,} contacts"
    return [
        of_pairs(f"{size}: processor time / {PROBABLE:g} s", [(took["processor"], PROBABLE)], Target(1)),
        of_pairs(f"{size}: time on the wall / {PROBABLE:g} s", [(took["wall"], PROBABLE)]),
        of_pairs(f"{size}: memory / 2 GiB", [(took["memory"], MEMORY)], Target(1), "bytes"),
        of_pairs(f"{size}: pairs that are right / 1", [(took["right"], 1.0)], None, "measure"),
        of_pairs(f"{size}: of the pairs there are, found / 1", [(took["found"], 1.0)], None, "measure"),
    ]

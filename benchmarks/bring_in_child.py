"""``python -m benchmarks.bring_in_child WAY CONTACTS ACTIVITIES``: one import, or reading by hand, as JSON.

By hand means what somebody would write who knows the files: `polars.read_csv`, and phonenumbers for every number.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import phonenumbers
import polars as pl

from benchmarks.frames_child import _most_memory as most_memory
from leadqual.integrations import Mapping, read

SMALL: Final = (200, 2_000)
"""The size of the files on which everything runs once before it is measured."""
_SEED: Final = 20_261_123
_COUNTRIES: Final = ("Indonesia", "Singapore", "Malaysia", "Germany", "United States")
_KINDS: Final = ("Call", "Email", "Meeting", "Page view", "Form", "Note")
_MAPPING: Final = """
system: measured
title: Measured
version: 1
files:
  contacts:
    about: contacts
    known_by: [Record ID, Lifecycle Stage]
    id: Record ID
    columns:
      First Name: given_name
      Last Name: family_name
      Email: email
      Phone: phone
      Country: country
      Company: company.name
      Employees: company.employees
      Lifecycle Stage: {to: stage, words: stages}
      Source: {to: source, words: sources}
      Created: created_at
  activities:
    about: interactions
    known_by: [Activity ID]
    contact: Contact ID
    interactions:
      - id: "activity-{Activity ID}"
        kind: {column: Type, words: activities}
        at: Time
        direction: outbound
        note: {column: Subject}
words:
  stages: {Lead: lead, Customer: customer}
  sources: {Organic Search: web_search, Referral: referral}
  activities:
    {Call: call_outbound, Email: email_sent, Meeting: appointment_kept, Page view: product_used, Form: form_submitted,
     Note: skip}
"""


def made(folder: Path, contacts: int, activities: int) -> tuple[Path, Path]:
    """Write exported files of some size, and return them."""
    dice = random.Random(_SEED)
    people, events = folder / "contacts.csv", folder / "activities.csv"
    with people.open("w", encoding="utf-8") as file:
        file.write(
            "Record ID,First Name,Last Name,Email,Phone,Country,Company,Employees,Lifecycle Stage,Source,Created\n"
        )
        for number in range(contacts):
            phone = f"0812-{dice.randrange(10**4):04}-{dice.randrange(10**4):04}"
            file.write(
                f'{number},Siti {number},"Rahma, S.E.",siti.{number}@Example{number % 5000}.co.id,{phone},'
                f"{'Indonesia' if dice.random() < 0.8 else dice.choice(_COUNTRIES)},PT Maju {number % 9000},"
                f"{dice.randrange(1000)},{dice.choice(('Lead', 'Customer'))},"
                f"{dice.choice(('Organic Search', 'Referral'))},"
                f"2026-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02} {dice.randrange(24):02}:15\n"
            )
    with events.open("w", encoding="utf-8") as file:
        file.write("Activity ID,Contact ID,Type,Time,Subject,Owner\n")
        for number in range(activities):
            file.write(
                f"{number},{dice.randrange(contacts)},{dice.choice(_KINDS)},2026-{dice.randrange(1, 13):02}-"
                f"{dice.randrange(1, 29):02} {dice.randrange(24):02}:{dice.randrange(60):02},"
                f"About offer {number % 700},Budi\n"
            )
    return people, events


def by_hand(people: Path, events: Path) -> int:
    """Read both files, and write the phone numbers in international form."""
    table = pl.read_csv(people, infer_schema_length=0)
    activities = pl.read_csv(events, infer_schema_length=0)
    regions = dict(zip(_COUNTRIES, ("ID", "SG", "MY", "DE", "US"), strict=True))
    phones = []
    for text, country in zip(table["Phone"], table["Country"], strict=True):
        try:
            number = phonenumbers.parse(text, regions.get(country))
        except phonenumbers.NumberParseException:
            phones.append(None)
            continue
        valid = phonenumbers.is_valid_number(number)
        phones.append(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None)
    return table.with_columns(pl.Series("Phone", phones)).height + activities.height


def prepared(way: str, people: Path, events: Path) -> Callable[[], int]:
    """Return the work itself; it returns how many rows came of it."""
    if way == "by-hand":
        return lambda: by_hand(people, events)
    mapping = Mapping.loads(_MAPPING)

    def bring_in() -> int:
        found = read(mapping, [people, events], country="ID", time_zone="Asia/Jakarta")
        return found.report.contacts + found.report.interactions

    return bring_in


def main(way: str, contacts: int, activities: int) -> dict[str, float]:
    """Run one way on small files, so that all is loaded, then measure it."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        for path in (small, large):
            path.mkdir()
        prepared(way, *made(small, *SMALL))()
        run = prepared(way, *made(large, contacts, activities))
        gc.collect()
        begin, began = process_time(), perf_counter()
        rows = run()
        processor, wall = process_time() - begin, perf_counter() - began
    return {"processor": processor, "wall": wall, "memory": most_memory(), "rows": float(rows)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))

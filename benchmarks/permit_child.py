"""``python -m benchmarks.permit_child CONTACTS CODES``: screen one list, and print what it took as JSON."""

from __future__ import annotations

import gc
import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.frames_child import _most_memory as most_memory
from benchmarks.registry import AREA_CODES, numbers_of, synthetic
from leadqual import outreach

AT: Final = datetime(2026, 11, 23, 17, tzinfo=UTC)
KINDS: Final = {
    "call_outbound": 0.35, "purchase": 0.2, "page_viewed": 0.15, "consent_given": 0.1, "call_inbound": 0.06,
    "email_sent": 0.05, "demo_requested": 0.05, "opted_out": 0.02, "consent_withdrawn": 0.02,
}  # fmt: skip
"""What happened, and how often."""
REGIONS: Final = ("US-CA", "US-TX", "US-FL", "US-NY", "US-IL", "US-WA", "US-GA", "US-OH", None, None)
_DAYS: Final = 800


def contacts(count: int, codes: range) -> pl.DataFrame:
    """Return a list of contacts with numbers of some area codes, of whom one in ten has a consent."""
    random = np.random.default_rng(3)
    ids = pl.Series("contact_id", np.arange(count)).cast(pl.String).str.pad_start(9, "0")
    phones = pl.Series("phone", numbers_of(codes, count)).cast(pl.String).str.replace("^", "+1")
    consent = pl.struct(
        channel=pl.lit("voice"), at=pl.lit(AT - timedelta(days=90)), how=pl.lit("written"), proof=pl.lit("form")
    )
    return pl.DataFrame([ids, phones]).with_columns(
        full_name="Name " + pl.col("contact_id"),
        country=pl.lit("US"),
        region=pl.Series([REGIONS[place] for place in random.integers(0, len(REGIONS), count).tolist()]),
        line=pl.Series([("mobile", "landline", None)[kind] for kind in random.integers(0, 3, count).tolist()]),
        consents=pl.when(pl.Series(random.random(count) < 0.1)).then(pl.concat_list(consent)),
    )


def interactions(people: pl.DataFrame, count: int) -> pl.DataFrame:
    """Return what happened with them in a little over two years, at random."""
    random = np.random.default_rng(4)
    kinds = pl.Series("kind", np.array([*KINDS])[random.choice(len(KINDS), count, p=[*KINDS.values()])])
    when = np.datetime64("2026-11-23T00:00:00", "us") - random.integers(0, _DAYS * 86_400_000_000, count).astype(
        "timedelta64[us]"
    )

    def some(*values: Any) -> pl.Series:
        return pl.Series([values[place] for place in random.integers(0, len(values), count).tolist()])

    call = pl.col("kind").str.starts_with("call_")
    word = pl.col("kind").is_in(["consent_given", "consent_withdrawn", "opted_out"])
    owner = people["contact_id"].gather(random.integers(0, people.height, count))
    return pl.DataFrame([owner, kinds]).with_columns(
        interaction_id=pl.Series(np.arange(count)).cast(pl.String),
        occurred_at=pl.Series(when).dt.replace_time_zone("UTC"),
        outcome=pl.when(call).then(some("no_answer", "answered", "busy", "voicemail", "interested", "do_not_call")),
        purpose=pl.when(call | word).then(some("telemarketing", "marketing", "service")),
        for_channel=pl.when(word).then(some("voice", "sms", "email")),
        how=pl.when(word).then(some("written", "web_form", "verbal", "email")),
        proof=pl.when(pl.col("kind") == "consent_given").then(some("a tape", None)),
    )


def main(count: int, codes: int) -> dict[str, float]:
    """Screen a list from files, after one small list, so that all is loaded."""
    area_codes = AREA_CODES[:codes]
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.parquet" for name in ("contacts", "interactions")}
        people = contacts(count, area_codes)
        people.write_parquet(files["contacts"])
        interactions(people, 2 * count).write_parquet(files["interactions"])
        numbers = synthetic(Path(folder) / "registry.dnc", area_codes)
        del people
        gc.collect()
        tables = [pl.scan_parquet(files[name]) for name in ("contacts", "interactions")]
        asked: dict[str, Any] = {"purpose": "telemarketing", "channel": "voice", "at": AT, "caller": "seller"}
        begin, began = process_time(), perf_counter()
        found = outreach.permit_frame(*tables, registries=numbers, **asked).collect()
        took = {"processor": process_time() - begin, "wall": perf_counter() - began, "memory": most_memory()}
        return {**took, "allowed": float(found["allowed"].sum()), "numbers": float(len(numbers))}


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))

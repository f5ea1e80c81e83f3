"""Turn the published log of a bank's loan applications into the two tables that ``leadqual`` reads.

    python prepare.py LOG --out FOLDER [--cases N]

LOG is the log as it is published (``.xes`` or ``.xes.gz``), or the same log as a table (``.csv`` or ``.csv.gz``) with
the columns case_id, amount_req, reg_date, event_index, timestamp, activity, lifecycle and resource. FOLDER gets
``contacts.csv`` and ``interactions.csv``. Only the standard library is used.

Every event of the log is either written or counted as left out, with the reason. An event that this script does not
know stops it before anything is written.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast
from xml.etree import ElementTree

COLUMNS = ("case_id", "amount_req", "reg_date", "event_index", "timestamp", "activity", "lifecycle")
CONTACT_COLUMNS = ("contact_id", "created_at", "country", "time_zone", "amount_requested")
INTERACTION_COLUMNS = ("contact_id", "interaction_id", "kind", "occurred_at", "channel", "direction")

CALL = ("voice", "outbound")
KINDS = {
    # (activity, lifecycle): (kind, channel, direction)
    ("A_SUBMITTED", "COMPLETE"): ("application_submitted", "", "inbound"),
    ("A_PREACCEPTED", "COMPLETE"): ("application_preaccepted", "", "outbound"),
    ("A_ACCEPTED", "COMPLETE"): ("application_accepted", "", "outbound"),
    ("A_ACTIVATED", "COMPLETE"): ("purchase", "", ""),
    ("A_DECLINED", "COMPLETE"): ("application_declined", "", "outbound"),
    ("A_CANCELLED", "COMPLETE"): ("application_cancelled", "", ""),
    ("O_SENT", "COMPLETE"): ("offer_sent", "", "outbound"),
    ("O_SENT_BACK", "COMPLETE"): ("offer_returned", "", "inbound"),
    ("W_Afhandelen leads", "START"): ("lead_call", *CALL),
    ("W_Completeren aanvraag", "START"): ("application_call", *CALL),
    ("W_Nabellen offertes", "START"): ("offer_call", *CALL),
    ("W_Nabellen incomplete dossiers", "START"): ("dossier_call", *CALL),
    ("W_Beoordelen fraude", "START"): ("fraud_check", "", ""),
}

PLANNED = "work that a system plans; nobody has done anything yet"
ENDED = "the end of work whose start is written"
INSIDE = "work inside the bank, without the applicant"
WORK = (
    "W_Afhandelen leads",
    "W_Completeren aanvraag",
    "W_Nabellen offertes",
    "W_Nabellen incomplete dossiers",
    "W_Beoordelen fraude",
)
LEFT_OUT = {
    ("A_PARTLYSUBMITTED", "COMPLETE"): "follows every A_SUBMITTED by itself",
    ("A_FINALIZED", "COMPLETE"): "goes with the first offer, which O_SENT says",
    ("A_APPROVED", "COMPLETE"): "the bookkeeping of A_ACTIVATED",
    ("A_REGISTERED", "COMPLETE"): "the bookkeeping of A_ACTIVATED",
    ("O_SELECTED", "COMPLETE"): "precedes every O_SENT",
    ("O_CREATED", "COMPLETE"): "precedes every O_SENT",
    ("O_CANCELLED", "COMPLETE"): "the bookkeeping of a new offer, or of the end of the application",
    ("O_ACCEPTED", "COMPLETE"): "goes with A_ACTIVATED",
    ("O_DECLINED", "COMPLETE"): "goes with A_DECLINED",
    **{(activity, "SCHEDULE"): PLANNED for activity in WORK},
    **{(activity, "COMPLETE"): ENDED for activity in WORK},
    ("W_Valideren aanvraag", "SCHEDULE"): INSIDE,
    ("W_Valideren aanvraag", "START"): INSIDE,
    ("W_Valideren aanvraag", "COMPLETE"): INSIDE,
    ("W_Wijzigen contractgegevens", "SCHEDULE"): INSIDE,
}


class Event(NamedTuple):
    """One event of the log, every part of it as it is written there."""

    case: str
    amount: str
    registered: str
    position: int
    at: str
    activity: str
    lifecycle: str


@dataclass
class Prepared:
    """The rows of the two tables, and a count of every event that was read."""

    contacts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    interactions: list[tuple[str, ...]] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    without_amount: int = 0

    @property
    def unknown(self) -> list[tuple[str, str]]:
        """The sorts of events that are neither written nor left out on purpose."""
        return sorted(sort for sort in self.counts if sort not in KINDS and sort not in LEFT_OUT)


def main() -> int:
    """Read the log, write the two tables, and print what became of every event."""
    options = _options()
    try:
        prepared = prepare(_first_cases(read_log(options.log), options.cases))
    except (OSError, EOFError, ValueError, zlib.error, csv.Error, ElementTree.ParseError) as error:
        print(f"{options.log}: the log cannot be read: {error}", file=sys.stderr)
        return 2
    if prepared.unknown or not prepared.contacts:
        _refuse(options.log, prepared)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    _write(options.out / "contacts.csv", CONTACT_COLUMNS, prepared.contacts.values())
    _write(options.out / "interactions.csv", INTERACTION_COLUMNS, prepared.interactions)
    _report(prepared, options.out)
    return 0


def read_log(path: Path) -> Iterator[Event]:
    """Yield the events of a log, by the ending of its name."""
    name = path.name.removesuffix(".gz")
    if not name.endswith((".csv", ".xes")):
        raise ValueError("its name ends in none of .csv, .csv.gz, .xes, .xes.gz")
    read = _from_table if name.endswith(".csv") else _from_xes
    with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as raw:
        yield from read(cast(BinaryIO, raw))


def _from_table(raw: BinaryIO) -> Iterator[Event]:
    rows = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""), strict=True)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise ValueError(f"it lacks the columns {', '.join(missing)}")
    for row in rows:
        if any(row[name] is None for name in COLUMNS):
            raise ValueError(f"line {rows.line_num} is cut short")
        case, amount, registered, index, *rest = (row[name] for name in COLUMNS)
        yield Event(case, amount, registered, int(index), *rest)


def _from_xes(raw: BinaryIO) -> Iterator[Event]:
    for _, element in ElementTree.iterparse(raw):
        if element.tag.rpartition("}")[2] != "trace":
            continue
        events = [child for child in element if child.tag.rpartition("}")[2] == "event"]
        case, amount, registered = _attributes(element, "concept:name", "AMOUNT_REQ", "REG_DATE")
        for index, event in enumerate(events):
            at, *sort = _attributes(event, "time:timestamp", "concept:name", "lifecycle:transition")
            yield Event(case, amount, registered, index, at, *sort)
        element.clear()


def _attributes(element: ElementTree.Element, *keys: str) -> list[str]:
    values = {child.get("key"): child.get("value", "") for child in element}
    missing = [key for key in keys if key not in values]
    if missing:
        raise ValueError(f"{element.tag.rpartition('}')[2]} {values} lacks {', '.join(missing)}")
    return [values[key] for key in keys]


def _first_cases(events: Iterable[Event], limit: int | None) -> Iterator[Event]:
    """Yield the events of the first cases only; the events of a case may stand apart."""
    cases: set[str] = set()
    for event in events:
        if event.case in cases or limit is None or len(cases) < limit:
            cases.add(event.case)
            yield event


def prepare(events: Iterable[Event]) -> Prepared:
    """Return the rows of the two tables: times with the offset of the log, ids in the order of the log.

    Many events of a case happen at the same instant. ``leadqual`` orders those by their id, so the place of the event
    in its case stands in the id, with leading zeros.
    """
    prepared = Prepared()
    for event in events:
        sort = (event.activity, event.lifecycle)
        prepared.counts[sort] += 1
        if event.case not in prepared.contacts:
            amount = "" if float(event.amount or 0) == 0 else event.amount  # nobody applies for a loan of nothing
            prepared.without_amount += not amount
            prepared.contacts[event.case] = (event.case, event.registered, "NL", "Europe/Amsterdam", amount)
        if sort in KINDS:
            kind, channel, direction = KINDS[sort]
            key = f"{event.case}-{event.position:05}"
            prepared.interactions.append((event.case, key, kind, event.at, channel, direction))
    return prepared


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)
    part.replace(path)  # whole or not at all


def _refuse(log: Path, prepared: Prepared) -> None:
    if not prepared.contacts:
        print(f"{log}: the log holds no events", file=sys.stderr)
    for activity, lifecycle in prepared.unknown:
        number = prepared.counts[activity, lifecycle]
        print(f"{log}: {number} events of an unknown sort: {activity} {lifecycle}", file=sys.stderr)
    print("Nothing was written. Name unknown sorts in KINDS or in LEFT_OUT.", file=sys.stderr)


def _report(prepared: Prepared, out: Path) -> None:
    total, written = prepared.counts.total(), len(prepared.interactions)
    print(f"{len(prepared.contacts):,} applications, {total:,} events")
    print(f"\nWritten as interactions: {written:,}")
    for sort, (kind, _, _) in KINDS.items():
        print(f"  {prepared.counts[sort]:>7,}  {' '.join(sort):<40} {kind}")
    print(f"\nLeft out: {total - written:,}")
    for sort, reason in LEFT_OUT.items():
        print(f"  {prepared.counts[sort]:>7,}  {' '.join(sort):<40} {reason}")
    print(f"\nApplications for an amount of 0, written as unknown: {prepared.without_amount:,}")
    print(f"Written: {out / 'contacts.csv'}, {out / 'interactions.csv'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Turn the log of loan applications into tables for leadqual.")
    parser.add_argument("log", type=Path, help="the log: .xes, .xes.gz, .csv or .csv.gz")
    parser.add_argument("--out", type=Path, default=Path("loan-calls"), help="the folder to write to")
    parser.add_argument("--cases", type=int, help="take only the first so many applications")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""A small system of one's own, and reading its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leadqual.integrations import Import, Mapping, read

MAPPING = """
system: mine
title: Mine
version: 1
files:
  people:
    about: contacts
    known_by: [ID, Full name]
    id: ID
    company: Account
    same_as: Became
    columns:
      Full name: full_name
      Email: email
      Phone: phone
      Mobile: phone
      Country: country
      Region: region
      Size: company.employees
      Revenue: company.annual_revenue
      Stage: {to: stage, words: stages}
      Since: stage_since
      Source: {to: source, words: sources}
      Roles: {to: roles, words: roles}
      Budget: {to: attributes.monthly_budget, as: number}
      Created: created_at
      Changed: ignore
    aliases: {Full name: [Nama lengkap]}
    interactions:
      - {id: "no-mail-{ID}", when: {Unsubscribed: true}, kind: opted_out, at: Opt-out date, or_at_export: true,
         properties: {for_channel: email}}
  accounts:
    about: companies
    known_by: [Account ID]
    id: Account ID
    columns: {Account name: company.name, Industry: company.industry}
  roles:
    about: links
    known_by: [Deal ID, Person ID]
    links: deals
    id: Deal ID
    contact: Person ID
  events:
    about: interactions
    known_by: [Event ID]
    contact:
      - {column: Deal, link: deals}
      - {column: Person, separator: ";"}
      - {column: Mail, by: email}
      - {column: Name, by: full_name}
    leave_out: {Deleted: true}
    interactions:
      - id: "event-{Event ID}"
        kind: {column: Type, words: activities}
        at: [Ended, Started]
        note: {column: Notes, as: html}
        properties:
          outcome: {column: Result, words: results}
          duration_seconds: {column: Length, as: duration}
          amount: {column: Amount}
          currency: {column: Currency}
words:
  stages: {Lead: lead, Qualified: mql, Open: skip}
  sources: {Web: web_form}
  roles: {Reseller: partner}
  activities: {Call: call_outbound, Sale: purchase, Memo: skip}
  results: {Connected: answered}
"""


def mine() -> Mapping:
    """Return the mapping of the small system."""
    return Mapping.loads(MAPPING, "mine.yaml")


def bring(folder: Path, *tables: str | bytes, **options: Any) -> Import:
    """Read files of these contents."""
    files = []
    for number, content in enumerate(tables):
        files.append(folder / f"table-{number}.csv")
        files[-1].write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(mine(), files, **options)


def cases(found: Import, *columns: str) -> list[tuple[Any, ...]]:
    """Return what was refused or left empty: by default the row, the column and the code."""
    told = found.report.cases.filter(found.report.cases.collect()["effect"] != "changed").collect()
    return told.select(columns or ("row", "column", "code")).rows()

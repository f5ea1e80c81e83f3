"""Whether one contact of a file may be reached, with every reason."""

from __future__ import annotations

from typing import Any

from leadqual.cli.explain import contact_of
from leadqual.cli.output import note, print_json, progress_bar, say
from leadqual.cli.permit_asked import Asked, Tables
from leadqual.cli.permit_options import Spoken
from leadqual.cli.words import unseen_note
from leadqual.files.leads import read_leads
from leadqual.outreach.permit import permit
from leadqual.outreach.verdict import Verdict


def permit_one(asked: Asked, tables: Tables, contact_id: str, language: Spoken, *, as_json: bool) -> bool:
    """Print whether a contact may be reached and why, and return whether it may."""
    with progress_bar(quiet=as_json) as watch:
        arguments = asked.arguments(watch)
        leads = read_leads(
            tables.contacts,
            tables.events,
            tables.policy,
            skip_bad=True,
            only=contact_id,
            progress=watch,
            **tables.reading,
        )
    contact = contact_of(contact_id, leads, str(tables.contacts), "leadqual permit without --contact")
    column = arguments.pop("debt_column")
    if column is not None:
        arguments["debt"] = contact.attributes.get(column)
    verdict = permit(contact, leads.histories[contact_id], **arguments)
    remarks = [*tables.notes, *([unseen_note(unseen)] if (unseen := leads.unseen(asked.at)) else [])]
    if as_json:
        print_json(_for_programs(verdict, remarks))
    else:
        for remark in remarks:
            note(remark)
        _show(verdict, verdict.explain(language.value, time_zone=tables.reading["time_zone"]))
    return verdict.allowed


def _show(verdict: Verdict, explained: str) -> None:
    """Print an explanation: the answer first, then lists below titles, each reason under its code."""
    first, *lines = explained.split("\n")
    say(first, "good" if verdict.allowed else "bad")
    title, heads = False, "" if verdict.allowed else "bad"
    lists = 0
    for line in lines:
        if title and line:
            lists += 1
            heads = "bad" if lists == 1 and not verdict.allowed else "name"
        is_head = line.startswith("  ") and not line.startswith(("   ", "  - "))
        say(line, "title" if title else heads if is_head else None)
        title = not line


def _for_programs(verdict: Verdict, remarks: list[str]) -> dict[str, Any]:
    return {"ok": verdict.allowed, **verdict.model_dump(mode="json"), "remarks": remarks}

"""``leadqual explain``: why a contact stands where it stands."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from leadqual._suggest import did_you_mean
from leadqual.cli.at_once import AtOnce
from leadqual.cli.guard import guarded
from leadqual.cli.options import (
    AtOption,
    ContactsOption,
    DecimalOption,
    EncodingOption,
    IgnoreOption,
    InteractionsOption,
    JsonOption,
    PolicyArgument,
    PolicyOption,
    ZoneOption,
    instant_of,
    one_policy,
)
from leadqual.cli.output import note, progress_bar, say, write_out
from leadqual.cli.right_tables import check_order
from leadqual.cli.words import unseen_note
from leadqual.errors import InputError, Place, Problem, UnknownNameError, shown
from leadqual.files.leads import Leads, read_leads
from leadqual.model.contact import Contact
from leadqual.policies.documents import policy_named

_COMPARED: Final = 50_000


@guarded
def explain(
    contact_id: Annotated[str, typer.Argument(metavar="CONTACT_ID", help="The id of the contact.")],
    contacts: ContactsOption,
    interactions: InteractionsOption,
    policy: PolicyArgument = None,
    named: PolicyOption = None,
    at: AtOption = None,
    time_zone: ZoneOption = None,
    encoding: EncodingOption = "utf-8",
    decimal: DecimalOption = None,
    ignore_unknown_columns: IgnoreOption = False,
    as_json: JsonOption = False,
) -> None:
    """Explain the decision on one contact: every move, score and reason, what is missing, and what comes next.

    \b
    Examples:
      leadqual explain c-1 -p sales -c contacts.csv -i interactions.csv
      leadqual explain c-1 -p my.yaml -c contacts.csv -i events.jsonl --at 2026-11-22T08:00:00+07:00 --json
    """  # noqa: D301 - \b keeps the lines of the examples
    options = AtOnce()
    with options:
        chosen = policy_named(one_policy(policy, named))
    with options:
        moment = instant_of(at, time_zone)
    with options:
        check_order(contacts, interactions, encoding)
    options.tell()
    with progress_bar(quiet=as_json) as watch:
        leads = read_leads(
            contacts,
            interactions,
            chosen,
            skip_bad=True,
            only=contact_id,
            progress=watch,
            time_zone=time_zone,
            encoding=encoding,
            decimal=decimal,
            ignore_unknown_columns=ignore_unknown_columns,
        )
    contact = contact_of(contact_id, leads, str(contacts))
    decision = chosen.decide(contact, leads.histories[contact_id], at=moment)
    if unseen := leads.unseen(moment):
        note(unseen_note(unseen))
    if as_json:
        write_out(decision.model_dump_json() + "\n")
    else:
        say(decision.explain(time_zone=time_zone or "UTC"))


def contact_of(contact_id: str, leads: Leads, source: str, lister: str = "leadqual score") -> Contact:
    """Return the contact; raise if it is not there, or if a row about it is bad.

    Where bad rows may be about it, a remark tells which command lists them.
    """
    own = [problem for row in leads.rejected if row.contact_id == contact_id for problem in row.problems]
    if own:
        raise InputError(own)
    if contact_id not in leads.contact_rows:
        hint = did_you_mean(contact_id, leads.others) if len(leads.others) <= _COMPARED else None
        message, place = f"there is no contact {shown(contact_id)}", Place(source)
        raise UnknownNameError(Problem("unknown-contact", message, place, shown(contact_id), hint=hint))
    if leads.rejected:
        rows = "1 bad row was" if len(leads.rejected) == 1 else f"{len(leads.rejected):,} bad rows were"
        note(f"{rows} left out that may be about this contact: {lister} lists them.")
    found = leads.contact_rows[contact_id].value
    assert found is not None  # a row among the good ones has a value
    return found

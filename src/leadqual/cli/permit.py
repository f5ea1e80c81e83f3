"""``leadqual permit``: whom we may reach, on which way and when, with the law that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadqual.cli.at_once import AtOnce
from leadqual.cli.guard import REFUSED, guarded
from leadqual.cli.options import (
    AnyContactsOption,
    AnyInteractionsOption,
    AtOption,
    DecimalOption,
    EncodingOption,
    IgnoreOption,
    JsonOption,
    PolicyOption,
    SpreadsheetOption,
    ZoneOption,
    instant_of,
)
from leadqual.cli.permit_options import (
    CallerOption,
    CampaignOption,
    ChannelOption,
    ContactOption,
    ContactsArgument,
    DebtColumnOption,
    DebtOption,
    InteractionsArgument,
    LanguageOption,
    OwnListOption,
    PackOption,
    PaidOption,
    PurposeOption,
    RegistryObtainedOption,
    RegistryOption,
    RulesOption,
    Spoken,
    StrictOption,
    TemplateOption,
    needed,
    one_file,
    own_list,
)
from leadqual.cli.right_tables import check_order
from leadqual.errors import InputError, Place, Problem


@guarded
def permit(
    contacts: ContactsArgument = None,
    interactions: InteractionsArgument = None,
    contacts_option: AnyContactsOption = None,
    interactions_option: AnyInteractionsOption = None,
    contact: ContactOption = None,
    purpose: PurposeOption = None,
    channel: ChannelOption = None,
    at: AtOption = None,
    caller: CallerOption = None,
    paid: PaidOption = False,
    registry: RegistryOption = None,
    registry_obtained: RegistryObtainedOption = None,
    do_not_call: OwnListOption = None,
    rules: RulesOption = None,
    pack: PackOption = None,
    named: PolicyOption = None,
    debt: DebtOption = None,
    debt_column: DebtColumnOption = None,
    campaign: CampaignOption = None,
    template: TemplateOption = False,
    strict: StrictOption = False,
    language: LanguageOption = Spoken.ENGLISH,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to write: .csv, .parquet or .jsonl.")
    ] = None,
    allowed_only: Annotated[
        bool, typer.Option("--allowed-only", help="List only the contacts who may be reached.")
    ] = False,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="One more column, with every reason that decides and its law.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Go on without the bad rows, and write them to a file.")
    ] = False,
    rejected: Annotated[
        Path | None,
        typer.Option("--rejected", metavar="FILE", help="Where --skip-bad writes the bad rows with the reasons."),
    ] = None,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", help="Print the rules in force, with the law and the day of each.")
    ] = False,
    check: Annotated[
        list[str] | None, typer.Option("--check", metavar="FILE", help="Check a document of rules. Give several.")
    ] = None,
    spreadsheet_safe: SpreadsheetOption = False,
    time_zone: ZoneOption = None,
    encoding: EncodingOption = "utf-8",
    decimal: DecimalOption = None,
    ignore_unknown_columns: IgnoreOption = False,
    ignore_unknown_contacts: Annotated[
        bool,
        typer.Option("--ignore-unknown-contacts", help="Leave out interactions of contacts that are not in the list."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say whom we may reach, for a purpose, on a channel, at an instant, and by which rule of which law not.

    Every rule is asked, one that denies is enough, and what is not known denies. With --contact every reason is told;
    without it all contacts of the file are screened, and the reasons counted. The exit status is 0 if the contact, or
    anybody of the file, may be reached, and 1 if not. It is no legal advice.

    \b
    Examples:
      leadqual permit contacts.csv interactions.csv --contact c-1 --purpose telemarketing --channel voice
      leadqual permit c.csv i.csv --purpose telemarketing --channel voice --caller seller --registry us.dnc -o v.csv
      leadqual permit contacts.csv interactions.csv --purpose telecollection --channel sms --debt INV-1 --allowed-only
      leadqual permit --list-rules --pack us
      leadqual permit --check our-rules.yaml
    """  # noqa: D301 - \b keeps the lines of the examples
    if check or list_rules:
        tables = {"CONTACTS": contacts, "--contacts": contacts_option, "--contact": contact, "--registry": registry}
        _about_rules(
            check, tables, pack, rules, purpose, channel, instant_of(at, time_zone), language, out,
            strict=strict, spreadsheet_safe=spreadsheet_safe, as_json=as_json,
        )  # fmt: skip
        return
    from leadqual.cli.permit_asked import Asked, Tables, caller_named, rules_in_force, words_of  # noqa: PLC0415 - its packages are optional
    from leadqual.cli.permit_one import permit_one  # noqa: PLC0415 - its packages are optional
    from leadqual.cli.permit_registries import named_registries  # noqa: PLC0415 - its packages are optional

    reading = {
        "time_zone": time_zone,
        "encoding": encoding,
        "decimal": decimal,
        "ignore_unknown_columns": ignore_unknown_columns,
    }
    of_many = {"--out": out, "--allowed-only": allowed_only, "--reasons": reasons, "--skip-bad": skip_bad}
    steps = AtOnce()
    with steps:
        if contact is not None:
            _alone("--contact asks", "about one contact, with every reason: this is for whole files", of_many)
    with steps:
        people = needed(one_file(contacts, contacts_option, "--contacts"), "--contacts", "contacts.csv")
    with steps:
        events = one_file(interactions, interactions_option, "--interactions")
    with steps:
        wanted = needed(purpose, "--purpose", "telemarketing")
    with steps:
        way = needed(channel, "--channel", "voice")
    with steps:
        words_of(purpose, channel)
    with steps:
        moment = instant_of(at, time_zone)
    with steps:
        who = caller_named(caller, paid=paid)
    with steps:
        copies = named_registries(registry, registry_obtained, time_zone)
    with steps:
        own = own_list(do_not_call)
    with steps:
        book = rules_in_force(pack, rules)
    steps.tell()
    with steps:
        asked = Asked(wanted, way, moment, who, copies, book, debt, debt_column, campaign, template, strict, own)
        asked.check()
    with steps:
        files = Tables.of(people, events, asked, named, reading, others=ignore_unknown_contacts)
    with steps:
        if events is not None:
            check_order(people, events, encoding)
    steps.tell()
    if contact is not None:
        reached = permit_one(asked, files, contact, language, as_json=as_json)
    else:
        import leadqual.frames.libraries  # noqa: F401, PLC0415 - it says what is not installed
        from leadqual.cli.permit_many import Results, permit_many  # noqa: PLC0415 - its packages are optional

        results = Results(out, allowed_only, reasons, skip_bad, rejected, spreadsheet_safe)
        reached = permit_many(asked, files, results, as_json=as_json)
    if not reached:
        raise typer.Exit(REFUSED)


def _about_rules(
    check: list[str] | None,
    tables: Mapping[str, object],
    packs: list[str] | None,
    own: list[str] | None,
    purpose: str | None,
    channel: str | None,
    moment: datetime,
    language: Spoken,
    out: Path | None,
    *,
    strict: bool,
    spreadsheet_safe: bool,
    as_json: bool,
) -> None:
    """Check documents of rules, or list the rules in force."""
    from leadqual.cli.permit_asked import rules_in_force, words_of  # noqa: PLC0415 - its packages are optional
    from leadqual.cli.permit_check import check_packs  # noqa: PLC0415 - its packages are optional
    from leadqual.cli.permit_rules import Wanted, list_rules  # noqa: PLC0415 - its packages are optional

    steps = AtOnce()
    with steps:
        _alone("--check is" if check else "--list-rules is", "about rules, and looks at no contacts", tables)
    with steps:
        words = words_of(purpose, channel)
    with steps:
        book = rules_in_force(packs, own)
    steps.tell()
    if check is None:
        held = Wanted(packs, *words).of(book)
        list_rules(held, moment.date(), language, out, spreadsheet_safe=spreadsheet_safe, as_json=as_json)
    elif not check_packs(check, book, moment.date(), strict=strict, as_json=as_json):
        raise typer.Exit(REFUSED)


def _alone(option: str, why: str, others: Mapping[str, object]) -> None:
    """Raise if something is named that has no meaning beside an option."""
    problems = [Problem("bad-usage", f"{option} {why}", Place(name)) for name, given in others.items() if given]
    if problems:
        raise InputError(problems)

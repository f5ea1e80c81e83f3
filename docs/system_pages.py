"""The page of the systems whose exports can be read: how to export, what becomes of what, and what cannot come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from cells import table

from leadqual.integrations import mapping, systems
from leadqual.integrations.document import IGNORE, SKIP, Column, Condition, Document, File, Rule, Unless, Value

_HOW: Final[Mapping[str, tuple[str, ...]]] = {
    "hubspot": (
        "Open the list of contacts, companies, deals, calls or meetings (**CRM**) and choose **Export** above it."
        " Take CSV or XLSX, English as the language of the column headers, all properties, and the associated"
        " contacts. Contacts need *Record ID*; deals and activities need *Record ID* and *Associated Contact IDs*.",
        "E-mails have no list of their own: the exports API gives them, with internal names.",
        "Exported times say no zone. Pass `time_zone=`, or `--time-zone`: that of the HubSpot account.",
    ),
    "salesforce": (
        "**Setup › Data › Data Export** makes a ZIP with one CSV file an object; Data Loader (**Export**) makes one"
        " file at a time. Take Lead, Contact, Account, Opportunity, OpportunityContactRole, Task and Event. Both write"
        " API names.",
        "A report can be read too, if it has the columns of ids (*Lead ID*, *Contact ID*, *Activity ID*); it writes"
        " labels, and dates as its user likes them.",
        "Days without a time (*CloseDate*, *ActivityDate*) need `time_zone=`.",
    ),
    "odoo": (
        "Open the list (CRM pipeline, Contacts, **CRM › Reporting › Activities**), tick the records, **Action ›"
        " Export**, leave *import-compatible export* off, choose CSV or XLSX.",
        "Add the fields *ID* and *Customer/ID* to opportunities, *ID* to contacts and *Opportunity/ID* to activities.",
        "E-mails of the chatter: with the developer mode on, **Settings › Technical › Messages**, with *ID*, *Date*,"
        " *Type*, *Related Document Model*, *Related Document ID* and *Subject*.",
        "Lost opportunities are archived: show archived records before you export.",
    ),
    "zoho": (
        "**Setup › Data Administration › Export**, one module at a time: Leads, Contacts, Accounts, Deals, Calls,"
        " Meetings. The file of each has *Record Id*, and the ids of related records (*Contact Name.id*).",
        "Times and the order of dates follow the settings of who exports: pass `time_zone=` and `day_first=`.",
    ),
    "pipedrive": (
        "Open the list of people, organizations, deals or activities, show the columns to export (gear, **Choose"
        " columns**), then **… › Export filter results**, as CSV or Excel.",
        "Show *ID* of the deal or activity, and *ID* of the person beside it. A name alone is accepted only where"
        " exactly one contact has it.",
        "Times say no zone: pass `time_zone=`.",
    ),
    "generic": (
        "Write a document of your own. Begin with a copy of this one (`integrations.mapping_text('generic')`), or with"
        " a draft for your file: `leadqual import --draft mine.yaml export.csv`. [Importing](importing.md)"
        " explains every part.",
    ),
}
"""How files are exported, as the systems' public help pages say it."""

_NOT: Final[Mapping[str, tuple[str, ...]]] = {
    "hubspot": (
        "Visits of pages: exports have only counts, and the first and the last time.",
        "The history of a property: of each lifecycle stage only when it was last entered.",
        "Notes and tasks: our own words and plans. What came of them is a call, an e-mail or a meeting.",
        "*Became a Customer Date* is no purchase: purchases come from closed deals, with their amount.",
        "When somebody unsubscribed: taken as the time at which the row was last changed, or that of the export.",
        "A call logged without a direction is taken as one that we made: an attempt, never a sign of interest.",
    ),
    "salesforce": (
        "Whether a meeting took place: an event says only that it was agreed.",
        "The history of stages (OpportunityHistory, LeadHistory), and campaign members.",
        "The text of e-mails (EmailMessage), and so which were written by the contact.",
        "When somebody ticked *Do Not Call* or *Email Opt Out*: taken as the time at which the row was last changed.",
        "A call logged without a type is taken as one that we made: an attempt, never a sign of interest.",
        "Amounts without a currency: accounts with one currency export no column of it. A document that extends this"
        " one names it at the rule of won opportunities: `properties: {currency: {otherwise: IDR}}`.",
    ),
    "odoo": (
        "Notes and log entries of the chatter, and messages to the followers of a record.",
        "When an address came on the blacklist: it holds from the export on, so pass `at=`.",
        "Quotations, orders and invoices of Odoo Sales and Accounting. A won opportunity is the purchase.",
        "Stages and reasons that you renamed or added: say what they mean (`--word stages.Demo=prospect`).",
    ),
    "zoho": (
        "Whether a meeting took place: the module says only that it was agreed.",
        "E-mails, visits (SalesIQ) and campaigns.",
        "Tasks and notes: our own plans and words.",
        "Amounts without a currency: accounts with one currency export no column of it. A document that extends this"
        " one names it at the rule of won deals: `properties: {currency: {otherwise: IDR}}`.",
        "When somebody opted out: taken as the time at which the row was last changed, or that of the export.",
    ),
    "pipedrive": (
        "The history of stages: a deal has only its present one.",
        "E-mails as such: only activities of the type e-mail.",
        "Which side began a call, and how it ended: a call is one that we made, without an outcome.",
        "Notes, products, projects, and leads of the inbox.",
        "The country of a person: it comes from the organization, or from `country=`.",
    ),
    "generic": (),
}
"""What does not come in, and why."""


def systems_page(written: str) -> str:
    """Return the page of the systems that ship; `written` says by whom it was written."""
    return "\n".join(_systems(written))


def _systems(written: str) -> Iterator[str]:
    yield written
    yield "# Exports of other systems\n"
    yield "Contacts and what happened with them, as other systems export it, become the two tables of this library."
    yield "[Importing](importing.md) shows how, and what the report tells. This page says, for each system that is"
    yield "known, how to export, what becomes of what, and what cannot come in. Nothing is guessed: a term that no"
    yield "table below has is listed in the report, and a document or a word of your own says what it means.\n"
    yield "Names and words were read in public pages, on the day that each document says; the document itself"
    yield "(`integrations.mapping_text`) lists the pages, and what was found on none. Companies rename columns and add"
    yield "stages; so yours may differ.\n"
    yield table(("system", "name here", "version", "read on"), (_about(mapping(name).document) for name in systems()))
    for name in systems():
        yield from _system(name, mapping(name).document)


def _about(document: Document) -> tuple[str, ...]:
    link = f"[{document.title}](#{_anchor(document.title)})"
    return link, f"`{document.system}`", document.version, document.read_on or ""


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-").replace(".", "")


def _system(name: str, document: Document) -> Iterator[str]:
    yield f"## {document.title}\n"
    yield "### How to export\n"
    yield "\n".join(f"- {line}" for line in _HOW[name]) + "\n"
    yield "### Which files\n"
    files = (_file(kind, file) for kind, file in document.files.items())
    yield table(("file", "name here", "rows are", "known by the columns", "key"), files)
    yield "### What becomes of columns\n"
    yield table(("file", "column", "becomes"), _columns(document))
    yield "### What happened\n"
    yield table(("file", "where", "becomes", "at"), _rules(document))
    yield "### What words mean\n"
    yield table(("vocabulary", "here", "their words"), _words(document))
    if _NOT[name]:
        yield "### What cannot come in\n"
        yield "\n".join(f"- {line}" for line in _NOT[name]) + "\n"


def _file(name: str, file: File) -> tuple[str, ...]:
    about = {"both": "contacts, and what happened"}.get(file.about, file.about)
    if file.about == "interactions":
        about = "what happened" if file.interactions else "of no use here"
    if file.about == "links":
        about = f"links of {file.links} to contacts"
    return file.title or name, f"`{name}`", about, ", ".join(file.known_by), " or ".join(file.id or ())


def _columns(document: Document) -> Iterator[tuple[str, ...]]:
    for name, file in document.files.items():
        for header, columns in file.columns.items():
            kept = [_column(column) for column in columns if column.to != IGNORE]
            if kept:
                yield f"`{name}`", header, ", ".join(kept)


def _column(column: Column) -> str:
    return f"`{column.to}`" + (f" (words: {column.words})" if column.words else "")


def _rules(document: Document) -> Iterator[tuple[str, ...]]:
    for name, file in document.files.items():
        for rule in file.interactions:
            when = "; ".join(_condition(header, condition) for header, condition in rule.when.items()) or "every row"
            yield f"`{name}`", when, _kind(rule), " or ".join(rule.at) + (" or the export" if rule.or_at_export else "")


def _condition(header: str, condition: Condition) -> str:
    if isinstance(condition, bool):
        return f"{header} says {'yes' if condition else 'no'}"
    if isinstance(condition, Unless):
        return f"{header} is neither empty nor {' nor '.join(condition.not_)}"
    named = [{"*": "something", "": "empty"}.get(text, text) for text in condition]
    return f"{header} is {' or '.join(named)}"


def _kind(rule: Rule) -> str:
    if isinstance(rule.kind, Value):
        return f"{' or '.join(rule.kind.column)} (words: {rule.kind.words})"
    properties = [f"{name} {value}" for name, value in rule.properties.items() if name == "for_channel"]
    return f"`{rule.kind}`" + "".join(f" ({text})" for text in properties)


def _words(document: Document) -> Iterator[tuple[str, ...]]:
    for name, terms in document.words.items():
        ordered = sorted(terms.items(), key=lambda item: (item[1] == SKIP, item[1]))
        for meaning, same in groupby(ordered, key=lambda item: item[1]):
            here = "known, left out" if meaning == SKIP else f"`{meaning}`"
            yield name, here, ", ".join(term for term, _ in same)

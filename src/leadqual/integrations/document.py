"""A mapping document: which files another system exports, what their columns and words mean here.

The whole format, by example. Every name below the first line of a part is optional unless a comment says otherwise.

.. code-block:: yaml

    system: hubspot                 # needed: one word
    title: HubSpot                  # needed: for people
    version: 2026.11.23             # needed
    source: https://...             # the official page where the names were read
    read_on: 2026-11-23
    extends: hubspot                # a document that ships, or a file beside this one, which this one changes: mappings
                                    # are merged name by name, interactions by id, any other value is replaced

    reading: {day_first: false, decimal: point, time_zone: UTC, delimiter: ","}
                                    # how the system surely writes, in whatever language it is used; options of the
                                    # reader come first. Leave out what its users can change. A file and a column may
                                    # have day_first and decimal of their own.
    aliases: {First Name: [Vorname, Nama Depan]}
                                    # header -> other spellings of it. Headers are compared without case and without
                                    # spaces at the ends; so only real differences stand here. A file may have its own.

    files:                          # needed: the kinds of files that the system exports, by a name of your own
      contacts:
        title: Contacts, exported as CSV
        about: contacts             # needed: contacts | interactions | both | companies | links
        known_by: [Record ID, Lifecycle Stage]     # headers (or aliases of them) that tell this file from the others
        leave_out: {IsDeleted: true}               # rows for which one of these conditions holds are left out, counted
        id: Record ID               # contacts, both, companies: the key of the row: a header, several headers of which
                                    # the first non-empty counts, or a template: "lead-{ID}"
        contact: Contact ID         # interactions, links: the contact's key (in a file of contacts: its id)
        contact: {column: Associated Contact IDs, separator: ";"}         # several contacts: each gets the interaction
        contact: {column: Deal ID, link: deals}    # through a file of links (below)
        contact: {column: Contact person, by: full_name}   # id | email | phone | full_name: has to be that of exactly
                                                           # one contact, otherwise the row is refused
        contact: [{column: Contact ID}, {column: Email, by: email}]       # the first that leads to a contact
        company: Account ID         # contacts: the key of the row of a file about companies
        same_as: ConvertedContactId # contacts: where it is not empty, this row is the person of that key. One contact
                                    # results; what the row of that key says comes first, this row fills what is empty;
                                    # created_at is the earliest, source and campaign are those of the earliest row
        links: deals                # links: the name of the links; `id` is the key that `contact` belongs to
        columns:                    # header -> what becomes of it
          First Name: given_name
          Phone: {to: phone}        # `as` follows from the field; attributes are text unless said
          Country: [country, {to: company.country}]          # several
          Size: {to: company.employees}
          Score: {to: attributes.score, as: number}
          Stage: {to: stage, words: stages}                  # `stage` goes to the table of standings
          Stage Date: stage_since                            # and since when it stands there
          Source: {to: source, words: sources}
          Industry: {to: company.industry, words: industries, unknown: keep}   # keep | empty (as it is by default)
          Modified: ignore          # known, and of no use here
                                    # Two headers for one field: the one that stands first here counts, unless it is
                                    # empty or cannot be read. `separator` beside a field that is no list: the first
                                    # item counts, so {to: email, separator: ","} takes a@x of "a@x, b@y".
        stage_since: {mql: Became an MQL Date}   # for each stage the header of the time since when
        interactions:               # what a row tells that happened: each rule that applies makes one interaction
                                    # None for a file about interactions: known, and its rows are counted, no more.
          - id: "deal-{Deal ID}-won"             # needed: a template, unique and stable: importing again adds nothing
            when: {Status: [Won, Closed Won]}    # all must hold. A text or several: one of them, without case. true /
                                                 # false: a yes / no in any language. "*": not empty, "": empty;
                                                 # {not: [Lost]}: none of these, and not empty. Of true / false a cell
                                                 # that says neither is told
            kind: purchase                       # needed: a kind, or {column: Type, words: activities}; `skip`: none
            at: [Close Date, Modified]           # needed: the first that is not empty
            or_at_export: true                   # where all are empty: the instant of the export (for wishes not to be
                                                 # reached, which must not be lost). Without it such a row is refused
            contact: ...                         # if not that of the file
            channel: voice                       # a value, or {column: , words: }
            direction: outbound
            campaign: {column: Campaign}
            note: {column: Subject}
            properties: {amount: {column: Amount, as: number}, currency: {column: [Currency], otherwise: IDR}}
                                    # `otherwise`: what stands for an empty cell. A value is a constant too.
                                    # Two rules may have one id if never both apply: what happened is the same.

                                    # An apostrophe before + - = @ at the beginning of a cell is always taken away.
    words:                          # vocabularies: their term -> ours, or `skip`: known, and nothing follows from it
      stages: {Marketing Qualified Lead: mql}    # compared without case, and without punctuation at the ends

``as`` is one of `text`, `html` (tags are taken out), `phone`, `email`, `country`, `region`, `language`, `domain`,
`currency`, `time`, `number`, `whole`, `duration` (h:mm:ss or seconds; becomes seconds), `yes_no`, `list`. Beside it may
stand `separator` (lists; `;` and `|` unless said), `times` (numbers are multiplied: 0.001 makes milliseconds seconds),
`unit` (times as numbers: `s` or `ms` since 1970), `day_first` and `decimal`.

Values without words and without a field of their own type stay as they are. Fields that hold one of our own words
(source, seniority, kind, roles, preferred_channels, channel, direction, outcome, purpose, how, for_channel) take that
word itself, or a term of their vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from leadqual.errors import LeadqualError, PolicyError
from leadqual.model.base import Model, problems_of
from leadqual.model.values import Flag, Identifier
from leadqual.policy.wording import reworded

As: TypeAlias = Literal[
    "text", "html", "phone", "email", "country", "region", "language", "domain", "currency", "time", "number", "whole",
    "duration", "yes_no", "list",
]  # fmt: skip
"""How cells are read."""

About: TypeAlias = Literal["contacts", "interactions", "both", "companies", "links"]
"""What the rows of a file are about."""

SKIP: Final = "skip"
"""The word for: known, and nothing follows from it."""
IGNORE: Final = "ignore"
"""What becomes of a column that is known and of no use."""


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _columns(value: Any) -> Any:
    entries = value if isinstance(value, list) else [value]
    return tuple({"to": entry} if isinstance(entry, str) else entry for entry in entries)


def _keys(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ({"column": value},)
    entries = value if isinstance(value, list) else [value]
    return tuple({"column": entry} if isinstance(entry, str) else entry for entry in entries)


def _text_of(value: Any) -> Any:
    """Return a version such as 1.0 as the text that somebody meant; leave anything else as it is."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _decimal(value: Any) -> Any:
    return {".": "point", ",": "comma"}.get(value, value) if isinstance(value, str) else value


Headers = Annotated[tuple[Identifier, ...], BeforeValidator(_several), Field(min_length=1)]
"""One header, or several of which the first that is not empty counts."""

Decimal = Annotated[Literal["point", "comma"], BeforeValidator(_decimal)]
"""What begins the decimals of a number."""


Constant: TypeAlias = bool | int | float | str
"""A value that stands in the document itself."""


class _Aliased(Model):
    model_config = ConfigDict(populate_by_name=True)


class Reads(_Aliased):
    """How cells become values."""

    as_: As | None = Field(None, alias="as", description="How cells are read; it follows from the field unless said.")
    words: Identifier | None = Field(None, description="The vocabulary that translates them.")
    unknown: Literal["empty", "keep"] = Field("empty", description="What becomes of a term without a translation.")
    separator: Identifier | None = Field(None, description="What stands between the items of a list.")
    times: float | None = Field(None, description="What numbers are multiplied with.")
    unit: Literal["s", "ms"] | None = Field(None, description="The unit of times that are numbers since 1970.")
    day_first: Flag | None = Field(None, description="Whether 03/04 is the third of April.")
    decimal: Decimal | None = Field(None, description="What begins decimals.")


class Column(Reads):
    """What becomes of a column of contacts or companies."""

    to: Identifier = Field(description="A field, `stage`, `stage_since`, or `ignore`.")


class Value(Reads):
    """A value of an interaction that stands in a column."""

    column: Headers = Field(description="The headers, of which the first that is not empty counts.")
    otherwise: Constant | None = Field(None, description="What stands for an empty cell.")


class Key(Model):
    """How a row says whom it is about."""

    column: Headers = Field(description="Headers or templates, of which the first that is not empty counts.")
    separator: Identifier | None = Field(None, description="What stands between several keys in one cell.")
    by: Literal["id", "email", "phone", "full_name"] = Field("id", description="What of the contact it is.")
    link: Identifier | None = Field(None, description="The links that lead from it to the contact.")


Texts = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
"""One text, or several; the empty one among them stands for an empty cell."""


class Unless(_Aliased):
    """A condition that a cell is none of some texts, and not empty."""

    not_: Texts = Field(alias="not", description="The texts.")


Condition: TypeAlias = bool | Texts | Unless
"""What a cell has to be."""

Keys = Annotated[tuple[Key, ...], BeforeValidator(_keys), Field(min_length=1)]
"""How a row says whom it is about: the first that is not empty."""


class Rule(Model):
    """What a row tells that happened."""

    id: Identifier = Field(description="The template of the interaction's id.")
    when: Map[Identifier, Condition] = Field(default_factory=dict, description="What has to hold, by header.")
    kind: Value | Identifier = Field(description="The kind, or the column and vocabulary that tell it.")
    at: Headers = Field(description="When it happened: the first header that is not empty.")
    or_at_export: Flag = Field(False, description="Take the instant of the export where no time is known.")
    contact: Keys | None = Field(None, description="Whom it is about, if not whom the file says.")
    channel: Value | Identifier | None = Field(None, description="The channel.")
    direction: Value | Identifier | None = Field(None, description="The direction.")
    campaign: Value | Identifier | None = Field(None, description="The campaign.")
    note: Value | Identifier | None = Field(None, description="Anything else.")
    properties: Map[Identifier, Value | Constant] = Field(default_factory=dict, description="Properties of the kind.")


class Reading(Model):
    """How a system writes files, whatever its users chose."""

    day_first: Flag | None = Field(None, description="Whether 03/04 is the third of April.")
    decimal: Decimal | None = Field(None, description="What begins decimals.")
    time_zone: Identifier | None = Field(None, description="Where times without a zone were written down.")
    delimiter: str | None = Field(None, pattern=r'^[^"\r\n]$', description="What stands between cells.")
    encoding: Identifier | None = Field(None, description="The encoding.")


class File(Model):
    """A kind of file that a system exports."""

    about: About = Field(description="What its rows are about.")
    title: Identifier | None = Field(None, description="What people call it.")
    known_by: tuple[Identifier, ...] = Field((), description="Headers that tell it from the others.")
    reading: Reading = Field(default_factory=Reading, description="How it is written, if unlike the others.")
    aliases: Map[Identifier, Headers] = Field(default_factory=dict, description="Other spellings of headers.")
    leave_out: Map[Identifier, Condition] = Field(default_factory=dict, description="Rows that are left out.")
    id: Headers | None = Field(None, description="The key of a row.")
    contact: Keys | None = Field(None, description="Whom a row is about.")
    company: Headers | None = Field(None, description="The key of the company of a contact.")
    same_as: Headers | None = Field(None, description="The key of the same person elsewhere.")
    links: Identifier | None = Field(None, description="The name of the links in this file.")
    columns: Map[Identifier, Annotated[tuple[Column, ...], BeforeValidator(_columns)]] = Field(
        default_factory=dict, description="What becomes of each column."
    )
    stage_since: Map[Identifier, Headers] = Field(default_factory=dict, description="Since when, by stage.")
    interactions: tuple[Rule, ...] = Field((), description="What rows tell that happened.")


class Document(Model):
    """A mapping document as it was read; `Mapping` is what to work with."""

    system: Identifier = Field(description="The system, in one word.")
    title: Identifier = Field(description="The system, for people.")
    version: Annotated[Identifier, BeforeValidator(_text_of)] = Field(description="The version of the document.")
    source: Identifier | None = Field(None, description="Where the names were read.")
    read_on: Identifier | None = Field(None, description="When.")
    extends: Identifier | None = Field(None, description="The document that this one changes.")
    reading: Reading = Field(default_factory=Reading, description="How the system writes files.")
    aliases: Map[Identifier, Headers] = Field(default_factory=dict, description="Other spellings of headers.")
    files: Map[Identifier, File] = Field(description="The files, by name.", min_length=1)
    words: Map[Identifier, Map[Identifier, Identifier]] = Field(default_factory=dict, description="Vocabularies.")

    @classmethod
    def error_from(cls, error: ValidationError) -> LeadqualError:
        """Return the typed error for a failed validation."""
        return PolicyError([reworded(problem) for problem in problems_of(error, cls)])

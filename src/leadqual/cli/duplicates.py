"""``leadqual duplicates``: contacts that are one person, found, reviewed, merged, and put apart again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from leadqual.cli.at_once import AtOnce
from leadqual.cli.duplicates_files import (
    as_options,
    check_new,
    check_ways,
    format_of,
    in_folder,
    keys_of,
    read_table,
    rules_of,
    save_model,
)
from leadqual.cli.guard import REFUSED, guarded
from leadqual.cli.options import EncodingOption, JsonOption, SpreadsheetOption
from leadqual.cli.output import print_json, progress_bar, say

if TYPE_CHECKING:
    from leadqual.cleaning.found import Duplicates
    from leadqual.cleaning.review import Review

duplicates = typer.Typer(
    help="Find contacts that are one person, review them, merge them, and put them apart again.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ContactsArgument: TypeAlias = Annotated[
    Path, typer.Argument(metavar="CONTACTS", help="The contacts: CSV, JSON lines or Parquet.")
]
FolderOption: TypeAlias = Annotated[
    Path, typer.Option("--out", "-o", metavar="FOLDER", help="A new folder for the tables and what belongs to them.")
]


@duplicates.command()
@guarded
def find(
    contacts: ContactsArgument,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="The review to write: .csv, .jsonl or .parquet.")
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="COLUMN[=KIND]",
            help="A column to compare, as phone, email or id. Give several.",
        ),
    ] = None,
    probable: Annotated[
        bool,
        typer.Option("--probable", help="Look for contacts that are alike, with Splink."),
    ] = False,
    threshold: Annotated[
        float, typer.Option("--threshold", metavar="P", help="With --probable: the smallest probability of a pair.")
    ] = 0.9,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="FILE", help="With --probable: settings of Splink, or a model, as JSON."),
    ] = None,
    keep_model: Annotated[
        Path | None,
        typer.Option("--save-model", metavar="FILE", help="With --probable: where to keep the model."),
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", metavar="CODE", help="The country of numbers without a country's code.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", help="How many contacts may share a value, or be one group.")
    ] = 10,
    decided: Annotated[
        Path | None,
        typer.Option("--decided", metavar="FILE", help="An earlier review, not to be asked again."),
    ] = None,
    accept: Annotated[
        float | None,
        typer.Option(
            "--accept",
            metavar="P",
            help="Decide same already where nothing conflicts, from this probability on.",
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit with status 1 if there are duplicates.")] = False,
    spreadsheet_safe: SpreadsheetOption = False,
    encoding: EncodingOption = "utf-8",
    as_json: JsonOption = False,
) -> None:
    """Find contacts that share a phone number, a mailbox or an id, or that are alike, and write a table to decide on.

    Nothing is merged here: write same or different under decision, and give the table to leadqual duplicates merge.

    \b
    Examples:
      leadqual duplicates find contacts.csv -o review.csv
      leadqual duplicates find contacts.csv --key phone --key mobile=phone --key crm_id --country ID -o review.csv
      leadqual duplicates find contacts.parquet --probable --threshold 0.95 --decided review.csv -o more.csv
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual import cleaning  # noqa: PLC0415 - its packages are optional

    steps = AtOnce()
    with steps:
        new = [path for path in (out, keep_model) if path is not None]
        check_new(new, [contacts, *([model] if model else []), *([decided] if decided else [])], model=keep_model)
    with steps:
        check_ways(probable, key, model, keep_model)
    with steps:
        before = None if decided is None else cleaning.Review.read(decided, encoding=encoding)
    steps.tell()
    with progress_bar(quiet=as_json) as watch:
        people = read_table(contacts, encoding, watch)
        shared: dict[str, Any] = {"country": country, "limit": limit, "decided": before}
        if probable:
            found = as_options(lambda: cleaning.probable(people, model, threshold, progress=watch, **shared), contacts)
        else:
            watch("comparing", 0.0)
            found = as_options(lambda: cleaning.duplicates(people, keys_of(key), **shared), contacts)
            watch("comparing", 1.0)
    review = as_options(lambda: found.review(accept=accept), contacts)
    if out is not None:
        review.write(out, spreadsheet_safe=spreadsheet_safe)
    if keep_model is not None:
        save_model(found.model, keep_model)
    _show(found, review, out, as_json=as_json)
    if check and len(found):
        raise typer.Exit(REFUSED)


@duplicates.command()
@guarded
def merge(
    contacts: ContactsArgument,
    interactions: Annotated[Path, typer.Argument(metavar="INTERACTIONS", help="Their interactions.")],
    review: Annotated[Path, typer.Argument(metavar="REVIEW", help="The review, with its decisions.")],
    out: FolderOption,
    keep: Annotated[
        str, typer.Option("--keep", metavar="RULE", help="Which contact is kept: oldest, newest or fullest.")
    ] = "oldest",
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            metavar="FIELD=RULE",
            help="Whose value a field has: kept, oldest, newest, longest. Give several.",
        ),
    ] = None,
    rename: Annotated[
        bool,
        typer.Option("--rename", help="Where one id has two contents, keep both under other ids."),
    ] = False,
    encoding: EncodingOption = "utf-8",
    as_json: JsonOption = False,
) -> None:
    """Merge the contacts that a review decided to be the same, and write both tables anew with the way back.

    The merged contact has the union of the interactions; scores are not added, and standings are to be made again.
    The exit status is 1 if there was nothing to merge; nothing is written then.

    \b
    Examples:
      leadqual duplicates merge contacts.csv interactions.csv review.csv --out merged
      leadqual duplicates merge c.parquet i.parquet review.csv --keep fullest --field phone=newest --out merged
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual import cleaning  # noqa: PLC0415 - its packages are optional
    from leadqual.cleaning.merged import check_folder  # noqa: PLC0415 - its packages are optional

    steps = AtOnce()
    with steps:
        check_folder(out)
    with steps:
        rules = rules_of(field)
    with steps:
        decided = cleaning.Review.read(review, encoding=encoding)
    with progress_bar(quiet=as_json) as watch:
        with steps:
            people = read_table(contacts, encoding, watch)
        with steps:
            events = read_table(interactions, encoding, watch)
        steps.tell()
        clashing: Any = "rename" if rename else "error"
        options: dict[str, Any] = {"keep": keep, "fields": rules, "clashing": clashing}
        merged = as_options(lambda: cleaning.merge(people, events, decided, **options), contacts, interactions)
        if len(merged.undo):
            watch("writing", 0.0)
            merged.write(out, format=format_of(contacts))
            watch("writing", 1.0)
    told = {
        "merged": merged.moved.height, "into": len(merged.undo), "repeated": merged.repeated, "renamed": merged.renamed,
        "open": merged.open, "replay": merged.replay, "folder": str(out) if len(merged.undo) else None,
    }  # fmt: skip
    _tell(told, merged.explain(), out if len(merged.undo) else None, as_json=as_json)
    if not len(merged.undo):
        raise typer.Exit(REFUSED)


@duplicates.command()
@guarded
def undo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that leadqual duplicates merge wrote.")],
    out: FolderOption,
    contacts: Annotated[
        Path | None, typer.Option("--contacts", "-c", metavar="FILE", help="The contacts as they are now.")
    ] = None,
    interactions: Annotated[
        Path | None, typer.Option("--interactions", "-i", metavar="FILE", help="The interactions as they are now.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID", help="Take apart this contact alone. Give several.")
    ] = None,
    encoding: EncodingOption = "utf-8",
    as_json: JsonOption = False,
) -> None:
    """Put merged contacts apart again: the tables are what they were, and what came since stays with the one kept.

    \b
    Examples:
      leadqual duplicates undo merged --out apart
      leadqual duplicates undo merged -i interactions-now.csv --only c-17 --out apart
    """  # noqa: D301 - \b keeps the lines of the examples
    from leadqual import cleaning  # noqa: PLC0415 - its packages are optional
    from leadqual.cleaning.merged import check_folder, write_folder  # noqa: PLC0415 - its packages are optional

    steps = AtOnce()
    with steps:
        check_folder(out)
    with steps:
        record = cleaning.Undo.read(folder / "undo.json")
    with progress_bar(quiet=as_json) as watch:
        with steps:
            first = contacts or in_folder(folder, "contacts")
            people = read_table(first, encoding, watch)
        with steps:
            second = interactions or in_folder(folder, "interactions")
            events = read_table(second, encoding, watch)
        steps.tell()
        undone = as_options(lambda: cleaning.undo(people, events, record, only=only), first, second)
        ending = format_of(first)
        tables = {f"contacts.{ending}": undone.contacts, f"interactions.{ending}": undone.interactions}
        watch("writing", 0.0)
        write_folder(out, tables, undone.rest if len(undone.rest) else None)
        watch("writing", 1.0)
    told = {
        "restored": undone.restored, "replay": undone.replay, "stayed": undone.stayed.to_dicts(),
        "wishes": undone.wishes.to_dicts(), "still_merged": undone.rest.kept, "folder": str(out),
    }  # fmt: skip
    _tell(told, undone.explain(), out, as_json=as_json)


def _show(found: Duplicates, review: Review, out: Path | None, *, as_json: bool) -> None:
    told = {
        "groups": len(found), "contacts": found.contacts, "pairs": len(review), "decisions": review.counts,
        "not_used": found.shared.to_dicts(), "not_read": found.unused.to_dicts(),
        "too_large": found.too_large.to_dicts(), "notes": found.notes, "file": None if out is None else str(out),
    }  # fmt: skip
    if out is None and as_json:
        told["rows"] = review.table.to_dicts()
    text = found.explain() if not len(found) else f"{found.explain()}\n\n{review.explain()}"
    _tell(told, text, out, as_json=as_json)
    if not as_json and out is not None and len(review):
        say("Write same or different under decision, then: leadqual duplicates merge")


def _tell(told: dict[str, Any], text: str, out: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"ok": True, **told})
        return
    title, _, rest = text.partition("\n")
    say(title, "title")
    if rest:
        say(rest)
    if out is not None:
        say(f"\nWritten: {out}", "good", whole=True)

"""What the commands on duplicates share: reading and naming files, what options mean, and checks before the work."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from leadqual.cli.output import Watch
from leadqual.cli.targets import check_targets
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.files.write import WholeFiles

_TABLES: Final = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".pq")
_FORMATS: Final = {".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_OPTIONS: Final = {
    "keys": "--key", "fields": "--field", "limit": "--limit", "threshold": "--threshold", "settings": "--model",
    "keep": "--keep", "accept": "--accept", "only": "--only", "country": "--country",
}  # fmt: skip
"""Arguments of the library, and what they are called here."""


def read_table(path: Path, encoding: str, watch: Watch) -> Any:
    """Return a file as a table, with every cell as it stands there."""
    from leadqual.cleaning.whole_tables import read_whole  # noqa: PLC0415 - its packages are optional

    frame, _ = read_whole(path, encoding=encoding, progress=watch)
    watch(str(path), 1.0)
    return frame


def as_options(work: Callable[[], Any], contacts: Path, interactions: Path | None = None) -> Any:
    """Return what a work gives; its problems name files and options in place of arguments."""
    names = {"contacts": str(contacts), "interactions": str(interactions), **_OPTIONS}
    try:
        return work()
    except InputError as error:
        raise InputError(problem.at(source=names.get(problem.place.source or "", problem.place.source))
                         for problem in error.problems) from None  # fmt: skip


def keys_of(given: Sequence[str] | None) -> Any:
    """Return the keys by their kinds: those of usual names need none, others are ids."""
    if not given:
        return None
    usual = {"phone": "phone", "email": "email"}
    parted = [one.partition("=") for one in given]
    return {column.strip(): kind.strip() if sign else usual.get(column.strip(), "id") for column, sign, kind in parted}


def rules_of(given: Sequence[str] | None) -> dict[str, str]:
    """Return the rules of fields, such as ``phone=newest``."""
    parted = [(one, *one.partition("=")) for one in given or ()]
    wrong = [
        Problem("bad-usage", "this says no rule for a field", Place("--field"), shown(one), "such as phone=newest")
        for one, field, _, rule in parted if not field.strip() or not rule.strip()
    ]  # fmt: skip
    if wrong:
        raise InputError(wrong)
    return {field.strip(): rule.strip() for _, field, _, rule in parted}


def check_ways(probable: bool, key: Any, model: Any, save_model: Any) -> None:
    """Raise `InputError` for options of one way that were given for the other."""
    problems = []
    if probable and key:
        message, hint = "--key is about shared keys alone", "leave out --key, or --probable"
        problems.append(Problem("bad-usage", message, Place("--key"), hint=hint))
    for name, given in (("--model", model), ("--save-model", save_model)):
        if given is not None and not probable:
            problems.append(Problem("bad-usage", f"{name} is about --probable", Place(name), hint="add --probable"))
    if problems:
        raise InputError(problems)


def check_new(targets: Sequence[Path], sources: Sequence[Path], model: Path | None) -> None:
    """Raise `InputError` if a file cannot be written, or is there already."""
    problems: list[Problem] = []
    for target in targets:
        try:
            if target != model:
                check_targets([target], sources)
            if target.exists():
                message, hint = "the file is there already, and is not written over", "name another file"
                problems.append(Problem("overwritten-file", message, Place(str(target)), hint=hint))
            elif not target.parent.is_dir():
                message, hint = "the file cannot be written: its folder is not there", "name a file in a folder that is"
                problems.append(Problem("unwritable-file", message, Place(str(target)), hint=hint))
        except LeadqualError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def in_folder(folder: Path, name: str) -> Path:
    """Return the table of a name in a folder that merging wrote."""
    found = next((folder / f"{name}{ending}" for ending in _TABLES if (folder / f"{name}{ending}").is_file()), None)
    if found is None:
        message, hint = f"there is no table {name} in the folder", f"name it with --{name}"
        raise InputError(Problem("unreadable-file", message, Place(str(folder)), hint=hint))
    return found


def format_of(path: Path) -> Any:
    """Return the format in which tables are written that were read from a file."""
    return _FORMATS.get(path.suffix.lower(), "csv")


def save_model(model: Any, path: Path) -> None:
    """Write a model of Splink as JSON."""
    with WholeFiles() as files:
        files.for_target(path).write_text(json.dumps(model, indent=1), encoding="utf-8")

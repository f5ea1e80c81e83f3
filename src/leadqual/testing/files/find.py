"""Finding files of cases in folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from leadqual.errors import InputError, Place, Problem, unreadable_file
from leadqual.testing.files.names import ENDINGS, is_case_file

_FOREIGN: Final = frozenset({"node_modules", "__pycache__", "build", "dist"})
_HINT: Final = "end its name in .policytest.yaml; the policy is named with --policy"


def case_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files of cases at some paths, in the folders among them and under these, each once.

    Raises
    ------
    InputError
        If there is no such path, or a file has another ending.
    """
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            found |= dict.fromkeys(_under(path))
        elif not path.exists():
            problems.append(unreadable_file(str(path), FileNotFoundError(2, "No such file or directory")))
        elif not is_case_file(path.name):
            message = "this is no file of tests by its name"
            problems.append(Problem("not-a-test-file", message, Place(str(path)), path.name, _expected(), _HINT))
        else:
            found[path] = None
    if problems:
        raise InputError(problems)
    return tuple(found)


def _expected() -> str:
    return "a name that ends in " + " or ".join(ENDINGS)


def _under(folder: Path) -> Iterator[Path]:
    """Yield the files under a folder in their order, without those of hidden folders and of installed packages."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_foreign(Path(here, name)))
        yield from (Path(here, name) for name in sorted(names) if is_case_file(name))


def _is_foreign(folder: Path) -> bool:
    """Return whether a folder is hidden, or holds what was built or installed."""
    return folder.name.startswith(".") or folder.name in _FOREIGN or (folder / "pyvenv.cfg").exists()

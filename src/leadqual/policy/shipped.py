"""Documents that ship with the package, by the names that people give them."""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files

from leadqual._suggest import did_you_mean
from leadqual.errors import Problem, UnknownNameError


def shipped_text(package: str, name: str, known: Collection[str], code: str, message: str, ending: str = "yaml") -> str:
    """Return the text of a document that ships in a package, comments and all.

    Raises
    ------
    UnknownNameError
        With `code` and `message`, if the name is none of those known.
    """
    if name not in known:
        expected, hint = ", ".join(known), did_you_mean(str(name), known)
        raise UnknownNameError(Problem(code, message, found=repr(name), expected=expected, hint=hint))
    return files(package).joinpath(f"{name}.{ending}").read_text(encoding="utf-8")

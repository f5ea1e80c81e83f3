"""The versions that a model was saved with, looked at before anything is made of the file."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from leadqual.errors import InputError, LeadqualError, Place, Problem

FORMAT: Final = 1
"""The number of the format that this version of leadqual writes, and the highest that it reads."""
_PACKAGES: Final = ("leadqual", "scikit-learn", "numpy", "scipy", "skops")


def versions_now() -> dict[str, str]:
    """Return the versions of the libraries that a model rests on."""
    return {**{name: version(name) for name in _PACKAGES}, "python": platform.python_version()}


def check_format(about: Mapping[str, Any], source: str) -> None:
    """Raise `InputError` if a file is of a later format, with the version that reads it."""
    if about["format"] > FORMAT:
        raise other_version(about["versions"], source, "it has a later format")


def differing(saved: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the libraries of which the version is another one, with the version of then and of now."""
    now = versions_now()
    return {name: (saved.get(name, "none"), now[name]) for name in _PACKAGES if saved.get(name) != now[name]}


def other_version(saved: Mapping[str, str], source: str, why: str) -> InputError:
    """Return the error of a file that these versions of the libraries cannot read."""
    apart = differing(saved)
    then = ", ".join(f"{name} {was}" for name, (was, _) in apart.items())
    now = ", ".join(f"{name} {is_}" for name, (_, is_) in apart.items())
    wanted = " ".join(f"{name}=={was}" for name, (was, _) in apart.items())
    hint = f"pip install {wanted}, or fit the model again" if wanted else "fit the model again"
    message = f"the model was saved with other versions, and cannot be read with these: {why}"
    return InputError(Problem("other-version", message, Place(source), now or None, then or None, hint))


def damaged(source: str, why: str) -> InputError:
    """Return the error of a file that was a model and is none any more."""
    hint = "copy it again from where it was saved, or fit the model again"
    return InputError(Problem("damaged-file", f"the file is damaged: {why}", Place(source), hint=hint))


def unusable(saved: Mapping[str, str], source: str, error: Exception) -> InputError:
    """Return the error of a file of which no model can be made: other versions are to blame where there are any."""
    why = str(error) if isinstance(error, LeadqualError) else f"{type(error).__name__}: {error}"
    return other_version(saved, source, why) if differing(saved) else damaged(source, why)

"""Files of skops that hold a model: written whole or not at all, and read without running what is in them."""

from __future__ import annotations

import io
import json
import os
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import skops.io
from sklearn.exceptions import InconsistentVersionWarning

from leadqual.errors import InputError, Place, Problem, shown, unreadable_file
from leadqual.files.write import WholeFiles
from leadqual.ml.models.encoding import FeatureEncoder
from leadqual.ml.models.weighted_bins import WeightedBins
from leadqual.ml.saving.versions import check_format, damaged, differing, unusable
from leadqual.ml.warnings import VersionWarning

SUFFIX: Final = ".skops"
ABOUT: Final = "leadqual.json"
"""The part of the file with all that is plain data."""
_OURS: Final = frozenset(f"{kind.__module__}.{kind.__qualname__}" for kind in (FeatureEncoder, WeightedBins))
KIND: Final = "propensity"
_LARGEST: Final = 1 << 28
"""No description is larger; one that says so would only fill the memory."""

Parts = tuple[dict[str, Any], dict[str, Any]]
"""What a model is made of: plain data, and objects."""


def written(about: Mapping[str, Any], objects: Mapping[str, Any]) -> bytes:
    """Return the content of a file; raise `InputError` if there are objects that skops does not write."""
    try:
        buffer = io.BytesIO(skops.io.dumps(dict(objects), compression=zipfile.ZIP_DEFLATED))
    except Exception as error:  # whatever the objects of a user raise as they are taken apart
        raise not_savable(f"skops cannot write it: {error}", objects) from error
    with zipfile.ZipFile(buffer, "a", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(ABOUT, json.dumps(about, ensure_ascii=False, indent=1))
    return buffer.getvalue()


def not_savable(message: str, found: Any = None, hint: str | None = None) -> InputError:
    """Return the error of a model that cannot be kept."""
    what = None if found is None else shown(found)
    return InputError(Problem("not-savable", message, Place("model"), what, hint=hint))


def check_name(path: str | os.PathLike[str]) -> None:
    """Raise `InputError` if a name does not end as those of models do."""
    if Path(path).suffix.lower() != SUFFIX:
        message = "the name of a model ends otherwise"
        hint = f"name the file that PropensityModel.save writes, such as {Path(path).stem or 'model'}{SUFFIX}"
        raise InputError(Problem("unknown-format", message, Place(str(path)), Path(path).suffix, SUFFIX, hint))


def write_model(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file, or leave what is there as it was; raise `InputError` if it cannot be written."""
    check_name(path)
    with WholeFiles() as files:
        part = files.for_target(path)
        try:
            part.write_bytes(content)
        except OSError as error:
            message = f"the file cannot be written: {error.strerror or error}"
            raise InputError(Problem("unwritable-file", message, Place(str(path)))) from None


def read_model(path: str | os.PathLike[str], trusted: Iterable[str | type]) -> Parts:
    """Return what a file holds; raise `InputError` if it is no model, or needs types that are not trusted."""
    allowed = _names(trusted)
    check_name(path)
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(unreadable_file(str(path), error)) from None
    return opened(content, str(path), allowed)


def opened(content: bytes, source: str, allowed: frozenset[str] | None) -> Parts:
    """Return what the content of a file holds: the plain data is looked at before an object is made.

    With `allowed` None all types are made: those of a model that is there already.
    """
    about = _about(content, source)
    check_format(about, source)
    apart = differing(about["versions"])
    if "scikit-learn" in apart:
        then, now = apart["scikit-learn"]
        message = f"{source} was saved with scikit-learn {then}, and this is {now}: probabilities may differ"
        warnings.warn(message, VersionWarning, stacklevel=4)
    try:
        needed = set(skops.io.get_untrusted_types(data=content))
        if allowed is not None:
            _refuse(needed - _OURS - allowed, source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InconsistentVersionWarning)  # ours says it with both versions
            return about, skops.io.loads(content, trusted=sorted(needed))
    except InputError:
        raise
    except Exception as error:  # a file can be wrong in any way, and so can types that were trusted
        raise unusable(about["versions"], source, error) from error


def _about(content: bytes, source: str) -> dict[str, Any]:
    other = "this is no model that was saved with PropensityModel.save"
    if not content:
        raise InputError(Problem("empty-file", "there is nothing in the file", Place(source)))
    if not content.startswith(b"PK"):
        raise InputError(Problem("not-a-model", other, Place(source), shown(content[:20])))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if ABOUT not in archive.namelist():
                found = ", ".join(archive.namelist()[:5])
                raise InputError(Problem("not-a-model", other, Place(source), found, f"{ABOUT} in the archive"))
            if archive.getinfo(ABOUT).file_size > _LARGEST:
                raise damaged(source, f"{ABOUT} is too large")
            about = json.loads(archive.read(ABOUT))
        if about["kind"] != KIND:
            raise InputError(Problem("not-a-model", other, Place(source), shown(about["kind"]), KIND))
        if not (isinstance(about["format"], int) and isinstance(about["versions"], dict)):
            raise TypeError("the versions are missing")
    except InputError:
        raise
    except Exception as error:  # a part may be spoilt anywhere: in the list of parts, its compression, its text
        raise damaged(source, str(error)) from None
    return about  # type: ignore[no-any-return]


def _names(trusted: Any) -> frozenset[str]:
    if isinstance(trusted, str) or not isinstance(trusted, Iterable):
        expected = "a list of the types that you trust, such as ['sklearn.tree._tree.Tree']"
        raise InputError(Problem("wrong-type", "these are no types", Place("trusted"), shown(trusted), expected))
    return frozenset(one if isinstance(one, str) else f"{one.__module__}.{one.__qualname__}" for one in trusted)


def _refuse(types: Iterable[str], source: str) -> None:
    names = sorted(types)
    if not names:
        return
    hint = (
        "a file can do harm through these types, so leadqual makes none unasked; if you know who made the file: "
        f"trusted={names!r}"
    )
    message = "the file needs types that are not trusted"
    raise InputError(Problem("untrusted-types", message, Place(source), ", ".join(names), "plain types", hint))

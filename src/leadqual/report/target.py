"""Where a report may be written: its name says that it is a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from leadqual.errors import Place, Problem

_PAGES: Final = (".html", ".htm")


def no_page(path: str | os.PathLike[str]) -> Problem | None:
    """Return what is wrong with the name of a file for a report; None if it is that of a page.

    Examples
    --------
    >>> no_page("report.html"), no_page("report.pdf").code
    (None, 'unknown-format')
    """
    ending = Path(path).suffix
    if ending.lower() in _PAGES:
        return None
    expected = f"a name that ends in {' or '.join(_PAGES)}"
    return Problem("unknown-format", "a report is a page", Place(str(path)), ending or "no ending", expected)

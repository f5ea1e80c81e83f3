"""Small wordings that several commands share: counts, lines, instants, and the command as it was called."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from leadqual.files.times import zone_named
from leadqual.lifecycle.explain import moment

_BREAKS: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")

ABOUT_CSV: Final = "it is about CSV: Parquet holds texts in UTF-8, and numbers as numbers"
"""Why an option about how texts are written is refused for Parquet."""


def counted(number: int, what: str) -> str:
    """Return a number with what it counts.

    Examples
    --------
    >>> counted(1, "contact"), counted(2500, "contact")
    ('1 contact', '2,500 contacts')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def one_line(text: str) -> str:
    r"""Return a text of a file with its line breaks as spaces.

    Examples
    --------
    >>> one_line("Siti\r\nRahma")
    'Siti Rahma'
    """
    return _BREAKS.sub(" ", text)


def seen_at(at: datetime, time_zone: str | None = None) -> str:
    """Return an instant as summaries show it, in the zone that ``--time-zone`` names.

    Examples
    --------
    >>> seen_at(datetime(2026, 11, 22, tzinfo=UTC)), seen_at(datetime(2026, 11, 22, tzinfo=UTC), "Asia/Jakarta")
    ('2026-11-22 00:00 UTC', '2026-11-22 07:00 WIB')
    """
    return moment(at, zone_named(time_zone) or UTC)


def hottest_title(number: int) -> str:
    """Return the title above the hottest leads.

    Examples
    --------
    >>> hottest_title(1), hottest_title(10)
    ('The hottest lead', 'The 10 hottest leads')
    """
    return "The hottest lead" if number == 1 else f"The {number} hottest leads"


def unseen_note(number: int, option: str = "--at") -> str:
    """Return the remark on interactions that a decision does not see, since they lie after the instant of an option.

    Examples
    --------
    >>> unseen_note(1)
    '1 interaction lies after --at and was not seen.'
    """
    verbs = ("lies", "was") if number == 1 else ("lie", "were")
    return f"{counted(number, 'interaction')} {verbs[0]} after {option} and {verbs[1]} not seen."


def took(contacts: int, interactions: int, seconds: float) -> str:
    """Return how long a command took for how much.

    Examples
    --------
    >>> took(1, 2_000, 3.14)
    '1 contact with 2,000 interactions took 3.1 seconds.'
    """
    return f"{counted(contacts, 'contact')} with {counted(interactions, 'interaction')} took {seconds:,.1f} seconds."


def repeated_note(number: int) -> str:
    """Return the remark on rows that count once.

    Examples
    --------
    >>> repeated_note(1)
    '1 row said again what another row said; it counts once.'
    """
    verb = "it counts" if number == 1 else "they count"
    return f"{counted(number, 'row')} said again what another row said; {verb} once."


def called_as() -> str:
    """Return how the user called this command, so that a line printed with it can be copied and run."""
    given = sys.argv[0]
    if Path(given).stem != "leadqual":  # run as a module, or from another program
        return "leadqual"
    found = shutil.which("leadqual")
    on_path = found is not None and Path(found).absolute() == Path(given).absolute()
    return "leadqual" if on_path else shlex.quote(given)

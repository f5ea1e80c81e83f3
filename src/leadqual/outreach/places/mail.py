"""E-mail addresses in the one form in which two spellings of the same address meet."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.needed import missing

try:
    from email_validator import EmailNotValidError, validate_email
except ImportError as error:
    raise missing(error, "email-validator") from None


_PLAIN: Final = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_LONGEST: Final = 254


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What an e-mail address is.

    Parameters
    ----------
    address : str
        The address to write to: the name as it was spelt, the domain in small letters.
    key : str
        The same for every spelling of the address, for lists of those who must not be written to.
    domain : str
        The domain, in the letters that computers use (``xn--``).
    """

    address: str
    key: str
    domain: str


def normal_email(text: str) -> Mailbox:
    """Return an e-mail address in its normal form. Whether its domain exists is not asked.

    Raises
    ------
    InputError
        ``bad-email`` if no mail can be addressed to it.

    Examples
    --------
    >>> mailbox = normal_email("Siti.Rahma@Example.CO.ID")
    >>> mailbox.address, mailbox.key
    ('Siti.Rahma@example.co.id', 'siti.rahma@example.co.id')
    """
    spelt = text.strip()
    return _plain(spelt) or _checked(spelt)


def mail_key(text: str) -> str:
    """Return what is the same for every spelling of an address, whether or not mail can be addressed to it.

    Examples
    --------
    >>> mail_key("Siti@Example.com"), mail_key("Siti@LocalHost")
    ('siti@example.com', 'siti@localhost')
    """
    try:
        return normal_email(text).key
    except InputError:
        return _folded(text.strip())


def _plain(spelt: str) -> Mailbox | None:
    """Return a mailbox with a name of plain letters, as nearly all have: only the domain needs a full check."""
    name, _, domain = spelt.rpartition("@")
    if not _PLAIN.fullmatch(name):
        return None
    try:
        at = _at(domain)
    except InputError:
        return None
    if len(name) + max(len(at.address), len(at.key)) > _LONGEST:
        return None
    return Mailbox(name + at.address[1:], name.lower() + at.key[1:], at.domain)


@lru_cache(maxsize=16_384)
def _at(domain: str) -> Mailbox:
    return _checked(f"a@{domain}")


def _checked(spelt: str) -> Mailbox:
    try:
        checked = validate_email(spelt, check_deliverability=False)
    except EmailNotValidError as error:
        message = f"the e-mail address is not one: {error}"
        raise InputError(Problem("bad-email", message, Place("email"), shown(spelt))) from None
    domain = checked.ascii_domain.lower()
    return Mailbox(checked.normalized, f"{_folded(checked.local_part)}@{domain}", domain)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())

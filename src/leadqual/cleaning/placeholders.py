"""Values that say nothing of who somebody is, and mailboxes and fields that are read with care: plain data."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import polars as pl

_TEXTS: Final = """
    - -- --- . .. ? ?? ??? 0 00 000 x xx xxx none null nil na n/a n.a. #n/a nan unknown unbekannt anonymous anonym empty
    test tests testing tba tbd asdf abc kosong belum tidak
"""
_NUMBERS: Final = "123456 1234567 12345678 123456789 1234567890 0123456789 +1234567890 +12345678900"
_ADDRESSES: Final = """
    a@a.com a@b.com b@b.com x@x.com test@test.com test@test.de test@example.com test@gmail.com email@email.com
    email@example.com mail@mail.com none@none.com na@na.com no@no.com noemail@noemail.com no@email.com
    noemail@example.com noemail@gmail.com unknown@unknown.com user@example.com asdf@asdf.com abc@abc.com
    tidakada@gmail.com kosong@gmail.com
"""
_SEVERAL_WORDS: Final = (
    "tidak ada", "belum ada", "no email", "no phone", "no mail", "not available", "not known", "keine angabe",
)  # fmt: skip
_ROLES: Final = """
    abuse accounting accounts admin administrator billing buchhaltung careers contact contato cs customer-service
    customerservice enquiries enquiry finance hello help helpdesk hr humas info inquiries inquiry invoice invoices it
    jobs kontakt legal mail marketing media no-reply noreply donotreply do-not-reply office order orders payments
    postmaster pr press procurement purchasing reception recruitment root sales secretary security service support
    team vertrieb webmaster
"""

PLACEHOLDERS: Final = frozenset([*f"{_TEXTS} {_NUMBERS} {_ADDRESSES}".split(), *_SEVERAL_WORDS])
"""Texts, numbers and addresses that people write where they know none, in small letters."""

ROLE_MAILBOXES: Final = frozenset(_ROLES.split())
"""What stands before the @ of mailboxes that several people read."""

CONFLICTING: Final[tuple[str, ...]] = (
    "kind",
    "country",
    "birth_date",
    "birthday",
    "date_of_birth",
    "gender",
    "tax_id",
)
"""Columns in which one person has one value: where two contacts differ in one, they may be two people."""

_SAME_DIGIT: Final = re.compile(r"(\d)\1{6}$")
_MAYBE_SAME_DIGIT: Final = f"(?:{'|'.join(f'{digit}{{7}}' for digit in range(10))})$"
_PLAIN: Final = "^[ -~]*$"
"""Of other letters, digits and spaces Python alone knows what is the same in capitals and small."""


def is_placeholder(value: str, listed: frozenset[str]) -> bool:
    """Return whether a value is listed as a placeholder, or a number that ends with one digit seven times.

    Examples
    --------
    >>> is_placeholder("N/A", PLACEHOLDERS), is_placeholder("+620000000000", PLACEHOLDERS)
    (True, True)
    >>> is_placeholder("+628123456789", PLACEHOLDERS)
    False
    """
    return value.strip().casefold() in listed or ("@" not in value and _SAME_DIGIT.search(value) is not None)


def placeholders_among(values: pl.Series, listed: frozenset[str]) -> pl.Series:
    """Return which values are placeholders; only those that may be one are looked at.

    Examples
    --------
    >>> placeholders_among(pl.Series(["N/A", "+620000000000", "siti@majujaya.co.id"]), PLACEHOLDERS).to_list()
    [True, True, False]
    """
    bare = values.str.strip_chars().str.to_lowercase()
    maybe = bare.is_in(list(listed)) | values.str.contains(_MAYBE_SAME_DIGIT) | ~values.str.contains(_PLAIN)
    return _looked_at(values, maybe, lambda value: is_placeholder(value, listed))


def roles_among(addresses: pl.Series, names: frozenset[str]) -> pl.Series:
    """Return which mailboxes several people read; only those that may be one are looked at.

    Examples
    --------
    >>> roles_among(pl.Series(["Info@majujaya.co.id", "siti@majujaya.co.id"]), ROLE_MAILBOXES).to_list()
    [True, False]
    """
    name = addresses.str.replace("@[^@]*$", "").str.to_lowercase()
    maybe = name.is_in(list(names)) | ~addresses.str.contains(_PLAIN)
    return _looked_at(addresses, maybe, lambda address: is_role(address, names))


def _looked_at(values: pl.Series, maybe: pl.Series, holds: Callable[[str], bool]) -> pl.Series:
    places = maybe.fill_null(False).arg_true()
    right = [place for place in places if holds(values[place])]
    return pl.Series(values.name, [False], dtype=pl.Boolean).new_from_index(0, values.len()).scatter(right, True)


def is_role(address: str, names: frozenset[str]) -> bool:
    """Return whether a mailbox is one that several people read.

    Examples
    --------
    >>> is_role("info@majujaya.co.id", ROLE_MAILBOXES), is_role("siti@majujaya.co.id", ROLE_MAILBOXES)
    (True, False)
    """
    return address.rpartition("@")[0].casefold() in names

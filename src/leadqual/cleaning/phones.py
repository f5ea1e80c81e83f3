"""Phone numbers in the one form in which two spellings of the same number meet."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.needed import missing

try:
    from phonenumbers import (
        COUNTRY_CODE_TO_REGION_CODE,
        SUPPORTED_REGIONS,
        PhoneNumberFormat,
        format_number,
        is_possible_number,
        parse,
    )
    from phonenumbers.phonenumberutil import NumberParseException
except ImportError as error:
    raise missing(error, "phonenumbers") from None

_READY: Final = r"^\+[1-9][0-9]{6,14}$"
_STRAY_ZERO: Final = f"^\\+(?:{'|'.join(map(str, sorted(COUNTRY_CODE_TO_REGION_CODE)))})0"
"""A 0 after the country's code is mostly that of calls within the country, which does not belong there."""

NO_COUNTRY: Final = "no code of a country"
NO_NUMBER: Final = "no phone number"


def phone_keys(phones: pl.Series, countries: pl.Series, country: str | None = None) -> pl.DataFrame:
    """Return the international form of each phone number, and why where there is none.

    Numbers that are international already are taken as they are; only the others are taken apart, each once.

    Parameters
    ----------
    phones : Series
        The numbers, in any spelling; ``x12`` or ``ext. 12`` is an extension, and another line.
    countries : Series
        The country of each contact, in which a number without a country's code is read.
    country : str, optional
        The country where a contact names none.

    Examples
    --------
    >>> phones = pl.Series(["+628123456789", "0812-345-6789", "+62 0812 345 6789", "0812"])
    >>> phone_keys(phones, pl.Series(["ID", None, None, None], dtype=pl.String), "ID").rows()
    [('+628123456789', None), ('+628123456789', None), ('+628123456789', None), (None, 'no phone number')]
    """
    if country is not None and country not in SUPPORTED_REGIONS:
        hint = f"write {country.upper()!r}" if str(country).upper() in SUPPORTED_REGIONS else None
        expected = "an ISO 3166 code of two capital letters, such as 'ID' or 'SG'"
        message = "the country is not a code"
        raise InputError(Problem("bad-country", message, Place("country"), shown(country), expected, hint))
    ready = phones.str.contains(_READY) & ~phones.str.contains(_STRAY_ZERO)
    if ready.all(ignore_nulls=True):
        return pl.DataFrame(
            {"value": phones, "refused": pl.Series([None], dtype=pl.String).new_from_index(0, len(phones))}
        )
    cells = pl.DataFrame({"phone": phones, "country": _codes(countries, country), "ready": ready})
    others = cells.filter(~pl.col("ready") & (pl.col("phone").str.strip_chars() != "")).select("phone", "country")
    distinct = others.unique()
    read = [_read(phone, place) for phone, place in distinct.iter_rows()]
    kind = {"value": pl.String, "refused": pl.String}
    found = distinct.hstack(pl.DataFrame(read, schema=kind, orient="row"))
    joined = cells.join(found, on=["phone", "country"], how="left", maintain_order="left")
    return joined.select(pl.when("ready").then("phone").otherwise("value").alias("value"), "refused")


def _codes(countries: pl.Series, country: str | None) -> pl.Series:
    bare = countries.str.strip_chars().str.to_uppercase()
    return bare.set(bare == "", None).fill_null(country or "")


def _read(phone: str, country: str) -> tuple[str | None, str | None]:
    try:
        parsed = parse(phone, country or None)
    except NumberParseException as error:
        unknown = error.error_type == NumberParseException.INVALID_COUNTRY_CODE and not phone.strip().startswith("+")
        return None, NO_COUNTRY if unknown else NO_NUMBER
    if not is_possible_number(parsed):
        return None, NO_NUMBER
    extension = f";ext={parsed.extension}" if parsed.extension else ""
    return f"{format_number(parsed, PhoneNumberFormat.E164)}{extension}", None

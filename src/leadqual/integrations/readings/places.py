"""Phone numbers, countries, regions and languages: from what people write to the codes of the standards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Final

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Problem
from leadqual.integrations.needed import missing
from leadqual.integrations.readings.base import CELL, Cells, by_distinct
from leadqual.integrations.readings.regions import bare_name, region_names
from leadqual.integrations.readings.words import term

try:
    import phonenumbers
    from babel import Locale, UnknownLocaleError, localedata
    from babel.core import get_global
    from babel.languages import get_official_languages
except ImportError as error:
    raise missing(error, str(error.name)) from None

_OTHER_NAMES: Final = {
    "usa": "US", "u.s.a": "US", "u.s": "US", "united states of america": "US", "amerika serikat": "US",
    "uk": "GB", "u.k": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "inggris": "GB",
    "northern ireland": "GB", "south korea": "KR", "republic of korea": "KR", "north korea": "KP", "russia": "RU",
    "russian federation": "RU", "czech republic": "CZ", "holland": "NL", "ivory coast": "CI", "burma": "MM",
    "viet nam": "VN", "republic of indonesia": "ID", "republik indonesia": "ID", "macau": "MO", "hong kong": "HK",
    "taiwan": "TW", "uae": "AE", "u.a.e": "AE", "brunei darussalam": "BN", "east timor": "TL", "swaziland": "SZ",
    "lao pdr": "LA", "laos": "LA", "syria": "SY", "iran": "IR", "turkey": "TR", "moldova": "MD", "tanzania": "TZ",
    "bolivia": "BO", "venezuela": "VE", "palestine": "PS", "macedonia": "MK", "cape verde": "CV", "vatican": "VA",
}  # fmt: skip
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_REGION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
UNREAD: Final = "?"
"""What stands for the country of a row that names one which cannot be read."""

_MANGLED: Final = re.compile(r"\d+([.,]\d+)?[eE]\+\d+")


def read_phones(cells: pl.Series, countries: pl.Series | None, country: str | None) -> Cells:
    """Return phone numbers in international form, each distinct pair of number and country read once."""
    if countries is None:
        return by_distinct(cells, pl.String(), lambda text: normal_phone(text, country))
    pairs = pl.select(pl.format("{}\x1f{}", cells, countries.fill_null(country or ""))).to_series()
    read = by_distinct(pairs, pl.String(), _of_pair)
    return Cells(read.values.rename(cells.name), read.refused)


def _of_pair(pair: str) -> str | None:
    text, _, country = pair.rpartition("\x1f")
    try:
        return normal_phone(text, None if country == UNREAD else country or None)
    except InputError as error:
        if country != UNREAD or error.code != "phone-without-country":
            raise
        hint = "the row names a country that cannot be read: no other is taken for it"
        raise InputError(Problem(error.code, error.problems[0].message, hint=hint)) from None


@lru_cache(maxsize=65_536)
def normal_phone(text: str, country: str | None) -> str:
    """Return a phone number in international form.

    Raises
    ------
    InputError
        ``phone-without-country`` if nothing says which country it is of; ``bad-phone`` if no country has it.

    Examples
    --------
    >>> normal_phone("0812-3456-7890", "ID"), normal_phone("+44 20 7946 0018", "ID")
    ('+6281234567890', '+442079460018')
    """
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        without = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and country is None
        if without and sum(map(str.isdigit, text)) >= 5:
            hint = "say country='ID', or whichever it is; or map the column that tells the country"
            raise InputError(Problem("phone-without-country", "nothing says the country", hint=hint)) from None
        raise _no_phone(text) from None
    if not phonenumbers.is_valid_number(parsed):
        raise _no_phone(text, country)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _no_phone(text: str, country: str | None = None) -> InputError:
    if _MANGLED.fullmatch(text):
        hint = "a spreadsheet took it for a number, and its last digits are lost: export it again"
    else:
        hint = f"no number of {country}, if not another country is meant" if country else "no country has such a number"
    return InputError(Problem("bad-phone", "this is no phone number", hint=hint))


def read_countries(cells: pl.Series) -> Cells:
    """Return countries as codes of ISO 3166."""
    return by_distinct(cells, pl.String(), country_code)


def country_code(text: str) -> str:
    """Return the code of a country that is named in English, in Indonesian or in a language of its own.

    Raises
    ------
    InputError
        ``unknown-country``.

    Examples
    --------
    >>> country_code("Deutschland"), country_code("Jerman"), country_code("UK"), country_code("idn")
    ('DE', 'DE', 'GB', 'ID')
    """
    name = term(text)
    found = _usual_names().get(name) or country_names().get(name)
    if found is None:
        hint = did_you_mean(name, [known for known in _usual_names() if len(known) > len("idn")])
        raise InputError(Problem("unknown-country", "this names no country", hint=hint))
    return found


@cache
def _usual_names() -> Mapping[str, str]:
    """Return the codes of countries by their codes and their names in English and in Indonesian."""
    aliases = get_global("territory_aliases")
    codes = {term(code): of[0] for code, of in aliases.items() if len(of) == 1 and of[0] in _countries()}
    names = [Locale(language).territories for language in ("en", "id")]
    return {
        **_sure((term(known[code]), code) for known in names for code in _countries() if code in known),
        **codes,
        **{term(code): code for code in _countries()},
        **_OTHER_NAMES,
    }


@cache
def country_names() -> Mapping[str, str]:
    """Return the codes of countries by all their names, those in their own languages among them.

    That reads the files of some hundred languages: the usual names are asked first.
    """
    return {**_sure(_own_names()), **_usual_names()}


def _sure(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return codes by name, without the names that two countries share."""
    found: dict[str, str] = {}
    shared = {name for name, code in named if found.setdefault(name, code) != code}
    return {name: code for name, code in found.items() if name not in shared}


def _own_names() -> Iterator[tuple[str, str]]:
    for code in _countries():
        for language in get_official_languages(code):
            try:
                name = Locale.parse(language).territories.get(code)
            except (UnknownLocaleError, ValueError):
                continue
            if name:
                yield term(name), code


@cache
def _countries() -> tuple[str, ...]:
    pseudo = ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA")
    codes = map(str, Locale("en").territories)
    return tuple(code for code in codes if len(code) == 2 and code.isalpha() and code not in pseudo)


def read_regions(cells: pl.Series, countries: pl.Series | None) -> Cells:
    """Return states and provinces as codes of ISO 3166-2, by their code, or by name within the row's country."""
    if countries is None:
        return by_distinct(cells, pl.String(), lambda text: region_code(text, None))
    pairs = pl.select(pl.format("{}\x1f{}", cells, countries.fill_null(""))).to_series()
    read = by_distinct(pairs.rename(CELL), pl.String(), _region_of_pair)
    return Cells(read.values.rename(cells.name), read.refused)


def _region_of_pair(pair: str) -> str:
    text, _, country = pair.rpartition("\x1f")
    return region_code(text, country or None)


def region_code(text: str, country: str | None) -> str:
    """Return the code of a region: a full code, or a short code or name of a country whose regions are known.

    Examples
    --------
    >>> region_code("Florida", "US"), region_code("id-jk", None), region_code("Jawa Barat", "ID")
    ('US-FL', 'ID-JK', 'ID-JB')
    """
    if _REGION.fullmatch(text.upper()):
        return text.upper()
    known = region_names(country) if country else {}
    code = known.get(term(text)) or known.get(bare_name(text))
    if code is not None:
        return f"{country}-{code}"
    names = [name for name in known if len(name) > len("DKI")]
    hint = did_you_mean(term(text), names) if known else "write the code of ISO 3166-2, such as ID-JK"
    raise InputError(Problem("unknown-region", "this names no region", hint=hint))


def read_languages(cells: pl.Series) -> Cells:
    """Return languages as tags."""
    return by_distinct(cells, pl.String(), language_tag)


def language_tag(text: str) -> str:
    """Return the tag of a language, given as a tag or by its name in English, in Indonesian or in itself.

    Examples
    --------
    >>> language_tag("en_US"), language_tag("Bahasa Indonesia"), language_tag("Deutsch")
    ('en-US', 'id', 'de')
    """
    known = _usual_languages().get(term(text))
    if known is not None:
        return known
    tag = text.strip().replace("_", "-").split(".")[0]
    if _LANGUAGE.fullmatch(tag) and tag.split("-")[0].lower() in Locale("en").languages:
        return tag
    if (own := _own_languages().get(term(text))) is not None:
        return own
    hint = did_you_mean(term(text), _usual_languages())
    raise InputError(Problem("unknown-language", "this names no language", hint=hint))


@cache
def _usual_languages() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for names in (Locale("en").languages, Locale("id").languages):
        found.update((term(name), tag) for tag, name in names.items() if len(tag) == 2)
    return {**found, "bahasa indonesia": "id", "bahasa inggris": "en"}


@cache
def _own_languages() -> Mapping[str, str]:
    """Return the tags of languages by their names in themselves."""
    found: dict[str, str] = {}
    for tag in map(str, Locale("en").languages):
        if len(tag) == 2 and localedata.exists(tag) and (name := Locale(tag).languages.get(tag)):
            found.setdefault(term(name), tag)
    return found

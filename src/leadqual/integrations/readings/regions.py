"""States and provinces by name, country by country."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from leadqual.integrations.needed import missing
from leadqual.integrations.readings.words import term

try:
    import holidays
    import pycountry
except ImportError as error:
    raise missing(error, str(error.name)) from None

_GROUPS: Final = ("Geographical unit",)
"""Parts of a country that are no states or provinces: Java has six of them."""

_ENGLISH: Final = {
    "Jawa": "Java", "Sumatera": "Sumatra", "Barat Daya": "Southwest", "Barat": "West", "Timur": "East",
    "Utara": "North", "Selatan": "South", "Tengah": "Central", "Tenggara": "Southeast", "Kepulauan": "Islands",
}  # fmt: skip
"""The words that names of Indonesian provinces are made of: Jawa Barat is West Java, Kepulauan Riau Riau Islands."""

_OTHER_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "ID": {
        "Nanggroe Aceh Darussalam": "AC", "NAD": "AC", "Babel": "BB", "Bangka Belitung": "BB", "Jabar": "JB",
        "Jatim": "JI", "Jateng": "JT", "Jakarta": "JK", "DKI": "JK", "DKI Jakarta": "JK", "DKJ": "JK",
        "DK Jakarta": "JK", "Daerah Khusus Ibukota Jakarta": "JK",
        "Daerah Khusus Ibu Kota Jakarta": "JK", "Daerah Khusus Jakarta": "JK",
        "Special Capital Region of Jakarta": "JK", "Jakarta Special Capital Region": "JK", "Kalbar": "KB",
        "Kaltim": "KI", "Kepri": "KR", "Kalsel": "KS", "Kalteng": "KT", "Kaltara": "KU", "Malut": "MU", "NTB": "NB",
        "NTT": "NT", "Papua Pegunungan": "PE", "Highland Papua": "PE", "Sulut": "SA", "Sumbar": "SB", "Sultra": "SG",
        "Sulsel": "SN", "Sulbar": "SR", "Sumsel": "SS", "Sulteng": "ST", "Sumut": "SU", "DIY": "YO",
        "DI Yogyakarta": "YO", "D.I. Yogyakarta": "YO", "Daerah Istimewa Yogyakarta": "YO",
        "Special Region of Yogyakarta": "YO", "Yogyakarta Special Region": "YO", "Jogja": "YO", "Jogjakarta": "YO",
    },
    "DE": {
        "Bavaria": "BY", "Hesse": "HE", "Lower Saxony": "NI", "North Rhine-Westphalia": "NW",
        "Rhineland-Palatinate": "RP", "Saxony": "SN", "Saxony-Anhalt": "ST", "Thuringia": "TH",
        "Mecklenburg-Western Pomerania": "MV",
    },
}  # fmt: skip
"""Names that the standard does not list: it has each state and province in the language of the country."""

_PROVINCE: Final = re.compile(r"^(provinsi|propinsi|prov\.?|province of)\s+|\s+(province|state)$")


def region_names(country: str) -> Mapping[str, str]:
    """Return the short codes of the states and provinces of a country by their names and codes.

    The names are those of ISO 3166-2, and for Indonesia and Germany the English and the usual short ones too. A name
    that two of them share is none.

    Examples
    --------
    >>> names = region_names("ID")
    >>> names["dki jakarta"], names["jawa barat"], names["west java"], names["kepri"], names["jk"]
    ('JK', 'JB', 'JB', 'KR', 'JK')
    """
    return _region_names(country)


def bare_name(text: str) -> str:
    """Return the name of a region without the word for what it is.

    Examples
    --------
    >>> bare_name("Provinsi Jawa Barat"), bare_name("Bali Province")
    ('jawa barat', 'bali')
    """
    return _PROVINCE.sub("", term(text))


@cache
def _region_names(country: str) -> Mapping[str, str]:
    table: Any = pycountry.subdivisions  # its functions have no types
    listed = [one for one in table.get(country_code=country) or () if one.type not in _GROUPS]
    found: dict[str, str] = {}
    shared: set[str] = set()
    for one in listed:
        code = one.code.partition("-")[2]
        for name in _spelt(one.name, country):
            if found.setdefault(term(name), code) != code:
                shared.add(term(name))
    calendar: Any = getattr(holidays, country, None)
    kept = {term(name): code for name, code in getattr(calendar, "subdivisions_aliases", {}).items()}
    codes = [*(one.code.partition("-")[2] for one in listed), *getattr(calendar, "subdivisions", ())]
    return {
        **{name: code for name, code in found.items() if name not in shared},
        **kept,
        **{term(name): code for name, code in _OTHER_NAMES.get(country, {}).items()},
        **{term(code): code for code in codes},
    }


def _spelt(name: str, country: str) -> Iterator[str]:
    """Yield a name of the standard, and what else it is called by rule."""
    for one in (part.strip() for part in re.split(r"[\[\]]", name)):
        if one:
            yield one
    if country == "ID":
        yield from _english(name)
        yield from _english(name.replace("Sumatera", "Sumatra"))


def _english(name: str) -> Iterator[str]:
    """Yield an Indonesian name in English: what stands behind in Indonesian stands in front."""
    yield name
    for word, english in _ENGLISH.items():
        place, found, rest = name.partition(f" {word}")
        if found and not rest:
            yield f"{english} {_ENGLISH.get(place, place)}"
            break
        if name.startswith(f"{word} ") and english == "Islands":
            yield f"{name.removeprefix(f'{word} ')} {english}"

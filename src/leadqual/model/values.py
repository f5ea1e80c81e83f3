"""The checked kinds of value that models hold: codes, addresses, money, scalars.

Each type says what is wrong with a value and how to mend it, and none of them changes a value in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from numbers import Integral, Real
from typing import Annotated, Any, Final, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

from leadqual._suggest import did_you_mean
from leadqual.model.base import frozen_mapping
from leadqual.model.catalogue import Spelling

_TEXT_LIMIT: Final = 100_000
# Texts, not compiled patterns: compiling is left to the first use, and importing stays cheap.
_COUNTRY: Final = r"[A-Z]{2}"
_REGION: Final = r"[A-Z]{2}-[A-Z0-9]{1,3}"
_CURRENCY: Final = r"[A-Z]{3}"
_LANGUAGE: Final = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*"
_PHONE: Final = r"\+[1-9][0-9]{6,14}"
_COUNTRY_EXPECTED: Final = "an ISO 3166 code of two capital letters, such as 'ID' or 'SG'"
_REGION_EXPECTED: Final = "an ISO 3166-2 code, the country before the hyphen, such as 'ID-JK' or 'US-FL'"
_CURRENCY_EXPECTED: Final = "an ISO 4217 code of three capital letters, such as 'IDR'"
_PHONE_EXPECTED: Final = "such as '+628123456789'"
_EMAIL: Final = r"[^@\s]+@[^@\s]+"
_DOMAIN: Final = r"[^@\s/:.]+(\.[^@\s/:.]+)+"


def refusal(code: str, message: str, *, expected: str | None = None, hint: str | None = None) -> PydanticCustomError:
    """Return the error that a validator raises, with what was expected and how to mend it."""
    known = {"message": message, "expected": expected, "hint": hint}
    return PydanticCustomError(code, "{message}", {name: text for name, text in known.items() if text is not None})


def _country(value: str) -> str:
    # "UK" is reserved but not assigned: a rule for 'GB' would miss the contact without a word.
    if re.fullmatch(_COUNTRY, value) and value != "UK":
        return value
    guess = "GB" if value.upper() == "UK" else value.upper()
    hint = f"write {guess!r}" if re.fullmatch(_COUNTRY, guess) else None
    raise refusal("bad-country", "the country is not a code", expected=_COUNTRY_EXPECTED, hint=hint)


def _region(value: str) -> str:
    if re.fullmatch(_REGION, value):
        return value
    guess = value.upper().replace("_", "-")
    hint = f"write {guess!r}" if re.fullmatch(_REGION, guess) else None
    raise refusal("bad-region", "the state or province is not a code", expected=_REGION_EXPECTED, hint=hint)


def _currency(value: str) -> str:
    if re.fullmatch(_CURRENCY, value):
        return value
    hint = f"write {value.upper()!r}" if re.fullmatch(_CURRENCY, value.upper()) else None
    raise refusal("bad-currency", "the currency is not a code", expected=_CURRENCY_EXPECTED, hint=hint)


def _language(value: str) -> str:
    if re.fullmatch(_LANGUAGE, value):
        return value
    hint = f"write {value.replace('_', '-')!r}" if re.fullmatch(_LANGUAGE, value.replace("_", "-")) else None
    raise refusal("bad-language", "the language is not a tag", expected="a tag such as 'id' or 'en-GB'", hint=hint)


def _phone(value: str) -> str:
    if re.fullmatch(_PHONE, value):
        return value
    bare = re.sub(r"[\s().-]", "", value)
    if re.fullmatch(_PHONE, bare):
        hint = f"write {bare!r}"
    elif bare.startswith("0"):
        hint = f"put the country's code in place of the first 0: in Indonesia '+62{bare[1:20]}'"
    else:
        hint = "begin with + and the country's code, and leave out spaces and signs"
    raise refusal("bad-phone", "the phone number is not international", expected=_PHONE_EXPECTED, hint=hint)


def _email(value: str) -> str:
    if re.fullmatch(_EMAIL, value):
        return value
    hint = "leave out the spaces around it" if re.fullmatch(_EMAIL, value.strip()) else None
    raise refusal("bad-email", "the e-mail address is not one", expected="such as 'siti@example.co.id'", hint=hint)


def _domain(value: str) -> str:
    if re.fullmatch(_DOMAIN, value):
        return value
    bare = re.sub(r"^[a-z]+://|[/?#:].*$", "", value.strip())
    hint = f"write {bare!r}" if re.fullmatch(_DOMAIN, bare) else None
    raise refusal("bad-domain", "the domain is not one", expected="a bare name such as 'example.co.id'", hint=hint)


@lru_cache(maxsize=1024)
def _time_zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (OSError, ValueError, KeyError):  # absent, outside the database, or one of its folders
        zones = available_timezones()
    hint = did_you_mean(value, zones) if zones else "this system has no time zones: install the package tzdata"
    raise refusal("bad-time-zone", "the time zone is not known", expected="such as 'Asia/Jakarta'", hint=hint)


def plain_number(value: Any) -> Any:
    """Return a number of another package, such as numpy's, as Python's own; leave anything else as it is."""
    if type(value) in (int, float, bool) or not isinstance(value, Real):
        return value
    return int(value) if isinstance(value, Integral) else float(value)


Country = Annotated[str, AfterValidator(_country), Spelling(f"(?!UK){_COUNTRY}", _COUNTRY_EXPECTED)]
"""An ISO 3166 country code: two capital letters."""

Region = Annotated[str, AfterValidator(_region), Spelling(_REGION, _REGION_EXPECTED)]
"""An ISO 3166-2 code of a state or province: the country, a hyphen, and up to three letters or digits."""

Currency = Annotated[str, AfterValidator(_currency), Spelling(_CURRENCY, _CURRENCY_EXPECTED)]
"""An ISO 4217 currency code: three capital letters."""

Language = Annotated[str, AfterValidator(_language)]
"""A language tag such as ``id`` or ``en-GB``."""

Phone = Annotated[str, AfterValidator(_phone), Spelling(_PHONE, _PHONE_EXPECTED)]
"""A phone number in international form (E.164): ``+`` and 7 to 15 digits."""

Email = Annotated[str, AfterValidator(_email)]
"""An e-mail address, checked lightly: one ``@`` with something on both sides and no spaces."""

Domain = Annotated[str, AfterValidator(_domain)]
"""A domain name without scheme or path."""

TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""The name of a time zone in the IANA database."""

Identifier = Annotated[str, Field(min_length=1)]
"""A name that is not empty."""

Flag = Annotated[bool, Field(strict=True)]
"""True or false; a number or a text is refused."""

Count = Annotated[int, Field(strict=True, ge=0, le=2**53), BeforeValidator(plain_number)]
"""A whole number that is not negative; a text, a float or a bool is refused."""

Number = Annotated[float, Field(strict=True, ge=-1e21, le=1e21), BeforeValidator(plain_number)]
"""A finite number; a text or a bool is refused."""

Amount = Annotated[
    float, Field(strict=True, ge=0, le=1e21, json_schema_extra={"unit": "money"}), BeforeValidator(plain_number)
]
"""An amount of money that is not negative, in the currency that stands beside it."""

Seconds = Annotated[
    float, Field(strict=True, ge=0, le=1e21, json_schema_extra={"unit": "s"}), BeforeValidator(plain_number)
]
"""A length of time in seconds."""


def _text(value: str) -> str:
    text = str.__str__(value)
    if len(text) > _TEXT_LIMIT:
        raise refusal("string-too-long", "the text is too long", expected=f"at most {_TEXT_LIMIT} characters")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            hint = "it was decoded wrongly: read its source again with the right encoding"
            raise refusal("string-unicode", "the text holds half a character", hint=hint) from None
    return text


_Plain: TypeAlias = bool | int | float | str | tuple[str, ...] | None


def _scalar(value: Any) -> _Plain:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        if isfinite(value):
            return float(value)
        raise refusal(
            "finite-number", "the number is not finite", hint="leave it out or write None where none is known"
        )
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(_text(item) for item in value)
    expected = "true or false, a number, a text, a list of texts, or None"
    raise refusal("wrong-type", f"a value of type {type(value).__name__} cannot be kept here", expected=expected)


Scalar = Annotated[_Plain, PlainValidator(_scalar, json_schema_input_type=_Plain)]
"""A value of a field that no model declares: its type is kept as given, never guessed."""

Scalars = Annotated[
    Mapping[Identifier, Scalar], AfterValidator(frozen_mapping), PlainSerializer(dict, return_type=dict[str, Any])
]
"""Named scalars, copied so that the caller's mapping is not shared."""

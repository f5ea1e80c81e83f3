"""What a phone number tells of itself: whether it can be, whose it is, what it is, and where it may ring.

A number is a proxy for a place and no proof of it: it can be kept when its holder moves or changes provider.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.needed import missing
from leadqual.outreach.places.atlas import zones_by_area_code, zones_by_country
from leadqual.outreach.places.plan import representative

try:
    from phonenumbers import (
        PhoneNumber,
        PhoneNumberFormat,
        PhoneNumberType,
        format_number,
        number_type,
        parse,
        region_code_for_number,
    )
    from phonenumbers.phonenumberutil import NumberParseException
    from phonenumbers.timezone import time_zones_for_number
    from phonenumbers.tzdata import TIMEZONE_DATA
except ImportError as error:
    raise missing(error, "phonenumbers") from None

Kind: TypeAlias = Literal["mobile", "landline", "either", "toll_free", "other"]

_KINDS: Final[Mapping[int, Kind]] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "either",
    PhoneNumberType.TOLL_FREE: "toll_free",
}
_RINGS_SOMEWHERE: Final = frozenset({"mobile", "landline", "either"})
_NORTH_AMERICA: Final = 1
_UNKNOWN_ZONE: Final = "Etc/Unknown"
_NO_COUNTRY: Final = frozenset({"001", "ZZ"})


class Line(NamedTuple):
    """What a phone number tells of itself.

    Parameters
    ----------
    number : str
        The number, as it was given.
    valid : bool
        Whether its country's plan of numbers has room for it; nothing else is known of a number that is not valid.
    region : str, optional
        The country (ISO 3166); None for a number of no country, such as a toll-free one of +1, and if not valid.
    kind : str
        ``"mobile"``, ``"landline"``, ``"either"`` where the plan does not tell them apart (as in the United States
        and Canada), ``"toll_free"``, or ``"other"``: premium, over the internet, personal, for companies and so on.
    geographic : bool
        Whether its first digits say where it is. Mobile numbers do under +1 and nowhere else.
    zones : tuple of str
        The time zones that the number alone makes possible, sorted; empty if it tells nothing.
    """

    number: str
    valid: bool
    region: str | None
    kind: Kind
    geographic: bool
    zones: tuple[str, ...]


class _Facts(NamedTuple):
    """Everything of a line but its number, shared by all numbers that begin alike."""

    valid: bool = False
    region: str | None = None
    kind: Kind = "other"
    geographic: bool = False
    zones: tuple[str, ...] = ()


_NOTHING: Final = _Facts()


def line_of(number: str) -> Line:
    """Return what a number in international form (E.164) tells of itself.

    The answers are kept, for most numbers by their first digits: a long list costs
    a few microseconds a number. For tables, ask once for each `plan.representative`.

    Raises
    ------
    InputError
        ``wrong-type`` if it is not a text. Text that is no number is a line that is not valid.

    Examples
    --------
    >>> line_of("+18502345678").zones
    ('America/Chicago', 'America/New_York')
    >>> line = line_of("+6281234567890")
    >>> line.region, line.kind, line.geographic
    ('ID', 'mobile', False)
    >>> line_of("+18002345678").zones, line_of("+12").valid
    ((), False)
    """
    if not isinstance(number, str):
        raise InputError(Problem("wrong-type", "a phone number is a text", Place("number"), shown(number), "a text"))
    return Line(number, *_facts(representative(number)))


def lines_of(numbers: Iterable[str]) -> Iterator[Line]:
    """Yield what each of many numbers tells of itself, in their order.

    Examples
    --------
    >>> [line.region for line in lines_of(["+442079460018", "+18765550123"])]
    ['GB', 'JM']
    """
    return map(line_of, numbers)


@lru_cache(maxsize=65_536)
def _facts(number: str) -> _Facts:
    parsed = _parsed(number)
    if parsed is None:
        return _NOTHING
    plan = number_type(parsed)
    if plan == PhoneNumberType.UNKNOWN:
        return _NOTHING
    kind = _KINDS.get(plan, "other")
    if parsed.country_code == _NORTH_AMERICA:
        return _in_north_america(number, parsed, kind)
    region = _country(parsed)
    geographic = kind == "landline"
    if geographic:
        zones = _of_the_prefix(parsed) or _of_the_country(region)
    else:
        zones = _of_the_country(region) or _of_the_prefix(parsed) if kind in _RINGS_SOMEWHERE else ()
    return _Facts(True, region, kind, geographic, zones)


def _parsed(number: str) -> PhoneNumber | None:
    """Return a number taken apart; None if nothing can be made of it, or if it was not in international form."""
    if not (number.startswith("+") and number.isascii() and number[1:].isdigit()):
        return None
    if number.startswith("+1"):
        # The same as parsing, at a twentieth of the time: under +1 there is nothing to take off.
        return PhoneNumber(_NORTH_AMERICA, int(number[2:])) if len(number) == len("+12125550123") else None
    try:
        parsed = parse(number, None)
    except NumberParseException:
        return None
    return parsed if format_number(parsed, PhoneNumberFormat.E164) == number else None


def _country(parsed: PhoneNumber) -> str | None:
    region = region_code_for_number(parsed)
    return None if region in _NO_COUNTRY else region


def _in_north_america(number: str, parsed: PhoneNumber, kind: Kind) -> _Facts:
    """Return the facts of a number of +1, whose area codes say where it is, and whose other codes belong to nobody."""
    if kind not in _RINGS_SOMEWHERE:
        return _Facts(True, None, kind)
    code = number[2:5]
    zones = {*_zones_of_area_codes().get(code, ()), *zones_by_area_code().get(code, ())}
    region = _country(parsed)
    return _Facts(True, region, kind, True, tuple(sorted(zones)) or _of_the_country(region))


def _of_the_prefix(parsed: PhoneNumber) -> tuple[str, ...]:
    return tuple(sorted(set(time_zones_for_number(parsed)) - {_UNKNOWN_ZONE}))


def _of_the_country(region: str | None) -> tuple[str, ...]:
    return zones_by_country().get(region, ()) if region else ()


@cache
def _zones_of_area_codes() -> Mapping[str, frozenset[str]]:
    """Return, for each area code of +1, the zones of all its exchanges together.

    Numbers move between exchanges more easily than between area codes, and a zone too many does no harm.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for prefix, zones in TIMEZONE_DATA.items():
        if prefix.startswith("1") and len(prefix) >= len("1212"):
            found[prefix[1:4]].update(zones)
    return {code: frozenset(zones - {_UNKNOWN_ZONE}) for code, zones in found.items()}

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from typing import Any, TypeAlias

import phonenumbers
import pytest
from phonenumbers.tzdata import TIMEZONE_DATA

from leadqual.outreach.places import plan
from leadqual.outreach.places.plan import representative

# Patterns of numbers are read as regular expressions are: the parser of the standard library is private, and right.
_parser: Any = re._parser  # type: ignore[attr-defined]

DIGITS = frozenset("0123456789")
Form: TypeAlias = tuple[frozenset[str], ...]
CODES = (1, 31, 33, 44, 49, 60, 61, 62, 63, 65, 66, 84, 91)
KINDS = "general_desc fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail"


def _digits_of(kind: str, content: Any) -> frozenset[str]:
    if kind == "LITERAL":
        return frozenset(chr(content))
    found: set[str] = set()
    for part, value in content:
        match str(part):
            case "LITERAL":
                found.add(chr(value))
            case "RANGE":
                found.update(map(chr, range(value[0], value[1] + 1)))
            case "CATEGORY":
                assert str(value) == "CATEGORY_DIGIT"
                found.update(DIGITS)
            case _:
                raise AssertionError(part)
    return frozenset(found)


def _written(tree: Any, begun: list[Form]) -> list[Form]:
    for operator, content in tree:
        kind = str(operator)
        if kind in ("LITERAL", "IN"):
            begun = [(*form, _digits_of(kind, content)) for form in begun]
        elif kind == "SUBPATTERN":
            begun = _written(content[3], begun)
        elif kind == "BRANCH":
            begun = [form for branch in content[1] for form in _written(branch, begun)]
        else:
            assert kind == "MAX_REPEAT", kind
            least, most, inner = content
            ended: list[Form] = []
            for times in range(most + 1):
                ended += begun if times >= least else []
                begun = _written(inner, begun) if times < most else []
            begun = ended
    return begun


@cache
def _forms(code: int) -> tuple[tuple[str, Form], ...]:
    def every() -> Iterator[tuple[str, Form]]:
        for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]:
            metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
            for kind in KINDS.split():
                description = getattr(metadata, kind)
                if description is not None and description.national_number_pattern:
                    for form in _written(_parser.parse(description.national_number_pattern), [()]):
                        yield f"{region} {kind}", form

    return tuple(every())


def _begins(form: Form, digits: str) -> bool:
    return all(digit in allowed for digit, allowed in zip(digits, form, strict=False))


@pytest.mark.parametrize("code", CODES)
def test_the_last_digits_are_free_in_every_pattern_of_the_metadata(code: int) -> None:
    begins = {prefix: prefix.removeprefix(f"+{code}") for prefix in plan._UNDECIDING if prefix.startswith(f"+{code}")}
    wrong = [
        (prefix, where)
        for where, form in _forms(code)
        for free in [sum(1 for _ in takewhile(DIGITS.__eq__, reversed(form)))]
        for prefix, begin in begins.items()
        if free < plan._UNDECIDING[prefix] <= len(form) - len(begin) and _begins(form, begin)
    ]
    assert wrong == []
    assert begins
    assert len(_forms(code)) > 10


def test_what_decides_the_region_lies_within_the_digits_that_are_kept() -> None:
    wrong = []
    for code in CODES:
        for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]:
            for start in _leading(region):
                for prefix, undeciding in plan._UNDECIDING.items():
                    begin = prefix.removeprefix(f"+{code}")
                    if prefix.startswith(f"+{code}") and _begins(start, begin):
                        forms = [form for where, form in _forms(code) if _is_kind(where) and _begins(form, begin)]
                        lengths = set(map(len, forms))
                        wrong += [(region, prefix) for length in lengths if len(start) > length - undeciding]
    assert wrong == []


def _leading(region: str) -> list[Form]:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    return _written(_parser.parse(metadata.leading_digits), [()]) if metadata.leading_digits else []


def _is_kind(where: str) -> bool:
    return not where.endswith("general_desc")


def test_every_prefix_belongs_to_a_plan_that_is_proved() -> None:
    assert [prefix for prefix in plan._UNDECIDING if not prefix.startswith(tuple(f"+{code}" for code in CODES))] == []


@pytest.mark.parametrize("code", CODES[1:])  # under +1 an area code is asked as a whole
def test_the_zones_of_landlines_lie_within_the_digits_that_are_kept(code: int) -> None:
    fixed = [form for where, form in _forms(code) if where.endswith("fixed_line")]
    starts = [start for start in TIMEZONE_DATA if start.startswith(f"{code}")]
    wrong = []
    for prefix in (prefix for prefix in plan._UNDECIDING if prefix.startswith(f"+{code}")):
        lengths = [len(form) for form in fixed if _begins(form, prefix.removeprefix(f"+{code}"))]
        kept = len(f"{code}") + min(lengths, default=99) - plan._UNDECIDING[prefix]
        wrong += [start for start in starts if start.startswith(prefix[1:]) and len(start) > kept]
    assert wrong == []


def test_numbers_that_share_a_representative_are_alike_in_the_library() -> None:
    dice = random.Random(7)
    for _ in range(3000):
        start = dice.choice(("+1", "+1", "+628", "+447", "+44", "+62", "+658", "+601", "+919", "+4915", "+614"))
        length = 12 if start == "+1" else 13 if start.startswith("+44") else dice.randint(11, 15)
        number = start + "".join(dice.choices("0123456789", k=length - len(start)))
        one, other = (phonenumbers.parse(text) for text in (number, representative(number)))
        if phonenumbers.format_number(one, phonenumbers.PhoneNumberFormat.E164) == number:
            assert phonenumbers.number_type(one) == phonenumbers.number_type(other), number
            assert phonenumbers.region_code_for_number(one) == phonenumbers.region_code_for_number(other), number


@pytest.mark.parametrize("text", ["", "+", "+1", "+12125550", "+1212555ABCD", "+٣٤٥٦٧٨٩٠١٢٣", "6281234567890"])
def test_what_is_no_number_of_the_plan_stands_for_itself(text: str) -> None:
    assert representative(text) == text


def test_a_longer_number_does_not_stand_for_a_shorter_one() -> None:
    assert len({representative("+62812345678" + "9" * more) for more in range(4)}) == 4

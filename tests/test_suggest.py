"""Did-you-mean."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from leadqual._suggest import closest, did_you_mean

NAMES = ["contact.country", "contact.city", "company.country", "company.employees"]


def test_the_nearest_come_first() -> None:
    assert closest("contact.countri", NAMES)[0] == "contact.country"
    assert closest("contact.country", NAMES)[0] == "contact.country"
    assert len(closest("contact.country", NAMES)) <= 3
    assert len(closest("contact.country", NAMES, limit=1)) == 1


def test_upper_and_lower_case_do_not_matter() -> None:
    assert closest("CONTACT.COUNTRY", NAMES, limit=1) == ["contact.country"]
    assert closest("idr", ["IDR", "USD"]) == ["IDR"]
    assert closest("idr", ["IDR", "idr"]) == ["IDR"]


def test_what_is_near_nothing_has_no_hint() -> None:
    assert closest("zzz", NAMES) == []
    assert did_you_mean("zzz", NAMES) is None
    assert did_you_mean("", NAMES) is None
    assert did_you_mean("country", []) is None


def test_the_hint_is_a_question() -> None:
    assert did_you_mean("director", ["direktor"]) == "did you mean 'direktor'?"
    assert did_you_mean("cat", ["cart", "cast"]) == "did you mean 'cast' or 'cart'?"
    assert did_you_mean("cat", iter(["cart"])) == "did you mean 'cart'?"


def test_a_very_long_name_is_answered_quickly() -> None:
    started = time.perf_counter()
    assert did_you_mean("x" * 1_000_000, NAMES) is None
    assert time.perf_counter() - started < 1


@given(st.text(), st.lists(st.text()))
def test_only_known_names_are_suggested(name: str, known: list[str]) -> None:
    assert set(closest(name, known)) <= set(known)

from __future__ import annotations

from typing import Any

import pytest
from support.reaching import ANN, asked, book, rule

from leadqual.errors import InputError
from leadqual.outreach.facts.suppressed import Suppressed

RULES = book(
    rule("H", "hours", hours={"daily": ["00:00", "24:00"]}),
    rule("R", "request", any_channel=False),
)


@pytest.mark.parametrize(
    ("entries", "allowed"),
    [
        ([], True),
        (["c-2", "+12125550124", "bob@shop.com"], True),
        (["c-1"], False),
        (["+12125550123"], False),
        ([" ANN@SHOP.com "], False),
        (iter(["c-1"]), False),
        (Suppressed(["c-1"]), False),
    ],
)
def test_whoever_is_on_the_list_is_not_reached(entries: Any, allowed: bool) -> None:
    verdict = asked(RULES, suppressed=entries)
    assert verdict.allowed is allowed
    assert (verdict.headline.code == "INTERNAL_DNC") is not allowed


def test_no_consent_outweighs_the_list() -> None:
    consent = {"channel": "voice", "at": "2026-11-22T00:00:00Z", "how": "written", "proof": "a form"}
    willing = type(ANN).model_validate({**ANN.model_dump(), "consents": [consent]})
    assert asked(RULES, contact=willing).allowed
    assert not asked(RULES, contact=willing, suppressed=["c-1"]).allowed


@pytest.mark.parametrize("entries", ["+12125550123", 7, [12125550123], [None]])
def test_what_is_no_list_is_refused(entries: Any) -> None:
    with pytest.raises(InputError) as raised:
        asked(RULES, suppressed=entries)
    assert {(one.code, one.place.source) for one in raised.value.problems} == {("wrong-type", "suppressed")}


def test_a_contact_without_number_and_address_is_held_by_its_id_alone() -> None:
    own = Suppressed(["+12125550123", "a@b.com"])
    assert not own.holds("c-9", None, None)

"""What people read of a verdict: the explanation and the card."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from support.reaching import ANN, AT, DAY, Copy, asked, book, rule

from leadqual.cards.frame import BAD, GOOD, WAIT
from leadqual.errors import InputError
from leadqual.model.contact import Contact, DoNotCall
from leadqual.outreach.explain import LABELS, times_told
from leadqual.outreach.permit import permit

NIGHT = datetime(2026, 11, 24, 3, tzinfo=UTC)
FLORIDA = Contact(id="c-<1>", country="US", phone="+18502345678")
HOURS = book(
    rule("H", "hours", hours={"mon-fri": ["08:00", "21:00"]}, source="47 CFR <1>", confidence="V2"),
    rule("N", "duty"),
    rule("E", "exemption", consent={}, allow="OK_EXPRESS_CONSENT", confidence="D"),
)


def test_the_explanation_says_what_denies_and_by_which_law() -> None:
    told = asked(HOURS, contact=FLORIDA, at=NIGHT).explain()
    assert told.startswith("Contact c-<1> must not be reached: telemarketing, telephone.\n")
    assert "OUTSIDE_HOURS (H)" in told
    assert "Law (ACME): 47 CFR <1>; V2, secondary source; read 2026-11-01; https://example.com/law" in told
    assert "(E)\n    The exemption does not hold here." in told
    assert told.endswith(
        "Not legal advice: facts gathered from public sources, each with its confidence and the day it was read."
    )
    order = [told.index(LABELS["en"].__getattribute__(name)) for name in ("denies", "allows", "noted", "duties")]
    assert order == sorted(order)


def test_times_are_those_of_the_contact_unless_another_zone_is_named() -> None:
    verdict = asked(HOURS, contact=FLORIDA, at=NIGHT)
    local = "allowed from Tue 24 Nov 2026 08:00 (America/Chicago) = Tue 24 Nov 2026 09:00 (America/New_York)."
    assert local in verdict.explain()
    assert "allowed from Tue 24 Nov 2026 14:00 (UTC)." in verdict.explain(time_zone="UTC")
    assert "Sel 24 Nov 2026 21.00 (Asia/Jakarta)." in verdict.explain("id", time_zone="Asia/Jakarta")


def test_without_a_zone_times_are_told_in_utc() -> None:
    verdict = asked(HOURS, contact=Contact(id="c", country="US", phone="+18002345678"))
    told = verdict.explain()
    assert "Asked for Mon 23 Nov 2026 15:00 (UTC)." in told
    assert "Time zones in which the contact may be: not known." in told
    assert LABELS["en"].act in told
    assert "Not known\n  - contact.time_zone" in told


def test_in_indonesian_everything_is() -> None:
    told = asked(HOURS, contact=FLORIDA, at=NIGHT).explain("id")
    assert told.startswith("Kontak c-<1> tidak boleh dihubungi: telemarketing, telepon.\n")
    assert "Sen-Jum 08:00-21:00" in told
    assert "Begitulah." in told
    assert "Hukum (ACME): 47 CFR <1>; V2, sumber sekunder; dibaca 2026-11-01" in told
    assert told.endswith("hari dibacanya.")
    assert not any(label in told for label in ("Law (", "What stands", "So it is.", "Not legal"))


def test_what_is_allowed_is_said_to_be() -> None:
    told = asked(HOURS).explain()
    assert "Contact c-1 may be reached: telemarketing, telephone.\n" in told
    assert "Allowed now." in told
    assert LABELS["en"].denies not in told


def test_a_policy_of_the_library_is_not_called_law() -> None:
    told = asked(HOURS).explain()
    assert "LQ-ADDRESS" in told
    assert "Policy of this library, not law (LEADQUAL)" in told
    assert "Law (LEADQUAL)" not in told


def test_nobody_knows_whose_law_holds() -> None:
    told = asked(HOURS, contact=Contact(id="c", time_zone="Asia/Tokyo", phone="+1234567")).explain()
    assert "LEADQUAL (no country is known)." in told


@pytest.mark.parametrize(("given", "code"), [(("de",), "unknown-language"), (("en", "Mars"), "bad-time-zone")])
def test_an_unknown_language_or_zone(given: tuple[str, ...], code: str) -> None:
    with pytest.raises(InputError) as caught:
        asked(HOURS).explain(given[0], time_zone=given[1] if len(given) > 1 else None)
    assert caught.value.code == code


def test_zones_with_one_time_are_told_once() -> None:
    zones = [ZoneInfo(name) for name in ("Asia/Pontianak", "Asia/Jakarta", "Asia/Jayapura")]
    assert (
        times_told(AT, zones, "en") == "Mon 23 Nov 2026 22:00 (Asia/Pontianak) = Tue 24 Nov 2026 00:00 (Asia/Jayapura)"
    )


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_card_is_html_that_escapes_what_it_shows() -> None:
    page = asked(HOURS, contact=FLORIDA, at=NIGHT)._repr_html_()
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert "<1>" not in page
    text = "".join(tags.texts)
    assert "Contact c-<1> must not be reached" in text
    assert "47 CFR <1>" in text
    assert "Not legal advice" in text
    assert "<script" not in page


@pytest.mark.parametrize(
    ("contact", "at", "colour"),
    [
        (ANN, AT, GOOD),
        (ANN, NIGHT, WAIT),
        (ANN.model_copy(update={"do_not_call": (DoNotCall(at=AT - DAY),)}), NIGHT, WAIT),
        (Contact(id="c"), AT, BAD),
    ],
)
def test_the_edge_of_the_card_says_whether_to_wait(contact: Contact, at: datetime, colour: str) -> None:
    page = asked(HOURS, contact=contact, at=at)._repr_html_()
    assert f"border-left:.35rem solid {colour}" in page


def test_the_same_question_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "from datetime import UTC, datetime; from leadqual import Contact, outreach; "
        "ann = Contact(id='c', country='CA', region='CA-ON', phone='+14165550123', email='a@shop.com'); "
        "print(outreach.permit(ann, [], purpose='telemarketing', channel='email', "
        "at=datetime(2026, 11, 23, 15, tzinfo=UTC), caller='seller').model_dump_json())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_a_registry_does_not_have_to_be_there_to_be_told_of() -> None:
    told = permit(ANN, [], purpose="telemarketing", channel="voice", at=AT).explain()
    assert "No copy of the registry of US was given." in told
    assert "registries['US']" in told
    listed = permit(ANN, [], purpose="telemarketing", channel="voice", at=AT, registries=Copy(ANN.phone or ""))
    assert "The number stands on the list of numbers." in listed.explain()

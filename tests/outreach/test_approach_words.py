from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from support.approaching import ASKED, AT, EVERY_CHANNEL, SITI, ruled_by

from leadqual import policies
from leadqual.errors import InputError
from leadqual.model.contact import Contact
from leadqual.model.interactions.calls import CallOutbound
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.approach import Action, Activity, next_action
from leadqual.outreach.approach.names import activity_name
from leadqual.outreach.approach.say import LABELS
from leadqual.outreach.names import channel_name, known_language, purpose_name

CALLED = CallOutbound(id="i-3", occurred_at=AT - timedelta(days=1), outcome="answered")


@pytest.fixture(name="rule")
def _rule(monkeypatch: pytest.MonkeyPatch) -> Any:
    return ruled_by(monkeypatch)


def act(contact: Contact = SITI, *more: CallOutbound) -> Action:
    history = [*ASKED, *more]
    return next_action(policies.sales().decide(contact, history, at=AT), contact, history, at=AT)


def test_an_action_is_told_in_english(rule: Any) -> None:
    rule("voice", opening={"whatsapp": AT + timedelta(days=1)})
    lines = act().explain().splitlines()
    assert lines[0] == "Now, Sun 22 Nov 2026 09:00 (Asia/Jakarta), by chat: Answer the inquiry"
    assert lines[1] == "Contact c-1, at sql; inbound, telemarketing"
    text = "\n".join(lines)
    assert re.findall(r"^(\w+):", text, re.MULTILINE) == ["Goal", "Focus", "Tone", "Say", "Expected", "Why"]
    assert "waited for an answer since Fri 20 Nov 2026 15:00 (Asia/Jakarta)" in text
    assert "WhatsApp: not allowed (allowed again from Mon 23 Nov 2026 09:00 (Asia/Jakarta))" in text
    assert "telephone: not allowed. The registry bars calls. The number stands on it. [NATIONAL_DNC; 47 CFR" in text
    assert "also allowed: Instagram, e-mail" in text
    assert lines[-1] == "Not legal advice."


def test_an_action_is_told_in_indonesian(rule: Any) -> None:
    rule("voice")
    text = act(SITI, CALLED).explain("id")
    assert text.startswith("Mulai Sel 24 Nov 2026 09.00 (Asia/Jakarta), lewat WhatsApp: Sepakati jadwal demo")
    for label in ("Tujuan:", "Fokus:", "Nada:", "Sampaikan:", "Hasil yang diharapkan:", "Alasan:", "Kanal"):
        assert label in text
    assert "telepon: tidak boleh. Daftar melarang panggilan." in text
    assert text.endswith("Bukan nasihat hukum.")


def test_doing_nothing_is_told_with_the_law(rule: Any) -> None:
    rule(*EVERY_CHANNEL)
    action = act()
    assert action.explain().splitlines()[0] == "Do nothing. No channel may be used."
    assert action.explain("id").splitlines()[0] == "Jangan lakukan apa pun. Tidak ada kanal yang boleh dipakai."
    assert "[NATIONAL_DNC; 47 CFR 64.1200(c)(2)]" in action.explain("id")


def test_times_are_told_where_the_contact_is(rule: Any) -> None:
    nowhere = SITI.model_copy(update={"time_zone": None})
    rule()
    assert "02:00 (UTC)" in act(nowhere).explain().splitlines()[0]
    assert "21:00 (America/New_York)" in act(nowhere).explain(time_zone="America/New_York")
    rule(zones=("Asia/Makassar",))
    assert "10:00 (Asia/Makassar)" in act(nowhere).explain().splitlines()[0]
    rule(zones=("Asia/Jakarta", "Asia/Makassar"))
    assert "02:00 (UTC)" in act(nowhere).explain().splitlines()[0]


@pytest.mark.parametrize(
    ("known", "code"), [({"language": "in"}, "unknown-language"), ({"time_zone": "x"}, "bad-time-zone")]
)
def test_a_language_or_a_zone_that_there_is_not_is_told(rule: Any, known: dict[str, str], code: str) -> None:
    rule()
    with pytest.raises(InputError) as caught:
        act().explain(**known)
    assert caught.value.code == code


def test_the_language_is_guessed() -> None:
    with pytest.raises(InputError, match="did you mean 'id'"):
        known_language("idn")


def test_a_card_holds_what_is_told_and_no_markup_of_others(rule: Any) -> None:
    rule("voice")
    action = act().model_copy(update={"contact_id": "<b>c-1</b>"})
    card = action._repr_html_()
    assert "&lt;b&gt;c-1" in card
    assert "<b>" not in card
    for shown in ("Answer the inquiry", "Friendly, helpful, quick.", "NATIONAL_DNC", "Not legal advice."):
        assert shown in card
    for tag in ("div", "table", "td", "tr", "ul", "li", "details"):
        assert len(re.findall(f"<{tag}[ >]", card)) == card.count(f"</{tag}>")


def test_where_nothing_may_be_done_the_card_lies_open(rule: Any) -> None:
    rule(*EVERY_CHANNEL)
    assert "<details open>" in act()._repr_html_()
    rule()
    assert "<details open>" not in act()._repr_html_()


def test_everything_has_a_name_in_both_languages() -> None:
    for activity in Activity:
        assert activity_name(activity, "en") != activity_name(activity, "id")
    for purpose in Purpose:
        assert purpose_name(purpose, "en")
        assert purpose_name(purpose, "id")
    names = [channel_name(channel, "en") for channel in Channel]
    assert len(set(names)) == len(names)
    english, indonesian = LABELS["en"], LABELS["id"]
    assert english.states.keys() == indonesian.states.keys()


def test_an_action_shows_itself_in_one_line(rule: Any) -> None:
    rule()
    assert repr(act()) == "<Action: contact c-1, answer-inquiry by whatsapp at 2026-11-22T02:00Z (now)>"
    rule(*EVERY_CHANNEL)
    assert str(act()) == "<Action: contact c-1, nothing (not_permitted)>"

"""Packs as documents: every kind of rule is read, and everything that is wrong is told at its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.reaching import pack, rule

from leadqual.errors import LeadqualError, PolicyError, UnknownNameError
from leadqual.outreach.rules.kinds import KINDS
from leadqual.outreach.rules.load import SHIPPED, load_pack, pack_of, pack_text
from leadqual.outreach.rules.pack import Pack
from leadqual.policy.source import parse_source

HEAD = """\
pack: acme
title: Acme
version: 1.0.0
jurisdiction: ACME
countries: [US]
read_on: 2026-11-01
review_by: 2027-05-31
rules:
"""
RULE = """\
  - id: R
    kind: {kind}
    purposes: [telemarketing]
    channels: [voice]
    source: Law 1
    url: https://example.com
    confidence: V1
    text: {{en: So it is., id: Begitulah.}}
"""
OF_KINDS: dict[str, dict[str, Any]] = {
    "hours": {"hours": {"mon-fri": ["08:00", "20:00"]}, "holidays": ["public"]},
    "inconvenient_times": {},
    "registry": {"registry": "US"},
    "registry_age": {"registry": "US", "max_age": "31d"},
    "consent": {"means": ["written"], "proof": True},
    "exemption": {"relation": {"kinds": ["purchase"], "within": "18 months"}, "allow": "OK_EBR_TRANSACTION"},
    "request": {"any_channel": True},
    "frequency": {"at_most": 7, "within": "7d", "per": "debt"},
    "cool_down": {"days": 7},
    "notice": {"kinds": ["collection_notice_sent"], "days": 6},
    "service_window": {"within": "24h"},
    "circumstance": {"attribute": "attorney", "denies": [True], "code": "ATTORNEY_REPRESENTED"},
    "missing": {},
    "duty": {},
    "note": {},
}


def read(text: str) -> Pack:
    return pack_of(parse_source(text, "acme.yaml"))


def problems(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(PolicyError) as caught:
        read(text)
    assert all(problem.place.source == "acme.yaml" for problem in caught.value.problems)
    return [(problem.code, problem.place.line) for problem in caught.value.problems]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_and_written_the_same(kind: str) -> None:
    made = Pack.model_validate(pack(rule("R", kind, **OF_KINDS[kind])))
    assert made.rule("R").kind == kind
    assert Pack.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize(
    ("kind", "lines", "expected"),
    [
        ("hours", "hours: {daily: ['08:00', '25:00']}", ("bad-hours", 17)),
        ("hours", "hours: {funday: ['08:00', '20:00']}", ("bad-hours", 17)),
        ("hours", "", ("missing-field", 9)),
        ("hour", "", ("unknown-kind", 10)),
        ("registry", "", ("missing-field", 9)),
        ("registry_age", "registry: US\n    max_age: soon", ("bad-duration", 18)),
        ("consent", "means: [shouted]", ("enum", 17)),
        ("consent", "prof: true", ("unknown-field", 17)),
        ("exemption", "allow: OK_B2B", ("bad-exemption", 9)),
        ("exemption", "allow: OK_B2B\n    always: true\n    consent: {}", ("bad-exemption", 9)),
        (
            "exemption",
            "allow: OK_B2B\n    relation: {kinds: [purchase], within: 18 moons}",
            ("bad-period", 18),
        ),
        ("exemption", "allow: OK_B2B\n    always: true\n    together_with: [NONE]", ("unknown-rule", 19)),
        ("exemption", "allow: fine\n    always: true", ("bad-name", 17)),
        ("frequency", "at_most: -1\n    within: 7d", ("greater-than-equal", 17)),
        ("frequency", "at_most: 7.0\n    within: 7d", ("int-type", 17)),
        ("cool_down", "days: 0", ("greater-than-equal", 17)),
        ("cool_down", "days: 9999999", ("less-than-equal", 17)),
        ("notice", "kinds: []\n    days: 6", ("empty", 17)),
        ("service_window", "within: 0h", ("bad-duration", 17)),
        ("circumstance", "attribute: attorney\n    code: X\n    denies: []", ("empty", 19)),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_at_its_line(kind: str, lines: str, expected: tuple[str, int]) -> None:
    more = f"    {lines}\n" if lines else ""
    assert problems(HEAD + RULE.format(kind=kind) + more) == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[telemarketing]", "[telemarketng]", ("enum", 11)),
        ("[voice]", "[]", ("empty", 12)),
        ("source: Law 1", "source: ''", ("string-too-short", 13)),
        ("confidence: V1", "confidence: V3", ("enum", 15)),
        ("{en: So it is., id: Begitulah.}", "{en: So it is., fr: Voila.}", ("literal-error", 16)),
        ("countries: [US]", "countries: [ALL, US]", ("bad-country", 5)),
        ("read_on: 2026-11-01\n", "", ("missing-field", 8)),
        ("review_by: 2027-05-31", "review_by: soon", ("date-from-datetime-parsing", 7)),
        ("jurisdiction: ACME\n", "", ("missing-field", 1)),
        ("rules:\n", "more: 1\nrules:\n", ("unknown-field", 8)),
    ],
)
def test_what_is_wrong_with_a_pack_is_told_at_its_line(old: str, new: str, expected: tuple[str, int]) -> None:
    text = (HEAD + RULE.format(kind="duty")).replace(old, new)
    assert problems(text) == [expected]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = HEAD + RULE.format(kind="hours") + "    hours: {daily: [8, 9]}\n    code: ''\n" + RULE.format(kind="hour")
    assert [code for code, _ in problems(text)] == ["bad-hours", "unknown-field", "unknown-kind"]


def test_a_text_in_one_language_is_taken_for_both() -> None:
    text = HEAD + RULE.format(kind="duty").replace("{en: So it is., id: Begitulah.}", "{id: Begitulah.}")
    assert dict(read(text).rule("R").text) == {"en": "Begitulah.", "id": "Begitulah."}
    assert problems(text.replace("{id: Begitulah.}", "{}")) == [("empty", 16)]


def test_two_rules_of_one_id() -> None:
    assert problems(HEAD + 2 * RULE.format(kind="duty")) == [("duplicate-id", 17)]


def test_a_slip_in_a_kind_is_told_with_what_was_meant() -> None:
    with pytest.raises(PolicyError) as caught:
        read(HEAD + RULE.format(kind="frequencey"))
    assert "frequency" in (caught.value.problems[0].hint or "")


@pytest.mark.parametrize(("text", "code"), [("[1, 2]", "not-a-pack"), ("", "empty-document"), ("a: [", "bad-yaml")])
def test_what_is_no_pack(text: str, code: str) -> None:
    with pytest.raises(LeadqualError) as caught:
        read(text)
    assert caught.value.code == code


def test_a_pack_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(HEAD + RULE.format(kind="duty"), encoding="utf-8")
    assert load_pack(path) == load_pack(str(path)) == read(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "hint"), [("usa", "us"), ("atlantis", "one of those that ship")])
def test_a_pack_that_does_not_ship(name: str, hint: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_pack(name)
    assert caught.value.code == "unreadable-file"
    assert hint in (caught.value.problems[0].hint or "")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_text_of_a_pack_that_ships_is_the_pack(name: str) -> None:
    assert pack_of(parse_source(pack_text(name), name)) == load_pack(name)


def test_days_of_a_rule_are_those_of_the_pack_unless_it_names_its_own() -> None:
    own = rule("A", "duty", read_on="2026-01-01", review_by="2026-12-31")
    made = Pack.model_validate(pack(own, rule("B", "duty")))
    read_on = [made.read(made.rule(name)) for name in "AB"]
    review = [made.review(made.rule(name)) for name in "AB"]
    assert read_on == [date(2026, 1, 1), date(2026, 11, 1)]
    assert review == [date(2026, 12, 31), date(2027, 5, 31)]


def test_the_text_of_a_pack_that_does_not_ship_is_refused() -> None:
    with pytest.raises(UnknownNameError) as raised:
        pack_text("us_state")
    (problem,) = raised.value.problems
    assert (problem.code, problem.hint) == ("unknown-pack", "did you mean 'us_states'?")

"""What holds for the export of every system, whatever is in it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from support.exports import EXPORTS, brought_in, exported, happened, people, rewritten, same, with_headers, written

from leadqual import integrations
from leadqual.errors import InputError

SYSTEMS = integrations.systems()

Refused = dict[tuple[str, int], str]
UNKNOWN: dict[str, dict[tuple[str, str], tuple[int, str | None]]] = {
    "hubspot": {
        ("Lifecycle Stage", "Champion"): (5, None),
        ("Original Source", "Events"): (5, "event"),
        ("Call outcome", "Gatekeeper"): (7, None),
        ("Meeting outcome", "Complted"): (6, "Completed"),
    },
    "salesforce": {
        ("Status", "Warm"): (6, None),
        ("LeadSource", "TikTok"): (6, None),
        ("CallDisposition", "Noo Answer"): (9, "No Answer"),
        ("Type", "Site visit"): (7, None),
    },
    "odoo": {
        ("Stage", "Demo Done"): (6, None),
        ("Source", "Podcast"): (6, None),
        ("Activity Type", "Site Visit"): (6, None),
    },
    "zoho": {
        ("Lead Status", "Hot 🔥"): (5, None),
        ("Lead Source", "Billboard"): (5, None),
        ("Call Result", "Not intrested"): (6, "Not interested"),
        ("Call Purpose", "Fishing"): (6, None),
    },
    "pipedrive": {
        ("Person - Label", "Investor"): (4, None),
        ("Activity - Type", "Booth"): (7, None),
    },
    "generic": {("Event", "Demmo"): (5, "Demo")},
}
REFUSED: dict[str, Refused] = {
    "hubspot": {
        ("contacts.csv", 10): "missing-id",
        ("deals.csv", 7): "no-contact",
        ("deals.csv", 8): "unknown-contact",
        ("calls.csv", 8): "no-time",
        ("meetings.csv", 6): "unknown-term",
    },
    "salesforce": {
        ("Opportunity.csv", 5): "unknown-contact",
        ("Task.csv", 7): "unknown-term",
        ("Task.csv", 8): "no-contact",
    },
    "odoo": {("activities.csv", 6): "unknown-term", ("activities.csv", 7): "unknown-contact"},
    "zoho": {("Calls.csv", 7): "unknown-contact"},
    "pipedrive": {("activities.csv", 7): "unknown-term", ("deals.csv", 6): "ambiguous-contact"},
    "generic": {("events.csv", 5): "unknown-term"},
}


@pytest.fixture(scope="module", params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def found(system: str) -> integrations.Import:
    return brought_in(system)


def test_unknown_terms_are_listed_with_what_may_be_meant(system: str, found: integrations.Import) -> None:
    rows = found.report.unknown_terms.to_dicts()
    told = {(row["column"], row["term"]): (row["rows"][0], row["suggestion"]) for row in rows}
    assert set(told) == set(UNKNOWN[system])
    for key, (number, meant) in UNKNOWN[system].items():
        assert told[key][0] == number
        assert (told[key][1] or "").startswith(f"did you mean {meant!r}" if meant else ""), key


def test_refused_rows_are_told_by_number(system: str, found: integrations.Import) -> None:
    cases = found.report.cases.filter(pl.col("effect") == "refused").select("file", "row", "code").collect()
    assert {(Path(file).name, row): code for file, row, code in cases.iter_rows()} == REFUSED[system]
    assert found.report.refused_rows == len(REFUSED[system])


def test_reading_twice_gives_the_same_bytes(system: str, found: integrations.Import, tmp_path: Path) -> None:
    once = written(found, tmp_path / "once")
    assert written(brought_in(system), tmp_path / "again") == once
    assert once


def test_semicolons_and_an_old_encoding_say_the_same(system: str, found: integrations.Import, tmp_path: Path) -> None:
    copies = rewritten(exported(system), tmp_path, "cp1252", ";")
    again = brought_in(system, copies, encoding="cp1252")
    assert happened(again) == happened(found)
    assert people(again, "phone") == people(found, "phone")


def test_an_encoding_that_is_no_utf_8_is_named_and_not_guessed(tmp_path: Path) -> None:
    copies = rewritten(exported("salesforce"), tmp_path, "cp1252", ";")
    with pytest.raises(InputError, match="encoding") as error:
        brought_in("salesforce", copies)
    assert {Path(problem.place.source or "").name for problem in error.value.problems} == {"Lead.csv"}


def test_every_other_spelling_of_a_header_says_the_same(
    system: str, found: integrations.Import, tmp_path: Path
) -> None:
    document = integrations.mapping(system).document
    for spelling in (0, -1):
        copies = []
        for file in found.report.files:
            kind = document.files[file.kind]
            others = {**document.aliases, **kind.aliases}
            renamed = {header: others[header][spelling] for header in others}
            path = EXPORTS / system / Path(file.name).name
            copies.append(with_headers(path, tmp_path, renamed))
        again = brought_in(system, copies)
        assert {file.name: file.kind for file in again.report.files} == {
            str(tmp_path / Path(file.name).name): file.kind for file in found.report.files
        }
        assert same(found, again)


def test_headers_of_another_language_are_asked_for(tmp_path: Path) -> None:
    german = {"First Name": "Vorname", "Last Name": "Nachname", "Phone Number": "Telefonnummer"}
    copy = with_headers(EXPORTS / "hubspot" / "contacts.csv", tmp_path, german)
    with pytest.raises(InputError) as error:
        brought_in("hubspot", [copy])
    assert error.value.problems[0].code == "unknown-file"
    own = tmp_path / "german.yaml"
    own.write_text(
        "extends: hubspot\nsystem: hubspot-de\ntitle: HubSpot auf Deutsch\nversion: 1\n"
        "files:\n  contacts:\n    aliases: {First Name: Vorname, Last Name: Nachname, Phone Number: Telefonnummer}\n",
        encoding="utf-8",
    )
    again = brought_in(own, [copy])  # type: ignore[arg-type]
    assert people(again, "phone")["101"] == ("+6281234567890",)


def test_a_word_of_ones_own_brings_in_what_was_refused() -> None:
    own = integrations.mapping("odoo").with_words(activity_types={"Site Visit": "appointment_kept"})
    again = integrations.read(own, exported("odoo"), country="ID", time_zone="Asia/Jakarta")
    assert happened(again)["activity-11-2026-10-04 03:00:00-Site Visit"] == ("lead-11", "appointment_kept")

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from leadqual.outreach.hours.week import Week
from leadqual.outreach.phrases import phrase, shown
from leadqual.policy.source import parse_source

PHRASES = parse_source(files("leadqual.outreach").joinpath("phrases.yaml").read_text(encoding="utf-8"), "phrases").data


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", PHRASES)
def test_every_phrase_tells_the_same_in_both_languages(code: str) -> None:
    assert set(PHRASES[code]) == {"en", "id"}
    assert names(PHRASES[code]["en"]) == names(PHRASES[code]["id"])
    assert PHRASES[code]["en"] != PHRASES[code]["id"]
    assert all(text.endswith(".") for text in PHRASES[code].values())


@pytest.mark.parametrize(
    ("value", "english", "indonesian"),
    [
        (True, "yes", "ya"),
        (False, "no", "tidak"),
        (7, "7", "7"),
        (datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Asia/Jakarta")), *2 * ["Mon 2026-11-23 08:00 Asia/Jakarta"]),
        (Week.parse({"daily": ["08:00", "21:00"]}), "daily 08:00-21:00", "setiap hari 08:00-21:00"),
        (
            Week.parse({"mon-fri": [["08:00", "12:00"], ["13:00", "18:00"]], "sun": ["10:00", "12:00"]}),
            "Mon-Fri 08:00-12:00 and 13:00-18:00, Sun 10:00-12:00",
            "Sen-Jum 08:00-12:00 dan 13:00-18:00, Min 10:00-12:00",
        ),
        (Week.outside("mon-sun"), "never", "tidak pernah"),
    ],
)
def test_how_a_detail_is_shown(value: object, english: str, indonesian: str) -> None:
    assert shown(value) == english
    assert shown(value, "id") == indonesian.replace("Mon 2026", "Sen 2026")


def test_a_country_is_named_where_it_is_known() -> None:
    assert phrase("RULE_MISSING", None, {"country": "FR"}).endswith("allowed (FR).")
    assert phrase("RULE_MISSING", "missing", {}).endswith("allowed.")

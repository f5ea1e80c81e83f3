"""The page on the calls of a bank, held against what its script prints, where the data are at hand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.shared import SHARED

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "bank-marketing.md"
SCRIPT = ROOT / "examples" / "bank-marketing" / "time_and_chance.py"

FOLDER = SHARED / "uci_bank_marketing"


def tables(text):
    """Return the rows of each table under its heading."""
    found = {}
    for heading, part in re.findall(r"^## (.+)\n((?:(?!^## ).*\n?)*)", text, flags=re.MULTILINE):
        if rows := re.findall(r"^\|.*\|$", part, flags=re.MULTILINE):
            found[heading] = rows
    return found


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the calls of the bank are not at hand")
def test_every_table_of_the_page_is_what_the_script_prints():
    pytest.importorskip("sklearn", reason="learning needs scikit-learn")
    done = subprocess.run([sys.executable, str(SCRIPT), str(FOLDER)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = PAGE.read_text(encoding="utf-8")
    printed = tables(done.stdout)
    assert len(printed) == 4
    assert {heading: tables(page).get(heading) for heading in printed} == printed
    said = re.sub(r"\s+", " ", re.sub(r"^> ?", "", page, flags=re.MULTILINE))
    for line in re.findall(r"^(?:- |warnings, full: )(.+)$", done.stdout, flags=re.MULTILINE):
        assert line in said


def test_the_page_shows_four_tables():
    assert len(tables(PAGE.read_text(encoding="utf-8"))) == 4

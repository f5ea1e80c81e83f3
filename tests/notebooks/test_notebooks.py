"""Every notebook runs from top to bottom in a fresh kernel, and prints what is committed."""

from __future__ import annotations

import re
from pathlib import Path
from runpy import run_path

import pytest

pytest.importorskip("nbclient", reason="notebooks need nbclient")
pytest.importorskip("ipykernel", reason="notebooks need ipykernel")
pytest.importorskip("sklearn", reason="the notebooks learn")

import nbformat

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
RUN = ROOT / "notebooks" / "run.py"
NUMBER = re.compile(r"\d[\d,]*\.?\d*")
MACHINE = re.compile(r"(/home/|/root|/tmp|/Users/|C:\\|site-packages)")


def printed(book):
    """Return the texts that each cell of a notebook gives, without the versions of a card."""
    texts = [
        "\n".join(one.get("text") or one.get("data", {}).get("text/plain", "") for one in cell.outputs)
        for cell in book.cells
        if cell.cell_type == "code"
    ]
    # Into how many pieces a kernel cuts what is printed differs from run to run.
    return [re.sub(r"\n+", "\n", text.partition("## Versions")[0]) for text in texts]


def numbers(text):
    """Return the numbers of a text, and of each how much its last digit is worth."""
    found = [one.replace(",", "").rstrip(".") for one in NUMBER.findall(text)]
    return [(float(one), 10.0 ** -len(one.partition(".")[2])) for one in found]


def alike(before, now):
    """Return whether two texts say the same: another version of a library may move a digit at the end."""
    if NUMBER.sub("#", before) != NUMBER.sub("#", now):
        return False
    pairs = zip(numbers(before), numbers(now), strict=True)
    return all(abs(old - new) <= max(0.02 * abs(old), 1.5 * unit) for (old, unit), (new, _) in pairs)


def test_texts_that_say_something_else_are_noticed():
    assert alike("AUC 0.881, 1,234 rows", "AUC 0.882, 1,240 rows")
    assert not alike("AUC 0.881", "AUC 0.89 of 3")
    assert not alike("AUC 0.88", "AUC 0.84")


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_only_what_reads_real_data_is_left_out_without_them(tmp_path, monkeypatch):
    monkeypatch.setenv("LEADQUAL_SHARED_DATA", str(tmp_path))
    bank = ROOT / "notebooks" / "learn_from_a_banks_calls.ipynb"
    reasons = {path: run_path(str(RUN))["lacking"](path) for path in NOTEBOOKS}
    assert [path for path, reason in reasons.items() if reason is not None] == [bank]
    assert "LEADQUAL_SHARED_DATA" in reasons[bank]
    file = tmp_path / "uci_bank_marketing" / "bank-additional-full.csv"
    file.parent.mkdir()
    file.touch()
    assert run_path(str(RUN))["lacking"](bank) is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_and_prints_what_is_committed(path, tmp_path, monkeypatch):
    run = run_path(str(RUN))
    if (reason := run["lacking"](path)) is not None:
        pytest.skip(reason)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    folder = tmp_path / "work"
    folder.mkdir()
    committed, found = nbformat.read(path, as_version=4), run["ran"](path, folder)
    for before, now in zip(printed(committed), printed(found), strict=True):
        assert before == now or alike(before, now), f"{path.name} printed\n{now}\nand holds\n{before}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_holds_its_outputs_and_nothing_of_a_machine(path):
    text = path.read_text(encoding="utf-8")
    book = nbformat.reads(text, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert MACHINE.findall(re.sub(r'"image/png": "[^"]*"', "", text)) == []
    assert len(text) < 800_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_links_of_a_notebook_lead_somewhere(path):
    texts = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    targets = [one for text in texts for one in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in one]
    assert targets
    assert [one for one in targets if not (path.parent / one).exists()] == []

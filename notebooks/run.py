"""Run the notebooks and write them back with what they print: ``python notebooks/run.py``.

Each runs in a process of its own with the Python that runs this, wherever that is installed. One of them reads data
that are not kept here: where they are not at hand it stays as it is.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
SECONDS = 600
SHARED = Path(os.environ.get("LEADQUAL_SHARED_DATA") or HERE.parents[1] / "shared" / "data").resolve()
READS = {"learn_from_a_banks_calls.ipynb": Path("uci_bank_marketing", "bank-additional-full.csv")}


def lacking(path: Path) -> str | None:
    """Return why a notebook cannot run here: the data that it reads are not at hand.

    Parameters
    ----------
    path : Path
        The notebook.
    """
    file = READS.get(path.name)
    if file is None or (SHARED / file).is_file():
        return None
    return f"{file.as_posix()} is not at hand; LEADQUAL_SHARED_DATA names the folder around it"


def ran(path: Path, folder: Path) -> nbformat.NotebookNode:
    """Return a notebook as it stands after a run in a folder; what fails there is raised.

    Parameters
    ----------
    path : Path
        The notebook; the file stays as it is.
    folder : Path
        Where it runs, and leaves its files.
    """
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(book, timeout=SECONDS, kernel_name="python3", resources=resources, record_timing=False)
    client.execute(env={**os.environ, "LEADQUAL_SHARED_DATA": str(SHARED)})
    # What depends on the machine, and nobody reads.
    book.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for cell in book.cells:
        cell.metadata = {}
    return book


def main() -> int:
    """Run those that are named, or all."""
    for path in [Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("*.ipynb")):
        if (reason := lacking(path)) is not None:
            print(f"left as it is: {path.name}, since {reason}")
            continue
        with TemporaryDirectory() as folder:
            book = ran(path, Path(folder))
        nbformat.write(book, path)
        print(f"written: {path.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

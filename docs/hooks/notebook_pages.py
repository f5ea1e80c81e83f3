"""A notebook as a page: what it says, its code, and what the code printed and drew."""

from __future__ import annotations

import posixpath
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter


def notebook_page(path: Path, uri: str) -> dict[str, str | bytes]:
    """Return the page and its pictures by their places on the site.

    Parameters
    ----------
    path : Path
        The notebook, with its outputs.
    uri : str
        Where the page lies on the site; the pictures lie beside it.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.language_info = {"name": "python"}  # for the colours of code
    pictures = posixpath.splitext(posixpath.basename(uri))[0] + "_files"
    markdown, resources = MarkdownExporter().from_notebook_node(
        notebook, resources={"unique_key": path.stem, "output_files_dir": pictures}
    )
    folder = posixpath.dirname(uri)
    drawn = {posixpath.join(folder, name): content for name, content in resources["outputs"].items()}
    return {uri: markdown, **drawn}

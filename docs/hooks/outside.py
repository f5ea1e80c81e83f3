"""Pages of the site that lie outside ``docs/``, and links to files there.

Links are written for whoever reads the files where the code is kept: ``../README.md``, ``../notebooks/x.ipynb``. Here
the readme, the changelog, the examples and the notebooks become pages, other files that a page links to are copied,
and the links are turned to them. So no page is written twice, and every link holds in both places.
"""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))

from notebook_pages import notebook_page  # noqa: E402 - a hook finds its neighbour only now

_NAMED: Final = {"README.md": "readme.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
_LINK: Final = re.compile(
    r"(?<=\]\()([^)#\s]+)(#[^)\s]+)?(?=\))|(?<=src=\")([^\"]+)(?=\")|(?<=srcset=\")([^\"]+)(?=\")"
)
_FENCE: Final = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_COPIES: Final = "files/"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside, their pictures, and the other files that some page links to."""
    for path in _pages_outside():
        for uri, content in _contents(path).items():
            files.append(File.generated(config, uri, content=content))
    for page in list(files.documentation_pages()):
        for target in _targets(page.content_string, _home(page.src_uri)):
            uri = _uri(target)
            if uri.startswith(_COPIES) and files.get_file_from_path(uri) is None:
                files.append(File.generated(config, uri, abs_src_path=str(ROOT / target)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links that leave ``docs/`` to the pages and copies of the site."""
    home = _home(page.file.src_uri)

    def turned(found: re.Match[str]) -> str:
        written = found[1] or found[3] or found[4]
        target = _target(written, home)
        if target is None or (home.startswith("docs/") and target.startswith("docs/")):
            return found[0]
        # Markdown is linked as a file, and MkDocs finds its page; what stands in HTML has to fit the page's address.
        here = posixpath.dirname(page.file.src_uri) if found[1] else posixpath.dirname(page.file.dest_uri)
        return posixpath.relpath(_uri(target), here or ".") + (found[2] or "")

    parts = _FENCE.split(markdown)
    return "".join(part if part.startswith("```") else _LINK.sub(turned, part) for part in parts)


def _pages_outside() -> list[Path]:
    return [
        *(ROOT / name for name in _NAMED),
        ROOT / "benchmarks" / "README.md",
        *sorted(ROOT.glob("examples/*/README.md")),
        *sorted(ROOT.glob("notebooks/*.ipynb")),
    ]


def _contents(path: Path) -> dict[str, str | bytes]:
    """Return what a file from outside is on the site: its page, and for a notebook its pictures."""
    uri = _uri(path.relative_to(ROOT).as_posix())
    if path.suffix == ".ipynb":
        return notebook_page(path, uri)
    return {uri: path.read_text(encoding="utf-8")}


def _uri(target: str) -> str:
    """Return where a file of the repository lies on the site."""
    if target in _NAMED:
        return _NAMED[target]
    if target.startswith("docs/"):
        return target.removeprefix("docs/")
    if re.fullmatch(r"(examples/[^/]+|benchmarks)/README\.md", target):
        return target
    if re.fullmatch(r"notebooks/[^/]+\.ipynb", target):
        return target.removesuffix(".ipynb") + ".md"
    return _COPIES + target


def _home(uri: str) -> str:
    """Return where a page of the site lies in the repository."""
    for name, named in _NAMED.items():
        if uri == named:
            return name
    return uri if uri.startswith(("benchmarks/", "examples/", "notebooks/")) else f"docs/{uri}"


def _targets(markdown: str, home: str) -> set[str]:
    text = _FENCE.sub("", markdown)
    found = {_target(match[1] or match[3] or match[4], home) for match in _LINK.finditer(text)}
    return {target for target in found if target is not None and not target.startswith("docs/")}


def _target(written: str, home: str) -> str | None:
    """Return the file of the repository that a link names, if it names one."""
    if "://" in written or written.startswith(("mailto:", "/", "data:")):
        return None
    target = posixpath.normpath(posixpath.join(posixpath.dirname(home), written))
    return target if (ROOT / target).is_file() else None

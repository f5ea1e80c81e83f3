"""Every page is run from top to bottom: its Python, its commands, and the files that it shows.

A fenced block with ``title="name"`` is written to a file of that name. A ``console`` block holds commands after ``$``
and what they print, with ``...`` for what is left out: ``leadqual``, ``pytest``, and ``sh`` for a file of
such commands. YAML without a title belongs to one policy a page.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sybil.document import Document
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer
from sybil.region import Region

import leadqual as lq

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
_TITLE = re.compile(r'^(\w+)(?: title="([\w.-]+)")?$')
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#\s]+)?(#[^)\s]+)?\)")
_COMPARED = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class _OtherBlocks:
    """Finds the fenced blocks that are no Python, or are a file."""

    _lexer = FencedCodeBlockLexer(language=r"[^\n]+", mapping={"language": "arguments", "source": "source"})

    def __call__(self, document):
        for found in self._lexer(document):
            match = _TITLE.match(found.lexemes["arguments"])
            assert match is not None, f"{document.path}: the block {found.lexemes['arguments']!r} has no known form"
            language, title = match.groups()
            if language != "python" or title is not None:
                yield Region(found.start, found.end, (language, title, found.lexemes["source"]), self.evaluate)

    def evaluate(self, example):
        language, title, text = example.parsed
        if title is not None:
            Path(title).write_text(text, encoding="utf-8")
        elif language == "yaml":
            example.namespace.setdefault("_fragments", []).append(text)
        elif language == "console":
            _Terminal().run(text, f"{example.path}:{example.line}")
        else:
            assert language in ("sh", "text", "mermaid", "json"), f"nothing checks a block of {language}"


class _Terminal:
    status = 0

    def run(self, text, place):
        for block in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, wanted = block.partition("\n")
            got = self._output(shlex.split(command, comments=True))
            if wanted.strip():
                same = doctest.OutputChecker().check_output(wanted, got, _COMPARED)
                assert same, f"{place}: {command}\n--- wanted\n{wanted}\n--- got\n{got}"

    def _output(self, words):
        if words == ["echo", "$?"]:
            return f"{self.status}\n"
        if words[0] == "sh":
            return self._script(Path(words[1]))
        if words[0] == "pytest":
            return self._tests(words[1:])
        assert words[0] == "leadqual", f"only leadqual and pytest are run, not {words[0]}"
        testing = pytest.importorskip("typer.testing")
        program = pytest.importorskip("leadqual.cli.program")
        result = testing.CliRunner().invoke(program.app, words[1:], env={"COLUMNS": "120"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.status = result.exit_code
        return result.output

    def _script(self, file):
        """Run the commands of a file up to the first that fails, as ``set -e`` asks for."""
        first, *commands = file.read_text(encoding="utf-8").splitlines()
        assert first == "set -e"
        printed = ""
        for command in commands:
            printed += self._output(shlex.split(command, comments=True))
            if self.status:
                break
        return printed

    def _tests(self, words):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        found = subprocess.run(command, env={**environment, "COLUMNS": "120"}, capture_output=True, text=True)
        self.status = found.returncode
        return found.stdout + found.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_everything_written_on_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = Document.parse(str(page), PythonCodeBlockParser(), _OtherBlocks())
    for example in document.examples():
        example.evaluate()
    if fragments := document.namespace.get("_fragments"):
        policy = lq.Policy.loads("\n".join(fragments), name=f"the fragments of {page.name}")
        assert policy.warnings() == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    lost = []
    for target, anchor in _LINK.findall(text):
        if "://" in target or target.startswith("mailto:"):
            continue
        file = page if not target else page.parent / target
        if not file.exists() or (anchor and file.suffix == ".md" and anchor[1:] not in _anchors(file)):
            lost.append(f"{target}{anchor}")
    assert lost == []


def _anchors(file):
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}

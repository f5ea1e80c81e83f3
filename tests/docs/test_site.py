"""The site is built strictly, holds every public name and every word, and asks no other server."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import leadqual
from leadqual.policies import collection, sales

ROOT = Path(__file__).parents[2]
ROOMS = (
    "leadqual", "leadqual.analysis", "leadqual.cleaning", "leadqual.datasets", "leadqual.frames",
    "leadqual.integrations", "leadqual.ml", "leadqual.outreach", "leadqual.policies", "leadqual.report",
    "leadqual.testing", "leadqual.testing.properties", "leadqual.testing.strategies",
)  # fmt: skip
_NAMES_OF_ROOMS = frozenset(ROOMS) | {"leadqual.__version__"}
# What pydantic and Python call, and what only the library itself calls.
_NOT_CALLED = frozenset({"error_from", "model_copy", "model_post_init", "model_validate", "model_validate_json"})
_SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+$|\Z)", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^(\*{0,2}\w[\w, *]*?) *(?::.*)?$", re.MULTILINE)
_ELSEWHERE = re.compile(r"parameters\b[^.]*\bare those of `\w+`")
# Addresses that a page would load by itself; a link that somebody follows is none.
_LOADED = re.compile(
    r'<(?:script|img|source|iframe)\b[^>]*?(?:src|srcset)="(?:https?:)?//|<link\b[^>]*href="//|@import url'
)


def public_names() -> dict[str, object]:
    """Return every public thing by its full name."""
    found: dict[str, object] = {}
    for room in ROOMS:
        module = importlib.import_module(room)
        names = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
        # What two rooms hand out stands under the first.
        there = {id(thing) for thing in found.values() if callable(thing)}
        things = {f"{room}.{name}": getattr(module, name) for name in names}
        found |= {name: thing for name, thing in things.items() if id(thing) not in there}
    return {name: thing for name, thing in found.items() if name not in _NAMES_OF_ROOMS and not inspect.ismodule(thing)}


def entries() -> set[str]:
    """Return what the pages of the reference show."""
    pages = (ROOT / "docs" / "reference" / "python").glob("*.md")
    return {name for page in pages for name in re.findall(r"^::: (\S+)$", page.read_text("utf-8"), flags=re.MULTILINE)}


def test_every_public_name_is_in_the_reference() -> None:
    assert sorted(set(public_names()) - entries()) == []


def test_the_reference_shows_nothing_else() -> None:
    assert sorted(entries() - set(public_names())) == []


def functions() -> Iterator[tuple[str, object]]:
    """Yield the public functions, and the methods of public classes, that the library wrote."""
    seen = set()
    for name, thing in public_names().items():
        own = [(name, thing)] if inspect.isfunction(thing) else []
        for base in inspect.getmro(thing) if inspect.isclass(thing) else ():
            if base.__module__.startswith("leadqual"):
                own += [(f"{name}.{verb}", member) for verb, member in vars(base).items() if not verb.startswith("_")]
        for label, member in own:
            function = member.__func__ if isinstance(member, staticmethod | classmethod) else member
            if inspect.isfunction(function) and function not in seen and label.split(".")[-1] not in _NOT_CALLED:
                seen.add(function)
                yield label, function


def missing_parameters(function: object) -> set[str]:
    """Return the arguments of a function that its docstring says nothing of, and those that it only says."""
    kinds = {
        name: kind.kind for name, kind in inspect.signature(function).parameters.items() if name not in ("self", "cls")
    }
    open_ended = {
        name
        for name, kind in kinds.items()
        if kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    }
    text = inspect.getdoc(function) or ""
    section = _SECTION.search(text)
    told = (
        {name.strip().lstrip("*") for line in _ENTRY.findall(section[1]) for name in line.split(",")}
        if section
        else set()
    )
    if _ELSEWHERE.search(text):
        return set()
    lost = set(kinds) - open_ended - told
    return lost | (set() if open_ended else told - set(kinds))


def test_every_argument_is_explained() -> None:
    lost = {label: names for label, function in functions() if (names := missing_parameters(function))}
    assert lost == {}


def test_every_public_thing_says_what_it_is() -> None:
    things = public_names()
    silent = [name for name, thing in things.items() if callable(thing) and not (thing.__doc__ or "").strip()]
    silent += [label for label, function in functions() if not (inspect.getdoc(function) or "").strip()]
    assert silent == []


def test_the_check_of_arguments_notices() -> None:
    def lacking(one: int, two: int) -> None:
        """Do something.

        Parameters
        ----------
        one, three : int
            Numbers.
        """

    assert missing_parameters(lacking) == {"two", "three"}


def glossary() -> dict[str, list[str]]:
    rows = re.findall(r"^\| (.+) \|$", (ROOT / "docs" / "glossary.md").read_text("utf-8"), flags=re.MULTILINE)
    cells = [row.split(" | ") for row in rows]
    return {row[0]: row for row in cells if row[0] not in ("term", "---")}


@pytest.mark.parametrize("policy", [sales(), collection()], ids=lambda policy: policy.name)
def test_every_stage_of_a_shipped_policy_is_in_the_glossary(policy: leadqual.Policy) -> None:
    assert set(policy.stages) - set(glossary()) == set()


def test_every_score_grade_and_band_of_the_sales_policy_is_in_the_glossary() -> None:
    policy = sales()
    bands = {band for grade in policy.grades for band in policy.grade_values(grade)}
    assert ({*policy.scores, *policy.grades} | bands) - set(glossary()) == set()


def test_every_word_of_the_glossary_has_both_languages_and_a_place() -> None:
    assert [term for term, row in glossary().items() if len(row) != 5 or not all(cell.strip() for cell in row)] == []


def test_the_names_in_the_glossary_exist() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    named = re.findall(r"`(lq|analysis|frames|ml|outreach|testing)\.(\w+)`", page)
    full = {f"leadqual.{name}" if room == "lq" else f"leadqual.{room}.{name}" for room, name in named}
    assert full - set(public_names()) == set()


SCRIPTS = {
    "mermaid/mermaid.tiny.js": "7a644017d37f93c8359790884e6b67fb1f747c78eb20475952404bd87190a3f8",
    "iframe-worker/shim.js": "e8e412dbcfea9b7e31b5ffa288d7b6035915e714c542f4176a0cdbe262fc9609",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_from_elsewhere_is_the_one_that_was_looked_at(script: str) -> None:
    file = ROOT / "docs" / "assets" / script
    assert hashlib.sha256(file.read_bytes()).hexdigest() == SCRIPTS[script]
    assert (file.parent / "LICENSE.txt").is_file()


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_the_pictures_of_a_front_page_are_there_for_light_and_dark(page: str) -> None:
    shown = re.findall(r'(?:src|srcset)="([^"]+)"', (ROOT / page).read_text("utf-8"))
    assert {re.sub(r".*-(dark|light)\.png", r"\1", name) for name in shown} == {"dark", "light"}
    assert [name for name in shown if not (ROOT / page).parent.joinpath(name).is_file()] == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    quiet = {"NO_MKDOCS_2_WARNING": "1", "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **quiet}, capture_output=True, text=True, check=False)
    # With --quiet MkDocs would not count what it does not print.
    said = [line for line in (done.stdout + done.stderr).splitlines() if line and not line.startswith("INFO ")]
    assert (done.returncode, said) == (0, [])
    return folder


def test_the_site_is_built_without_a_warning_and_without_a_network(site: Path) -> None:
    assert (site / "index.html").is_file()
    assert (site / "404.html").is_file()


def test_no_page_loads_anything_from_another_server(site: Path) -> None:
    loading = {str(page.relative_to(site)) for page in site.rglob("*.html") if _LOADED.search(page.read_text("utf-8"))}
    assert loading == set()


def test_pages_with_a_diagram_load_mermaid_before_material(site: Path) -> None:
    page = (site / "architecture.html").read_text("utf-8")
    assert 0 < page.index("mermaid.tiny.js") < page.index("javascripts/bundle")
    assert "mermaid.tiny.js" not in (site / "glossary.html").read_text("utf-8")


def test_pages_from_outside_are_on_the_site(site: Path) -> None:
    for page in ("readme.html", "changelog.html", "contributing.html", "notebooks/learn_a_scorer.html"):
        assert (site / page).is_file()
    assert 'href="readme.html' in (site / "index.html").read_text("utf-8")
    assert (site / "files" / "src" / "leadqual" / "policies" / "sales.policytest.yaml").is_file()


def test_the_reference_says_what_arguments_are_and_what_is_raised(site: Path) -> None:
    page = (site / "reference" / "python" / "policies.html").read_text("utf-8")
    assert 'id="leadqual.Policy.decide"' in page
    assert 'id="leadqual.Policy.load"' in page  # inherited from a base that is not public
    contact = (site / "reference" / "python" / "contacts.html").read_text("utf-8")
    assert "How many people work there." in contact

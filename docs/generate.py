"""Write the pages that the code knows: `python docs/generate.py`, or `--check`."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Final

from capabilities import support_page
from cells import KEYS, keys, table
from pydantic import BaseModel
from rule_pages import pack_page, rules_page
from system_pages import systems_page

import leadqual
from leadqual.conditions.handles import Handle
from leadqual.model import vocabulary
from leadqual.model.built_in import built_in_catalogue
from leadqual.model.catalogue import Field
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.registry import _KINDS_BY_ROOM
from leadqual.policy import declare, document, funnel, rules

DOCS: Final = Path(__file__).parent
_WRITTEN: Final = "<!-- Written by docs/generate.py from the code. Change the code, then run it again. -->\n"
_ROOMS: Final = {
    "web": "The site, published material, events, social networks",
    "messaging": "Mail and messages",
    "calls": "Calls and surveys",
    "meetings": "Appointments, demos, presentations",
    "sales": "Quotations, purchases, and after",
    "desk": "What our own people record",
    "permission": "Consent and its end",
    "collection": "Debts and payments",
}
_VOCABULARY: Final = (
    vocabulary.Channel,
    vocabulary.Direction,
    vocabulary.Source,
    vocabulary.Seniority,
    vocabulary.Role,
    vocabulary.ContactKind,
    vocabulary.CallOutcome,
    vocabulary.Purpose,
    vocabulary.ConsentMeans,
)
_FUNCTIONS: Final = (
    ("count(kind)", "number", "0", "how many interactions there are"),
    ("sum(kind.property)", "number", "0", "the sum of a property; interactions without it are skipped"),
    ("min(kind.property)", "number", "missing", "the smallest value of a property"),
    ("max(kind.property)", "number", "missing", "the largest value of a property"),
    ("first(kind.property)", "as the property", "missing", "the earliest known value of a property"),
    ("last(kind.property)", "as the property", "missing", "the latest known value of a property"),
    ("days_since(kind)", "number", "missing", "days of 24 hours, with fractions, since the latest interaction"),
)
_OPERATORS: Final = (
    ("`a == b`, `a != b`", "two values of one type", "equal, not equal; texts are equal letter by letter"),
    ("`a < b`, `<=`, `>`, `>=`", "two numbers, or two instants", "the order; may be chained: `50 <= x < 1000`"),
    ("`a in ['x', 'y']`, `not in`", "a value and a list of constants", "whether it is one of them"),
    ("`'x' in names`, `not in`", "a text and a field that holds several texts", "whether the field holds it"),
    ("`a is None`, `a is not None`", "anything", "whether it is missing; the answer is never unknown"),
    ("`a and b`, `a or b`, `not a`", "conditions", "three-valued logic"),
    ("`a + b`, `-`, `*`, `/`, `-a`", "numbers", "arithmetic; division by zero is missing"),
    ("`t.startswith('x')`", "a text", "whether it begins so"),
    ("`t.endswith('x')`", "a text", "whether it ends so"),
    ("`t.contains('x')`", "a text", "whether it holds this anywhere"),
    ("`t.lower()`", "a text", "the text in lower case"),
)
_IN_CODE: Final = (
    ("is_in", "x in ['a', 'b']"),
    ("not_in", "x not in ['a', 'b']"),
    ("has", "'a' in x"),
    ("is_none", "x is None"),
    ("is_not_none", "x is not None"),
    ("startswith", "x.startswith('a')"),
    ("endswith", "x.endswith('a')"),
    ("contains", "x.contains('a')"),
    ("lower", "x.lower()"),
)


def names_page() -> str:
    """Return the page of every name, kind, property, operator and function."""
    return "\n".join(_names())


def policy_page() -> str:
    """Return the page of every key of a policy document."""
    return "\n".join(_keys())


def _names() -> Iterator[str]:
    catalogue = built_in_catalogue()
    yield _WRITTEN
    yield "# Every name that a condition can use\n"
    yield "How conditions are written stands in [Writing a policy](../writing-a-policy.md); what they mean stands in"
    yield "[Semantics](../semantics.md). A name that has no value for a contact is missing, and a comparison with it is"
    yield "unknown.\n"
    yield "## Fields of the contact\n"
    yield _fields(name for name in catalogue.fields if name.startswith("contact."))
    yield "## Fields of its company\n"
    yield _fields(name for name in catalogue.fields if name.startswith("company."))
    yield "## Consent\n"
    yield "`consent.<channel>` is a boolean for each [channel](#channel): whether the contact allowed marketing on it."
    yield "It is missing if nothing was ever said.\n"
    yield "## Names that the policy itself makes\n"
    yield table(("name", "type", "meaning"), _made())
    yield "## Functions over the history\n"
    yield "Each takes a kind, a kind with a filter such as `page_viewed[path.startswith('/pricing')]`, or"
    yield "`any_interaction`; and each takes `within='90d'`.\n"
    yield table(("function", "gives", "of nothing", "meaning"), ((f"`{a}`", b, c, d) for a, b, c, d in _FUNCTIONS))
    yield "## Operators and methods of text\n"
    yield table(("written", "takes", "meaning"), _OPERATORS)
    yield "## The same in Python\n"
    yield "`field(...)`, `count(...)`, `days_since(...)`, `sum_of(...)`, `min_of(...)`, `max_of(...)`, `first_of(...)`"
    yield "and `last_of(...)` make handles. Write `&`, `|` and `~` for `and`, `or` and `not`, with brackets round each"
    yield "comparison.\n"
    written = ((f"`.{name}(...)`", f"`{text}`") for name, text in _in_code())
    yield table(("method of a handle", "in a document"), written)
    yield "## Properties that every interaction has\n"
    yield _properties(catalogue.common)
    yield "## Kinds of interactions\n"
    yield "A kind shows interest if it makes the contact a lead. The class in Python has the same name in camel case:"
    yield "`demo_requested` is `DemoRequested`.\n"
    for room, kinds in _KINDS_BY_ROOM.items():
        yield f"### {_ROOMS[room]}\n"
        yield table(("kind", "what happened", "interest", "own properties"), (_kind(kind) for kind in kinds.split()))
    yield "## Words\n"
    for words in _VOCABULARY:
        yield f"### {_title(words.__name__)}\n"
        yield f"{(words.__doc__ or '').splitlines()[0]}\n"
        yield ", ".join(f"`{word.value}`" for word in words) + "\n"


def _made() -> list[tuple[str, str, str]]:
    return [
        ("`contact.<field>`, `company.<field>`", "as declared", "fields declared under `fields:`"),
        ("`score.<name>`", "number", "a score declared before, or one that a scorer object gives"),
        ("`grade.<name>`", "text", "a grade; missing below the lowest band"),
        ("`stage`", "text", "where the contact stands"),
        ("`days_in_stage`", "number", "days of 24 hours, with fractions, since the stage was entered"),
    ]


def _in_code() -> list[tuple[str, str]]:
    methods = {name for name in vars(Handle) if not name.startswith("_") and name != "node"}
    assert methods == {name for name, _ in _IN_CODE}, methods  # a new method wants a line here
    return list(_IN_CODE)


def _fields(names: Iterable[str]) -> str:
    entries = (built_in_catalogue().fields[name] for name in names)
    known = {**_docstrings(Contact, "contact."), **_docstrings(Company, "company.")}
    return table(
        ("name", "type", "values or unit", "meaning"),
        (
            (f"`{entry.name}`", str(entry.type), _values(entry), entry.description or known[entry.name])
            for entry in entries
        ),
    )


def _docstrings(model: type[BaseModel], prefix: str) -> dict[str, str]:
    """Return the strings under a model's attributes, which pydantic does not read (it would slow the import)."""
    (defined,) = ast.parse(dedent(inspect.getsource(model))).body
    assert isinstance(defined, ast.ClassDef)
    found = {}
    for line, below in pairwise(defined.body):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(below, ast.Expr):
            found[f"{prefix}{line.target.id}"] = str(ast.literal_eval(below.value))
    return found


def _properties(properties: Mapping[str, Field]) -> str:
    return table(
        ("property", "type", "values or unit", "meaning"),
        ((f"`{entry.name}`", str(entry.type), _values(entry), entry.description) for entry in properties.values()),
    )


def _kind(name: str) -> tuple[str, str, str, str]:
    kind, cls = built_in_catalogue().kinds[name], leadqual.BUILT_IN[name]
    own = ", ".join(f"`{entry.name}` ({_short(entry)})" for entry in kind.properties.values())
    return f"`{name}`", kind.description, "yes" if cls.shows_interest else "no", own


def _short(entry: Field) -> str:
    return ", ".join(part for part in (str(entry.type), _values(entry)) if part)


def _values(entry: Field) -> str:
    for words in _VOCABULARY:
        if entry.values == tuple(word.value for word in words):
            return f"[{_title(words.__name__).lower()}](#{_title(words.__name__).lower().replace(' ', '-')})"
    return ", ".join(f"`{value}`" for value in entry.values) if entry.values else entry.unit or ""


def _title(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip().capitalize()


def _keys() -> Iterator[str]:
    yield _WRITTEN
    yield "# Every key of a policy document\n"
    yield "[Writing a policy](../writing-a-policy.md) explains them one after the other. A key that is not listed here"
    yield "is an error. Lengths of time are written `90d`, `36h`, `15m`, `10s` or `2w`.\n"
    parts: tuple[tuple[str, type[BaseModel]], ...] = (
        ("The document", document.PolicyDocument),
        ("A field, under `fields:`", declare.FieldSpec),
        ("A kind, under `interactions:`", declare.InteractionSpec),
        ("A property, under `properties:` of a kind", declare.PropertySpec),
        ("`currency:`", declare.Currency),
        ("A score, under `scores:`", rules.ScoreRules),
        ("A rule, under `rules:` of a score", rules.Rule),
        ("`step:` of a rule", rules.Step),
        ("A group, under `groups:` of a score", rules.Group),
        ("A score of a scorer object, under `scorers:`", rules.ScorerSpec),
        ("A grade by bands, under `grades:`", rules.Bands),
        ("A grade by a grid, under `grades:`", rules.Grid),
        ("A stage, under `stages:`", funnel.StageSpec),
        ("A transition, under `transitions:`", funnel.Transition),
    )
    for title, model in parts:
        yield f"## {title}\n"
        if model.__doc__ and model is not document.PolicyDocument:
            yield f"{model.__doc__.strip().splitlines()[0]}\n"
        yield table(KEYS, keys(model))


PAGES: Final = {
    "reference/names.md": names_page,
    "reference/policy.md": policy_page,
    "reference/rules.md": lambda: pack_page(_WRITTEN),
    "other-systems.md": lambda: systems_page(_WRITTEN),
    "outreach-rules.md": lambda: rules_page(_WRITTEN),
    "support.md": lambda: support_page(_WRITTEN),
}


def main() -> int:
    """Write the pages, or with ``--check`` only say which are out of date."""
    stale = [name for name, page in PAGES.items() if _old(DOCS / name) != page()]
    if "--check" in sys.argv[1:]:
        for name in stale:
            print(f"docs/{name} is out of date: run python docs/generate.py", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"written: docs/{name}")
    return 0


def _old(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    raise SystemExit(main())

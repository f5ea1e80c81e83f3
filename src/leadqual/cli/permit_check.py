"""Whether documents of rules are sound, each by itself and together with those that ship."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from leadqual.cli.at_once import AtOnce
from leadqual.cli.output import print_json, print_table, print_texts, say, told
from leadqual.cli.words import counted
from leadqual.errors import Place, PolicyError, Problem
from leadqual.outreach.rules.load import SHIPPED, load_pack
from leadqual.outreach.rules.pack import Pack
from leadqual.outreach.rules.rulebook import Rulebook
from leadqual.policy.load import located
from leadqual.policy.source import read_source


def check_packs(names: Sequence[str], book: Rulebook, day: date, *, strict: bool, as_json: bool) -> bool:
    """Print whether documents of rules are sound, and return whether they are; with `strict`, warnings count too.

    Raises
    ------
    PolicyError
        With file, line and column of everything that is wrong.
    """
    packs: dict[str, Pack] = {}
    steps = AtOnce()
    for name in names:
        with steps:
            packs[name] = load_pack(name)
    if not steps.failed:
        with steps:
            _together(packs, book)
    steps.tell()
    warnings = [problem for name, pack in packs.items() for problem in _overdue(name, pack, day)]
    sound = not (strict and warnings)
    if as_json:
        found = [problem.as_dict() for problem in warnings]
        print_json({"ok": sound, "packs": [_summary(pack) for pack in packs.values()], "warnings": found})
    else:
        print_texts(told(problem, f"warning [{problem.code}]", "note", _said(problem)) for problem in warnings)
        for pack in packs.values():
            _show(pack)
    return sound


def _together(packs: dict[str, Pack], book: Rulebook) -> None:
    """Raise if the packs do not fit together with those that hold; each problem is told at its line."""
    try:
        book.with_packs(*packs.values())
    except PolicyError as error:
        names = {pack.pack: name for name, pack in packs.items() if name not in SHIPPED}
        raise PolicyError([_at_line(problem, packs, names) for problem in error.problems]) from None


def _at_line(problem: Problem, packs: dict[str, Pack], names: dict[str, str]) -> Problem:
    name = names.get(problem.place.source or "")
    if name is None:
        return problem
    path = problem.place.path or _path_of(packs[name], problem.place.rule)
    return located(problem.at(path=path), read_source(name))


def _path_of(pack: Pack, rule: str | None) -> str:
    return next((f"rules[{number}].id" for number, one in enumerate(pack.rules) if one.id == rule), "rules")


def _overdue(name: str, pack: Pack, day: date) -> Iterator[Problem]:
    for rule in pack.rules:
        if (review := pack.review(rule)) < day:
            message = f"the rule was to be read again by {review}"
            hint = "look whether it still holds, and write a later review_by:"
            yield Problem("review-overdue", message, Place(name, rule=rule.id), hint=hint)


def _said(problem: Problem) -> list[tuple[str, str]]:
    return [("hint", problem.hint)] if problem.hint else []


def _summary(pack: Pack) -> dict[str, object]:
    return {
        "pack": pack.pack,
        "title": pack.title,
        "version": pack.version,
        "jurisdiction": pack.jurisdiction,
        "countries": list(pack.countries),
        "rules": [rule.id for rule in pack.rules],
        "replaces": list(pack.replaces),
        "replaced_rules": [rule.replaces for rule in pack.rules if rule.replaces],
        "drops": list(pack.drops),
    }


def _show(pack: Pack) -> None:
    say(f"{pack.pack} {pack.version} is sound.", "good")
    if pack.description:
        say(pack.description)
    say(f"\n  speaks of  {', '.join(pack.countries)}")
    if pack.replaces:
        say(f"  replaces   the packs {', '.join(pack.replaces)}")
    if replaced := [f"{rule.replaces} by {rule.id}" for rule in pack.rules if rule.replaces]:
        say(f"  replaces   {', '.join(replaced)}")
    if pack.drops:
        say(f"  drops      {', '.join(pack.drops)}")
    kinds = Counter(rule.kind for rule in pack.rules)
    rows = [[kind, number] for kind, number in kinds.items()]
    print_table(counted(len(pack.rules), "rule"), ("kind", "rules"), rows)

"""Whether the kinds of interactions that a mapping names exist, beside those that a policy declares."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual._suggest import did_you_mean
from leadqual.errors import Place, PolicyError, Problem, path_text, shown
from leadqual.integrations.document import SKIP, Value
from leadqual.integrations.settings import Settings


def check_kinds(chosen: Settings) -> None:
    """Raise `PolicyError` if a mapping names a kind that neither is built in nor is declared by the policy."""
    problems = list(dict.fromkeys(_unknown_kinds(chosen)))
    if problems:
        raise PolicyError(problems)


def _unknown_kinds(chosen: Settings) -> Iterator[Problem]:
    document, known = chosen.document, chosen.kinds
    for name, file in document.files.items():
        for number, rule in enumerate(file.interactions):
            if not isinstance(rule.kind, Value):
                if rule.kind not in known:
                    yield _unknown(rule.kind, ("files", name, "interactions", number, "kind"), chosen)
                continue
            for term, kind in document.words.get(rule.kind.words or "", {}).items():
                if kind not in known and kind != SKIP:
                    yield _unknown(kind, ("words", rule.kind.words or "", term), chosen)


def _unknown(kind: str, path: tuple[str | int, ...], chosen: Settings) -> Problem:
    hint = did_you_mean(kind, chosen.kinds) or "declare it under 'interactions:' of a policy, and give that as policy="
    place = Place(chosen.document.title, path=path_text(path))
    return Problem("unknown-kind", "there is no such kind of interaction", place, shown(kind), hint=hint)

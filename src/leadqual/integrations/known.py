"""Whether the kinds of interactions and the stages that a mapping names exist: built in, shipped, or of a policy."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache

from leadqual._suggest import did_you_mean
from leadqual.errors import Place, PolicyError, Problem, path_text, shown
from leadqual.integrations.document import SKIP, Value
from leadqual.integrations.fields import STAGE
from leadqual.integrations.mapping import SYSTEMS, mapping
from leadqual.integrations.settings import Settings
from leadqual.policies.documents import names, policy_named


def check_words(chosen: Settings) -> None:
    """Raise `PolicyError` if a mapping names kinds or stages that do not exist.

    A kind is built in, or declared by the policy. A stage is one of the policy; without a policy of stages, one of
    those that ship. Terms that a shipped mapping translates may have stages that a policy of one's own lacks.
    """
    problems = list(dict.fromkeys([*_unknown_kinds(chosen), *_unknown_stages(chosen)]))
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


def _unknown_stages(chosen: Settings) -> Iterator[Problem]:
    document = chosen.document
    known = tuple(chosen.policy.stages if chosen.policy else ()) or shipped_stages()
    columns = (column for file in document.files.values() for several in file.columns.values() for column in several)
    for name in dict.fromkeys(column.words for column in columns if column.to == STAGE and column.words):
        for term, stage in document.words.get(name, {}).items():
            if stage != SKIP and stage not in known and not _ships(name, term, stage):
                yield _unknown_stage(stage, known, ("words", name, term), chosen)


@cache
def shipped_stages() -> tuple[str, ...]:
    """Return the stages of the policies that ship."""
    return tuple(dict.fromkeys(stage for name in names() for stage in policy_named(name).stages))


def _ships(vocabulary: str, term: str, meaning: str) -> bool:
    return any(mapping(name).document.words.get(vocabulary, {}).get(term) == meaning for name in SYSTEMS)


def _unknown_stage(stage: str, known: Collection[str], path: tuple[str | int, ...], chosen: Settings) -> Problem:
    otherwise = "declare it in the policy" if chosen.policy else "if it is a stage of your own policy, give that too"
    hint = did_you_mean(stage, known) or otherwise
    place = Place(chosen.document.title, path=path_text(path))
    return Problem("unknown-stage", "there is no such stage", place, shown(stage), ", ".join(known), hint)

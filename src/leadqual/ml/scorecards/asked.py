"""What is asked of a scorecard: the arguments, read and checked all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leadqual._suggest import did_you_mean
from leadqual.conditions.nodes import Node
from leadqual.conditions.parse import parse_condition
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.ml.scorecards.document import scores_read, unreadable
from leadqual.ml.training.data import TrainingSet
from leadqual.model.catalogue import ValueType

LEAST: Final = 30
"""With fewer conversions, or fewer rows without, no bin says anything."""
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_MOST: Final = 1000


@dataclass(frozen=True)
class Asked:
    """What is asked, checked.

    Parameters
    ----------
    features : mapping of str to Node
        The features that may be used.
    left_out : mapping of str to str
        Features of the data that a score cannot read, with the reason.
    """

    features: Mapping[str, Node]
    left_out: Mapping[str, str]


def asked(data: Any, score: Any, name: Any, features: Any, monotone: Any, holdout: Any, **numbers: Any) -> Asked:
    """Return what is asked; raise `InputError` with everything that is wrong with it."""
    for source, given in (("data", data), *([("holdout", holdout)] if holdout is not None else [])):
        if not isinstance(given, TrainingSet):
            hint = "ml.training_set(policy, contacts, interactions, outcome=..., horizon=...) makes one"
            message = "rows to learn from are a training set"
            raise InputError(Problem("wrong-type", message, Place(source), shown(given), "a TrainingSet", hint))
    problems = list(_of_numbers(**numbers))
    if not isinstance(score, str) or not _NAME.fullmatch(score):
        expected = "letters, digits and underscores, beginning with a letter"
        problems.append(Problem("bad-name", "a score cannot have this name", Place("score"), shown(score), expected))
    if not isinstance(name, str) or not name:
        problems.append(Problem("wrong-type", "the name is no text", Place("name"), shown(name), "a text"))
    known, left_out = _features(data, features, problems)
    if score in scores_read(data.policy, known.values()):
        message, hint = "a feature reads a score of this name", "give the new score another name"
        problems.append(Problem("already-declared", message, Place("score"), shown(score), hint=hint))
    problems += _of_directions(data, known, monotone)
    if holdout is not None and (lacking := [one for one in known if one not in holdout.features]):
        message, hint = "the rows that judge lack features", "make both sets with the same features"
        problems.append(Problem("missing-column", message, Place("holdout"), ", ".join(lacking), hint=hint))
    if problems:
        raise InputError(problems)
    return Asked(known, left_out)


def _of_numbers(bins: Any, points: Any, min_share: Any, max_rules: Any) -> Iterator[Problem]:
    whole = {"bins": (bins, 2, 20), "max_rules": (max_rules, 1, _MOST)}
    if points is not None:
        whole["points"] = (points, 2, _MOST)
    for source, (given, low, high) in whole.items():
        if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
            expected = f"a whole number from {low} to {high}"
            yield Problem("bad-argument", "this is out of range", Place(source), shown(given), expected)
    if isinstance(min_share, bool) or not isinstance(min_share, int | float) or not 0 < min_share <= 0.5:
        expected = "a share above 0, up to 0.5"
        yield Problem("bad-argument", "this is no share", Place("min_share"), shown(min_share), expected)


def _features(data: TrainingSet, given: Any, problems: list[Problem]) -> tuple[dict[str, Node], dict[str, str]]:
    wanted = [given] if isinstance(given, str) else list(data.features if given is None else given)
    known: dict[str, Node] = {}
    left_out: dict[str, str] = {}
    for one in dict.fromkeys(map(str, wanted)):
        if one not in data.features:
            hint = did_you_mean(one, data.features)
            message = "the training set has no such feature"
            problems.append(Problem("unknown-feature", message, Place("features"), shown(one), hint=hint))
            continue
        node = parse_condition(one)
        if not (read := unreadable(node)):
            known[one] = node
        elif given is None:
            left_out[one] = f"no score may read {', '.join(read)}"
        else:
            message, hint = f"no rule of a score may read {', '.join(read)}", "leave the feature out"
            problems.append(Problem("circular", message, Place("features"), shown(one), hint=hint))
    if not known and not problems:
        problems.append(Problem("unknown-feature", "there are no features to learn from", Place("features")))
    return known, left_out


def _of_directions(data: TrainingSet, known: Mapping[str, Node], monotone: Any) -> Iterator[Problem]:
    if monotone is None:
        return
    if not isinstance(monotone, Mapping):
        expected = "a mapping of features to 1 or -1"
        yield Problem("wrong-type", "these are no directions", Place("monotone"), shown(monotone), expected)
        return
    for name, direction in monotone.items():
        place = Place("monotone", path=str(name))
        if name not in known:
            hint = did_you_mean(str(name), list(known))
            yield Problem("unknown-feature", "no such feature is learned from", place, shown(name), hint=hint)
        elif data.features[name] is ValueType.TEXT:
            hint = "a direction needs numbers, or true and false"
            yield Problem("bad-argument", "texts have no order", place, shown(name), "a number or a condition", hint)
        if direction not in (1, -1) or isinstance(direction, bool):
            expected = "1 (more never gives fewer points) or -1 (more never gives more)"
            yield Problem("bad-argument", "this is no direction", place, shown(direction), expected)


def too_few(learned: TrainingSet, said: str) -> Sequence[Problem]:
    """Return what is wrong with the labels: one class only, or too few rows of either."""
    conversions, rows = learned.conversions, len(learned)
    if conversions in (0, rows):
        found, hint = f"{conversions:,} of {rows:,} rows converted", "take another outcome, or a longer horizon"
        message = "there is one class only: nothing tells good from bad"
        return [Problem("one-class", message, Place("data"), found, "rows that converted, and others", hint)]
    few, what = min((conversions, "conversions"), (rows - conversions, "rows without a conversion"))
    if few >= LEAST:
        return []
    hint = f"{LEAST - few:,} more are needed: take a longer horizon, more cutoffs, or an outcome that comes more often"
    message = f"there are too few {what} among the rows to learn from. {said}"
    return [Problem("too-few-conversions", message, Place("data"), f"{few:,}", f"at least {LEAST:,}", hint)]

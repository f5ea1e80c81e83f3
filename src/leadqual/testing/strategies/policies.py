"""Policies: every option of rules, grades and transitions, in documents that are valid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from leadqual.lifecycle.policy import Policy
from leadqual.model.profile import PROFILE_UPDATED
from leadqual.testing.libraries import st
from leadqual.testing.strategies.conditions import WINDOWS, conditions, selections
from leadqual.testing.strategies.drawing import built_from, evenly

STAGES: Final = ("lead", "mql", "sql", "lost")
REVIEWS: Final = (None, "6h", "1d", "36h", "7d")
_LOW, _HIGH = -50, 100
_BANDS: Final = {"hot": 40, "warm": 10, "cold": 0}
_POINTS: Final = (10, 1, 5, 20, 40, -5, -15, 0.1, 2.5)


@lru_cache(maxsize=1)
def _any_vocabulary() -> Policy:
    """Return the names of generated policies: a field of each type, kinds of interactions, a currency."""
    return Policy(
        name="vocabulary",
        fields={
            "budget": {"type": "number"},
            "vip": {"type": "boolean"},
            "tags": {"type": "texts"},
            "tier": {"type": "text", "on": "company", "values": ["gold", "tin"]},
        },
        interactions={
            "roi_calculated": {"properties": {"saving": {"type": "number"}, "plan": {"type": "text"}}},
            "loan_paid_out": {"transaction": True},
            "mail_returned": {"shows_interest": False},
        },
        currency={"code": "IDR", "rates": {"USD": 15800}},
    )


def policies(
    like: Policy | None = None,
    *,
    stages: Sequence[str] = STAGES,
    reviews: Sequence[str | None] = REVIEWS,
    strict: bool = False,
    max_rules: int = 5,
    max_transitions: int = 6,
) -> st.SearchStrategy[Policy]:
    """Return a strategy for valid policies; the simplest has no rules and no transitions.

    Each has two scores, of which the second may read the first, two grades with a grid of them, and a funnel.

    Parameters
    ----------
    like : Policy, optional
        A policy whose fields, kinds and currency they use; by default some of each sort.
    stages : sequence of str, optional
        The stages, the first initial; with none they only score.
    reviews : sequence of str or None, optional
        How far apart reviews may be; None for none.
    strict : bool, default False
        Whether transitions may refuse unknown conditions (``on_unknown: error``).
    max_rules, max_transitions : int
        The most rules of a score, and transitions.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(policies(), lambda policy: policy.transitions != ()).transitions[0].target
    'mql'
    """
    return _policies(like or _any_vocabulary(), tuple(stages), tuple(reviews), strict, max_rules, max_transitions)


@lru_cache(maxsize=32)
def _policies(
    like: Policy, stages: tuple[str, ...], reviews: tuple[str | None, ...], strict: bool, rules: int, ways: int
) -> st.SearchStrategy[Policy]:
    blank = _blank(like, stages)
    fixed = blank.to_dict()
    own = [name for name in blank.catalogue.fields if name not in blank.built_in.fields]
    fields = [name for name in own if not name.startswith(("score.", "grade.", "stage", "days_in_stage"))]
    first = _score(blank, (*_COMMON, *fields), rules)
    second = _score(blank, (*_COMMON, *fields, "score.a"), rules)
    unknown = ("hold", "hold", "deny", *(("error",) if strict else ()))
    transitions = st.lists(_transition(blank, stages, unknown), max_size=ways) if len(stages) > 1 else st.just([])
    parts = st.tuples(first, second, transitions, st.sampled_from(reviews))

    def built(drawn: tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], str | None]) -> Policy:
        a, b, found, review = drawn
        numbered = [{"id": f"t{number}", **way} for number, way in enumerate(found)]
        changed = {"name": "generated", "scores": {"a": a, "b": b}, "transitions": numbered, "review_every": review}
        return Policy(**{**fixed, **changed})

    return built_from(parts, built)


_COMMON: Final = (
    *("contact.country", "company.employees", "contact.email_is_personal", "contact.is_customer", "contact.roles"),
    *("consent.email", "contact.email"),
)


def _blank(like: Policy, stages: tuple[str, ...]) -> Policy:
    """Return a policy with the names that generated ones use, and nothing that gives points or moves anybody."""
    empty = {"range": [_LOW, _HIGH]}
    return Policy(
        name="blank",
        fields=like.fields,
        interactions=like.interactions,
        currency=like.currency,
        scores={"a": empty, "b": empty},
        grades={
            "heat": {"score": "a", "bands": _BANDS},
            "fit": {"score": "b", "bands": _BANDS},
            "cell": {"rows": "heat", "columns": "fit"},
        },
        stages={stage: {"initial": number == 0} for number, stage in enumerate(stages)},
    )


def _score(blank: Policy, names: tuple[str, ...], most: int) -> st.SearchStrategy[dict[str, Any]]:
    attribute = conditions(blank, names=names).map(lambda when: {"when": when})
    rules = st.lists(st.tuples(evenly(attribute, _each(blank)), st.sampled_from(_POINTS), st.booleans()), max_size=most)
    groups = st.sampled_from(({}, {"g": {"cap": 15}}, {"g": {"cap": 7.5}, "h": {"cap": 30}}))

    def built(drawn: tuple[list[Any], dict[str, Any]]) -> dict[str, Any]:
        found, shared = drawn
        numbered = [
            {**rule, "id": f"r{number}", "points": points, **({"group": min(shared)} if grouped and shared else {})}
            for number, (rule, points, grouped) in enumerate(found)
        ]
        return {"range": [_LOW, _HIGH], "rules": numbered, "groups": shared}

    return st.tuples(rules, groups).map(built)


def _each(blank: Policy) -> st.SearchStrategy[dict[str, Any]]:
    kinds = (*blank.interactions, "page_viewed", "purchase", "demo_requested", "any_interaction")
    steps = [{"step": {"every": length, "lose": lost}} for length in WINDOWS for lost in (0.5, 0.25, 1)]
    smooth: list[dict[str, Any]] = [{name: length} for name in ("half_life", "linear") for length in WINDOWS]
    decays = evenly(st.just({}), st.sampled_from(smooth), st.sampled_from(steps))
    limits = st.tuples(st.integers(1, 3), st.sampled_from(("1d", "6h", "2d")), st.sampled_from(("", " rolling")))
    options = st.fixed_dictionaries(
        {},
        optional={
            "within": st.sampled_from(WINDOWS),
            "cap": st.sampled_from((3, 10, 20.5)),
            "at_most": limits.map(lambda parts: f"{parts[0]} per {parts[1]}{parts[2]}"),
        },
    )
    chosen = st.one_of([selections(blank, kind) for kind in kinds]).map(lambda each: {"each": each})
    return st.tuples(chosen, decays, options).map(lambda parts: {**parts[0], **parts[1], **parts[2]})


def _transition(
    blank: Policy, stages: tuple[str, ...], on_unknown: tuple[str, ...]
) -> st.SearchStrategy[dict[str, Any]]:
    events = (*blank.interactions, "demo_requested", "sales_accepted", "disqualified", "purchase", "page_viewed")
    targets = st.sampled_from((*stages[1:], stages[0]))
    sources = st.lists(st.sampled_from(stages), min_size=1, max_size=2, unique=True)
    guards = evenly(
        conditions(blank),
        st.tuples(st.sampled_from((*events, PROFILE_UPDATED)), st.none() | conditions(blank)),
    )

    def built(drawn: tuple[str, list[str], Any, str]) -> dict[str, Any]:
        target, found, guard, unknown = drawn
        event, when = guard if isinstance(guard, tuple) else (None, guard)
        other = [stage for stage in found if stage != target] or [next(stage for stage in stages if stage != target)]
        said = {"source": other, "target": target, "event": event, "when": when, "on_unknown": unknown}
        return {name: value for name, value in said.items() if value is not None}

    return st.tuples(targets, sources, guards, st.sampled_from(on_unknown)).map(built)

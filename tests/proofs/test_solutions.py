"""Every contact lies in one of the cases for the answer that it has: what is excluded never happens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from support.policies import INSTANTS, conditions, contacts, histories, policies

from leadqual import Contact, Interaction, Policy
from leadqual.conditions.parse import parse_condition
from leadqual.errors import LeadqualError
from leadqual.model.time import micros
from leadqual.proofs.search import StepsSpent
from leadqual.proofs.sight import sight_of
from leadqual.proofs.solve import ANSWERS, solve
from leadqual.proofs.trees import operands_of

MORE = ("score.a", "score.b", "days_in_stage")
TRUTHS = (
    "stage == 'lead'", "stage in ['mql', 'sql']", "grade.heat == 'hot'", "grade.heat != 'cold'",
    "grade.cell == 'hot_warm'", "grade.cell is None", "grade.fit not in ['hot']",
)  # fmt: skip
ASKED = conditions(MORE, TRUTHS)


@given(policies(), ASKED, contacts(), histories(), INSTANTS, st.sampled_from([None, False, True]))
def test_every_contact_lies_in_a_case_for_its_answer(
    policy: Policy, text: str, who: Contact, history: list[Interaction], at: datetime, scored: bool | None
) -> None:
    node = parse_condition(text)
    values = _values(policy, who, history, at, text)
    assume(values is not None)
    assert values is not None
    answer = values[node]
    try:
        found = list(
            solve(policy, [(node, ANSWERS[answer])], scored=scored is not None, thorough=bool(scored), steps=2_000)
        )
    except StepsSpent:
        return
    assert any(all(cell.holds(_value(policy, values, o, who, history, at)) for o, cell in one.items()) for one in found)


def _value(policy: Policy, values: Any, operand: Any, who: Contact, history: list[Interaction], at: datetime) -> Any:
    if operand not in values:
        sight = sight_of(policy)
        values[operand] = sight.value(sight.view(who, history, micros(at), [operand]), operand)
    return values[operand]


def _values(policy: Policy, who: Contact, history: list[Interaction], at: datetime, text: str) -> Any:
    node = parse_condition(text)
    sight = sight_of(policy)
    asked = [node, *operands_of(node)]
    try:
        view = sight.view(who, history, micros(at), asked)
        return {operand: sight.value(view, operand) for operand in asked}
    except LeadqualError:
        return None

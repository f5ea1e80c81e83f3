from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.policies import BASE, LAST, contacts, histories, policies

from leadqual import LeadqualError
from leadqual.model.time import DAY, micros
from leadqual.testing import mutants, run
from leadqual.testing.mutation.compiled import Compiled, Trial, course, differs_at
from leadqual.testing.mutation.equivalence import proof
from leadqual.testing.mutation.witness import Witnesses

BEGIN = micros(BASE)
LOOKS = tuple(BEGIN + days * DAY for days in (0, 1, 5, 20, LAST // 4, LAST // 4 + 40))


@given(st.data())
def test_no_contact_is_told_apart_by_what_is_proved_equivalent(data):
    policy = data.draw(policies(strict=True))
    found = mutants(policy)
    assume(found)
    original = Compiled(policy)
    people = [
        Trial(data.draw(contacts()), tuple({one.id: one for one in data.draw(histories())}.values())) for _ in range(4)
    ]
    for mutant in data.draw(st.lists(st.sampled_from(found), min_size=1, max_size=12, unique_by=lambda one: one.id)):
        because = proof(mutant)
        if because is None:
            continue
        changed = Compiled(mutant.policy)
        for one in people:
            mine, theirs = (course(compiled, one, LOOKS[-1], LOOKS) for compiled in (original, changed))
            assert differs_at(mine, theirs, LOOKS[-1], LOOKS) is None, (mutant, because)


@given(st.data())
def test_each_witness_passes_on_the_policy_and_fails_on_the_mutant(data):
    policy = data.draw(policies(strict=True))
    found = mutants(policy)
    assume(found)
    mutant = data.draw(st.sampled_from(found))
    witness = Witnesses(policy).of(mutant, quickly=True)
    if witness is None:
        return
    assert proof(mutant) is None
    assert run(policy, witness.case).passed
    try:
        assert not run(mutant.policy, witness.case).passed
    except LeadqualError:
        assert mutant.operator in ("rule removed", "transition removed")


@pytest.mark.parametrize("strict", [False, True])
def test_most_mutants_of_generated_policies_have_a_witness_or_a_proof(strict):
    told, all_of_them = 0, 0

    @settings(max_examples=5, database=None, derandomize=True)
    @given(policies(strict=strict))
    def look(policy):
        nonlocal told, all_of_them
        witnesses = Witnesses(policy)
        for mutant in mutants(policy)[::9]:
            all_of_them += 1
            told += witnesses.of(mutant, quickly=True) is not None or proof(mutant) is not None

    look()
    assert told >= all_of_them * 0.6

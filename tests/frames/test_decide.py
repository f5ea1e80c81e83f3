"""One contact of two tables, decided with its reasons."""

from __future__ import annotations

import pytest
from support.engines import TABLES, Tables

from leadqual import InputError, datasets, frames, policies

SAMPLE = datasets.demo(contacts=30)
POLICY = policies.sales()


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.name)
def test_the_decision_is_that_on_the_models(kind: Tables) -> None:
    tables = [kind.into(table) for table in SAMPLE.frames()]
    for who in SAMPLE.contacts[:3]:
        ours = frames.decide(POLICY, *tables, who.id, at=SAMPLE.at)
        theirs = POLICY.decide(who, SAMPLE.histories[who.id], at=SAMPLE.at)
        assert (ours.stage, ours.moves, ours.grades) == (theirs.stage, theirs.moves, theirs.grades)


def test_a_contact_that_is_not_there() -> None:
    with pytest.raises(InputError, match="there is no such contact") as told:
        frames.decide(POLICY, *SAMPLE.frames(), "nobody", at=SAMPLE.at)
    assert told.value.code == "unknown-contact"

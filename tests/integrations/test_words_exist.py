"""Whether the words and options of an import exist is told before any file is read, and at once."""

from __future__ import annotations

from datetime import datetime

import pytest
from support.bring_in import MAPPING, mine

from leadqual import policies
from leadqual.errors import InputError, PolicyError
from leadqual.integrations import Mapping, mapping, read
from leadqual.integrations.known import check_words
from leadqual.integrations.settings import Settings


@pytest.mark.parametrize(
    ("meaning", "policy", "hint"),
    [
        ("sqll", None, "did you mean 'sql'?"),
        ("sqll", "sales", "did you mean 'sql'?"),
        ("overdu", "collection", "did you mean 'overdue'?"),
        ("xyz", None, "if it is a stage of your own policy, give that too"),
        ("paid", "sales", "declare it in the policy"),
    ],
)
def test_a_stage_that_does_not_exist_is_no_translation(meaning, policy, hint):
    own = mine().with_words(stages={"Hot prospect": meaning})
    with pytest.raises(PolicyError) as error:
        read(own, "nothing.csv", policy=policy and getattr(policies, policy)())
    (problem,) = [one for one in error.value.problems if one.found == repr(meaning)]
    assert (problem.code, problem.hint, problem.place.path) == ("unknown-stage", hint, "words.stages.Hot prospect")


def test_documents_and_every_stage_that_is_wrong():
    own = Mapping.loads(MAPPING.replace("Lead: lead, Qualified: mql", "Lead: leed, Qualified: mqql"), "mine.yaml")
    with pytest.raises(PolicyError) as error:
        read(own, "nothing.csv")
    assert [problem.code for problem in error.value.problems] == ["unknown-stage", "unknown-stage"]


def test_what_ships_is_read_with_any_policy():
    check_words(Settings(mapping("hubspot").document, policies.collection()))
    check_words(Settings(mapping("hubspot").with_words(stages={"Late": "overdue"}).document, policies.collection()))
    check_words(Settings(mapping("hubspot").with_words(stages={"Late": "overdue"}).document))


def test_all_options_that_are_wrong_are_told_at_once():
    with pytest.raises(InputError) as error:
        read(
            "hubspt",
            "nothing.csv",
            country="Narnia",
            time_zone="Mars/X",
            decimal="x",
            encoding="utf99",
            at=datetime(2026, 1, 1),
        )
    assert [problem.code for problem in error.value.problems] == [
        "unreadable-file", "bad-time-zone", "bad-decimal", "unknown-encoding", "unknown-country", "naive-datetime",
    ]  # fmt: skip


def test_words_and_options_are_told_together():
    with pytest.raises(InputError) as error:
        read(mine().with_words(stages={"Hot": "sqll"}), "nothing.csv", decimal="x")
    assert [problem.code for problem in error.value.problems] == ["unknown-stage", "bad-decimal"]

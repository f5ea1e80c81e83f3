"""Errors: one root, the standard library's types, and messages that list everything."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from leadqual import errors
from leadqual.errors import (
    ConditionError,
    LeadqualError,
    Place,
    Problem,
    cut,
    describe,
    path_text,
    shown,
)

FULL = Problem(
    "unknown-field",
    "there is no field 'contry'",
    Place("sales.yaml", 12, 5, "scores.fit.rules[2].when", "home"),
    "contry",
    "a field",
    "did you mean 'country'?",
)


@pytest.mark.parametrize(
    ("name", "standard"),
    [
        ("InputError", ValueError),
        ("LateInteraction", errors.InputError),
        ("ConditionError", ValueError),
        ("PolicyError", ValueError),
        ("EvaluationError", TypeError),
        ("UnknownNameError", KeyError),
        ("UnsupportedError", NotImplementedError),
        ("TransitionRefused", LeadqualError),
        ("MissingDependency", ImportError),
    ],
)
def test_every_error_is_ours_and_what_the_standard_library_expects(name: str, standard: type[Exception]) -> None:
    cls = getattr(errors, name)
    error = cls([FULL, Problem("other", "more")])
    assert isinstance(error, LeadqualError)
    assert isinstance(error, standard)
    assert error.code == "unknown-field"
    assert error.problems[1] == Problem("other", "more")
    assert str(error).startswith("2 problems:\n")
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(again) is cls
        assert again.problems == error.problems
        assert str(again) == str(error)


def test_the_tree_in_the_documentation_names_every_class() -> None:
    classes = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, LeadqualError)]
    assert all(cls.__name__ in (errors.__doc__ or "") for cls in classes)


def test_one_problem_needs_no_list_and_an_iterator_will_do() -> None:
    assert LeadqualError(FULL).problems == (FULL,)
    assert LeadqualError(problem for problem in [FULL]).problems == (FULL,)
    assert LeadqualError([]).code == "unknown"
    assert str(LeadqualError([])) == ""


def test_a_problem_is_shown_with_all_it_knows() -> None:
    assert str(FULL) == (
        "sales.yaml:12:5 (rule 'home') scores.fit.rules[2].when: [unknown-field] there is no field 'contry'\n"
        "    found: contry\n"
        "    expected: a field\n"
        "    hint: did you mean 'country'?"
    )
    assert str(Problem("a", "b")) == "[a] b"
    assert str(Problem("a", "b", hint="c")) == "[a] b\n    hint: c"


def test_a_place_leaves_out_what_is_not_known() -> None:
    assert str(Place()) == ""
    assert str(Place("f")) == "f"
    assert str(Place("f", 3)) == "f:3"
    assert str(Place(path="a.b")) == "a.b"
    assert str(Place(rule="r")) == "(rule 'r')"


def test_more_can_be_told_of_a_place_later() -> None:
    problem = Problem("a", "b", Place(column=4)).at(source="f", line=2)
    assert problem.place == Place("f", 2, 4)
    with pytest.raises(TypeError):
        problem.at(nowhere=1)


def test_a_problem_is_plain_data_without_what_is_not_known() -> None:
    assert json.loads(json.dumps(FULL.as_dict())) == {
        "code": "unknown-field",
        "message": "there is no field 'contry'",
        "source": "sales.yaml",
        "line": 12,
        "column": 5,
        "path": "scores.fit.rules[2].when",
        "rule": "home",
        "found": "contry",
        "expected": "a field",
        "hint": "did you mean 'country'?",
    }
    assert Problem("a", "b").as_dict() == {"code": "a", "message": "b"}


def test_problems_are_frozen_and_can_be_compared() -> None:
    assert Problem("a", "b") == Problem("a", "b")
    assert len({Problem("a", "b"), Problem("a", "b")}) == 1
    with pytest.raises(AttributeError):
        FULL.code = "x"  # type: ignore[misc]


def test_fifty_problems_are_shown_and_the_others_counted() -> None:
    text = describe([Problem("a", f"number {index}") for index in range(60)])
    assert text.startswith("60 problems:\n")
    assert "number 49" in text
    assert "number 50" not in text
    assert text.endswith("... and 10 more problems")
    assert "more" not in describe([Problem("a", f"number {index}") for index in range(50)])
    assert len(ConditionError(Problem("a", "b") for _ in range(60)).problems) == 60


class _Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_a_value_is_shown_short_whatever_it_is() -> None:
    assert shown("x") == "'x'"
    assert shown(_Broken()) == "<_Broken>"
    assert len(shown("x" * 1000)) == 80
    assert shown("x" * 1000).endswith("…")
    assert shown("x" * 78) == repr("x" * 78)
    assert shown([1, 2, 3], limit=4) == "[1,…"
    assert shown(16**5000) == "<int>"
    assert cut("abc", limit=3) == "abc"
    assert cut("abcd", limit=3) == "ab…"


def test_a_path_is_written_as_people_write_it() -> None:
    assert path_text(["scores", "fit", "rules", 2, "when"]) == "scores.fit.rules[2].when"
    assert path_text([0, "a", 1, 2]) == "[0].a[1][2]"
    assert path_text([]) == ""

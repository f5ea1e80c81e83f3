"""Every mistake in a document: its code, its line, the rule, and a hint that helps."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from leadqual import Policy, PolicyError, Problem, Rule, ScoreRules

HEAD = "name: x\n"
SCORE = HEAD + "scores:\n  fit:\n    range: [0, 100]\n"
RULES = SCORE + "    rules:\n"
FUNNEL = (
    RULES + "      - {id: demo, each: demo_requested, points: 5}\n"
    "stages: {lead: {initial: true}, mql: , sql: {final: true}}\n"
)


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PolicyError) as caught:
        Policy.loads(text, name="p.yaml")
    for problem in caught.value.problems:
        assert problem.place.source == "p.yaml"
        assert problem.place.line is not None, problem
        assert str(problem) in str(caught.value)
    return caught.value.problems


@dataclass(frozen=True)
class Case:
    text: str
    code: str
    line: int
    rule: str | None = None
    help: str = ""
    path: str | None = None


CASES = {
    # misspelt keys, at every level
    "top": Case(HEAD + "scroes: {}\n", "unknown-field", 2, help="did you mean 'scores'"),
    "score": Case(SCORE + "    rulse: []\n", "unknown-field", 5, help="'rules'"),
    "rule": Case(RULES + "      - {id: a, wen: x, each: purchase, points: 1}\n", "unknown-field", 6, "a", "'when'"),
    "step": Case(
        RULES
        + "      - id: a\n        each: purchase\n        points: 1\n        step: {every: 1d, lose: 1, loose: 2}\n",
        "unknown-field",
        9,
        "a",
        "'lose'",
    ),
    "group": Case(SCORE + "    groups:\n      g: {cap: 1, cpa: 2}\n", "unknown-field", 6, help="'cap'"),
    "grade": Case(SCORE + "grades:\n  g: {score: fit, bands: {A: 0}, band: 1}\n", "unknown-field", 6, help="'bands'"),
    "stage": Case(HEAD + "stages:\n  lead: {inital: true}\n", "unknown-field", 3, help="'initial'"),
    "transition": Case(
        FUNNEL + "transitions:\n  - {id: t, source: lead, taget: mql, target: mql, event: purchase}\n",
        "unknown-field",
        9,
        "t",
        "'target'",
    ),
    "field": Case(HEAD + "fields:\n  budget: {type: number, uint: USD}\n", "unknown-field", 3, help="'unit'"),
    "kind": Case(HEAD + "interactions:\n  roi: {propeties: {}}\n", "unknown-field", 3, help="'properties'"),
    "property": Case(
        HEAD + "interactions:\n  roi:\n    properties:\n      saving: {type: number, vlaues: [a]}\n",
        "unknown-field",
        5,
        help="'values'",
    ),
    "currency": Case(HEAD + "currency: {code: IDR, rate: {USD: 2}}\n", "unknown-field", 2, help="'rates'"),
    "scorer": Case(HEAD + "scorers:\n  p: {rnage: [0, 1]}\n", "unknown-field", 3, help="'range'"),
    "grid": Case(
        SCORE + "grades:\n  a: {score: fit, bands: {A: 1}}\n  g: {rows: a, columns: a, cels: {}}\n",
        "unknown-field",
        7,
        help="'cells'",
    ),
    # rules
    "two decays": Case(
        RULES + "      - {id: a, each: purchase, points: 1, half_life: 1d, linear: 2d}\n", "two-decays", 6, "a"
    ),
    "when and each": Case(
        RULES + "      - {id: a, each: purchase, when: 'True', points: 1}\n", "when-or-each", 6, "a", "for every"
    ),
    "neither": Case(RULES + "      - {id: a, points: 1}\n", "when-or-each", 6, "a", "for every"),
    "option of the other": Case(
        RULES + "      - {id: a, when: contact.email_is_personal, cap: 3, points: 1}\n", "wrong-option", 6, "a", "each:"
    ),
    "no points": Case(RULES + "      - {id: a, each: purchase, points: 0}\n", "no-points", 6, "a", "any other"),
    "points as text": Case(RULES + "      - {id: a, each: purchase, points: '5'}\n", "wrong-type", 6, "a", "quotes"),
    "points as truth": Case(RULES + "      - {id: a, each: purchase, points: true}\n", "wrong-type", 6, "a", "number"),
    "points too large": Case(RULES + "      - {id: a, each: purchase, points: 1e300}\n", "less-than-equal", 6, "a"),
    "condition is a truth": Case(
        RULES + "      - {id: a, when: true, points: 5}\n", "not-a-condition", 6, "a", "quotes"
    ),
    "condition is a list": Case(RULES + "      - {id: a, when: [x], points: 5}\n", "not-a-condition", 6, "a", "quotes"),
    "condition is no syntax": Case(RULES + "      - {id: a, when: 'a ==', points: 5}\n", "bad-syntax", 6, "a"),
    "selection is a list": Case(
        RULES + "      - {id: a, each: [purchase], points: 5}\n", "not-a-selection", 6, "a", "any_interaction"
    ),
    "group of nobody": Case(
        SCORE
        + "    groups: {digital: {cap: 3}}\n    rules:\n      - {id: a, each: purchase, points: 5, group: digtal}\n",
        "unknown-group",
        7,
        "a",
        "'digital'",
    ),
    "field of nobody": Case(
        RULES + "      - id: a\n        when: contact.contry == 'ID'\n        points: 5\n",
        "unknown-field",
        7,
        "a",
        "'contact.country'",
    ),
    "kind of nobody": Case(
        RULES + "      - {id: a, each: demo_reqested, points: 5}\n", "unknown-kind", 6, "a", "'demo_requested'"
    ),
    "value of nobody": Case(
        RULES + "      - {id: a, when: contact.seniority == 'directer', points: 5}\n",
        "unknown-value",
        6,
        "a",
        "director",
    ),
    "text with a number": Case(RULES + "      - {id: a, when: contact.country > 3, points: 5}\n", "wrong-type", 6, "a"),
    "itself": Case(
        RULES + "      - {id: a, when: score.fit > 3, points: 5}\n", "circular", 6, "a", "put the score first"
    ),
    "the stage": Case(
        RULES + "      - {id: a, when: \"stage == 'lead'\", points: 5}\nstages: {lead: {initial: true}}\n",
        "circular",
        6,
        "a",
        "in a transition",
    ),
    "money": Case(
        RULES + "      - {id: a, when: sum(purchase.amount) > 5, points: 5}\n", "mixed-currencies", 6, "a", "IDR"
    ),
    "twice the id": Case(
        RULES + "      - {id: a, each: purchase, points: 5}\n      - {id: a, each: purchase, points: 6}\n",
        "duplicate-id",
        7,
        "a",
        "of its own",
    ),
    "half a limit": Case(
        RULES + "      - {id: a, each: purchase, points: 5, at_most: 3 a day}\n", "bad-limit", 6, "a", "3 per 1d"
    ),
    "no duration": Case(
        RULES + "      - {id: a, each: purchase, points: 5, within: 90 days}\n", "bad-duration", 6, "a", "90d"
    ),
    # scores and grades
    "range turned": Case(HEAD + "scores:\n  fit: {range: [100, 0]}\n", "unreachable-range", 3, help="[0, 100]"),
    "range of a scorer turned": Case(HEAD + "scorers:\n  fit: {range: [1, 0]}\n", "unreachable-range", 3),
    "range of three": Case(HEAD + "scores:\n  fit: {range: [1, 2, 3]}\n", "bad-range", 3, help="[0, 100]"),
    "no range": Case(HEAD + "scores:\n  fit: {rules: []}\n", "missing-field", 3),
    "a score of nothing": Case(HEAD + "scores:\n  fit:\n", "wrong-type", 3, help="name: value"),
    "a name with a space": Case(HEAD + "scores:\n  my score: {range: [0, 1]}\n", "bad-name", 3, help="underscores"),
    "NaN": Case(HEAD + "scores:\n  fit: {range: [0, .nan]}\n", "non-finite-number", 3, help="no limit"),
    "bands ascend": Case(SCORE + "grades:\n  g: {score: fit, bands: {A: 1, B: 2}}\n", "bands-not-descending", 6),
    "band outside": Case(
        SCORE + "grades:\n  g: {score: fit, bands: {A: 101}}\n", "unreachable", 6, help="from 0 to 100"
    ),
    "no bands": Case(SCORE + "grades:\n  g: {score: fit, bands: {}}\n", "empty", 6),
    "grade of nobody": Case(SCORE + "grades:\n  g: {score: fti, bands: {A: 1}}\n", "unknown-score", 6, help="'fit'"),
    "grid of nobody": Case(
        SCORE + "grades:\n  a: {score: fit, bands: {A: 1}}\n  g: {rows: a, columns: b}\n", "unknown-grade", 7, help="a"
    ),
    "cell of nobody": Case(
        SCORE + "grades:\n  a: {score: fit, bands: {A: 1}}\n  g: {rows: a, columns: a, cells: {B: {A: x}}}\n",
        "unknown-band",
        7,
    ),
    # what is declared
    "field declared already": Case(HEAD + "fields:\n  country: {type: text}\n", "already-declared", 3),
    "kind declared already": Case(HEAD + "interactions:\n  purchase:\n", "already-declared", 3, help="another name"),
    "property of all": Case(
        HEAD + "interactions:\n  roi:\n    properties:\n      channel: {type: text}\n", "already-declared", 5
    ),
    "score declared twice": Case(SCORE + "scorers:\n  fit:\n", "already-declared", 6),
    "type of nobody": Case(HEAD + "fields:\n  budget: {type: nubmer}\n", "literal-error", 3, help="'number'"),
    "no currency": Case(HEAD + "currency: {code: idr}\n", "bad-name", 2, help="three capital letters"),
    "a rate below zero": Case(HEAD + "currency: {code: IDR, rates: {USD: -1}}\n", "greater-than", 2),
    # the funnel
    "no initial stage": Case(HEAD + "stages: {lead: , mql: }\n", "initial-stage", 2, help="initial: true"),
    "two initial stages": Case(
        HEAD + "stages: {lead: {initial: true}, mql: {initial: true}}\n", "initial-stage", 2, help="initial: true"
    ),
    "initial as text": Case(HEAD + "stages: {lead: {initial: 'yes'}}\n", "wrong-type", 2, help="without quotes"),
    "transitions without stages": Case(
        HEAD + "transitions:\n  - {id: t, source: lead, target: mql, event: purchase}\n", "no-stages", 3, help="stages:"
    ),
    "source of nobody": Case(
        FUNNEL + "transitions:\n  - {id: t, source: led, target: mql, event: purchase}\n",
        "unknown-stage",
        9,
        "t",
        "'lead'",
    ),
    "target of nobody": Case(
        FUNNEL + "transitions:\n  - {id: t, source: lead, target: mlq, event: purchase}\n",
        "unknown-stage",
        9,
        "t",
        "'mql'",
    ),
    "event of nobody": Case(
        FUNNEL + "transitions:\n  - {id: t, source: lead, target: mql, event: purchas}\n",
        "unknown-kind",
        9,
        "t",
        "'purchase'",
    ),
    "away from the end": Case(
        FUNNEL + "transitions:\n  - {id: t, source: sql, target: mql, event: purchase}\n", "final-stage", 9, "t"
    ),
    "to itself": Case(
        FUNNEL + "transitions:\n  - {id: t, source: lead, target: lead, event: purchase}\n", "same-stage", 9, "t"
    ),
    "always": Case(
        FUNNEL + "transitions:\n  - {id: t, source: lead, target: mql}\n", "when-or-event", 9, "t", "at once"
    ),
    "no source": Case(
        FUNNEL + "transitions:\n  - {id: t, source: [], target: mql, event: purchase}\n", "empty", 9, "t"
    ),
    "source twice": Case(
        FUNNEL + "transitions:\n  - {id: t, source: [lead, lead], target: mql, event: purchase}\n",
        "duplicate-source",
        9,
        "t",
    ),
    "on unknown": Case(
        FUNNEL + "transitions:\n  - {id: t, source: lead, target: mql, event: purchase, on_unknown: wait}\n",
        "literal-error",
        9,
        "t",
        "hold",
    ),
    "stage of nobody": Case(
        FUNNEL + "transitions:\n  - {id: t, source: lead, target: mql, when: \"stage == 'leed'\"}\n",
        "unknown-value",
        9,
        "t",
        "'lead'",
    ),
    "score of nobody": Case(
        FUNNEL + "transitions:\n  - {id: t, source: lead, target: mql, when: score.fitt >= 3}\n",
        "unknown-field",
        9,
        "t",
        "'score.fit'",
    ),
    "threshold outside": Case(
        FUNNEL + "transitions:\n  - {id: t, source: lead, target: mql, when: score.fit >= 300}\n",
        "unreachable",
        9,
        "t",
        "from 0 to 100",
    ),
    # the document
    "review": Case(HEAD + "review_every: daily\n", "bad-duration", 2, help="90d"),
    "a number for a version": Case(HEAD + "version: 1.0\n", "wrong-type", 2, help="quotes"),
    "a list for scores": Case(HEAD + "scores: [fit]\n", "wrong-type", 2, help="name: value"),
    "text": Case("qualify everybody", "not-a-policy", 1, help="name:"),
    "empty": Case("# nothing\n", "empty-document", 1, help="start from"),
    "keys twice": Case("name: x\nname: y\n", "duplicate-key", 2),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_mistake_alone(case: Case) -> None:
    (problem,) = problems(case.text)
    assert problem.code == case.code, problem
    assert problem.place.line == case.line, problem
    assert problem.place.rule == case.rule, problem
    assert case.help in f"{problem.expected} {problem.hint}", problem


def test_every_mistake_at_once_in_the_order_of_the_lines() -> None:
    text = """\
name: x
version: 1.0
scores:
  fit:
    range: [100, 0]
    rules:
      - {id: home, wen: "contact.country == 'ID'", points: 20}
      - {id: two, each: demo_requested, points: 1, half_life: 1d, linear: 2d}
      - {id: size, when: company.employes > 3, points: 1}
  engagement:
    range: [0, 100]
    rules:
      - {id: a, each: demo_reqested, points: 1}
      - {id: a, each: demo_requested, points: 1, group: nope}
      - {id: d, when: true, points: 1}
      - {id: e, when: "score.later > 3", points: many}
  later: {range: [0, 10]}
grades:
  t: {score: engagment, bands: {hot: 10}}
stages:
  lead: {inital: true}
  sql: {final: true}
transitions:
  - {id: m, source: led, target: sql, when: "grade.t == 'hit'"}
  - {id: o, source: lead, target: lead}
  - {id: p, source: lead, target: sql, event: demo_reqested, on_unknown: hodl}
"""
    expected = [
        (2, "wrong-type", None),
        (5, "unreachable-range", None),
        (7, "unknown-field", "home"),
        (8, "two-decays", "two"),
        (9, "unknown-field", "size"),
        (13, "unknown-kind", "a"),
        (14, "duplicate-id", "a"),
        (14, "unknown-group", "a"),
        (15, "not-a-condition", "d"),
        (16, "circular", "e"),
        (16, "wrong-type", "e"),
        (19, "unknown-score", None),
        (21, "unknown-field", None),
        (24, "unknown-stage", "m"),
        (24, "unknown-value", "m"),
        (25, "when-or-event", "o"),
        (25, "same-stage", "o"),
        (26, "unknown-kind", "p"),
        (26, "literal-error", "p"),
    ]
    assert [(one.place.line, one.code, one.place.rule) for one in problems(text)] == expected


def test_what_only_an_absence_causes_is_not_reported() -> None:
    text = RULES.replace("[0, 100]", "[0, 100, 3]") + "      - {id: a, each: purchase, points: 5}\n"
    text += "grades: {g: {score: fit, bands: {A: 5}}}\n"
    assert [problem.code for problem in problems(text)] == ["bad-range"]
    text = HEAD + "scores:\n  fit:\ngrades: {g: {score: fit, bands: {A: 5}}}\n"
    assert [problem.code for problem in problems(text)] == ["wrong-type"]
    text = HEAD + "scores: [fit]\ngrades: {g: {score: fit, bands: {A: 5}}}\n"
    assert [problem.code for problem in problems(text)] == ["wrong-type"]


def test_a_section_with_nothing_in_it_is_empty() -> None:
    sections = ("fields", "interactions", "currency", "scores", "scorers", "grades", "stages", "transitions")
    assert Policy.loads(HEAD + "".join(f"{name}:\n" for name in sections)) == Policy(name="x")
    text = (
        HEAD + "scores:\n  fit:\n    range: [0, 1]\n    rules:\n    groups:\nstages:\n  lead: {initial: true}\n  mql:\n"
    )
    assert list(Policy.loads(text).stages) == ["lead", "mql"]


def test_the_same_mistakes_in_json_have_their_lines(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "p.json"
    path.write_text('{"name": "x",\n "scores": {\n  "fit": {"range": [0, 1], "rulse": []}}}\n')
    with pytest.raises(PolicyError) as caught:
        Policy.load(path)
    (problem,) = caught.value.problems
    assert (problem.place.source, problem.place.line, problem.code) == (str(path), 3, "unknown-field")


def test_mistakes_in_python_name_the_way() -> None:
    rule = Rule(id="a", each="purchas", points=5)
    with pytest.raises(PolicyError) as caught:
        Policy(name="x", scores={"fit": ScoreRules(range=(0, 10), rules=[rule])})
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.path, problem.place.rule) == ("unknown-kind", "scores.fit.rules[0].each", "a")

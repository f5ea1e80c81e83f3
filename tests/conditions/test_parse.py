"""Reading text: what the language has, what it refuses, and how it says so."""

from __future__ import annotations

import threading
import time
import warnings

import pytest

from leadqual.conditions.nodes import Compare, History, Literal, Name, Selection
from leadqual.conditions.parse import HISTORY_FUNCTIONS, parse_condition, parse_property, parse_selection
from leadqual.conditions.syntax import MAX_DEPTH, MAX_LENGTH
from leadqual.errors import ConditionError, Problem
from leadqual.model.time import Duration


def problems(text: object) -> tuple[Problem, ...]:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)  # type: ignore[arg-type]
    return caught.value.problems


def codes(text: object) -> list[str]:
    return [problem.code for problem in problems(text)]


@pytest.mark.parametrize(
    "text",
    [
        "contact.country == 'ID'",
        "company.employees >= 50",
        "score.fit > 10",
        "grade.fit != 'A'",
        "stage == 'lead'",
        "days_in_stage < 3",
        "consent.email",
        "monthly_budget <= 4000",
        "50 <= company.employees < 1000",
        "contact.country in ['ID', 'SG']",
        "contact.country not in ['ID']",
        "consent.email and not consent.voice or stage == 'lead'",
        "(a + b - c) * d / e > 0",
        "-a < 0",
        "a is None",
        "a is not None",
        "a.startswith('x')",
        "a.endswith('x')",
        "a.contains('x')",
        "a.lower() == 'x'",
        "count(demo_requested) > 0",
        "sum(purchase.amount) > 0",
        "min(purchase.amount) > 0",
        "max(purchase.amount) > 0",
        "first(form_submitted.form) == 'demo'",
        "last(form_submitted.form) == 'demo'",
        "days_since(demo_requested) < 7",
        "count(page_viewed[path.startswith('/pricing')]) > 0",
        "count(any_interaction, within='90d') > 0",
        "sum(purchase[currency == 'IDR'].amount, within='90d') > 0",
        "nama_perusahaan == 'PT Maju Jaya 😀 日本'",
        "日本 == 1",
    ],
)
def test_the_language_has(text: str) -> None:
    assert str(parse_condition(text)) == text


@pytest.mark.parametrize("function", HISTORY_FUNCTIONS)
def test_every_function_takes_a_filter_and_a_window(function: str) -> None:
    node = parse_condition(f"{function}(kind[a].b, within='90d')")
    assert node == History(function, Selection("kind", Name("a")), "b", Duration.parse("90d"))  # type: ignore[arg-type]


def test_comments_and_new_lines_and_spaces_are_read() -> None:
    text = "\n  a == 1  # the first\n  and\n\n  b == 2  # the second\n"
    assert str(parse_condition(text)) == "a == 1 and b == 2"
    assert parse_condition("a == 1\r\nand b == 2") == parse_condition(text)
    assert parse_condition("  a == 1  # yes") == Compare(Name("a"), (("==", Literal(1)),))


@pytest.mark.parametrize("text", ["a)\nor (b", "a)\n#", "a\n]", "a\n)(b", "# only\n# comments", "a,\nb)", "a]\nor [b"])
def test_several_lines_are_one_whole_expression(text: str) -> None:
    assert set(codes(text)) <= {"bad-syntax", "bad-list"}


@pytest.mark.parametrize("text", ["", " ", "\n", "\t\n ", "# nothing", "#", "\\"])
def test_nothing_is_no_condition(text: str) -> None:
    assert codes(text) == ["bad-syntax"]


@pytest.mark.parametrize("value", [None, 5, True, b"a", ["a"], object()])
def test_a_condition_is_text(value: object) -> None:
    assert codes(value) == ["wrong-type"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("__import__('os').system('x')", "unknown-function"),
        ("a.__class__", "forbidden-name"),
        ("a.__class__.__mro__ == 1", "forbidden-name"),
        ("''.__class__", "unsupported-syntax"),
        ("''.__class__()", "unknown-function"),
        ("'{0.__class__}'.format(a)", "unknown-function"),
        ("_private == 1", "forbidden-name"),
        ("a._private == 1", "forbidden-name"),
        ("＿＿class＿＿ == 1", "bad-syntax"),
        ("__debug__", "forbidden-name"),
        ("count(_private)", "bad-selection"),
        ("count(a.__class__)", "bad-selection"),
        ("count(_a[b])", "bad-selection"),
        ("(lambda: 1)()", "unknown-function"),
        ("(lambda x: x)", "unsupported-syntax"),
        ("f'{a}' == 'x'", "unsupported-syntax"),
        ("(a := 1)", "unsupported-syntax"),
        ("[x for x in a]", "unsupported-syntax"),
        ("{x for x in a}", "unsupported-syntax"),
        ("{x: 1 for x in a}", "unsupported-syntax"),
        ("count(x for x in a)", "bad-selection"),
        ("(x for x in a)", "unsupported-syntax"),
        ("{'a': 1}", "unsupported-syntax"),
        ("a if b else c", "unsupported-syntax"),
        ("a[0] > 1", "unsupported-syntax"),
        ("count(a[1:2])", "unsupported-syntax"),
        ("count(a['b']['c'])", "bad-selection"),
        ("(await a)", "unsupported-syntax"),
        ("(yield a)", "unsupported-syntax"),
        ("a ** 2", "unsupported-syntax"),
        ("a % 2", "unsupported-syntax"),
        ("a // 2", "unsupported-syntax"),
        ("a @ b", "unsupported-syntax"),
        ("a & b", "unsupported-syntax"),
        ("a | b", "unsupported-syntax"),
        ("a << 1", "unsupported-syntax"),
        ("~a", "unsupported-syntax"),
        ("+a", "unsupported-syntax"),
        ("a is b", "unsupported-syntax"),
        ("a is not 5", "unsupported-syntax"),
        ("a is None is None", "unsupported-syntax"),
        ("a in b in c", "unsupported-syntax"),
        ("1 < a in b", "unsupported-syntax"),
        ("count(*a)", "bad-selection"),
        ("count(a, **b)", "bad-arguments"),
        ("count()", "bad-arguments"),
        ("count(a, b)", "bad-arguments"),
        ("count(a, since='3d')", "bad-arguments"),
        ("count(a, within='1d', within='2d')", "bad-arguments"),
        ("count('a')", "bad-selection"),
        ("count(a.b.c)", "bad-selection"),
        ("a.startswith()", "bad-arguments"),
        ("a.startswith('x', 'y')", "bad-arguments"),
        ("a.startswith(text='x')", "bad-arguments"),
        ("a.startswith(*b)", "unsupported-syntax"),
        ("a.lower('x')", "bad-arguments"),
        ("a in [b]", "bad-list"),
        ("a in [1, [2]]", "bad-list"),
        ("a in [*b]", "unsupported-syntax"),
        ("a == b'x'", "bad-literal"),
        ("a == 1j", "bad-literal"),
        ("a == ...", "bad-literal"),
        ("a == 1e999", "bad-literal"),
        ("a == 9007199254740993", "bad-literal"),
        (f"a == {'1' * 400}", "bad-literal"),
        (f"a == 0x{'f' * 5000}", "bad-literal"),
        (f"a == {'1' * 5000}", "bad-syntax"),
        ("-'a' == b", "bad-literal"),
        ("-True == b", "bad-literal"),
        ("None", "bad-literal"),
        ("a == None", "compared-with-none"),
        ("None != a", "compared-with-none"),
        ("a < None", "compared-with-none"),
        ("a in None", "bad-literal"),
        ("true", "unknown-name"),
        ("a == false", "unknown-name"),
        ("a == null", "unknown-name"),
        ("a = 1", "bad-syntax"),
        ("a && b", "bad-syntax"),
        ("a; b", "bad-syntax"),
        ("import os", "bad-syntax"),
        ("del a", "bad-syntax"),
        ("a := 1", "bad-syntax"),
        ("a == '\\d'", "bad-syntax"),
        ("a == '\\400\\d'", "bad-syntax"),
        ("a == '\\N{NO SUCH NAME}'", "bad-syntax"),
        ("a == '\\x'", "bad-syntax"),
        ("1or 2", "bad-syntax"),
        ("a == .5or b", "bad-syntax"),
        ("a == 0x1for b", "bad-syntax"),
        ("a == 1.and b", "bad-syntax"),
        ("a\x00", "bad-syntax"),
        ("'\x00'", "bad-syntax"),
        ("'\ud800'", "bad-syntax"),
        ("\udfff", "bad-syntax"),
        ("😀 == 1", "bad-syntax"),
        ("a == 'x", "bad-syntax"),
        ("(a", "bad-syntax"),
        ("a b", "bad-syntax"),
        ("class == 1", "bad-syntax"),
    ],
)
def test_the_language_lacks(text: str, code: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert code in codes(text)


@pytest.mark.parametrize("value", ["90", "d", "-3d", "1.5d", "0d", "90 days", "40000d", "", "9" * 30 + "d"])
def test_a_bad_duration_is_named_with_its_column(value: str) -> None:
    (problem,) = problems(f"count(a, within={value!r}) > 0")
    assert problem.code == "bad-duration"
    assert problem.found == repr(repr(value))
    assert problem.place.column == 17
    assert problem.hint


@pytest.mark.parametrize("value", ["90", "None", "True", "b", "1j", "['90d']", "'9' + '0d'"])
def test_a_duration_is_text(value: str) -> None:
    assert codes(f"count(a, within={value}) > 0") == ["bad-duration"]


def test_all_problems_are_told_at_once_in_the_order_of_their_place() -> None:
    found = problems("foo(a) == None and b.__c__ or count(d, within='x', since=1) > 2 ** 3 and e.starswith('x')")
    assert [problem.code for problem in found] == [
        "compared-with-none",
        "unknown-function",
        "forbidden-name",
        "bad-duration",
        "bad-arguments",
        "unsupported-syntax",
        "unknown-function",
    ]
    columns = [problem.place.column for problem in found]
    assert columns == sorted(columns, key=lambda column: column or 0)


@pytest.mark.parametrize("text", ["foo(b) in c in bar(d)", "bar(b) == None == foo(c)", "foo(a).lower(1) == bar(b)"])
def test_a_refused_part_does_not_hide_what_is_in_it(text: str) -> None:
    assert codes(text).count("unknown-function") == 2


def test_a_problem_says_where_what_and_how_to_mend_it() -> None:
    (problem,) = problems("  contact.name == 'é😀' and contact.country.starswith('ID')")
    assert problem.code == "unknown-function"
    assert problem.place.source == "condition"
    assert problem.place.column == 28
    assert problem.found == repr("contact.country.starswith('ID')")
    assert problem.hint == "did you mean 'startswith'?"
    assert problem.expected == "text methods: startswith, endswith, contains, lower"


def test_a_function_is_suggested() -> None:
    (problem,) = problems("cuont(demo_requested) > 1")
    assert problem.hint == "did you mean 'count'?"
    assert "days_since" in (problem.expected or "")


def test_bad_syntax_has_a_column_that_counts_the_spaces_before() -> None:
    assert problems("a = 1")[0].place.column == 3
    assert problems("   a = 1")[0].place.column == 6
    assert problems("a ==")[0].place.column == 5


def test_in_several_lines_the_part_is_shown_without_a_column() -> None:
    (problem,) = problems("a == 1\nand foo(b)")
    assert problem.place.column is None
    assert problem.found == repr("foo(b)")
    assert problems("a ==\n= b")[0].place.column is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a = 1", "write '==' for '='"),
        ("a === 1", "write '==' for '==='"),
        ("a = 1 and count(b, within='3d') >= 2", "write '==' for '='"),
        ("a && b", "write 'and' for '&&'"),
        ("a || b", "write 'or' for '||'"),
        ("a <> b", "write '!=' for '<>'"),
        ("!a", "write 'not' for '!'"),
        ("count(b, within='3d') > ", None),
        ("a == 'x = y' b", None),
        ("a != 1 b", None),
    ],
)
def test_slips_from_other_languages_have_a_hint(text: str, hint: str | None) -> None:
    assert problems(text)[0].hint == hint


@pytest.mark.parametrize(("word", "right"), [("true", "True"), ("FALSE", "False"), ("null", "None"), ("none", "None")])
def test_constants_of_other_languages_have_a_hint(word: str, right: str) -> None:
    assert problems(f"a == {word}")[0].hint == f"write {right}"


def test_a_text_at_the_limit_is_read_and_beyond_it_is_not() -> None:
    text = "a == '" + "x" * (MAX_LENGTH - 7) + "'"
    assert str(parse_condition(text)) == text
    assert codes(f" {text}") == ["condition-too-long"]


def test_ten_megabytes_are_refused_at_once() -> None:
    started = time.perf_counter()
    assert codes("a == 1 and " * 1_000_000) == ["condition-too-long"]
    assert time.perf_counter() - started < 1


def test_many_problems_and_long_numbers_are_told_quickly() -> None:
    started = time.perf_counter()
    assert len(problems(f"a in [{','.join(['f()'] * 2_400)}]")) == 2_400
    codes("1" * 10_000)
    codes("1." * 5_000)
    codes("within " * 1_400)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("levels", [MAX_DEPTH + 2, 300, 1_500, 3_000, 10_000])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("not ", ""),
        ("-", ""),
        ("~", ""),
        ("1+", ""),
        ("1-", ""),
        ("1*", ""),
        ("", ".b"),
        ("", ".lower()"),
        ("", "[b]"),
        ("", "()"),
        ("[", "]"),
        ("a[", "]"),
        ("count(a[", "])"),
        ("{", "}"),
        ("lambda:", ""),
        ("(1,", ")"),
        ("b.contains(", ")"),
        ("a and (b or ", ")"),
    ],
)
def test_deep_nesting_is_refused_and_never_breaks_the_interpreter(before: str, after: str, levels: int) -> None:
    text = before * levels + "a" + after * levels
    found = set(codes(text))
    assert found <= {"condition-too-deep", "condition-too-long", "unsupported-syntax", "unknown-function"}
    if before not in ("~", "lambda:") and after not in ("[b]", "()") and not before.startswith("a["):
        assert found <= {"condition-too-deep", "condition-too-long"}


@pytest.mark.parametrize("levels", [250, 1_000, 4_900, 10_000])
def test_parentheses_nested_too_deeply_are_refused(levels: int) -> None:
    expected = "condition-too-deep" if 2 * levels + 1 <= MAX_LENGTH else "condition-too-long"
    assert codes("(" * levels + "a" + ")" * levels) == [expected]


def test_the_deepest_nesting_is_read() -> None:
    text = "not " * MAX_DEPTH + "a"
    assert str(parse_condition(text)) == text
    assert codes(f"not {text}") == ["condition-too-deep"]
    assert str(parse_condition(".".join(["a"] * MAX_DEPTH)))


def test_many_joined_conditions_are_not_deep() -> None:
    text = " and ".join(["a"] * 1_000)
    assert str(parse_condition(text)) == text


def test_reading_escapes_in_threads_leaves_the_filters_of_warnings_alone() -> None:
    before = list(warnings.filters)

    def read(number: int) -> None:
        for step in range(30):
            parse_condition(f"a == '\\t{number}-{step}'")

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


def test_a_selection_is_a_kind_with_or_without_a_filter() -> None:
    assert parse_selection("demo_requested") == Selection("demo_requested")
    where = parse_condition("path.startswith('/pricing')")
    assert parse_selection("page_viewed[path.startswith('/pricing')]") == Selection("page_viewed", where)
    assert str(parse_selection(" page_viewed [ path == '/' ] ")) == "page_viewed[path == '/']"


@pytest.mark.parametrize("text", ["a.b", "'a'", "count(a)", "a == 1", "_a", "a[b][c]", "1", "not a"])
def test_what_names_no_interactions_is_refused(text: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_selection(text)
    assert caught.value.code == "bad-selection"


def test_a_property_of_a_selection() -> None:
    assert parse_property("purchase.amount") == (Selection("purchase"), "amount")
    assert parse_property("purchase[currency == 'a.b'].amount")[1] == "amount"


@pytest.mark.parametrize("text", ["purchase", "purchase._amount", "purchase.amount.x", "a[b]", "5"])
def test_what_names_no_property_is_refused(text: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_property(text)
    assert caught.value.code == "bad-selection"

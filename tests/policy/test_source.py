from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadqual.errors import Place, PolicyError, Problem
from leadqual.policy import nodes
from leadqual.policy.dump import dump_yaml
from leadqual.policy.source import Source, parse_source, read_source

POLICY = """\
name: b2b
scores:
  fit:
    range: [0, 100]
    rules:
      - {id: home, when: "contact.country in ['ID', 'SG']", points: 20}
      - id: big
        when: company.employees >= 50
        pionts: 30
"""


def problems(text: str | bytes, *, json: bool = False) -> tuple[Problem, ...]:
    with pytest.raises(PolicyError) as caught:
        parse_source(text, "doc", json=json)
    return caught.value.problems


def only(text: str | bytes, *, json: bool = False) -> Problem:
    (problem,) = problems(text, json=json)
    return problem


# --- data ---


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("2026-11-01", "2026-11-01"),
        ("2026-11-01T08:00:00Z", "2026-11-01T08:00:00Z"),
        ("0o14", 12),
        ("014", 14),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-7", -7),
        ("~", None),
        ("", None),
        ("null", None),
        ("True", True),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!float 3", 3.0),
        ("9007199254740992", 2**53),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    data = parse_source(f"a: {text}\n").data["a"]
    assert data == value
    assert type(data) is type(value)


def test_yaml_and_json_give_the_same_data() -> None:
    data = parse_source(POLICY).data
    assert data["scores"]["fit"]["rules"][1] == {"id": "big", "when": "company.employees >= 50", "pionts": 30}
    assert parse_source(json.dumps(data), json=True).data == data


def test_aliases_are_copies() -> None:
    data = parse_source("a: &x [1, {b: 2}]\nc: *x\nd: *x\n").data
    assert data["a"] == data["c"] == data["d"]
    assert data["c"] is not data["a"]
    assert data["c"][1] is not data["a"][1]


def test_a_byte_order_mark_is_accepted() -> None:
    assert parse_source(b"\xef\xbb\xbfa: 1").data == {"a": 1}
    assert parse_source("\ufeff{}", json=True).data == {}


# --- places ---


@pytest.mark.parametrize(
    ("path", "key", "line", "column"),
    [
        ([], False, 1, 1),
        (["scores", "fit", "range"], False, 4, 12),
        (["scores", "fit", "range"], True, 4, 5),
        (["scores", "fit", "range", 1], False, 4, 16),
        (["scores", "fit", "rules", 0, "when"], False, 6, 26),
        (["scores", "fit", "rules", 1, "pionts"], True, 9, 9),
        (["scores", "fit", "rules", 1, "points"], False, 7, 9),
        (["scores", "fit", "rules", 7, "points"], False, 6, 7),
        (["nothing", 3], False, 1, 1),
    ],
)
def test_locate(path: list[str | int], key: bool, line: int, column: int) -> None:
    assert parse_source(POLICY, "doc").locate(path, key=key) == Place("doc", line, column)


def test_locate_in_json_that_yaml_would_refuse() -> None:
    text = '{\n\t"\\ud83d\\ude00": "\x7f",\n\t"' + "k" * 2000 + '": [1,\n {"a\\"b": null}]\n}'
    source = parse_source(text, "doc", json=True)
    assert source.data["😀"] == "\x7f"
    assert source.locate(["😀"]) == Place("doc", 2, 18)
    assert source.locate(["k" * 2000, 1, 'a"b']) == Place("doc", 4, 11)
    assert source.locate(["k" * 2000, 1, 'a"b'], key=True) == Place("doc", 4, 3)


def test_locate_counts_characters_and_windows_lines() -> None:
    for text, is_json in (("a: 1\r\n😀: x\r\n", False), ('{"a": 1,\r\n"😀": "x"}', True)):
        assert parse_source(text, "doc", json=is_json).locate(["😀"], key=True).line == 2
    assert parse_source("{😀: x}").locate(["😀"]).column == 5


def test_data_without_text_has_a_name_only() -> None:
    assert Source("given", {"a": 1}).locate(["a"]) == Place("given")


def test_a_source_can_be_pickled_after_locating() -> None:
    source = parse_source(POLICY)
    source.locate([])
    assert pickle.loads(pickle.dumps(source)).locate(["scores"], key=True).line == 2


# --- files ---


def test_the_name_decides_the_format(tmp_path: Path) -> None:
    (tmp_path / "a.JSON").write_text('{"a": 1}')
    (tmp_path / "a.yaml").write_text("a: 1")
    assert read_source(tmp_path / "a.JSON").json
    assert read_source(str(tmp_path / "a.yaml")).data == {"a": 1}


def test_unreadable_files(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").write_text("a: 1")
    for path, hint in ((tmp_path / "sale.yaml", "sales.yaml"), (tmp_path, "folder"), (tmp_path / "a\0", "name")):
        with pytest.raises(PolicyError) as caught:
            read_source(path)
        assert caught.value.code == "unreadable-file"
        assert hint in str(caught.value.problems[0].hint)
        assert caught.value.problems[0].place.source == str(path)


def test_a_file_over_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"x" * 5_000_000)
    with pytest.raises(PolicyError) as caught:
        read_source(path)
    assert caught.value.code == "document-too-large"


# --- problems ---


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "hint"),
    [
        ("a:\n\tb: 1", "bad-yaml", 2, 1, "spaces"),
        ("a: b: c", "bad-yaml", 1, 5, "': '"),
        ("a: @x", "bad-yaml", 1, 4, "@ in quotes"),
        ("a: *x", "bad-yaml", 1, 4, "* in quotes"),
        ("a: 1\nb: 'x", "bad-yaml", 2, 6, "opens at line 2"),
        ("when: 'ID' == contact.country", "bad-yaml", 1, 12, "quote text"),
        ("a: 1\nb: x\x00y", "bad-yaml", 2, 5, "escape"),
        ("a: !!int abc", "bad-yaml", 1, 4, "remove the tag"),
        ("1: a", "bad-key", 1, 1, "'1'"),
        ("a: {null: 1}", "bad-key", 1, 5, "'null'"),
        ("true: 1", "bad-key", 1, 1, "'true'"),
        ("? [a]\n: 1", "bad-key", 1, 3, "quote"),
        ("a: {x: 1}\nb:\n  <<: {x: 1}", "merge-key", 3, 3, "YAML 1.2"),
        ("a: !!python/object:os.system x", "unknown-tag", 1, 4, "remove"),
        ("a: !mine [1]", "unknown-tag", 1, 4, "remove"),
        ("a: !!set {b}", "unknown-tag", 1, 4, "remove"),
        ("a: !!str [b]", "unknown-tag", 1, 4, "remove"),
        ("a: .nan", "non-finite-number", 1, 4, "leave"),
        ("a: [-.INF]", "non-finite-number", 1, 5, "leave"),
        ("a: 1e999", "non-finite-number", 1, 4, "leave"),
        ("a: 9007199254740993", "integer-too-large", 1, 4, "quotes"),
        ("a: -" + "9" * 5000, "integer-too-large", 1, 4, "quotes"),
        ("", "empty-document", 1, 1, "start"),
        ("# only words\n---\n", "empty-document", 1, 1, "start"),
        ("a: 1\n---\nb: 2\n", "several-documents", 2, 1, "---"),
        ("a: &x [1, *x]", "recursive-alias", 1, 4, "hold itself"),
    ],
)
def test_yaml_problems(text: str, code: str, line: int, column: int, hint: str) -> None:
    problem = only(text)
    assert (problem.code, problem.place) == (code, Place("doc", line, column))
    assert hint in str(problem.hint)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ('{"a": 1,}', "bad-json", 1, 9),
        ("{'a': 1}", "bad-json", 1, 2),
        ('{"a": 1}\n{}', "bad-json", 2, 1),
        ('{"a":\n NaN}', "non-finite-number", 2, 2),
        ('{"a": -Infinity}', "non-finite-number", 1, 7),
        ('{"a": 1e999}', "non-finite-number", 1, 7),
        ('{"a": 9007199254740993}', "integer-too-large", 1, 7),
        ('{"a": ' + "9" * 5000 + "}", "integer-too-large", 1, 7),
        ('{"a": "\\ud800"}', "bad-encoding", 1, 7),
        (" \n", "empty-document", 1, 1),
    ],
)
def test_json_problems(text: str, code: str, line: int, column: int) -> None:
    problem = only(text, json=True)
    assert (problem.code, problem.place) == (code, Place("doc", line, column))
    assert problem.hint


@pytest.mark.parametrize("is_json", [False, True])
def test_all_duplicate_keys_are_listed_with_both_lines(is_json: bool) -> None:
    text = '{"a": 1,\n"b": {"c": 1,\n"c": 2},\n"a": 2,\n"\\u0061": 3}'
    found = problems(text, json=is_json)
    assert [problem.code for problem in found] == ["duplicate-key"] * 3
    assert [problem.place.line for problem in found] == [3, 4, 5]
    assert "line 2 and at line 3" in found[0].message
    assert "line 1 and at line 5" in found[2].message


def test_problems_of_different_kinds_come_together_by_line() -> None:
    codes = [problem.code for problem in problems("a: .inf\n2: x\nb: !x y\na: 1\n")]
    assert codes == ["non-finite-number", "bad-key", "unknown-tag", "duplicate-key"]


def test_bad_encoding_names_byte_and_line() -> None:
    problem = only("a: é\nb: ".encode() + b"\xff")
    assert (problem.code, problem.place) == ("bad-encoding", Place("doc", 2, 4))
    assert "0xff at offset 9" in problem.message
    assert "UTF-16" in only("a: 1".encode("utf-16")).message
    assert only("a: \ud800").place == Place("doc", 1, 4)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", '{"a":', "[\n"])
@pytest.mark.parametrize("is_json", [False, True])
def test_a_deep_document_is_refused_quickly(opening: str, is_json: bool) -> None:
    expected = "too-deep" if not is_json or opening[0] == "[" or '"' in opening else "bad-json"
    assert only(opening * 100_000, json=is_json).code == expected


@pytest.mark.parametrize("is_json", [False, True])
def test_a_hundred_levels_are_the_limit(is_json: bool) -> None:
    parse_source("[" * 100 + "1" + "]" * 100, json=is_json)
    assert only("[" * 101 + "]" * 101, json=is_json).code == "too-deep"
    assert only("[" * 500 + "]" * 500, json=is_json).place == Place("doc", 1, 101)


def test_depth_through_aliases_counts() -> None:
    nested = "".join(f"a{i}: &a{i} {'[' * 60}{f'*a{i - 1}' if i else 1}{']' * 60}\n" for i in range(3))
    assert only(nested).code == "too-deep"


def test_a_billion_laughs_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    assert only("\n".join(lines)).code == "too-many-aliases"


def test_many_plain_values_are_no_aliases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "MAX_ALIASED", 3)
    assert len(parse_source("- {a: [1], b: {}}\n" * 500).data) == 500
    assert parse_source("a: &x [1]\nb: *x\n").data == {"a": [1], "b": [1]}
    assert only("a: &x [1, 2, 3]\nb: *x\nc: *x\n").code == "too-many-aliases"


# --- writing ---


def test_dump_is_readable_and_keeps_order() -> None:
    data = parse_source(POLICY).data
    assert dump_yaml(data) == (
        "name: b2b\n"
        "scores:\n"
        "  fit:\n"
        "    range: [0, 100]\n"
        "    rules:\n"
        "      - {id: home, when: 'contact.country in [''ID'', ''SG'']', points: 20}\n"
        "      - {id: big, when: company.employees >= 50, pionts: 30}\n"
    )


def test_dump_writes_shared_parts_twice_and_lines_as_a_block() -> None:
    shared = ["a"]
    assert dump_yaml({"x": shared, "y": shared}) == "x: [a]\ny: [a]\n"
    assert dump_yaml({"d": "one\ntwo: x\n"}) == "d: |\n  one\n  two: x\n"


finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [
        "NO",
        "on",
        "0o14",
        "1e3",
        "",
        "null",
        "~",
        "2026-11-01",
        "<<",
        "=",
        "1_0",
        "- a",
        "a: b",
        "#",
        "\ufeff",
        "word " * 60,
    ]
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | finite | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


@given(plain.filter(lambda data: data is not None))
@example({"k" * 200: {"": [[], {}, [[]]]}})
@example("\u2028\x85 \n x\n")
def test_what_is_dumped_is_read_back(data: Any) -> None:
    assert parse_source(dump_yaml(data)).data == data


@given(plain)
def test_json_is_read_as_json_reads_it(data: Any) -> None:
    for ascii_only in (True, False):
        assert parse_source(json.dumps(data, ensure_ascii=ascii_only), json=True).data == data


# --- fuzzing ---


def survives(text: str | bytes) -> None:
    for is_json in (False, True):
        refused: tuple[Problem, ...] = ()
        try:
            assert parse_source(text, json=is_json).locate([]).line is not None
        except PolicyError as error:
            refused = error.problems
        assert all(str(problem) and problem.hint for problem in refused)


@given(st.text(st.characters()) | st.text("[]{}:,-?&*!|>'\"%@`#~ \n\t<a1.eE\\uU+") | st.binary())
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    survives(text)


@given(st.data())
def test_a_mutated_document_is_read_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([POLICY, json.dumps(parse_source(POLICY).data, indent=1)]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        stop = min(len(text), start + data.draw(st.integers(0, 12)))
        put = st.text(max_size=4) | st.sampled_from(
            ["\t", "- ", ": ", "&x ", "*x", "!!int ", "<<: ", "---\n", '"', "["]
        )
        text = text[:start] + data.draw(put) + text[stop:]
    survives(text)


WITHOUT_LIBYAML = r"""
import sys
sys.modules["yaml._yaml"] = None
from leadqual.errors import PolicyError
from leadqual.policy import nodes
from leadqual.policy.dump import dump_yaml
from leadqual.policy.source import parse_source
source = parse_source("a: NO\nb: {c: [1, 2]}\n")
assert source.data == {"a": "NO", "b": {"c": [1, 2]}} == parse_source(dump_yaml(source.data)).data
assert source.locate(["b", "c"]).column == 8
for text, code in (
    ("[" * 5000, "too-deep"), ("a: 1\n---\nb", "several-documents"), ('"\\UFFFFFFFF"', "bad-yaml"),
    ("a: \0", "bad-yaml"), ("a:\n\tb: 1", "bad-yaml"), ('a: "\\ud800"', "bad-encoding"), ("<<: {a: 1}", "merge-key"),
):
    try:
        parse_source(text)
    except PolicyError as error:
        assert error.code == code, error
    else:
        raise AssertionError(text)
"""


def test_everything_works_without_libyaml() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_LIBYAML], check=True)


def test_yaml_is_imported_late() -> None:
    code = "import sys, leadqual.policy.source as s; s.parse_source('{}', json=True); assert 'yaml' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)

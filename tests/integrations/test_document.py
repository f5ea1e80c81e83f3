from __future__ import annotations

import pytest
from support.bring_in import MAPPING, mine

from leadqual.errors import PolicyError, UnknownNameError
from leadqual.integrations import Mapping, draft, mapping, mapping_text, systems

HEAD = "system: x\ntitle: X\nversion: 1.0\n"


def codes(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(PolicyError) as error:
        Mapping.loads(text, "x.yaml")
    return [(problem.code, problem.place.line) for problem in error.value.problems]


def test_every_shipped_document_loads():
    for name in systems():
        assert mapping(name).document.system == name
        assert mapping_text(name).startswith("#")
    with pytest.raises(UnknownNameError) as error:
        mapping_text("hubspt")
    assert error.value.problems[0].hint == "did you mean 'hubspot'?"
    with pytest.raises(PolicyError, match="did you mean 'hubspot'"):
        mapping("hubspt")


def test_all_malformed_parts_are_told_with_their_lines():
    text = HEAD + (
        "files:\n  c:\n    about: contact\n    id: A (b)\n    columns:\n      P.x (y): {too: phone}\n"
        "      N: {to: attributes.n, as: nomber}\n    interactions:\n      - {id: d, when: {S: 5}, kind: purchase}\n"
    )
    assert codes(text) == [
        ("literal-error", 6), ("missing-field", 9), ("unknown-field", 9), ("literal-error", 10), ("missing-field", 12),
        ("wrong-type", 12),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("columns: {P: phon}", "unknown-field"),
        ("columns: {P: {to: phone, as: number}}", "wrong-reading"),
        ("columns: {P: {to: source, words: sorces}}", "unknown-vocabulary"),
        ("columns: {P: {to: source, words: sources}}", "unknown-word"),
        ("company: P", "unknown-file"),
        ("reading: {time_zone: Asia/Jakata}", "bad-time-zone"),
        ("interactions: [{id: 'd-{A', kind: purchase, at: D}]", "bad-template"),
        ("interactions: [{id: d, kind: purchase, at: D}]", "bad-template"),
        ("interactions: [{id: 'd-{A}', kind: {column: T}, at: D}]", "missing-field"),
        ("interactions: [{id: 'd-{A}', kind: purchase, at: D, channel: fone}]", "unknown-word"),
        ("interactions: [{id: 'd-{A}', kind: purchase, at: D, properties: {amont: 5}}]", "unknown-property"),
        ("interactions: [{id: 'd-{A}', kind: purchase, at: D, contact: {column: A, link: deals}}]", "unknown-links"),
    ],
)
def test_parts_that_do_not_fit(part, code):
    text = f"{HEAD}files:\n  c:\n    about: contacts\n    id: A\n    {part}\nwords: {{sources: {{Web: webb}}}}\n"
    assert codes(text) == [(code, 9 if code == "unknown-word" and "sources" in part else 8)]


def test_what_a_file_needs_follows_from_what_it_is_about():
    text = HEAD + "files:\n  a: {about: contacts}\n  b: {about: links}\n  c: {about: interactions}\n"
    assert codes(text) == [("missing-field", 5), *[("missing-field", 6)] * 3]


@pytest.mark.parametrize(("text", "code"), [("- a\n", "not-a-mapping"), ("", "empty-document"), ("a: [", "bad-yaml")])
def test_documents_that_are_none(text, code):
    assert codes(text)[0][0] == code


def test_a_document_changes_another_one(tmp_path):
    (tmp_path / "base.yaml").write_text(MAPPING)
    (tmp_path / "own.yaml").write_text(
        "extends: base.yaml\nsystem: own\nfiles:\n  people: {columns: {Shoe size: attributes.shoe_size}}\n"
        "  events: {interactions: [{id: 'event-{Event ID}', channel: voice}]}\n"
        "words: {activities: {Demo: demo_attended}}\n"
    )
    own, base = mapping(tmp_path / "own.yaml").document, mine().document
    assert (own.system, own.title) == ("own", "Mine")
    assert own.words["activities"] == {**base.words["activities"], "Demo": "demo_attended"}
    assert set(own.files["people"].columns) == {*base.files["people"].columns, "Shoe size"}
    rule = own.files["events"].interactions[0]
    assert (rule.channel, rule.at) == ("voice", ("Ended", "Started"))


def test_documents_that_extend_one_another_in_a_circle(tmp_path):
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    with pytest.raises(PolicyError) as error:
        mapping(tmp_path / "a.yaml")
    assert error.value.code == "circular-extends"


def test_words_are_added_and_checked():
    assert (
        mine().with_words(activities={"Demo": "demo_attended"}).document.words["activities"]["Demo"] == "demo_attended"
    )
    assert "Demo" not in mine().document.words["activities"]
    with pytest.raises(PolicyError) as error:
        mine().with_words(activties={"a": "b"}, sources={"Walk": "walkin"})
    assert [problem.code for problem in error.value.problems] == ["unknown-vocabulary", "unknown-word"]


def test_a_draft_names_every_column_and_decides_nothing(tmp_path):
    (tmp_path / "our people.csv").write_text("Nr;First Name;Phone: work;no\n1;a;b;c\n", encoding="utf-16")
    text = draft(tmp_path / "our people.csv")
    assert "First Name:" in text
    assert "# perhaps given_name" in text
    with pytest.raises(PolicyError) as error:
        Mapping.loads(text)
    assert [problem.code for problem in error.value.problems] == ["missing-field"]
    drawn = Mapping.loads(text.replace("id: ", "id: Nr ")).document.files["our_people"]
    assert list(drawn.columns) == ["Nr", "First Name", "Phone: work", "no"]
    assert all(column.to == "ignore" for (column,) in drawn.columns.values())


def test_an_alias_of_a_column_that_nothing_names_changes_nothing_and_is_told():
    text = "extends: hubspot\nsystem: ours\ntitle: Ours\nversion: 1\n"
    text += "files:\n  contacts:\n    aliases:\n      E-Mail: [Email]\n      Frist Name: Vorname\n"
    with pytest.raises(PolicyError) as error:
        Mapping.loads(text, "ours.yaml")
    told = [(problem.code, problem.place.line, problem.hint) for problem in error.value.problems]
    assert told[0] == ("unknown-column", 8, "the other way round: {'Email': 'E-Mail'}")
    assert told[1][:2] == ("unknown-column", 9)
    assert told[1][2].startswith("did you mean 'First Name'")
    assert codes(HEAD + "aliases: {A: B}\nfiles: {c: {about: contacts, id: C}}\n") == [("unknown-column", 4)]

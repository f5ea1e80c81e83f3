from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from leadqual import cleaning
from leadqual.errors import InputError

PEOPLE = pl.DataFrame({
    "contact_id": ["c-1", "c-2", "c-3", "c-4"],
    "full_name": ["Siti Rahma", "S. Rahma", "Budi Santoso", "Ani"],
    "phone": ["+628123456789", "+628123456789", "+628123456789", None],
    "email": ["siti@pt.co.id", None, None, "siti@pt.co.id"],
    "country": ["ID", "ID", "ID", "SG"],
    "birthday": ["1990-01-01", "1990-01-01", None, "1991-01-01"],
})  # fmt: skip


def found(**more):
    return cleaning.duplicates(PEOPLE, **more)


def rows(*pairs):
    return cleaning.Review(pl.DataFrame(
        [(left, right, decision, None) for left, right, decision in pairs],
        schema=dict.fromkeys(("left", "right", "decision", "keep"), pl.String), orient="row"))  # fmt: skip


def test_both_sides_stand_beside_one_another_with_why_and_what_conflicts():
    table = found().review().table
    first = table.row(0, named=True)
    assert (first["left"], first["right"], first["decision"]) == ("c-1", "c-2", None)
    assert first["why"] == "phone +628123456789"
    assert (first["full_name left"], first["full_name right"]) == ("Siti Rahma", "S. Rahma")
    against = dict(zip(table["right"], table["conflicts"], strict=True))
    assert against["c-2"] is None
    assert against["c-3"] == "name: Siti Rahma / Budi Santoso"
    assert against["c-4"].split("; ")[:2] == ["country: ID / SG", "birthday: 1990-01-01 / 1991-01-01"]


def test_words_that_only_one_of_two_said_are_shown():
    table = PEOPLE.head(2).with_columns(
        do_not_call=pl.Series([None, '[{"at": "2026-11-01T00:00:00Z"}]']),
        consents=pl.Series([
            '[{"channel": "voice", "at": "2026-01-01T00:00:00Z"}]',
            '[{"channel": "voice", "at": "2026-01-02T00:00:00Z", "granted": false}]',
        ]),
    )  # fmt: skip
    (against,) = cleaning.duplicates(table).review().table["conflicts"]
    assert against == "do_not_call: only right; consent to marketing by voice: given / refused"


def test_a_pair_that_shares_two_keys_is_one_row():
    table = PEOPLE.with_columns(email=pl.Series(["x@pt.co.id", "X@pt.co.id", None, None]))
    review = cleaning.duplicates(table).review()
    assert review.table.select("left", "right", "why").row(0) == (
        "c-1", "c-2", "email x@pt.co.id; phone +628123456789",
    )  # fmt: skip


def test_only_groups_in_which_nothing_conflicts_are_accepted_unseen():
    assert found().review(accept=1.0).counts == {"same": 0, "different": 0, "open": 3}
    quiet = cleaning.duplicates(PEOPLE.head(2)).review(accept=1.0)
    assert quiet.counts == {"same": 1, "different": 0, "open": 0}
    for wrong in (0, 1.5, "1"):
        with pytest.raises(InputError, match="no probability"):
            found().review(accept=wrong)


@pytest.mark.parametrize("name", ["review.csv", "review.tsv", "review.jsonl", "review.parquet"])
@pytest.mark.parametrize("safe", [False, True])
def test_a_review_is_written_decided_on_and_read(tmp_path, name, safe):
    review = found().review().decide({("c-1", "c-2"): "same", ("c-3", "c-1"): "different"})
    path = review.write(tmp_path / name, spreadsheet_safe=safe)
    again = cleaning.Review.read(path)
    assert [replace(one, row=0) for one in again.decided] == [replace(one, row=0) for one in review.decided]
    assert again.different == {frozenset(("c-1", "c-3"))}
    assert again.counts == {"same": 1, "different": 1, "open": 1}
    with pytest.raises(InputError) as caught:
        review.write(path)
    assert caught.value.code == "overwritten-file"


def test_ids_that_look_like_formulas_come_back_from_a_spreadsheet(tmp_path):
    table = pl.DataFrame({"contact_id": ["+1", "-2"], "email": ["a@pt.co.id"] * 2})
    review = cleaning.duplicates(table).review(accept=1.0)
    path = review.write(tmp_path / "r.csv", spreadsheet_safe=True)
    assert "'+1" in path.read_text()
    read = cleaning.Review.read(path)
    assert [(one.left, one.right) for one in read.decided] == [("+1", "-2")]
    assert cleaning.merge(table, None, read).contacts.height == 1


def test_decisions_in_other_words_are_told_with_their_rows(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("left,right,decision\na,b,yes\nb,c,\nc,d, SAME \nd,e,diferent\n,x,same\nx,x,same\n")
    with pytest.raises(InputError) as caught:
        cleaning.Review.read(path)
    told = [(problem.code, problem.place.line, problem.hint) for problem in caught.value.problems]
    assert told == [
        ("bad-decision", 2, "write same"),
        ("bad-decision", 5, "did you mean 'different'?"),
        ("bad-decision", 6, None),
        ("bad-decision", 7, None),
    ]


def test_contradictions_are_told_with_the_rows_that_make_them():
    wrong = rows(
        ("a", "b", "same"), ("b", "c", "same"), ("c", "a", "different"), ("x", "y", "same"), ("y", "x", "different")
    )
    with pytest.raises(InputError) as caught:
        _ = wrong.decided
    assert [problem.code for problem in caught.value.problems] == ["contradictory-decisions"] * 2
    assert caught.value.problems[0].found == "row 2: c = b, 1: b = a"
    assert caught.value.problems[0].place.line == 3


def test_two_that_are_to_be_kept_and_one_that_is_a_stranger():
    table = rows(("a", "b", "same"), ("b", "c", "same"), ("d", "e", "same")).table
    wrong = cleaning.Review(table.with_columns(keep=pl.Series(["a", "c", "f"])))
    with pytest.raises(InputError) as caught:
        _ = wrong.decided
    assert [problem.code for problem in caught.value.problems] == ["contradictory-decisions", "bad-decision"]


def test_a_review_without_its_columns():
    with pytest.raises(InputError) as caught:
        _ = cleaning.Review(pl.DataFrame({"lef": ["a"], "right": ["b"]})).decided
    assert [problem.code for problem in caught.value.problems] == ["missing-column"] * 2
    assert "'lef'" in caught.value.problems[0].hint


def test_the_next_search_does_not_ask_again(tmp_path):
    first = found().review().decide({("c-1", "c-3"): "different", ("c-1", "c-2"): "same"})
    path = first.write(tmp_path / "r.csv")
    again = found(decided=cleaning.Review.read(path))
    assert {frozenset(pair) for pair in again.pairs.select("left", "right").iter_rows()} == {
        frozenset(("c-1", "c-2")), frozenset(("c-2", "c-3")), frozenset(("c-1", "c-4")),
    }  # fmt: skip
    assert "not asked again: 1 pair decided" in again.explain()
    second = again.review()
    assert {(row["left"], row["right"]): row["decision"] for row in second.table.iter_rows(named=True)} == {
        ("c-1", "c-2"): "same", ("c-2", "c-3"): None, ("c-1", "c-4"): None, ("c-1", "c-3"): "different",
    }  # fmt: skip
    assert second.different == first.different


def test_deciding_in_code():
    review = found().review()
    with pytest.raises(InputError) as caught:
        review.decide({("c-2", "c-3"): "same"})
    assert caught.value.code == "unknown-pair"
    with pytest.raises(InputError, match="no decision"):
        review.decide({("c-1", "c-3"): "maybe"})
    assert review.counts["open"] == 3
    assert review.explain() == (
        "3 pairs to review: 0 the same, 0 different, 3 still open.\n"
        "  In 2 of them something conflicts: see the column conflicts."
    )
    assert "Budi Santoso" in review._repr_html_()
    assert (repr(review), len(review)) == ("<Review of 3 pairs>", 3)


def test_two_that_are_different_are_not_accepted_by_way_of_a_third():
    table = PEOPLE.head(3).select("contact_id", "phone")
    review = cleaning.duplicates(table).review().decide({("c-1", "c-2"): "different"})
    again = cleaning.duplicates(table, decided=review)
    assert len(again) == 1  # the third shares the number with both
    assert again.review(accept=1.0).counts == {"same": 0, "different": 1, "open": 2}
    assert cleaning.merge(table, None, again).contacts.equals(table)


def test_of_two_words_at_one_instant_the_refusal_is_shown_whatever_their_order_and_zones():
    given = '{"channel": "voice", "at": "2026-01-02T01:00:00+07:00"}'
    refused = '{"channel": "voice", "at": "2026-01-01T18:00:00Z", "granted": false}'
    for both in (f"[{given}, {refused}]", f"[{refused}, {given}]"):
        table = PEOPLE.head(2).with_columns(consents=pl.Series([both, f"[{given}]"]))
        assert cleaning.duplicates(table).review().table["conflicts"].to_list() == [
            "consent to marketing by voice: refused / given"
        ]


def test_deciding_in_code_on_a_table_without_its_columns():
    with pytest.raises(InputError) as caught:
        cleaning.Review(pl.DataFrame({"left": ["a"], "right": ["b"]})).decide({("a", "b"): "same"})
    assert caught.value.code == "missing-column"

from __future__ import annotations

import json
import logging

import polars as pl
import pytest

pytest.importorskip("splink")

from leadqual import cleaning
from leadqual.cleaning import linking
from leadqual.errors import InputError, MissingDependency


def database():
    """Return forty people, ten of them told again, and three that are only nearly told again."""
    rows = [
        (f"c-{one}", f"Nama{one} Fam{one % 7}", f"p{one}@pt{one}.co.id", f"+6281{one * 7919 % 10**8:08d}")
        for one in range(40)
    ]
    rows += [(f"d-{one}", *rows[one][1:]) for one in range(10)]
    rows += [
        ("x-1", "Nama20 Fam6", "p20@pt20.co.id", None),
        ("x-2", "Nama21 Fam0", None, rows[21][3]),
        ("x-3", "Nama22 Fam1", "other@pt9.co.id", rows[22][3][:-1] + "0"),
    ]
    return pl.DataFrame(rows, schema=["contact_id", "full_name", "email", "phone"], orient="row")


PEOPLE = database()


@pytest.fixture(scope="module")
def found():
    return cleaning.probable(PEOPLE, threshold=0.5)


def pairs(of):
    return {frozenset(pair) for pair in of.pairs.select("left", "right").iter_rows()}


def test_what_is_alike_is_found_with_its_probability(found):
    expected = {frozenset((f"c-{one}", f"d-{one}")) for one in range(10)}
    expected |= {frozenset(("c-20", "x-1")), frozenset(("c-21", "x-2"))}
    assert expected <= pairs(found)
    assert len(pairs(found)) <= len(expected) + 1
    assert found.pairs["probability"].is_between(0.5, 1, closed="left").all()
    assert found.pairs["key"].unique().to_list() == ["alike in"]
    assert "by model" in found.explain()


def test_a_model_is_kept_and_gives_the_same_again(found, tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(found.model))
    again = cleaning.probable(PEOPLE, path, 0.5)
    assert again.pairs.drop("probability").equals(found.pairs.drop("probability"))
    assert (again.pairs["probability"] - found.pairs["probability"]).abs().max() < 1e-9


def test_nothing_is_merged_that_nobody_decided_on(found):
    assert cleaning.merge(PEOPLE, None, found).moved.height == 0
    assert found.review(accept=0.5).counts["same"] >= 12


def test_pairs_that_are_different_are_not_asked_about_again(found):
    review = found.review().decide({("c-0", "d-0"): "different"})
    again = cleaning.probable(PEOPLE, found.model, 0.5, decided=review)
    assert pairs(found) - pairs(again) == {frozenset(("c-0", "d-0"))}


def test_the_settings_are_splinks_own_and_can_be_changed():
    from splink import block_on  # noqa: PLC0415 - optional

    seen = cleaning.prepared(PEOPLE)
    ours = cleaning.settings(seen.columns)
    rules = [rule.create_blocking_rule_dict("duckdb") for rule in ours.blocking_rules_to_generate_predictions]
    assert [rule["blocking_rule"] for rule in rules][:2] == ['l."phone" = r."phone"', 'l."email" = r."email"']
    ours.blocking_rules_to_generate_predictions = [block_on("email")]
    assert all(
        "email" in value for value in cleaning.probable(PEOPLE, ours, 0.5).pairs["value"]
    )  # fmt: skip


def test_what_splink_sees():
    table = pl.DataFrame({"contact_id": ["c-1", "c-2"], "full_name": ["  José  Müller", "n/a"],
                          "phone": ["0812 345 6789", None], "email": ["J.M@Example.com", None],
                          "vip": [True, None]})  # fmt: skip
    first, second = cleaning.prepared(table, country="ID").iter_rows(named=True)
    assert first == {
        "contact_id": "c-1", "full_name": "jose muller", "given_name": "jose", "family_name": "muller",
        "phone": "+628123456789", "phone_end": "3456789", "email": "j.m@example.com", "email_name": "j.m",
        "email_domain": "example.com", "vip": "true",
    }  # fmt: skip
    assert second["full_name"] is None


def test_what_cannot_be_compared_is_told():
    for table in (pl.DataFrame({"contact_id": ["c-1"]}), pl.DataFrame({"contact_id": ["c-1"], "country": ["ID"]})):
        with pytest.raises(InputError, match="nothing by which"):
            cleaning.probable(table)
    with pytest.raises(InputError) as caught:
        cleaning.probable(PEOPLE, {"link_type": "dedupe_only", "comparisons": [{"no": 1}]})
    assert caught.value.code == "refused-settings"
    with pytest.raises(InputError, match="no probability"):
        cleaning.probable(PEOPLE, threshold=0)
    with pytest.raises(InputError) as caught:
        cleaning.probable(PEOPLE, "gone.json")
    assert caught.value.code == "unreadable-file"


def test_a_file_that_is_no_model(tmp_path):
    (tmp_path / "m.json").write_text("{")
    with pytest.raises(InputError) as caught:
        cleaning.probable(PEOPLE, tmp_path / "m.json")
    assert caught.value.code == "bad-json"


def test_the_log_is_left_as_it_was(found, capfd):
    logger = logging.getLogger("splink")
    before = logger.handlers[:], logger.propagate, logger.level
    cleaning.probable(PEOPLE, found.model, 0.5)
    assert (logger.handlers[:], logger.propagate, logger.level) == before
    assert capfd.readouterr().err == ""


def test_without_splink_it_says_what_to_install(monkeypatch):
    import builtins  # noqa: PLC0415 - only here

    real = builtins.__import__

    def absent(name, *rest, **more):
        if name == "splink":
            raise ImportError(name="splink")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingDependency) as caught:
        linking.settings()
    assert caught.value.problems[0].hint == "pip install 'leadqual[dedupe]'"

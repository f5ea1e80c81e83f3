from __future__ import annotations

import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar, Literal

import pytest
from pydantic import ConfigDict, Field

from leadqual.errors import InputError
from leadqual.model.interactions import CustomInteraction, Interaction, PageViewed, ProfileUpdated, Purchase

AT = datetime(2026, 11, 1, 3, tzinfo=UTC)


class RoiCalculated(Interaction):
    kind: Literal["roi_calculated"] = "roi_calculated"
    saving: float


class Unstated(Interaction):
    kind: Literal["unstated"]
    saving: float = Field(default=0.0, description="What is saved.")


def test_the_kind_of_a_subclass_needs_no_default():
    assert Unstated(id="i", occurred_at=AT).kind == "unstated"
    assert Unstated.model_validate({"id": "i", "occurred_at": AT}).kind == "unstated"
    assert Unstated.model_rebuild(force=True)
    assert Unstated(id="i", occurred_at=AT).kind == "unstated"


def test_nor_when_the_schema_is_built_at_once():
    class Eager(Interaction):
        model_config = ConfigDict(defer_build=False)
        kind: Literal["eager"]

    class Later(Eager):
        extra: int = 1

    assert Eager(id="i", occurred_at=AT).kind == "eager"
    assert Later(id="i", occurred_at=AT).kind == "eager"


def test_another_kind_is_refused():
    with pytest.raises(InputError) as caught:
        RoiCalculated(id="i", occurred_at=AT, saving=1, kind="purchase")
    assert caught.value.problems[0].place.path == "kind"


def test_instants_are_microseconds_in_utc():
    jakarta = timezone(timedelta(hours=7))
    assert PageViewed(id="i", occurred_at=AT, path="/").instant == int(AT.timestamp()) * 1_000_000
    same = PageViewed(id="i", occurred_at=datetime(2026, 11, 1, 10, tzinfo=jakarta), path="/")
    assert same == PageViewed(id="i", occurred_at=AT, path="/")
    assert same.fingerprint == PageViewed(id="i", occurred_at=AT, path="/").fingerprint


def test_values_by_name():
    page = PageViewed(id="i", occurred_at=AT, path="/harga", channel="web")
    assert page.fingerprint
    assert (page.value("path"), page.value("channel"), page.value("seconds")) == ("/harga", "web", None)
    assert page.value("fingerprint") is None
    assert page.value("model_dump") is None
    custom = CustomInteraction(id="i", kind="roi", occurred_at=AT, properties={"saving": 3}, campaign="x")
    assert (custom.value("saving"), custom.value("campaign"), custom.value("other")) == (3, "x", None)


def test_own_properties_carry_type_unit_and_meaning():
    assert list(Interaction.own_properties()) == []
    assert list(Purchase.own_properties()) == ["amount", "currency", "product", "order"]
    assert Purchase.own_properties()["amount"].json_schema_extra == {"unit": "money"}
    assert PageViewed.own_properties()["seconds"].json_schema_extra == {"unit": "s"}
    assert Unstated.own_properties()["saving"].description == "What is saved."


def test_the_fingerprint_follows_the_content():
    page = PageViewed(id="i", occurred_at=AT, path="/", seconds=3)
    assert page.fingerprint == PageViewed(seconds=3.0, path="/", occurred_at=AT, id="i").fingerprint
    assert page.fingerprint != PageViewed(id="i", occurred_at=AT, path="/").fingerprint
    assert page.fingerprint != PageViewed(id="j", occurred_at=AT, path="/", seconds=3).fingerprint
    assert 0 <= page.fingerprint < 2**128


def test_the_order_of_properties_and_the_writing_of_numbers_do_not_matter():
    one = CustomInteraction(id="i", kind="x", occurred_at=AT, properties={"a": 1, "b": ["ya", "🙂"]})
    two = CustomInteraction(id="i", kind="x", occurred_at=AT, properties={"b": ("ya", "🙂"), "a": 1.0})
    assert one == two
    assert one.fingerprint == two.fingerprint
    assert one.fingerprint != one.model_copy(update={"properties": {"a": True, "b": ("ya", "🙂")}}).fingerprint


def test_a_cleared_field_is_content():
    cleared = [ProfileUpdated(id="i", occurred_at=AT, changes={name: None}).fingerprint for name in ("city", "email")]
    assert cleared[0] != cleared[1]


def test_a_copy_forgets_what_was_worked_out():
    page = PageViewed(id="i", occurred_at=AT, path="/")
    before = page.instant, page.fingerprint
    moved = page.model_copy(update={"occurred_at": AT + timedelta(days=1)})
    assert moved.instant != before[0]
    assert moved.fingerprint != before[1]


def test_working_something_out_changes_neither_equality_nor_dump():
    page, other = (PageViewed(id="i", occurred_at=AT, path="/") for _ in range(2))
    assert page.fingerprint
    assert page.instant
    assert page == other
    assert hash(page) == hash(other)
    assert page.model_dump_json() == other.model_dump_json()
    assert pickle.loads(pickle.dumps(page)) == other


def test_the_fingerprint_is_the_same_in_every_process():
    code = (
        "from leadqual.model.interactions import CustomInteraction as C;"
        "print(C(id='i', kind='x', occurred_at='2026-11-01T03:00:00Z', properties={'b': 'ä🙂', 'a': 0.1}).fingerprint)"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    here = CustomInteraction(id="i", kind="x", occurred_at=AT, properties={"a": 0.1, "b": "ä🙂"})
    assert outputs == {str(here.fingerprint)}


def test_interest_is_said_by_the_class():
    class Synced(Interaction):
        shows_interest: ClassVar[bool] = False
        kind: Literal["synced"] = "synced"

    assert RoiCalculated(id="i", occurred_at=AT, saving=1).is_interest()
    assert not Synced(id="i", occurred_at=AT).is_interest()
    assert CustomInteraction(id="i", kind="x", occurred_at=AT).is_interest()
    assert not CustomInteraction(id="i", kind="x", occurred_at=AT, direction="outbound").is_interest()

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from hashlib import blake2b

import pytest

from leadqual import policies
from leadqual.datasets import Demo, demo
from leadqual.datasets.dice import Dice
from leadqual.engines.intake import check_attributes, ordered_history
from leadqual.errors import InputError
from leadqual.lifecycle.decision import Decision
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import parse_interaction

STAGES = {"lead", "mql", "sql", "prospect", "customer", "inactive_customer", "nurture", "disqualified"}
A_SAMPLE = "fcf3671728f1"


@pytest.fixture(scope="module")
def sample() -> Demo:
    return demo()


@pytest.fixture(scope="module")
def decided(sample: Demo) -> dict[str, Decision]:
    policy = policies.sales()
    some = sample.contacts[:500]
    return {contact.id: policy.decide(contact, sample.histories[contact.id], at=sample.at) for contact in some}


def digest(sample: Demo) -> str:
    lines = [
        f"{contact.id} {contact.full_name} {contact.email} {contact.phone} {contact.created_at} "
        + " ".join(f"{one.id} {one.kind} {one.occurred_at}" for one in sample.histories[contact.id])
        for contact in sample.contacts
    ]
    return blake2b("\n".join(lines).encode(), digest_size=6).hexdigest()


def bought_within_the_year(history: list[Interaction], sample: Demo) -> bool:
    return any(one.kind == "purchase" and (sample.at - one.occurred_at).days < 365 for one in history)


def test_the_counts(sample: Demo) -> None:
    assert len(sample.contacts) == 2000
    assert len({contact.id for contact in sample.contacts}) == 2000
    assert set(sample.histories) == set(sample.truth) == {contact.id for contact in sample.contacts}
    assert 36_000 <= sum(map(len, sample.histories.values())) <= 46_000
    ids = [one.id for history in sample.histories.values() for one in history]
    assert len(set(ids)) == len(ids)


def test_it_lies_within_a_year_but_for_earlier_customers(sample: Demo) -> None:
    early = set()
    for contact, history in sample.histories.items():
        assert history == sorted(history, key=lambda one: (one.occurred_at, one.id))
        assert all(one.occurred_at < sample.at for one in history)
        if any((sample.at - one.occurred_at).days >= 366 for one in history):
            early.add(sample.truth[contact].segment)
    assert early == {"customer"}


def test_the_countries(sample: Demo) -> None:
    countries = Counter(contact.country for contact in sample.contacts)
    assert set(countries) == {"ID", "SG", "MY", "TH", "VN", "PH", None}
    assert countries["ID"] > 1000
    assert min(countries.values()) > 50


def test_records_are_as_incomplete_as_real_ones(sample: Demo) -> None:
    def missing(name: str) -> float:
        return sum(getattr(contact, name) is None for contact in sample.contacts) / len(sample.contacts)

    assert missing("id") == 0
    assert 0.02 < missing("email") < 0.1
    assert 0.3 < missing("phone") < 0.45
    assert 0.3 < missing("seniority") < 0.45
    personal = Counter(contact.email_is_personal for contact in sample.contacts)
    assert personal[False] > personal[True] > 300


def test_nobody_can_be_reached_by_accident(sample: Demo) -> None:
    for contact in sample.contacts:
        assert contact.phone is None or re.fullmatch(r"\+\d{3,5}000\d{4,5}", contact.phone)
        assert contact.email is None or contact.email_is_personal or contact.email.endswith(".example")


def test_every_part_of_the_business_happens(sample: Demo) -> None:
    kinds = Counter(one.kind for history in sample.histories.values() for one in history)
    for kind in ("disqualified", "sales_rejected", "reopened", "opted_out", "profile_updated", "promise_broken"):
        assert kinds[kind] > 0, kind
    assert kinds["sales_accepted"] > 50
    purchases = [one for history in sample.histories.values() for one in history if one.kind == "purchase"]
    assert {"IDR", "SGD", "MYR", "THB", "VND", "PHP", "USD"} == {one.value("currency") for one in purchases} - {None}


def test_it_is_accepted_without_a_problem(sample: Demo) -> None:
    policy = policies.sales()
    for contact in sample.contacts:
        check_attributes(policy, contact)
        history = sample.histories[contact.id]
        assert ordered_history(policy, contact, history) == history


def test_it_survives_json(sample: Demo) -> None:
    for contact in sample.contacts[:100]:
        assert Contact.model_validate_json(contact.model_dump_json()) == contact
        for one in sample.histories[contact.id]:
            assert parse_interaction(one.model_dump(mode="json")) == one


def test_it_is_the_same_in_every_process_and_every_python() -> None:
    assert digest(demo(40)) == A_SAMPLE


def test_hash_seeds_do_not_matter() -> None:
    program = "from leadqual.datasets import demo\nprint([c.model_dump_json() for c in demo(40, seed=3).contacts])"
    runs = [
        subprocess.run(  # the program is a literal of this test
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


def test_a_larger_sample_begins_with_the_smaller(sample: Demo) -> None:
    small = demo(25)
    assert small.contacts == sample.contacts[:25]
    assert all(history == sample.histories[contact] for contact, history in small.histories.items())


def test_another_seed_is_another_sample() -> None:
    assert digest(demo(20, seed=8)) != digest(demo(20))


@pytest.mark.parametrize("wrong", [{"contacts": 0}, {"contacts": 100_000}, {"contacts": True}, {"seed": -1}])
def test_impossible_arguments_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError) as caught:
        demo(**wrong)
    assert caught.value.code == "bad-argument"


def test_every_stage_is_populated(decided: dict[str, Decision]) -> None:
    stages = Counter(decision.stage for decision in decided.values())
    assert set(stages) == STAGES
    assert stages.most_common(1)[0][0] == "lead"
    assert 0.07 < stages["customer"] / len(decided) < 0.15


def test_need_leads_to_purchases(sample: Demo) -> None:
    new = [(truth, sample.histories[name]) for name, truth in sample.truth.items() if truth.segment != "customer"]
    new.sort(key=lambda pair: pair[0].need)
    third = len(new) // 3
    low, high = new[:third], new[-third:]
    bought = [sum(bought_within_the_year(history, sample) for _, history in part) for part in (low, high)]
    assert bought[1] > 8 * max(bought[0], 1)


def test_fit_leads_to_purchases_among_those_who_look(sample: Demo) -> None:
    looking = [(truth, sample.histories[name]) for name, truth in sample.truth.items() if truth.hazard > 0]
    looking.sort(key=lambda pair: pair[0].fit)
    half = len(looking) // 2
    bought = [
        sum(bought_within_the_year(history, sample) for _, history in part) for part in (looking[:half], looking[half:])
    ]
    assert bought[1] > 1.2 * bought[0]


def test_nobody_buys_without_a_project(sample: Demo) -> None:
    for name, truth in sample.truth.items():
        if truth.segment != "customer" and truth.hazard == 0:
            assert not any(one.kind == "purchase" for one in sample.histories[name])


def test_the_funnel_finds_the_need(sample: Demo, decided: dict[str, Decision]) -> None:
    needs = {
        stage: [sample.truth[name].need for name, decision in decided.items() if decision.stage == stage]
        for stage in ("lead", "mql", "prospect")
    }
    means = {stage: sum(found) / len(found) for stage, found in needs.items()}
    assert means["lead"] < means["mql"] < means["prospect"]


def test_a_mail_scanner_shows_in_clicks_but_not_in_time_spent(sample: Demo) -> None:
    scanned = [sample.histories[name] for name, truth in sample.truth.items() if truth.scanned]
    clicks = sum(one.kind == "email_clicked" for history in scanned for one in history)
    assert clicks > 10 * len(scanned)


def test_dice_are_fair() -> None:
    dice = Dice(1)
    assert Counter(dice.whole(1, 3) for _ in range(3000)).keys() == {1, 2, 3}
    assert 1.9 < sum(dice.number(2.0) for _ in range(5000)) / 5000 < 2.1
    assert 0.45 < sum(dice.waiting(2.0) for _ in range(5000)) / 5000 < 0.55
    shares = Counter(dice.weighted({"a": 3.0, "b": 1.0}) for _ in range(4000))
    assert 2800 < shares["a"] < 3200

"""Who moves and why, against deciding each contact under both policies and trying each change by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.policies import BASE, LAST, contacts, histories, policies

import leadqual as lq
from leadqual import frames
from leadqual.analysis import compare
from leadqual.analysis.comparisons.changes import changes_between
from leadqual.analysis.comparisons.comparison import _aligned
from leadqual.analysis.comparisons.mixed import Mixer
from leadqual.analysis.comparisons.stages import stage_map
from leadqual.datasets import demo

UNTIL = BASE + timedelta(hours=6 * LAST)
SAMPLE = demo(contacts=200)
TABLES = SAMPLE.frames()
FUNNEL = """\
name: tiny
review_every: 1d
scores:
  fit:
    range: [0, 100]
    rules:
      - {id: home, when: "contact.country in ['ID', 'SG']", points: 40}
      - {id: size, when: company.employees >= 50, points: 40}
  heat:
    range: [0, 100]
    rules:
      - {id: view, each: "page_viewed[seconds >= 5]", points: 2, half_life: 30d, at_most: 3 per 1d, cap: 20}
      - {id: paper, each: whitepaper_downloaded, points: 15, half_life: 30d, description: Left an address.}
      - {id: demo, each: demo_requested, points: 40, half_life: 21d, cap: 60}
grades:
  fit: {score: fit, bands: {A: 80, B: 40, C: 0}}
stages: {lead: {initial: true}, mql: {}, sql: {}, customer: {}, nurture: {}}
transitions:
  - {id: bought, source: [lead, mql, sql, nurture], target: customer, event: purchase}
  - {id: marketing, source: lead, target: mql, when: "grade.fit != 'C' and score.heat >= 15", description: Suits us.}
  - {id: sales, source: mql, target: sql, when: "count(demo_requested, within='30d') >= 1 and score.heat >= 40"}
  - {id: serious, source: mql, target: sql, when: score.heat >= 45}
  - {id: faded, source: [mql, sql], target: nurture, when: days_in_stage >= 14 and score.heat < 5}
  - {id: back, source: nurture, target: mql, when: days_in_stage >= 7 and score.heat >= 20}
"""
OLD = lq.Policy.loads(FUNNEL)


def changed(*replaced):
    """Return the policy with pieces of its document replaced."""
    document = FUNNEL
    for old, new in replaced:
        assert old in document
        document = document.replace(old, new)
    return lq.Policy.loads(document)


NEW = changed(
    ("score.heat >= 15", "score.heat >= 20"), ("score.heat >= 40", "score.heat >= 55"),
    ("points: 15,", "points: 18,"), ("score.heat >= 45", "score.heat >= 25"),
)  # fmt: skip


@pytest.fixture(scope="module")
def comparison():
    return compare(OLD, NEW, *TABLES, until=SAMPLE.at)


@pytest.fixture(scope="module")
def decided():
    return {
        one.id: [policy.decide(one, SAMPLE.histories[one.id], at=SAMPLE.at) for policy in (OLD, NEW)]
        for one in SAMPLE.contacts
    }


def path(decision):
    return [(move.at, move.target) for move in decision.moves]


def first_difference(old, new):
    """Return when two decisions' moves first differ; None if they never do."""
    for place in range(max(len(old.moves), len(new.moves))):
        sides = [decision.moves[place] if place < len(decision.moves) else None for decision in (old, new)]
        keys = [None if move is None else (move.at, move.target) for move in sides]
        if keys[0] != keys[1]:
            return min(move.at for move in sides if move is not None)
    return None


def there(decision, at):
    return [move for move in decision.moves if move.at == at]


# Against the decisions.


def test_those_part_whose_decisions_differ_and_when_they_first_do(comparison, decided):
    expected = {one: at for one, pair in decided.items() if (at := first_difference(*pair)) is not None}
    parted = comparison.impact.parted
    assert dict(parted.select("contact_id", "parted_at").iter_rows()) == expected
    assert len(expected) > 10


def test_everybody_stands_where_the_decisions_say(comparison, decided):
    expected: dict[tuple[str, str], int] = {}
    for old, new in decided.values():
        if old.standing.entered_at is not None:
            expected[old.stage, new.stage] = expected.get((old.stage, new.stage), 0) + 1
    matrix = comparison.impact.matrix
    assert {(row["old"], row["new"]): row["contacts"] for row in matrix.to_dicts()} == expected
    assert matrix["contacts"].sum() + comparison.impact.not_appeared == comparison.impact.contacts == 200
    assert all(row["same"] == (row["old"] == row["new"]) for row in matrix.to_dicts())
    moved = comparison.impact.moved
    assert {row["contact_id"]: (row["old_stage"], row["new_stage"]) for row in moved.to_dicts()} == {
        one: (old.stage, new.stage) for one, (old, new) in decided.items() if old.stage != new.stage
    }


@settings(max_examples=8)
@given(policies(), policies(), st.lists(st.tuples(contacts(), histories(8)), min_size=1, max_size=3))
def test_on_generated_policies_too(old, new, people):
    named = [contact.model_copy(update={"id": f"c-{place}"}) for place, (contact, _) in enumerate(people)]
    past = {one.id: history for one, (_, history) in zip(named, people, strict=True)}
    tables = frames.from_models(named, past, policy=old)
    assume(tables[1].height)
    result = compare(old, new, *tables, until=UNTIL, desk="sql", reasons=False).impact
    parted = {row["contact_id"]: row for row in result.parted.to_dicts()}
    for one in named:
        pair = [policy.decide(one, past[one.id], at=UNTIL) for policy in (old, new)]
        at = first_difference(*pair)
        assert (at is not None) == (one.id in parted)
        if at is not None:
            row = parted[one.id]
            moves = [there(decision, at) for decision in pair]
            differing = [m for m in moves if m]
            assert row["parted_at"] == at
            assert differing
            assert [row["old_stage"], row["new_stage"]] == [decision.stage for decision in pair]


@settings(max_examples=6)
@given(policies(), policies(), st.sampled_from(["scores", "transitions"]), contacts(), histories(8))
def test_a_reason_holds_when_it_is_tried_by_hand(old, other, section, contact, history):
    new = old.model_copy(update={section: getattr(other, section)})
    tables = frames.from_models([contact], {contact.id: history}, policy=old)
    assume(tables[1].height)
    result = compare(old, new, *tables, until=UNTIL).impact
    assume(result.parted.height)
    row = result.parted.row(0, named=True)
    at = row["parted_at"]
    mapped = stage_map(old, new, None, complete=True)
    aligned, _ = _aligned(old, new, mapped)
    mixer = Mixer(aligned, new, list(changes_between(aligned.to_dict(), new.to_dict())))

    def parts_so(policy):
        pair = [one.decide(contact, history, at=at) for one in (aligned, policy)]
        return first_difference(*pair) == at and _first_moves(*pair, at) == (row["old_target"], row["new_target"])

    if len(mixer.units) == 1:
        return
    for unit in mixer.units:
        policy, _ = mixer.with_one(unit)
        alone = row["how"] == "alone" and ".".join(unit) in row["because"]
        assert alone == (policy is not None and parts_so(policy))
        if row["how"] != "alone":
            policy, _ = mixer.without_one(unit)
            assert (".".join(unit) in row["because"]) == (policy is not None and not parts_so(policy))
    assert (row["how"] == "combined") == (not row["because"])


def _first_moves(old, new, at):
    sides = [[(move.at, move.target) for move in decision.moves] for decision in (old, new)]
    place = next(n for n in range(99) if sides[0][n:n + 1] != sides[1][n:n + 1])  # fmt: skip
    return tuple(side[place][1] if place < len(side) and side[place][0] == at else None for side in sides)


@settings(max_examples=10)
@given(policies(), policies())
def test_all_parts_of_the_new_policy_together_are_the_new_policy(old, new):
    mixer = Mixer(old, new, list(changes_between(old.to_dict(), new.to_dict())))
    assert compare(mixer._mixed(()), old).decides_the_same
    assert compare(mixer._mixed(set(mixer._changes)), new).decides_the_same


def test_what_hangs_together_is_tried_together():
    document = OLD.to_dict()
    document["fields"] = {"vip": {"type": "boolean"}}
    document["scores"]["fit"]["groups"] = {"extra": {"cap": 40}}
    document["scores"]["fit"]["rules"].append(
        {"id": "vip", "when": "contact.vip is None", "points": 40, "group": "extra"}
    )
    new = lq.Policy(**document)
    result = compare(OLD, new, *TABLES, until=SAMPLE.at).impact
    assert result.parted.height
    assert result.parted["because"].explode().unique().to_list() == ["scores.fit.rules.vip"]
    assert set(result.needs["scores.fit.rules.vip"]) >= {"fields.vip", "scores.fit.groups.extra"}


def test_two_changes_that_are_both_needed_are_told_as_together():
    def policy(points, threshold):
        return lq.Policy(
            name="p",
            scores={"a": {"range": [0, 100], "rules": [{"id": "r", "each": "page_viewed", "points": points}]}},
            stages={"lead": {"initial": True}, "sql": {}},
            transitions=[{"id": "t", "source": "lead", "target": "sql", "when": f"score.a >= {threshold}"}],
        )

    view = lq.PageViewed(id="i", occurred_at=SAMPLE.at, path="/")
    tables = frames.from_models([lq.Contact(id="c")], {"c": [view]})
    row = compare(policy(10, 40), policy(20, 20), *tables).impact.parted.row(0, named=True)
    assert (row["because"], row["how"]) == (["scores.a.rules.r", "transitions.t"], "together")
    row = compare(policy(10, 40), policy(50, 10), *tables).impact.parted.row(0, named=True)
    assert (row["because"], row["how"]) == (["scores.a.rules.r", "transitions.t"], "alone")


def test_reasons_can_be_left_out():
    result = compare(OLD, NEW, *TABLES, until=SAMPLE.at, reasons=False).impact
    assert result.parted["because"].null_count() == result.parted.height > 0
    assert result.reasons.is_empty()


# The sales desk and the customers.


def arrivals(decision, worked):
    return [move.at for move in decision.moves if move.target in worked and move.source not in worked]


def test_leads_of_the_desk_are_the_moves_into_its_stages(comparison, decided):
    desk = comparison.impact.desk
    for side, place in (("old", 0), ("new", 1)):
        came = [at for pair in decided.values() for at in arrivals(pair[place], ("sql",))]
        assert desk.arrivals[side] == len(came)
        assert desk.a_day[side] == pytest.approx(len(came) / desk.span)
        assert desk.days[side].sum() == len(came)
    assert desk.arrivals["old"] != desk.arrivals["new"]
    counts = desk.changed_days
    assert sum(counts.values()) == len(desk.days)
    assert desk.distribution["mean"].to_list() == pytest.approx([desk.days["old"].mean(), desk.days["new"].mean()])
    weekdays = desk.weekdays
    assert weekdays["weekday"].to_list()[0] == "Monday"
    assert weekdays["days"].sum() == len(desk.days)
    assert (weekdays["days"] * weekdays["old"]).sum() == pytest.approx(desk.arrivals["old"])


def test_only_whole_days_of_the_zone_are_counted():
    since, until = datetime(2026, 3, 1, 5, tzinfo=UTC), datetime(2026, 3, 8, 12, tzinfo=UTC)
    desk = compare(OLD, NEW, *TABLES, since=since, until=until, time_zone="Asia/Jakarta").impact.desk
    assert [str(day) for day in (desk.days["day"][0], desk.days["day"][-1])] == ["2026-03-02", "2026-03-07"]
    utc = compare(OLD, NEW, *TABLES, since=since, until=until).impact.desk
    assert utc.days["day"].to_list() == desk.days["day"].to_list()
    assert desk.days["weekday"][0] == "Monday"


def test_customers_are_flagged_when_they_enter_the_desk_before_they_buy(comparison, decided):
    customers = comparison.impact.customers
    bought = {
        one: min(times)
        for one, past in SAMPLE.histories.items()
        if (times := [each.occurred_at for each in past if each.kind == "purchase"])
    }
    assert dict(customers.table.select("contact_id", "outcome_at").iter_rows()) == bought
    for row in customers.table.to_dicts():
        flagged = []
        for decision in decided[row["contact_id"]]:
            early = [at for at in arrivals(decision, ("sql",)) if at < row["outcome_at"]]
            flagged.append(min(early, default=None))
        assert [row["old_flagged_at"], row["new_flagged_at"]] == flagged
        match flagged:
            case (None, None):
                expected = "never"
            case (None, _):
                expected = "gained"
            case (_, None):
                expected = "lost"
            case (old, new):
                expected = "same" if old == new else "later" if new > old else "earlier"
                assert row["days_later"] == pytest.approx((new - old) / timedelta(days=1))
        assert row["verdict"] == expected
    assert sum(customers.counts.values()) == len(bought)
    assert {verdict for verdict, number in customers.counts.items() if number} >= {"gained", "same", "never"}
    assert customers.ids("never") == customers.table.filter(verdict="never")["contact_id"].to_list()


def test_an_outcome_may_have_a_filter_and_may_be_left_out():
    chosen = compare(OLD, OLD, *TABLES, until=SAMPLE.at, outcome="purchase[currency == 'IDR']").impact.customers
    expected = {
        one
        for one, past in SAMPLE.histories.items()
        if any(each.kind == "purchase" and each.value("currency") == "IDR" for each in past)
    }
    assert set(chosen.table["contact_id"]) == expected
    assert compare(OLD, OLD, *TABLES, until=SAMPLE.at, outcome=None).impact.customers is None


def test_who_enters_the_desk_when_it_buys_was_not_flagged_before():
    customers = compare(OLD, NEW, *TABLES, until=SAMPLE.at, desk="customer", reasons=False).impact.customers
    assert customers.counts["never"] == customers.table.height > 20


def test_only_outcomes_and_leads_of_the_time_count():
    since, until = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
    result = compare(OLD, OLD, *TABLES, since=since, until=until, desk="customer").impact
    first = [min(each.occurred_at for each in past if each.kind == "purchase")
             for past in SAMPLE.histories.values() if any(each.kind == "purchase" for each in past)]  # fmt: skip
    expected = sum(since <= at <= until for at in first)
    assert result.customers.table.height == result.desk.arrivals["old"] == expected > 0
    assert result.desk.span == 92
    assert len(result.desk.days) == 92


def test_a_desk_that_works_the_initial_stage_gets_everybody_who_appears():
    desk = compare(OLD, OLD, *TABLES, until=SAMPLE.at, desk="lead").impact.desk
    assert desk.arrivals["old"] >= 190


# Scores, grades, notes.


def test_scores_and_grades_that_differ_in_the_end():
    new = changed(("'SG']\", points: 40", "'SG']\", points: 35"))
    result = compare(OLD, new, *TABLES, until=SAMPLE.at).impact
    tables = [frames.score(policy, *TABLES, at=SAMPLE.at) for policy in (OLD, new)]
    row = result.scores.filter(score="fit").row(0, named=True)
    assert row["contacts"] == (tables[0]["score.fit"] != tables[1]["score.fit"]).sum() > 0
    assert row["new_mean"] == pytest.approx(tables[1]["score.fit"].mean())
    assert result.scores.filter(score="heat")["contacts"].item() == 0
    differs = (tables[0]["grade.fit"] != tables[1]["grade.fit"]).sum()
    assert result.grades.filter(grade="fit")["contacts"].sum() == differs > 0


def test_kinds_that_only_one_policy_knows_are_seen_by_it_alone():
    way = {"id": "calc", "source": "lead", "target": "sql", "event": "roi"}
    old = lq.Policy(name="p", stages={"lead": {"initial": True}, "sql": {}})
    new = lq.Policy(
        name="p", stages={"lead": {"initial": True}, "sql": {}}, interactions={"roi": {}}, transitions=[way]
    )
    rows = pl.DataFrame({"contact_id": ["c", "c"], "interaction_id": ["1", "2"], "kind": ["page_viewed", "roi"],
                         "occurred_at": [SAMPLE.at - timedelta(days=1), SAMPLE.at]})  # fmt: skip
    people = pl.DataFrame({"contact_id": ["c"]})
    result = compare(old, new, people, rows)
    assert result.impact.parted.select("old_target", "new_target", "parted_at").row(0) == (None, "sql", SAMPLE.at)
    assert result.impact.notes[0] == "The old policy does not know roi, and saw none of these 1 rows."
    with pytest.raises(lq.InputError) as caught:
        compare(old, old, people, rows)
    assert caught.value.code == "unknown-kind"


def test_policies_without_stages_are_compared_by_their_scores():
    def policy(points):
        rules = [{"id": "r", "each": "page_viewed", "points": points}]
        return lq.Policy(name="p", scores={"a": {"range": [0, 100], "rules": rules}})

    result = compare(policy(1), policy(2), *TABLES, until=SAMPLE.at)
    assert result.impact.parted.is_empty()
    assert result.impact.desk is None
    assert "neither policy has the stage sql" in str(result).lower()
    assert result.impact.scores["contacts"].item() > 0


def test_policies_that_begin_elsewhere_part_at_the_start():
    def policy(first):
        return lq.Policy(name="p", stages={"a": {"initial": first == "a"}, "b": {"initial": first == "b"}})

    result = compare(policy("a"), policy("b"), *TABLES, until=SAMPLE.at)
    seen = result.impact.contacts - result.impact.not_appeared
    assert result.impact.moved.height == result.impact.parted.height == seen
    assert "begin at different stages" in " ".join(result.impact.notes)


@pytest.mark.parametrize("library", ["pandas", "pyarrow", "duckdb", "lazy"])
def test_tables_of_every_library_give_the_same(library, comparison):
    if library == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        arrow = SAMPLE.frames("pyarrow")
        session = duckdb.connect()
        tables = tuple(session.from_arrow(table) for table in arrow)
    elif library == "lazy":
        tables = tuple(table.lazy() for table in TABLES)
    else:
        tables = SAMPLE.frames(library)
    result = compare(OLD, NEW, *tables, until=SAMPLE.at, reasons=False).impact
    names = ["contact_id", "parted_at", "old_stage", "new_stage"]
    assert result.parted.select(names).sort(names).equals(comparison.impact.parted.select(names).sort(names))


def test_the_last_interaction_is_the_end_where_none_is_given(comparison):
    result = compare(OLD, NEW, *TABLES, reasons=False).impact
    assert result.until == TABLES[1]["occurred_at"].max()
    assert result.since == min(TABLES[1]["occurred_at"].min(), TABLES[0]["created_at"].min())


# One contact, and words.


def test_one_contact_is_told_where_it_parts_and_why(comparison, decided):
    for row in comparison.impact.parted.to_dicts():
        parting = comparison.contact(row["contact_id"])
        assert parting.at == row["parted_at"]
        assert [parting.old_end.stage, parting.new_end.stage] == [row["old_stage"], row["new_stage"]]
        assert {".".join(change.unit) for change in parting.changes} == set(row["because"])
        text = parting.explain(time_zone="Asia/Jakarta")
        assert "the policies part on" in text
        assert "WIB" in text
        assert row["old_target"] is None or row["old_target"] in [move.target for move in parting.old_moves]
        assert json.dumps(parting.to_dict())


def test_a_contact_that_does_not_part_is_told_so(comparison):
    same = set(TABLES[0]["contact_id"]) - set(comparison.impact.parted["contact_id"])
    parting = comparison.contact(min(same))
    assert parting.at is None
    assert "both policies make the same moves" in str(parting)


def test_points_that_differ_at_the_instant_are_listed():
    new = changed(("points: 15,", "points: 14,"))
    result = compare(OLD, new, *TABLES, until=SAMPLE.at)
    parting = result.contact(result.impact.parted["contact_id"][0])
    (name, (old, now)), *others = parting.ledger.items()
    assert (name, others) == ("heat.paper", [])
    assert now == pytest.approx(old * 14 / 15, abs=1e-6)
    assert f"heat.paper: {old:g} -> {now:g}" in str(parting)


def test_a_comparison_is_told_as_text_data_and_html(comparison):
    text = comparison.explain()
    assert max(map(len, text.splitlines())) <= 100
    for title in (
        "Changes",
        "Who stands elsewhere",
        "Because of which change",
        "Leads of the sales desk",
        "Known cust",
    ):
        assert title in text
    data = json.loads(json.dumps(comparison.to_dict()))
    assert data["impact"]["contacts"] == 200
    assert len(data["changes"]) == len(comparison.changes)
    page = comparison._repr_html_()
    assert page.count("<table") == page.count("</table>") > 3
    assert "<script" not in page


def test_html_escapes_what_policies_say():
    new = OLD.model_copy(update={"name": "<script>alert(1)</script>"})
    assert "<script" not in compare(OLD, new)._repr_html_()


# Bad input.


def refused(*arguments, **options):
    with pytest.raises(lq.InputError) as caught:
        compare(*arguments, **options)
    return caught.value


def funnel(*stages):
    return lq.Policy(name="p", stages={name: {"initial": place == 0} for place, name in enumerate(stages)})


def test_stages_without_a_counterpart_are_refused_with_all_of_them():
    error = refused(funnel("lead", "mql", "sql"), funnel("lead", "qualified", "sales"), *TABLES)
    assert [problem.code for problem in error.problems] == ["unmapped-stage", "unmapped-stage"]
    assert error.problems[0].found == "mql, sql"
    assert error.problems[0].message.startswith("2 of 3 stages of the old policy")
    assert error.problems[1].found == "qualified, sales"
    assert "stages={'mql': 'qualified'}" in error.problems[0].hint


def test_without_a_history_stages_need_no_counterpart():
    comparison = compare(funnel("lead", "mql"), funnel("lead", "sql"))
    assert [str(change) for change in comparison.changes] == ["stage stages.mql: removed", "stage stages.sql: added"]
    assert comparison.stages.only_old == ("mql",)


def test_a_stage_may_stand_for_itself():
    result = compare(funnel("lead", "mql"), funnel("lead", "mql", "sql"), *TABLES, stages={"sql": None})
    assert result.stages.only_new == ("sql",)
    assert result.impact.moved.is_empty()


@pytest.mark.parametrize(
    ("stages", "codes"),
    [
        ({"mkl": "qualified"}, ["unknown-stage"]),
        ({"mql": "qualfied"}, ["unknown-stage"]),
        ({"mkl": "qualfied"}, ["unknown-stage", "unknown-stage"]),
        ({"lead": None, "mql": "qualified"}, ["bad-mapping"]),
        ({"nobody": None}, ["unknown-stage"]),
        ({"mql": "lead"}, ["bad-mapping", "unmapped-stage"]),
        ({"mql": "qualified", "lead": "qualified"}, ["bad-mapping", "unmapped-stage"]),
        ([("mql", "qualified")], ["wrong-type"]),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(stages, codes):
    error = refused(funnel("lead", "mql"), funnel("lead", "qualified"), *TABLES, stages=stages)
    assert [problem.code for problem in error.problems][: len(codes)] == codes


def test_a_slip_in_a_mapping_is_told_with_what_was_meant():
    error = refused(funnel("lead", "mql"), funnel("lead", "qualified"), *TABLES, stages={"mql": "qualfied"})
    assert "did you mean 'qualified'?" in error.problems[0].hint


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"outcome": "purchse"}, "unknown-kind"),
        ({"outcome": "purchase["}, "unclosed-bracket"),
        ({"outcome": 7}, "not-a-selection"),
        ({"desk": "sqll"}, "unknown-stage"),
        ({"desk": 7}, "wrong-type"),
        ({"time_zone": "Asia/Jakrta"}, "bad-time-zone"),
        ({"until": datetime(2026, 1, 1)}, "naive-datetime"),
        ({"since": "2026-01-01"}, "wrong-type"),
        ({"since": SAMPLE.at, "until": SAMPLE.at - timedelta(days=1)}, "bad-argument"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options, code):
    error = refused(OLD, OLD, *TABLES, **options)
    if code == "unclosed-bracket":
        assert error.problems[0].place.source == "outcome"
    else:
        assert error.code == code


def test_everything_wrong_with_the_arguments_is_told_at_once():
    error = refused(OLD, OLD, *TABLES, outcome="purchse", desk="sqll", since=3)
    assert [problem.code for problem in error.problems] == ["unknown-kind", "unknown-stage", "wrong-type"]


def test_no_policy_and_half_a_history_are_refused():
    assert [problem.place.source for problem in refused("a.yaml", None).problems] == ["old", "new"]
    assert refused(OLD, OLD, TABLES[0]).code == "missing-argument"
    assert refused(OLD, OLD, TABLES[0], TABLES[1].head(0)).problems[0].place.source == "until"
    assert refused(OLD, OLD, TABLES[0], TABLES[1].drop("kind")).code == "missing-column"
    with pytest.raises(lq.InputError):
        compare(OLD, OLD).contact("c-1")


def test_rows_that_would_be_lost_are_refused():
    rows = TABLES[1].with_columns(
        pl.when(pl.int_range(pl.len()) < 2).then(None).otherwise("occurred_at").alias("occurred_at")
    )
    error = refused(OLD, NEW, TABLES[0], rows, until=SAMPLE.at)
    assert [problem.place.path for problem in error.problems] == ["occurred_at"]
    assert error.problems[0].message.startswith("2 of ")
    late = TABLES[1].head(1).with_columns(contact_id=pl.lit("nobody"), occurred_at=SAMPLE.at + timedelta(days=1))
    error = refused(OLD, NEW, TABLES[0], pl.concat([TABLES[1], late]), until=SAMPLE.at)
    assert error.code == "unknown-contact"


def test_before_anything_happened_nobody_is_there():
    result = compare(OLD, NEW, *TABLES, until=datetime(2000, 1, 1, tzinfo=UTC))
    assert result.impact.not_appeared == result.impact.contacts
    assert result.impact.matrix.is_empty()
    assert result.impact.desk.a_day == {"old": None, "new": None, "more": None}
    assert "No day lies whole" in str(result)
    assert json.dumps(result.to_dict())


def test_an_unknown_contact_is_refused(comparison):
    with pytest.raises(lq.UnknownNameError) as caught:
        comparison.contact("c-0001")
    assert caught.value.code == "unknown-contact"
    assert "did you mean" in caught.value.problems[0].hint


def test_progress_is_told():
    told = []
    compare(OLD, NEW, *TABLES, until=SAMPLE.at, progress=lambda name, done: told.append((name, done)))
    assert ("replaying the old policy", 1.0) in told
    assert told[-1] == ("trying each change", 1.0)
    assert all(0 <= done <= 1 for _, done in told)

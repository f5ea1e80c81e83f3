"""The public face as it was promised: names, arguments and results, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import leadqual as lq
from leadqual import count, field, frames, ml

AT = datetime(2026, 11, 22, tzinfo=UTC)
CONTACT = lq.Contact(
    id="c-1", kind="person", full_name="Siti Rahma", email="siti@majujaya.co.id", phone="+628123456789",
    country="ID", time_zone="Asia/Jakarta", seniority="director", source="web_form", roles={"partner"},
    company=lq.Company(name="PT Maju Jaya", industry="retail", employees=250, country="ID"),
    attributes={"monthly_budget": 4000},
)  # fmt: skip
HISTORY = [
    lq.WhitepaperDownloaded(id="i-1", occurred_at=datetime(2026, 11, 1, 3, tzinfo=UTC), channel="web"),
    lq.DemoRequested(id="i-2", occurred_at=datetime(2026, 11, 20, 8, tzinfo=UTC), channel="whatsapp"),
]


def test_one_contact(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").write_text(lq.policies.text("sales"), encoding="utf-8")
    policy = lq.Policy.load(tmp_path / "sales.yaml")
    assert policy == lq.policies.sales()
    decision = policy.decide(CONTACT, HISTORY, at=AT)
    assert decision.stage == "sql"
    assert [(move.source, move.target) for move in decision.moves] == [("lead", "mql"), ("mql", "sql")]
    assert all(move.at and move.transition and move.because for move in decision.moves)
    score = decision.scores["engagement"]
    assert sum(line.points for line in score.ledger) == pytest.approx(score.value, abs=1e-9)
    assert decision.grades["fit"] == "A"
    assert decision.roles == {"partner", "lead"}
    assert isinstance(decision.missing, dict)
    assert decision.needed("prospect").reachable
    assert "sql" in decision.explain()
    assert decision._repr_html_()
    assert lq.Decision.model_validate_json(decision.model_dump_json()) == decision
    t2 = AT + timedelta(days=3)
    new = [lq.DemoAttended(id="i-3", occurred_at=AT + timedelta(days=1))]
    later = policy.decide(CONTACT, HISTORY + new, at=t2, standing=decision.standing)
    assert later.stage == "prospect"
    assert later.before == decision.standing


def test_one_condition() -> None:
    policy = lq.policies.sales()
    assert policy.evaluate("company.employees >= 50", CONTACT, HISTORY, at=AT) is True
    assert policy.evaluate("company.employees >= 500", CONTACT, HISTORY, at=AT) is False
    assert policy.evaluate("company.annual_revenue >= 50", CONTACT, HISTORY, at=AT) is None
    assert "250" in str(policy.trace("company.employees >= 50", CONTACT, HISTORY, at=AT))


def test_errors() -> None:
    with pytest.raises(lq.LeadqualError) as caught:
        lq.Policy.loads("nmae: x\n")
    assert caught.value.code == caught.value.problems[0].code
    assert isinstance(caught.value, ValueError)
    assert issubclass(lq.UnknownNameError, KeyError)
    assert issubclass(lq.EvaluationError, TypeError)


def test_a_policy_in_python() -> None:
    policy = lq.Policy(
        name="minimal", version="1.0.0",
        scores={"engagement": lq.ScoreRules(range=(0, 100), rules=[
            lq.Rule(id="home", when=lq.field("contact.country").is_in(["ID", "SG"]), points=20),
            lq.Rule(id="whitepaper", each="whitepaper_downloaded", points=10, cap=30, half_life="30d"),
        ])},
        grades={"temperature": lq.Bands(score="engagement", bands={"hot": 60, "warm": 20, "cold": 0})},
        stages={"lead": lq.StageSpec(initial=True), "mql": lq.StageSpec()},
        transitions=[lq.Transition(id="marketing", source="lead", target="mql", when="score.engagement >= 10")],
    )  # fmt: skip
    again = lq.Policy.loads(policy.to_yaml())
    assert (again, again.content_hash) == (policy, policy.content_hash)
    assert policy.lookback is None
    assert policy.decide(CONTACT, HISTORY, at=AT).stage == "mql"


def test_the_state_machine() -> None:
    policy = lq.policies.sales()
    decision = policy.decide(CONTACT, HISTORY[:1], at=AT)
    machine = policy.lifecycle(CONTACT, HISTORY[:1], standing=decision.standing)
    machine.send("sales_accepted", at=AT + timedelta(hours=1), agent="ani")
    with pytest.raises(lq.TransitionRefused):
        machine.send("reopened", at=AT + timedelta(hours=2))
    assert policy.diagram().startswith("stateDiagram")


def test_scorers() -> None:
    class Mine:
        name = "mine"

        def score(self, contact: lq.Contact, history: Sequence[lq.Interaction], *, at: datetime) -> lq.Score:
            return lq.Score(name=self.name, value=0.8)

    my_scorer: lq.Scorer = Mine()
    policy = lq.policies.sales().with_scorer("propensity", my_scorer)
    assert policy.evaluate("score.propensity > 0.5", CONTACT, HISTORY, at=AT) is True


def test_conditions_in_code() -> None:
    when: Any = (field("company.employees") >= 50) & (count("demo_requested", within="30d") >= 1)
    assert lq.parse_condition("company.employees >= 50 and count(demo_requested, within='30d') >= 1") == when


def test_the_seeded_sample() -> None:
    demo = lq.datasets.demo()
    assert set(demo.histories) <= {contact.id for contact in demo.contacts}
    assert demo.at.utcoffset() is not None


def test_tables() -> None:
    policy, t = lq.policies.sales(), AT
    contacts, interactions = frames.from_models([CONTACT], {CONTACT.id: HISTORY})
    assert frames.to_models(contacts, interactions) == ([CONTACT], {CONTACT.id: HISTORY})
    decision = policy.decide(CONTACT, HISTORY, at=t)
    for table, events in ((contacts, interactions), (contacts.to_pandas(), interactions.to_pandas())):
        scores = frames.score(policy, table, events, at=t)
        assert type(scores) is type(table)
        assert scores["score.engagement"][0] == decision.scores["engagement"].value
        lines = frames.score(policy, table, events, at=t, ledger=True)
        columns = [name for name in lines.columns if name.startswith("score.engagement.")]
        assert sum(lines[name][0] for name in columns) == pytest.approx(scores["score.engagement"][0], abs=1e-9)
        moves = frames.replay(policy, table, events, until=t)
        assert type(moves) is type(table)
        columns = zip(*(list(moves[name]) for name in ("contact_id", "source", "target", "transition")), strict=True)
        assert [*columns] == [(CONTACT.id, move.source, move.target, move.transition) for move in decision.moves]
        stood = frames.standings(policy, table, events, at=t, standings=None)
        assert (stood["stage"][0], stood["entered_at"][0]) == (decision.stage, decision.standing.entered_at)
        assert frames.standings(policy, table, events, at=t, standings=stood)["as_of"][0] == t
    people, _ = lq.datasets.demo(contacts=3).frames()
    assert len(people) == 3


@pytest.mark.filterwarnings("ignore:there are")  # few conversions
def test_learning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    policy, demo = lq.policies.sales(), lq.datasets.demo(contacts=1_000)
    contacts, interactions = demo.frames()
    t1, t2, t3 = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3, 8))
    data = ml.training_set(policy, contacts, interactions, outcome="purchase", horizon="90d", cutoffs=[t1, t2, t3])
    model = ml.PropensityModel(estimator=None).fit(data.before(t3))
    report = model.evaluate(data.at(t3), resamples=50)
    assert report.measures["roc_auc"][0] > 0.6
    model.save("propensity.skops")
    again = ml.PropensityModel.load("propensity.skops")
    assert (again.predict_proba(data.X) == model.predict_proba(data.X)).all()
    policy = policy.with_scorer("propensity", model.as_scorer())
    person = demo.contacts[0]
    score = policy.decide(person, demo.histories[person.id], at=demo.at).scores["propensity"]
    assert sum(line.points for line in score.ledger) == pytest.approx(score.value, abs=1e-9)
    scores = frames.score(policy, contacts, interactions, at=demo.at)
    assert scores.filter(contact_id=person.id)["score.propensity"][0] == pytest.approx(score.value, abs=1e-6)

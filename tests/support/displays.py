"""One of everything that shows itself in a notebook, with names that would break a page that trusts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

import leadqual as lq
from leadqual import analysis, cleaning, datasets, frames, integrations, ml, outreach, policies, report, testing
from support.scorecard_rows import made

NASTY = "<script>alert('x')</script> & \"Dewi\" 😀"
AT = datetime(2026, 11, 22, tzinfo=UTC)


def nasty_policy() -> lq.Policy:
    """Return a policy whose words come from somebody who means no good."""
    return lq.Policy(
        name=NASTY,
        version="<1>",
        description=NASTY,
        scores={
            "interest": {
                "range": [0, 100],
                "description": NASTY,
                "groups": {"all": {"cap": 30, "description": NASTY}},
                "rules": [
                    {"id": "<b>demo</b>", "each": "demo_requested", "points": 40, "group": "all", "description": NASTY},
                    {"id": "named", "when": "contact.full_name == '<i>&'", "points": -5, "description": NASTY},
                ],
            }
        },
        grades={"warmth": {"score": "interest", "bands": {"hot": 30, "cold": 0}, "description": NASTY}},
        stages={
            "lead": {"initial": True, "description": NASTY},
            "mql": {"description": NASTY},
            "gone": {"closed": True, "description": NASTY},
        },
        transitions=[
            {
                "id": "<u>on</u>",
                "source": "lead",
                "target": "mql",
                "when": "score.interest >= 20",
                "description": NASTY,
            },
            {"id": "out", "source": ["lead", "mql"], "target": "gone", "event": "disqualified", "description": NASTY},
            {"id": "back", "source": "gone", "target": "lead", "event": "reopened", "description": NASTY},
        ],
    )


def nasty_contact() -> lq.Contact:
    """Return a contact with such names."""
    company = lq.Company(name=NASTY, industry=NASTY, attributes={"<key>": NASTY})
    wish = lq.DoNotCall(at=AT, note=NASTY)
    consent = lq.Consent(channel="email", at=AT, proof=NASTY)
    return lq.Contact(
        id=NASTY, full_name=NASTY, campaign=NASTY, company=company, do_not_call=(wish,), consents=(consent,)
    )


def nasty_history() -> list[lq.Interaction]:
    """Return what such a contact did."""
    return [
        lq.DemoRequested(id=f"{NASTY}{day}", occurred_at=AT - timedelta(days=40 - day), product=NASTY, note=NASTY)
        for day in (1, 2, 9)
    ] + [
        lq.PageViewed(id=f"p{day}", occurred_at=AT - timedelta(days=30, hours=day), path=NASTY) for day in range(40)
    ] + [lq.Purchase(id="b", occurred_at=AT - timedelta(days=1), amount=5, currency="IDR")]  # fmt: skip


@cache
def of_a_decision() -> dict[str, Any]:
    """Return what belongs to deciding about one contact."""
    policy, contact, history = nasty_policy(), nasty_contact(), nasty_history()
    decision = policy.decide(contact, history, at=AT)
    asked = "score.interest >= 20 and contact.campaign == '<b>' or count(page_viewed) > 3"
    later = policy.decide(contact, history, at=AT + timedelta(days=3), standing=decision.standing)
    sales = policies.sales()
    return {
        "Decision": decision,
        "Decision, going on": later,
        "Decision, read back": lq.Decision.model_validate_json(decision.model_dump_json()),
        "Decision, of nobody": policy.decide(lq.Contact(id="nobody"), [], at=AT),
        "Policy": policy,
        "Policy, sales": sales,
        "Policy, collection": policies.collection(),
        "Policy, empty": lq.Policy(name="empty"),
        "Lifecycle": policy.lifecycle(contact, history, standing=decision.standing),
        "Trace": policy.trace(asked, contact, history, at=AT),
        "Needed": decision.needed("gone"),
        "Needed, there": decision.needed(str(decision.stage)),
        "Way": decision.outlook[0],
        "Unmet": lq.Unmet(NASTY, "unknown", {NASTY: NASTY}),
        "Score": decision.scores["interest"],
        "Score, abstaining": lq.Score(name=NASTY, value=None, missing=(NASTY,)),
        "LedgerLine": decision.scores["interest"].ledger[0],
        "Standing": decision.standing,
        "Move": decision.moves[0],
        "PolicyRef": policy.ref,
        "Contact": contact,
        "Company": contact.company,
        "Consent": contact.consents[0],
        "DoNotCall": contact.do_not_call[0],
        "Interaction": history[0],
        "CustomInteraction": lq.CustomInteraction(id="x", kind="visit", occurred_at=AT, properties={"<k>": NASTY}),
        "Problem": lq.Problem("code", NASTY, lq.Place(NASTY, 3, path=NASTY), NASTY, NASTY, NASTY),
        "Place": lq.Place(NASTY, 3),
        **_parts_of(policy, sales),
        **_scorers(policy, sales),
    }


def _parts_of(policy: lq.Policy, sales: lq.Policy) -> dict[str, Any]:
    return {
        "ScoreRules": policy.scores["interest"],
        "ScoreRules, sales": sales.scores["intent"],
        "Rule": policy.scores["interest"].rules[0],
        "Group": policy.scores["interest"].groups["all"],
        "Bands": policy.grades["warmth"],
        "Grid": sales.grades["priority"],
        "Transition": policy.transitions[0],
        "StageSpec": policy.stages["lead"],
        "Step": lq.Step(every="30d", lose=0.5),
        "ScorerSpec": lq.ScorerSpec(range=(0, 1), description=NASTY),
        "FieldSpec": lq.FieldSpec(type="number", description=NASTY),
        "PropertySpec": lq.PropertySpec(type="number", description=NASTY),
        "InteractionSpec": lq.InteractionSpec(description=NASTY),
        "Currency": lq.Currency(code="IDR", rates={"USD": 16000.0}),
    }


def _scorers(policy: lq.Policy, sales: lq.Policy) -> dict[str, Any]:
    rules = lq.RuleScorer(policy, "interest")
    return {"RuleScorer": rules, "BlendScorer": lq.BlendScorer(NASTY, [rules, lq.RuleScorer(sales, "fit")])}


@cache
def of_tables() -> dict[str, Any]:
    """Return reports over many contacts."""
    demo, policy = datasets.demo(contacts=40), policies.minimal()
    contacts, interactions = demo.frames()
    moves = frames.replay(policy, contacts, interactions, until=demo.at)
    stand = frames.standings(policy, contacts, interactions, at=demo.at)
    other = policy.model_copy(update={"version": "1.0.1", "review_every": None})
    past = demo.at - timedelta(days=120)
    decided = policy.decide(demo.contacts[1], demo.histories[demo.contacts[1].id], at=demo.at)
    lint = analysis.lint(nasty_policy())
    truth = next(iter(demo.truth.values()))
    return {
        "Demo": demo,
        "Truth": truth,
        "FunnelReport": analysis.funnel(moves, stand, policy=policy),
        "FunnelReport, by source": analysis.funnel(moves, stand, policy=policy, contacts=contacts, by="source"),
        "Backtest": analysis.backtest(policy, contacts, interactions, cutoffs=[past], horizon="90d"),
        "Comparison": analysis.compare(policy, other, contacts, interactions, until=demo.at),
        "Forecast": analysis.forecast(decided),
        "Counterfactual": analysis.counterfactual(decided, "customer"),
        "LintReport": lint,
        "Finding": lint.findings[0] if lint.findings else analysis.Finding("dead-rule", NASTY, lq.Place(NASTY)),
    }


@cache
def of_learning() -> dict[str, Any]:
    """Return what belongs to models that learn."""
    data = made(contacts=150, cutoffs=6)
    split = data.cutoffs[4]
    model = ml.PropensityModel(random_state=0).fit(data.before(split))
    later = data.since(split)
    report = ml.evaluate(later, {"model": model, "age": "contact.age"}, resamples=20)
    return {
        "TrainingSet": data,
        "PropensityModel": model,
        "PropensityModel, not fitted": ml.PropensityModel(),
        "ModelCard": model.card(report),
        "Evaluation": report,
        "Contributions": model.contributions(later.X),
        "Contributions, one row": model.contributions(later.X[:1]),
        "ModelScorer": model.as_scorer(),
        "DriftReport": ml.monitor(model, later),
        "Threshold": ml.choose_threshold(report, capacity_per_day=0.5),
        "Scorecard": ml.learn_scorecard(data, max_rules=4),
    }


@cache
def of_reaching_out() -> dict[str, Any]:
    """Return what belongs to permission."""
    contact, book = nasty_contact(), outreach.rulebook()
    dewi = contact.model_copy(update={"country": "ID", "phone": "+628123456789"})
    verdict = outreach.permit(dewi, [], purpose="telemarketing", channel="voice", at=AT, caller="seller")
    sales = policies.sales()
    decision = sales.decide(dewi, nasty_history(), at=AT)
    approaches = outreach.Approaches(
        name=NASTY,
        policy="sales",
        description=NASTY,
        approaches=[
            outreach.Approach(
                id="<b>call</b>", purpose="telemarketing", activity="sales", title=NASTY, goal=NASTY, focus=NASTY,
                tone=NASTY, content=[NASTY], outcome=NASTY, channels=["voice", "email"], every="7d",
            )
        ],
    )  # fmt: skip
    registry = outreach.DoNotCallRegistry.from_numbers(["+12125550199"], obtained_at=AT)
    return {
        "Verdict": verdict,
        "Reason": verdict.reasons[0],
        "Action": outreach.next_action(decision, dewi, nasty_history(), at=AT, policy=sales, caller="seller"),
        "Approaches": approaches,
        "Approach": approaches.approaches[0],
        "Rulebook": book,
        "Pack": book.packs[0],
        "Caller": outreach.Caller(kinds={"seller"}, name=NASTY),
        "DoNotCallRegistry": registry,
    }


@cache
def of_tests() -> dict[str, Any]:
    """Return what belongs to tests of a policy."""
    policy = policies.minimal()
    case = testing.given(policy).contact(full_name=NASTY).interaction("purchase", "2026-11-01").at("2026-11-22")
    wrong = case.case(stage="mql")
    coverage = testing.Coverage(policy)
    coverage.add(testing.run(policy, wrong))
    mutants = list(testing.mutants(policy))
    report = testing.mutation_of(policy, [case.case(stage="customer")])
    return {
        "Case": wrong,
        "Expectation": wrong.expect,
        "Given": case,
        "Outcome": testing.run(policy, wrong),
        "Outcome, as expected": testing.run(policy, case.case(stage="customer")),
        "Coverage": coverage,
        "CoverageReport": coverage.report(),
        "Mutant": mutants[0],
        "MutationReport": report,
        "Witness": next(filter(None, (one.witness for one in report.survived)), None),
        "Checked": testing.properties.Checked(("deterministic",), {"terminates": NASTY}),
    }


@cache
def of_reports() -> dict[str, Any]:
    """Return a page for a board, and its parts."""
    page = report.build(policies.minimal(), *datasets.demo(contacts=40).frames(), at=AT, title=NASTY)
    figure = next(figure for section in page.sections for figure in section.figures)
    return {
        "Report": page,
        "Section": page.sections[0],
        "Figure": figure,
        "Card": report.Card(NASTY, NASTY, NASTY, (NASTY,), (report.Reason(NASTY, 3.0),), (NASTY,)),
        "Reason": report.Reason(NASTY, 3.0),
        "Reach": report.Reach(purpose="telemarketing", channel="voice", caller="seller", suppressed=(NASTY,)),
    }


@cache
def of_imports() -> dict[str, Any]:
    """Return what belongs to the export of another system."""
    rows = f"ID;Name;Email;Stage;Created;{NASTY}\n1;{NASTY};x;{NASTY};yesterday;1\n"
    with TemporaryDirectory() as folder:
        export = Path(folder, "nasty.csv")
        export.write_text(rows, encoding="utf-8")
        found = integrations.read("generic", export)
    own = integrations.mapping("hubspot").with_words(stages={NASTY: "sql"})
    return {
        "Import": found,
        "ImportReport": found.report,
        "Mapping": own,
        **{f"Mapping, {name}": integrations.mapping(name) for name in integrations.systems()},
    }


def doubles() -> pl.DataFrame:
    """Return two contacts who are one person, and a third with another name."""
    return pl.DataFrame({
        "contact_id": ["<c>-1", "c-2", "c-3"],
        "full_name": [NASTY, "Siti <i>Rahma", "Budi"],
        "company.name": ["PT Maju", "PT Maju", None],
        "email": ["siti@majujaya.co.id", "Siti@MajuJaya.co.id", None],
    })  # fmt: skip


@cache
def of_cleaning() -> dict[str, Any]:
    """Return what belongs to duplicates."""
    contacts = doubles()
    found = cleaning.duplicates(contacts)
    same = found.review().decide({("<c>-1", "c-2"): "same"})
    merged = cleaning.merge(contacts, None, same)
    return {
        "Duplicates": found,
        "Duplicates, none": cleaning.duplicates(contacts.tail(1)),
        "Review": found.review(),
        "Review, decided": found.review(accept=1.0),
        "Review, of ids alone": cleaning.Review(pl.DataFrame({"left": ["<b>"], "right": [NASTY], "decision": [None]})),
        "Review, empty": cleaning.duplicates(contacts.tail(1)).review(),
        "Merged": merged,
        "Undo": merged.undo,
        "Undo, empty": cleaning.Undo(()),
        "Undone": cleaning.undo(merged.contacts, None, merged.undo),
    }

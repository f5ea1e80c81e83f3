"""Whether two policies give the same scores and grades."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.conditions.nodes import Compare, IsMissing, Name, Node
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.proofs.ranges import TRUE
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.together import together
from leadqual.proofs.verdict import Verdict
from leadqual.proofs.witness import witness, witness_of


def differing_scores(old: Policy, new: Policy) -> Verdict | None:
    """Return the verdict if two policies differ in scores or grades, or may; None if it is sure that they do not."""
    missing = sorted((old.score_ranges.keys() ^ new.score_ranges.keys()) | (old.grades.keys() ^ new.grades.keys()))
    if missing:
        nobody = witness(old if missing[0] in {*old.score_ranges, *old.grades} else new, _ANYBODY)
        return Verdict(False, f"one of them has no score or grade {missing[0]!r}", nobody)
    both = together(old, new)

    def differ(scenario: Scenario) -> bool:
        try:
            one, other = scenario.decide(old), scenario.decide(new)
        except LeadqualError:
            return False
        values = [({name: score.value for name, score in d.scores.items()}, dict(d.grades)) for d in (one, other)]
        return values[0] != values[1]

    for name, called in both.names.items():
        for node in _differences(name, called):
            found = witness_of(both.policy, [(node, TRUE)], differ)
            if found is not None:
                return Verdict(False, f"here is a contact whose {name} differs", found)
    if not both.names:
        return None
    named = ", ".join(map(str, both.names))
    return Verdict(None, f"{named}: declared differently, and no contact was found for which it matters")


_ANYBODY = IsMissing(Name("contact.country"))


def _differences(name: Node, called: Node) -> Iterator[Node]:
    if str(name).startswith("score."):
        yield Compare(name, (("<", called),))
        yield Compare(name, ((">", called),))
    else:
        yield Compare(name, (("!=", called),))

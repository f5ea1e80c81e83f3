"""Which scores put leads in order, wherever the best of them are listed."""

from __future__ import annotations

from leadqual.lifecycle.policy import Policy
from leadqual.policy.rules import Bands


def leading_scores(policy: Policy) -> list[str]:
    """Return the scores by which leads are ordered: that of the grade ``temperature`` first, where there is one.

    Examples
    --------
    >>> from leadqual import policies
    >>> leading_scores(policies.sales())
    ['engagement', 'fit', 'intent', 'loyalty']
    """
    grade = policy.grades.get("temperature")
    first = [grade.score] if isinstance(grade, Bands) else []
    return list(dict.fromkeys([*first, *policy.score_ranges]))

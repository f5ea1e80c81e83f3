"""Several scores as one: the weighted mean, the smallest or the largest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from leadqual.cards.frame import card, facts
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.score import LedgerLine, Score, Scorer, is_scorer
from leadqual.model.time import aware

How = Literal["mean", "min", "max"]


class BlendScorer:
    """A score made of others.

    Parameters
    ----------
    name : str
        What the score is called.
    scorers : sequence of Scorer
        The scores to blend. Bring them to one range first: a blend does not rescale.
    weights : sequence of float, optional
        For ``how="mean"``: one for each scorer, none negative, not all zero. Equal ones by default.
    how : {"mean", "min", "max"}
        The weighted mean, the smallest or the largest value.

    Raises
    ------
    InputError
        If there are no scorers, something is no scorer, or the weights do not fit.

    Notes
    -----
    The ledger of a mean has a line for each score with its weighted share; that of a minimum or maximum is the
    line of the score that decided. A mean of which one score abstains abstains too; a minimum or maximum as well,
    since the missing one might have decided.
    """

    def __init__(
        self, name: str, scorers: Sequence[Scorer], *, weights: Sequence[float] | None = None, how: How = "mean"
    ) -> None:
        problems = list(_problems(scorers, weights, how))
        if problems:
            raise InputError(problems)
        shares = [1.0] * len(scorers) if weights is None else [float(weight) for weight in weights]
        self._name = name
        self._how: How = how
        self._scorers = tuple(scorers)
        self._shares = [share / math.fsum(shares) for share in shares]

    @property
    def name(self) -> str:
        """What the score is called."""
        return self._name

    @property
    def range(self) -> tuple[float, float] | None:
        """The smallest and the largest value that the blend can have; None if a scorer does not tell its own."""
        ranges = [getattr(scorer, "range", None) for scorer in self._scorers]
        known = [bounds for bounds in ranges if bounds is not None]
        if len(known) < len(ranges):
            return None
        low, high = ([bounds[side] for bounds in known] for side in (0, 1))
        return self._blended(low), self._blended(high)

    def _repr_html_(self) -> str:
        rows = [(scorer.name, f"{share:.0%}") for scorer, share in zip(self._scorers, self._shares, strict=True)]
        parts = facts((name, share if self._how == "mean" else "", "") for name, share in rows)
        return card(f"Score {self._name}", [f"the {self._how} of {len(rows)} scores"], parts, 40)

    def __repr__(self) -> str:
        parts = ", ".join(
            f"{scorer.name}×{share:.3g}" for scorer, share in zip(self._scorers, self._shares, strict=True)
        )
        return f"BlendScorer({self._name!r}, {self._how} of {parts})"

    def score_frame(self, contacts: Any, interactions: Any, *, at: datetime) -> Any:
        """Return the blended scores of a table of contacts, in a table of the kind that came.

        Parameters
        ----------
        contacts : table
            One row a contact: pandas, Polars, PyArrow, DuckDB or PySpark.
        interactions : table
            One row an interaction, of the same library.
        at : datetime
            The instant, with its time zone; what happens after it is not looked at.

        Raises
        ------
        UnsupportedError
            If one of the scorers has no ``score_frame``.
        """
        from leadqual.scoring.tables import blend_frame  # noqa: PLC0415 - tables need optional libraries

        return blend_frame(self._scorers, self._shares, self._how, contacts, interactions, aware(at))

    def score(self, contact: Contact, history: Sequence[Interaction], *, at: datetime) -> Score:
        """Return the blended score; what its parts raise passes through.

        Parameters
        ----------
        contact : Contact
            The contact.
        history : sequence of Interaction
            What happened with the contact, in any order.
        at : datetime
            The instant, with its time zone; what happens after it is not looked at.
        """
        scores = [scorer.score(contact, history, at=at) for scorer in self._scorers]
        missing = tuple(dict.fromkeys(name for score in scores for name in score.missing))
        values = [score.value for score in scores if score.value is not None]
        if len(values) < len(scores):
            return Score(name=self._name, value=None, missing=missing)
        lines = self._lines([score.name for score in scores], values)
        return Score(
            name=self._name, value=math.fsum(line.points for line in lines), ledger=tuple(lines), missing=missing
        )

    def _blended(self, values: Sequence[float]) -> float:
        if self._how == "mean":
            return math.fsum(share * value for share, value in zip(self._shares, values, strict=True))
        return min(values) if self._how == "min" else max(values)

    def _lines(self, names: Sequence[str], values: Sequence[float]) -> list[LedgerLine]:
        if self._how == "mean":
            return [
                LedgerLine(id=name, points=share * value, description=f"{value:g}, weighted {share:.3g}")
                for name, share, value in zip(names, self._shares, values, strict=True)
            ]
        pick = min if self._how == "min" else max
        decided = pick(range(len(values)), key=values.__getitem__)
        return [LedgerLine(id=names[decided], points=values[decided], description=f"the {self._how}imum decided")]


def _problems(scorers: Sequence[Scorer], weights: Sequence[float] | None, how: object) -> list[Problem]:
    found = []
    if not scorers:
        found.append(Problem("no-scorers", "a blend needs at least one scorer", Place("scorers")))
    for scorer in scorers:
        if not is_scorer(scorer):
            expected = "an object with a name and score(contact, history, *, at)"
            found.append(Problem("not-a-scorer", "this is no scorer", Place("scorers"), shown(scorer), expected))
    if how not in get_args(How):
        found.append(
            Problem("bad-argument", "how is not one of those known", Place("how"), shown(how), "mean, min or max")
        )
    if weights is not None:
        fits = len(weights) == len(scorers) and all(math.isfinite(w) and w >= 0 for w in weights) and sum(weights) > 0
        if not fits:
            expected = f"{len(scorers)} finite numbers, none negative, not all zero"
            found.append(Problem("bad-weights", "the weights do not fit", Place("weights"), shown(weights), expected))
        if how != "mean":
            found.append(Problem("bad-weights", "only a mean has weights", Place("weights"), shown(weights)))
    return found

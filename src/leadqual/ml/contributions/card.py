"""Contributions as a card for notebooks: how far each feature moves the probability of these rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from leadqual.cards.frame import card
from leadqual.model.score import LedgerLine
from leadqual.model.score_card import ledger_html

if TYPE_CHECKING:
    from leadqual.ml.contributions.lines import Contributions

_MOST: Final = 12


def contributions_card(found: Contributions) -> str:
    """Return one row with what each feature adds, and several with how far each moves them on average."""
    said = [f"{found.method}; where nothing is known the probability is {found.base:.1%}"]
    if not len(found):
        return card("Contributions to no rows", said)
    if len(found) == 1:
        title, points = f"Contributions to a probability of {found.probability[0]:.1%}", found.lines[0]
    else:
        title, points = f"Contributions to {len(found):,} probabilities", np.abs(found.lines).mean(axis=0)
        said.append("How far each feature moves the probability, up or down, on average.")
    order = [place for place in np.argsort(-np.abs(points), kind="stable") if points[place]]
    if len(order) > _MOST:
        said.append(f"Shown are the {_MOST} of {len(order):,} features that move it most.")
    lines = [LedgerLine(id=found.features[place], points=float(points[place])) for place in order[:_MOST]]
    return card(title, said, ledger_html(lines), 48)

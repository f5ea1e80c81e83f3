"""The funnel of a policy as a picture: SVG without scripts, in the colours of the page."""

from __future__ import annotations

from html import escape
from typing import Final

from leadqual.cards.frame import GOOD, SMALL
from leadqual.cards.values import cut
from leadqual.lifecycle.funnel_plan import LANE, Box, Plan, Side, Way, planned
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition

_LETTER: Final = 6.1
"""How wide a letter is at the size in which names are written."""
_LONGEST: Final = 24
_TEXT: Final = 'font-size="11" fill="currentColor"'
_LINE: Final = 'fill="none" stroke="currentColor" stroke-opacity=".6" stroke-linejoin="round"'
_BESIDE: Final = 10
_AS_LARGE: Final = 'style="display:block;max-width:none;width:{:.0f}px;height:{:.0f}px"'
"""Notebooks make pictures as narrow as their page, and would cut off what does not fit."""
_KEY: Final = (
    "A dashed way waits for an interaction of its kind; the others go where their condition holds. "
    "Ways forward are on the right, ways back on the left."
)


def funnel_svg(policy: PolicyDocument, here: str | None = None) -> str:
    """Return a policy's funnel as SVG: stages in their order, and the ways between them with their names.

    Parameters
    ----------
    policy : Policy
        The policy.
    here : str, optional
        A stage to mark.
    """
    if not policy.stages:
        return ""
    plan = planned(policy)
    drawing = _Drawing(policy, plan)
    straight = "".join(drawing.straight(box) for box in plan.boxes)
    ways = "".join(map(drawing.leaving, plan.boxes)) + "".join(drawing.way(way) for way in plan.ways)
    boxes = "".join(drawing.box(box, marked=box.stage == here) for box in plan.boxes)
    names = ", ".join(policy.stages)
    label = escape(f"The funnel {policy.name}: {len(policy.stages)} stages ({names})")
    size = f'width="{drawing.width:.0f}" height="{plan.height:.0f}" {_AS_LARGE.format(drawing.width, plan.height)}'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" {size}>'
    return (
        f'<div style="overflow-x:auto" tabindex="0">{svg}{drawing.begin()}{straight}{ways}{boxes}</svg></div>'
        f"<div style='{SMALL}'>{_KEY}</div>"
    )


class _Drawing:
    """Draws a plan; it knows how far to the left and right everything stands."""

    def __init__(self, policy: PolicyDocument, plan: Plan) -> None:
        self.policy, self.plan = policy, plan
        longest = max((len(_name(way.transition)) for way in plan.ways), default=0)
        beside = _BESIDE + longest * _LETTER + 8
        wide = max(110.0, max(map(len, policy.stages)) * 7.4 + 24)
        down = max((len(_name(one)) for box in plan.boxes for one in box.straight), default=0) * _LETTER + 20
        self.left = (beside + plan.lanes("left") * LANE if plan.lanes("left") else 0) + 4
        self.right = self.left + wide
        self.beside = beside
        outside = beside + plan.lanes("right") * LANE if plan.lanes("right") else 0
        self.width = max(self.right + outside, (self.left + self.right) / 2 + down) + 6

    def begin(self) -> str:
        """Return the arrow that leads to the stage where contacts begin."""
        middle = (self.left + self.right) / 2
        return f'<circle cx="{middle:.1f}" cy="6" r="4" fill="currentColor"/>' + _down(middle, 10, 25, "")

    def box(self, box: Box, *, marked: bool) -> str:
        """Return the box of a stage."""
        spec = self.policy.stages[box.stage]
        told = [box.stage, *filter(None, [spec.description])]
        told += [
            word
            for word, said in (("begins here", spec.initial), ("final", spec.final), ("closed", spec.closed))
            if said
        ]
        place = f'x="{self.left:.1f}" y="{box.top:.1f}" width="{self.right - self.left:.1f}" height="{box.height:.1f}"'
        edge = f'stroke="{GOOD}" stroke-width="3"' if marked else 'stroke="currentColor" stroke-opacity=".7"'
        tint = f'fill="{GOOD}" fill-opacity=".2"' if marked else 'fill="currentColor" fill-opacity=".06"'
        dashes = ' stroke-dasharray="5 3"' if spec.closed else ""
        middle, line = (self.left + self.right) / 2, box.top + box.height / 2 + 4
        label = f'<text x="{middle:.1f}" y="{line:.1f}" text-anchor="middle" font-size="13" font-weight="600"'
        return (
            f'<g><title>{escape(". ".join(told))}</title><rect {place} rx="7" {tint} {edge}{dashes}/>'
            f'{label} fill="currentColor">{escape(box.stage)}</text></g>'
        )

    def straight(self, box: Box) -> str:
        """Return the ways to the next stage: one arrow, and their names beside it."""
        if not box.straight:
            return ""
        middle, top = (self.left + self.right) / 2, box.top + box.height
        bottom = top + 26 + 14 * (len(box.straight) - 1)
        dashed = _DASHES if all(one.event is not None for one in box.straight) else ""
        names = "".join(
            f'<text x="{middle + 10:.1f}" y="{top + 16 + 14 * place:.1f}" {_TEXT}><title>{escape(told(one))}</title>'
            f"{escape(_name(one))}</text>"
            for place, one in enumerate(box.straight)
        )
        return _down(middle, top, bottom, dashed) + names

    def leaving(self, box: Box) -> str:
        """Return the lines on which ways leave a box at its sides, up to the last lane that one of them takes."""
        lines = []
        for side in box.rows:
            lanes = [way.lane for way in self.plan.ways if way.side == side and box in way.sources]
            if lanes:
                height = box.row(side, None)
                lines.append(f"M{self.edge(side):.1f},{height:.1f} H{self.lane(side, max(lanes)):.1f}")
        return f'<path d="{" ".join(lines)}" {_LINE}/>' if lines else ""

    def edge(self, side: Side) -> float:
        """Return where the boxes end at a side."""
        return self.right if side == "right" else self.left

    def lane(self, side: Side, number: int) -> float:
        """Return where a lane runs."""
        beside = self.beside + number * LANE
        return self.right + beside if side == "right" else self.left - beside

    def way(self, way: Way) -> str:
        """Return a way at a side: from where it leaves its boxes, along its lane, in at its row with its name."""
        sign, edge, lane = (1 if way.side == "right" else -1), self.edge(way.side), self.lane(way.side, way.lane)
        comes = way.target.row(way.side, way)
        leaves = [box.row(way.side, None) for box in way.sources]
        far = max(leaves, key=lambda leave: abs(leave - comes))
        line = f"M{lane:.1f},{far:.1f} V{comes:.1f} H{edge + sign * 3:.1f}"
        dots = "".join(f'<circle cx="{lane:.1f}" cy="{leave:.1f}" r="2" fill="currentColor"/>' for leave in leaves)
        head = f"M{edge:.1f},{comes:.1f} l{sign * 7},-3.5 v7 z"
        dashed = _DASHES if way.transition.event is not None else ""
        side = "start" if sign > 0 else "end"
        name = f'<text x="{edge + sign * _BESIDE:.1f}" y="{comes - 3:.1f}" text-anchor="{side}" {_TEXT}>'
        return (
            f'<g><title>{escape(told(way.transition))}</title><path d="{line}" {_LINE}{dashed}/>{dots}'
            f'<path d="{head}" fill="currentColor"/>{name}{escape(_name(way.transition))}</text></g>'
        )


_DASHES: Final = ' stroke-dasharray="4 3"'


def _down(x: float, top: float, bottom: float, dashed: str) -> str:
    line = f'<path d="M{x:.1f},{top:.1f} V{bottom - 4:.1f}" {_LINE}{dashed}/>'
    return f'{line}<path d="M{x:.1f},{bottom:.1f} l-3.5,-7 h7 z" fill="currentColor"/>'


def _name(transition: Transition) -> str:
    return cut(transition.id, _LONGEST)


def told(transition: Transition) -> str:
    """Return a transition in words: from where, to where, at what, and why it is there."""
    parts = [f"{transition.id}: {', '.join(transition.source)} → {transition.target}"]
    if transition.event is not None:
        parts.append(f"at {transition.event}")
    if transition.when is not None:
        parts.append(f"when {transition.when}")
    if transition.description:
        parts.append(transition.description)
    return "\n".join(parts)

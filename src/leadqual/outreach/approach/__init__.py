"""What to do next with whom: approaches as policy data, and the next action of one contact.

For each stage and temperature a document says what to do: the goal, the focus, the tone, what to say, what is expected,
on which channels and how often. `next_action` finds the approach that holds for a contact, asks the rules which channel
may be used, and says when.
"""

from __future__ import annotations

from leadqual.outreach.approach.action import Action, Asked, Holding
from leadqual.outreach.approach.choose import next_action
from leadqual.outreach.approach.defaults import collection, sales
from leadqual.outreach.approach.document import Approaches
from leadqual.outreach.approach.plan import Activity, Approach
from leadqual.outreach.approach.shipped import names, text
from leadqual.outreach.approach.words import Words

__all__ = [
    "Action",
    "Activity",
    "Approach",
    "Approaches",
    "Asked",
    "Holding",
    "Words",
    "collection",
    "names",
    "next_action",
    "sales",
    "text",
]

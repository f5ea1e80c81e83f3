"""Whom we may reach now."""

from __future__ import annotations

from dataclasses import dataclass

import leadqual as lq
from leadqual import outreach
from leads.answers import Permitted, Question, Reachable
from leads.desk import Desk
from leads.problems import Refused
from leads.reading import stages_of
from leads.settings import Settings


@dataclass(frozen=True, slots=True)
class Reaching:
    """Asks the rules of law about contacts that are on file.

    Parameters
    ----------
    desk : Desk
        Who knows them.
    caller : str
        What we are.
    registries : sequence of DoNotCallRegistry
        Copies of registries.
    """

    desk: Desk
    caller: str
    registries: tuple[outreach.DoNotCallRegistry, ...]

    @classmethod
    def of(cls, desk: Desk, settings: Settings) -> Reaching:
        copies = () if settings.registry is None else (outreach.DoNotCallRegistry.open(settings.registry),)
        return cls(desk, settings.caller, copies)

    def answer(self, question: Question) -> Reachable:
        """Return whether each contact of a question may be reached, in the order in which they were named."""
        if (question.contact_ids is None) == (question.stages is None):
            raise Refused(lq.Problem("bad-request", "name either contact_ids or stages"))
        ids = question.contact_ids
        if ids is None:
            ids = self.desk.standing_in(stages_of(self.desk.deciding.policy, question.stages or []), question.limit)
        at, answers = self.desk.clock(), list[Permitted]()
        for contact_id in ids:
            story = self.desk.story(contact_id)
            verdict = outreach.permit(
                story.contact,
                story.history,
                purpose=question.purpose,
                channel=question.channel,
                at=at,
                caller=self.caller,
                registries=self.registries,
            )
            answers.append(Permitted.of(contact_id, verdict))
        return Reachable(at=at, contacts=answers)

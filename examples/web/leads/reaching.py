"""Whom we may reach now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

import leadqual as lq
from leadqual import outreach
from leads.answers import Permitted, Question, Reachable
from leads.desk import Desk
from leads.problems import Refused
from leads.reading import MOST, did_you_mean, stages_of, unknown_contact
from leads.settings import Settings

_CODES: Final = {"missing": "missing-field", "extra_forbidden": "unknown-field"}


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

    def question_of(self, body: Any) -> Question:
        """Return the question of a body.

        Raises
        ------
        Refused
            With everything that is wrong with it.
        """
        given = body if isinstance(body, Mapping) else {}
        problems = list(self._words(given))
        stages, ids = given.get("stages"), given.get("contact_ids")
        if isinstance(body, Mapping) and (ids is None) == (stages is None):
            problems.append(lq.Problem("bad-request", "name either contact_ids or stages"))
        try:
            stages_of(self.desk.deciding.policy, _texts(stages))
        except Refused as error:
            problems += error.problems
        strangers = self.desk.strangers(_texts(ids)[:MOST])
        problems += [
            unknown_contact(one, f"contact_ids[{number}]")
            for number, one in enumerate(ids if isinstance(ids, list) else [])
            if isinstance(one, str) and one in strangers
        ]
        try:
            question = Question.model_validate(body)
        except ValidationError as error:
            problems = [*map(_misfit, error.errors()), *problems]
        if problems:
            raise Refused(problems)
        return question

    def _words(self, given: Mapping[str, Any]) -> Iterator[lq.Problem]:
        """Yield what is wrong with the purpose and the channel, where they are texts."""
        words = {name: given[name] for name in ("purpose", "channel") if isinstance(given.get(name), str)}
        asked = {"purpose": "service", "channel": "voice", **words}
        try:
            outreach.permit(lq.Contact(id="anybody"), [], at=self.desk.clock(), caller=self.caller, **asked)
        except lq.InputError as error:
            for problem in error.problems:
                yield replace(problem, place=lq.Place(path=problem.place.source))

    def answer(self, question: Question) -> Reachable:
        """Return whether each contact of a question may be reached, in the order in which they were named."""
        ids = question.contact_ids
        if ids is None:
            ids = self.desk.standing_in(question.stages or [], question.limit)
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


def _texts(given: Any) -> list[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _misfit(error: Any) -> lq.Problem:
    """Return the problem of a field of a question that is missing, unknown or of the wrong type."""
    path = "".join(f"[{part}]" if isinstance(part, int) else str(part) for part in error["loc"])
    code = _CODES.get(error["type"], "bad-request")
    found = None if code == "missing-field" else repr(error["input"])[:80]
    hint = did_you_mean(path, Question.model_fields) if code == "unknown-field" else None
    return lq.Problem(code, error["msg"], lq.Place(path=path or None), found, hint=hint)

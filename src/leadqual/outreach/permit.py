"""Whether a contact may be reached, for a purpose, on a channel, at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.asked import question_of
from leadqual.outreach.caller import Caller
from leadqual.outreach.facts.history import told
from leadqual.outreach.facts.known import known
from leadqual.outreach.facts.person import person_of
from leadqual.outreach.facts.situation import Registry, Situation
from leadqual.outreach.facts.suppressed import Suppressed
from leadqual.outreach.judge.judge import judge
from leadqual.outreach.judge.selection import selected
from leadqual.outreach.rules.rulebook import Rulebook, book_of
from leadqual.outreach.rules.words import CallerKind
from leadqual.outreach.telling import verdict_of
from leadqual.outreach.verdict import Verdict


def permit(
    contact: Contact,
    history: Iterable[Interaction],
    *,
    purpose: Purpose | str,
    channel: Channel | str,
    at: datetime,
    caller: Caller | Mapping[str, Any] | Iterable[CallerKind | str] | str | None = None,
    registries: Registry | Iterable[Registry] | Mapping[str, Registry] | None = None,
    rules: Rulebook | None = None,
    debt: str | None = None,
    campaign: str | None = None,
    template: bool = False,
    strict: bool = False,
    suppressed: Iterable[str] | Suppressed = (),
) -> Verdict:
    """Return whether a contact may be reached, with what every rule says of it.

    Every rule is asked and reported. One that denies is enough, and what is unknown denies. It is no legal advice.

    Parameters
    ----------
    contact : Contact
        Whom. Its country and the region of its number say whose laws hold, all of them; its time zone, region and
        number say what time it may be there.
    history : iterable of Interaction
        What happened with the contact, in any order; only what happened until `at` exists.
    purpose : Purpose
        ``"telemarketing"`` (``"marketing"`` is read as that), ``"telecollection"``, ``"survey"``, ``"charity"``,
        ``"political"`` or ``"service"``.
    channel : Channel
        ``"voice"`` (a person on the phone), ``"prerecorded"``, ``"sms"``, ``"whatsapp"``, ``"email"``, ``"fax"``,
        ``"chat"``, ``"post"`` and so on.
    at : datetime
        When, with its time zone.
    caller : Caller, optional
        Who reaches out, such as ``Caller(kinds={"seller"})``, or the names of its kinds. Without one, every restriction
        that names callers is in force and no exemption that does.
    registries : DoNotCallRegistry or several, optional
        Copies of national do-not-call registries.
    rules : Rulebook, optional
        The rules, in place of those that ship: see `rulebook`.
    debt, campaign : str, optional
        The debt and the campaign it is about, for limits that are counted apart for each.
    template : bool, default False
        Whether a message is made from a template that the platform approved.
    strict : bool, default False
        Count days off that a government only recommends (*cuti bersama* in Indonesia) as holidays.
    suppressed : iterable of str
        The caller's own do-not-call list: numbers, e-mail addresses, ids of contacts. Whoever is on it counts as having
        asked not to be contacted. For many contacts make one `Suppressed` of it.

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        If an argument cannot be used: a time without a zone, a purpose or a channel that does not exist, two copies of
        one registry, two interactions of one id with different content.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from leadqual import Contact
    >>> siti = Contact(id="c-1", country="US", phone="+12125550123")
    >>> verdict = permit(siti, [], purpose="survey", channel="voice", at=datetime(2026, 11, 23, 15, tzinfo=UTC))
    >>> verdict.allowed
    True
    """
    question = question_of(purpose, channel, at, caller, registries, debt, campaign, template, strict)
    book = book_of(rules)
    contact, history = known(contact, history, question.instant)
    if suppressed:
        own = suppressed if isinstance(suppressed, Suppressed) else Suppressed(suppressed)
        contact = own.marked(contact, question.at)
    person = person_of(contact)
    situation = Situation(question, person, told(contact, history, question.instant))
    selection = selected(book, person.countries, question.purpose, question.channel, question.caller)
    return verdict_of(judge(selection, situation))

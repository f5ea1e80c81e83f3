"""How people behave while they look for a solution, what the sales desk does about it, and whether they buy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadqual.datasets.customers import paid
from leadqual.datasets.diary import DAY, LAST, Diary
from leadqual.datasets.dice import Dice
from leadqual.datasets.marketing import message, read_something, visit
from leadqual.datasets.people import Person
from leadqual.datasets.truth import purchase_after
from leadqual.model.vocabulary import Channel, Direction, Purpose

_REJECTIONS: Final = ("no budget this year", "too small", "not in our market", "wrong person", "timing")
_OBJECTIONS: Final = ("too expensive", "chose a competitor", "project postponed")
_AGENTS: Final = ("ani", "rudi", "mei", "farid")
_MISFITS: Final = ("student", "competitor", "job seeker", "no company")
_MISTAKES: Final = ("duplicate", "closed down")
_CALLS: Final = {"appointment_set": 4.0, "interested": 3.0, "callback_requested": 1.0, "no_answer": 2.0}
_PATHS: Final = ("/pricing", "/pricing/enterprise", "/product", "/product/whatsapp", "/customers", "/security")


@dataclass(frozen=True, slots=True)
class Project:
    """A search for a solution: when, how well the product suits, how much it is needed, how likely a purchase is."""

    begins: int
    ends: int
    fit: float
    need: float
    hazard: float

    def after(self, days: float) -> int:
        """Return the second so many days after the beginning."""
        return self.begins + int(days * DAY)


def pursue(dice: Dice, diary: Diary, one: Person, project: Project) -> int | None:
    """Write down a project, and return the second of the purchase if it led to one."""
    _research(dice, diary, one, project)
    asked = _ask(dice, diary, project)
    taken, attended = (None, None) if asked is None else _sell(dice, diary, one, project, asked)
    demo_after = None if attended is None else (attended - project.begins) / DAY
    bought = diary.daytime(project.after(7 + purchase_after(dice, project.hazard, demo_after)))
    if bought < project.ends:
        diary.cut(bought - 2 * DAY)
        _order(dice, diary, one, bought)
        return bought
    if taken is not None:
        _lose(dice, diary, project)
    return None


def _research(dice: Dice, diary: Diary, one: Person, project: Project) -> None:
    """Let them read, compare and ask: the more, the more they need it."""
    for _ in range(dice.number(2 + 7 * project.need)):
        moment = diary.daytime(dice.between(project.begins, project.ends))
        for page in range(1 + dice.number(0.9)):
            visit(dice, diary, moment + 80 * page, dice.pick(_PATHS))
    for _ in range(dice.number(2.2 * project.need)):
        read_something(dice, diary, diary.daytime(dice.between(project.begins, project.ends)), one)
    for _ in range(dice.number(1.4 * project.need)):
        moment = diary.daytime(dice.between(project.begins, project.ends))
        diary.write(moment, "case_study_viewed", channel=Channel.WEB, title="Ritel: 40% lebih cepat menjawab")
    for _ in range(dice.number(1.0 * project.need)):
        message(dice, diary, diary.daytime(dice.between(project.begins, project.ends)), one)
    if dice.chance(0.4 * project.need):
        offered = diary.daytime(project.after(dice.between(0, 25)))
        diary.write(offered, "offer_form_submitted", channel=Channel.WEB, offer="paket-layanan")
    if dice.chance(0.3 * project.need):
        called = diary.daytime(project.after(dice.between(2, 40)))
        diary.write(
            called,
            "call_inbound",
            channel=Channel.VOICE,
            direction=Direction.INBOUND,
            outcome="answered",
            duration_seconds=float(dice.whole(60, 900)),
            purpose=Purpose.MARKETING,
        )


def _ask(dice: Dice, diary: Diary, project: Project) -> int | None:
    """Let them ask for a demo, a presentation or a quotation, and return when; some never ask."""
    if not dice.chance(0.1 + 0.75 * project.need):
        return None
    asked = diary.daytime(project.after(dice.between(2, 28)))
    kind = dice.weighted({"demo_requested": 6.0, "presentation_agreed": 1.5, "quote_requested": 2.5})
    channel = dice.weighted({Channel.WEB: 5.0, Channel.WHATSAPP: 3.0, Channel.EMAIL: 2.0})
    return diary.write(asked, kind, channel=channel, product="omnichannel")


def _sell(dice: Dice, diary: Diary, one: Person, project: Project, asked: int) -> tuple[int | None, int | None]:
    """Let the desk take or give back the lead; return when it was taken, and when a demo was attended."""
    agent = dice.pick(_AGENTS)
    seen = diary.daytime(asked + dice.between(0.1, 2.5) * DAY)
    if not dice.chance(0.35 + 0.65 * project.fit):
        if dice.chance(0.6):
            diary.write(seen, "sales_rejected", reason=dice.pick(_REJECTIONS), agent=agent)
        return None, None
    if dice.chance(0.85):
        diary.write(seen, "sales_accepted", agent=agent)
    for attempt in range(1 + dice.number(0.5)):
        reached = dice.weighted(_CALLS)
        diary.write(
            seen + 1800 + attempt * DAY,
            "call_outbound",
            channel=Channel.VOICE,
            direction=Direction.OUTBOUND,
            outcome=reached,
            duration_seconds=0.0 if reached == "no_answer" else float(dice.whole(60, 1200)),
            purpose=Purpose.TELEMARKETING,
            agent=agent,
        )
    attended = _meet(dice, diary, project, seen, agent)
    for _ in range(dice.number(2.5 * project.need)):
        mailed, subject = diary.daytime(seen + dice.between(1, 30) * DAY), "Penawaran kami"
        diary.write(mailed, "email_sent", channel=Channel.EMAIL, subject=subject, direction=Direction.OUTBOUND)
        if dice.chance(0.3 + 0.5 * project.need):
            replied = mailed + dice.whole(1800, DAY)
            diary.write(replied, "email_replied", channel=Channel.EMAIL, subject=f"Re: {subject}")
    return seen, attended


def _meet(dice: Dice, diary: Diary, project: Project, seen: int, agent: str) -> int | None:
    held = diary.daytime(seen + dice.between(4, 20) * DAY)
    diary.write(seen + 3600, "appointment_set", channel=Channel.VOICE, agent=agent)
    if not dice.chance(0.5 + 0.45 * project.need):
        diary.write(held, "appointment_missed", agent=agent)
        return None
    kind = dice.weighted({"demo_attended": 7.0, "presentation_attended": 1.5, "appointment_kept": 1.5})
    diary.write(held, kind, channel=dice.pick((Channel.WEB, Channel.IN_PERSON)))
    if dice.chance(0.25 + 0.5 * project.need):
        wanted = diary.daytime(held + dice.between(0.5, 9) * DAY)
        diary.write(wanted, "quote_requested", channel=Channel.EMAIL, product="omnichannel")
        number = f"Q-{wanted // 3600}"
        diary.write(wanted + DAY, "quote_sent", channel=Channel.EMAIL, quote=number, product="omnichannel")
    return held if kind == "demo_attended" else None


def _order(dice: Dice, diary: Diary, one: Person, bought: int) -> None:
    if dice.chance(0.6):
        diary.write(bought - 5400, "quote_accepted", channel=Channel.EMAIL, product="omnichannel")
    paid(dice, diary, one, bought)


def _lose(dice: Dice, diary: Diary, project: Project) -> None:
    """Let a sale that was begun end without an order: with a no, given up by the desk, or in silence."""
    ended = project.ends - dice.whole(0, 10) * DAY
    match dice.weighted({"declined": 0.35, "given_up": 0.3, "silence": 0.35}):
        case "declined":
            diary.write(ended, "quote_declined", channel=Channel.EMAIL, reason=dice.pick(_OBJECTIONS))
        case "given_up":
            diary.write(ended, "sales_rejected", reason="no decision", agent=dice.pick(_AGENTS))


def disqualify(dice: Dice, diary: Diary, one: Person) -> None:
    """Let somebody at the desk see through a misfit, or find a duplicate, and now and then think again."""
    first = max(one.begins, 0)
    if not dice.chance(0.5 if one.segment == "misfit" else 0.008) or first >= LAST - 10 * DAY:
        return
    reasons = _MISFITS if one.segment == "misfit" else _MISTAKES
    out = diary.daytime(dice.between(first + 5 * DAY, LAST))
    diary.write(out, "disqualified", reason=dice.pick(reasons), agent=dice.pick(_AGENTS))
    if dice.chance(0.12):
        diary.write(out + dice.whole(10, 60) * DAY, "reopened", reason="changed jobs", agent=dice.pick(_AGENTS))

"""What people do between projects: newsletters, visits, content, opting out, changing jobs; and what machines do."""

from __future__ import annotations

from typing import Final

from leadqual.datasets.diary import DAY, LAST, Diary
from leadqual.datasets.dice import Dice
from leadqual.datasets.people import Person
from leadqual.datasets.truth import SEGMENTS
from leadqual.model.vocabulary import Channel, ConsentMeans, Direction, Purpose

_MONTH: Final = 30.0
_SUBJECTS: Final = (
    "Lima cara melayani pelanggan di WhatsApp",
    "Product news",
    "Studi kasus: pusat layanan ritel",
    "Webinar invitation",
    "Promo akhir bulan",
)
_PAGES: Final = {
    "/": 5.0,
    "/product": 3.0,
    "/blog/omnichannel": 3.0,
    "/blog/lead-vs-prospect": 2.0,
    "/customers": 1.0,
    "/pricing": 0.7,
    "/careers": 0.5,
}
_WHITEPAPERS: Final = ("Omnichannel in South-East Asia", "Panduan Telemarketing", "Lead Scoring Handbook")
_WEBINARS: Final = ("WhatsApp untuk layanan pelanggan", "From lead to loyal customer")
_FAIRS: Final = (
    ("Indonesia CX Summit", "Jakarta"),
    ("Retail Asia Expo", "Singapore"),
    ("Kuala Lumpur Tech Week", "Kuala Lumpur"),
)
_PROMOTED: Final = {
    "entry": "specialist",
    "specialist": "manager",
    "manager": "director",
    "director": "vp",
    "vp": "c_level",
}


def everyday(dice: Dice, diary: Diary, one: Person) -> None:
    """Write down everything that has nothing to do with a project."""
    habits = SEGMENTS[one.segment]
    since = max(one.begins, 0)
    if one.newsletter:
        _newsletter(dice, diary, one, since)
    _visits(dice, diary, one, since, habits.visits)
    _content(dice, diary, one, since, habits.content)
    for second in _times(dice, since, LAST, habits.social):
        network = dice.pick(("instagram", "linkedin", "facebook"))
        action = dice.weighted({"like": 6.0, "follow": 2.0, "comment": 1.0, "share": 1.0})
        diary.write(diary.daytime(second), "social_engaged", channel=Channel(network), network=network, action=action)
        if dice.chance(0.02):
            moment = diary.daytime(second + DAY)
            diary.write(moment, "social_mentioned", channel=Channel(network), network=network, text="Menarik!")
    if one.segment != "customer":
        _cold_call(dice, diary, one, since)
    _rare(dice, diary, one, since)


def visit(dice: Dice, diary: Diary, second: int, path: str) -> None:
    """Write down that a page was read; every eighth reading was not timed."""
    seconds = float(dice.whole(6, 240)) if dice.chance(0.88) else None
    diary.write(second, "page_viewed", channel=Channel.WEB, path=path, seconds=seconds)


def _times(dice: Dice, since: int, until: int, rate: float) -> list[int]:
    """Return when something happens that happens `rate` times in thirty days on average."""
    if until <= since:
        return []
    count = dice.number(rate * (until - since) / DAY / _MONTH)
    return sorted(int(dice.between(since, until)) for _ in range(count))


def _newsletter(dice: Dice, diary: Diary, one: Person, since: int) -> None:
    """Send a newsletter each month, until it bounces or is left."""
    habits = SEGMENTS[one.segment]
    if one.begins >= 0:
        diary.write(diary.daytime(since), "newsletter_subscribed", channel=Channel.WEB, newsletter="bulanan")
    for month in range(int(since / DAY // _MONTH) + 1, 12):
        sent = int((month * _MONTH + 0.1) * DAY) + dice.whole(0, 5400)
        subject = dice.pick(_SUBJECTS)
        diary.write(sent, "email_sent", channel=Channel.EMAIL, subject=subject, direction=Direction.OUTBOUND)
        if dice.chance(0.006):
            hard = dice.chance(0.7)
            diary.write(sent + 40, "email_bounced", channel=Channel.EMAIL, hard=hard, reason="550 no such user")
            return
        if one.scanned:
            _scan(dice, diary, sent, subject)
        if dice.chance(habits.opens):
            opened = diary.daytime(sent + dice.whole(600, DAY))
            diary.write(opened, "email_opened", channel=Channel.EMAIL, subject=subject)
            if dice.chance(habits.clicks):
                path = dice.weighted(_PAGES)
                url = f"https://leadqual.example{path}"
                diary.write(opened + 20, "email_clicked", channel=Channel.EMAIL, subject=subject, url=url)
                visit(dice, diary, opened + 24, path)
        if dice.chance(0.008):
            left = sent + dice.whole(3600, DAY)
            diary.write(left, "newsletter_unsubscribed", channel=Channel.EMAIL, newsletter="bulanan")
            return


def _scan(dice: Dice, diary: Diary, sent: int, subject: str) -> None:
    """Let a mail scanner open the mail and follow all its links within seconds."""
    diary.write(sent + 1, "email_opened", channel=Channel.EMAIL, subject=subject)
    for number in range(dice.whole(4, 8)):
        path = dice.weighted(_PAGES)
        second, url = sent + 1 + number // 3, f"https://leadqual.example{path}"
        diary.write(second, "email_clicked", channel=Channel.EMAIL, subject=subject, url=url)
        diary.write(second, "page_viewed", channel=Channel.WEB, path=path, seconds=round(dice.random(), 2))


def _visits(dice: Dice, diary: Diary, one: Person, since: int, rate: float) -> None:
    if one.begins >= 0:  # the first visit is why there is a record
        visit(dice, diary, one.begins, dice.weighted(_PAGES))
    for second in _times(dice, since, LAST, rate):
        moment = diary.daytime(second)
        for page in range(1 + dice.number(0.7)):
            visit(dice, diary, moment + 70 * page, dice.weighted(_PAGES))


def _content(dice: Dice, diary: Diary, one: Person, since: int, rate: float) -> None:
    for second in _times(dice, since, LAST, rate):
        read_something(dice, diary, diary.daytime(second), one)


def read_something(dice: Dice, diary: Diary, second: int, one: Person) -> None:
    """Write down a whitepaper, a webinar, a form, a message or a fair."""
    match dice.weighted({"whitepaper": 5.0, "webinar": 2.0, "form": 1.5, "message": 1.5, "fair": 0.7}):
        case "whitepaper":
            diary.write(second, "whitepaper_downloaded", channel=Channel.WEB, title=dice.pick(_WHITEPAPERS))
        case "webinar":
            title = dice.pick(_WEBINARS)
            diary.write(second, "webinar_registered", channel=Channel.WEB, title=title)
            if dice.chance(0.6):
                held = second + dice.whole(2, 10) * DAY
                minutes = float(dice.whole(10, 60))
                diary.write(held, "webinar_attended", channel=Channel.WEB, title=title, minutes=minutes)
        case "form":
            diary.write(second, "form_submitted", channel=Channel.WEB, form="contact")
        case "message":
            message(dice, diary, second, one)
        case _:
            event, city = dice.pick(_FAIRS)
            diary.write(second, "event_attended", channel=Channel.IN_PERSON, event=event, city=city)


def message(dice: Dice, diary: Diary, second: int, one: Person) -> None:
    """Write down a question by messenger, and our answer."""
    kind, channel = dice.pick((("chat_message", Channel.CHAT), ("instagram_message", Channel.INSTAGRAM)))
    if one.whatsapp:
        kind, channel = "whatsapp_message", Channel.WHATSAPP
    diary.write(second, kind, channel=channel, direction=Direction.INBOUND, text="Halo, boleh tanya soal produknya?")
    diary.write(second + dice.whole(60, 5400), kind, channel=channel, direction=Direction.OUTBOUND, text="Halo, tentu!")


def _cold_call(dice: Dice, diary: Diary, one: Person, since: int) -> None:
    if not dice.chance(0.22):
        return
    interest = 0.5 * SEGMENTS[one.segment].need[1]
    outcome = dice.weighted({"interested": interest, "not_interested": 0.25, "no_answer": 0.5, "busy": 0.1})
    duration = 0.0 if outcome in ("no_answer", "busy") else float(dice.whole(40, 420))
    diary.write(
        diary.daytime(dice.between(since, LAST)),
        "call_outbound",
        channel=Channel.VOICE,
        direction=Direction.OUTBOUND,
        outcome=outcome,
        duration_seconds=duration,
        purpose=Purpose.TELEMARKETING,
        agent=dice.pick(("ani", "rudi", "mei")),
    )


def _rare(dice: Dice, diary: Diary, one: Person, since: int) -> None:
    if dice.chance(0.02):
        diary.write(
            diary.daytime(dice.between(since, LAST)),
            "opted_out",
            for_channel=Channel.WHATSAPP if one.whatsapp and dice.chance(0.5) else None,
            purpose=Purpose.MARKETING,
            how=ConsentMeans.MESSAGE if one.whatsapp else ConsentMeans.EMAIL,
        )
    if dice.chance(0.03):
        channel = Channel.WHATSAPP if one.whatsapp else Channel.EMAIL
        moment = diary.daytime(dice.between(since, LAST))
        diary.write(moment, "consent_given", for_channel=channel, how=ConsentMeans.WEB_FORM, proof=f"form-{one.id}")
    if dice.chance(0.05):
        diary.write(diary.daytime(dice.between(since, LAST)), "profile_updated", changes=_changes(dice, one))


def _changes(dice: Dice, one: Person) -> dict[str, str | int]:
    seniority = str(one.seniority)
    if seniority in _PROMOTED and dice.chance(0.4):
        return {"seniority": _PROMOTED[seniority]}
    return {"company.employees": one.firm.employees, "company.industry": one.firm.industry}

"""Customers: orders and payments, use, loyalty, complaints, overdue invoices, and falling silent."""

from __future__ import annotations

from typing import Final

from leadqual.datasets.diary import DAY, LAST, Diary
from leadqual.datasets.dice import Dice
from leadqual.datasets.people import Person
from leadqual.model.vocabulary import Channel

_MONEY: Final = {
    "ID": ("IDR", 15_800.0, -5),
    "SG": ("SGD", 1.34, -1),
    "MY": ("MYR", 4.4, -1),
    "TH": ("THB", 34.0, -2),
    "VN": ("VND", 25_000.0, -5),
    "PH": ("PHP", 57.0, -2),
}
"""The currency of each country, what a US dollar costs in it, and to how many digits prices are rounded."""
_FEATURES: Final = ("inbox", "ticket", "report", "broadcast", "voice")


def paid(dice: Dice, diary: Diary, one: Person, bought: int) -> None:
    """Write down an order and its payment, which may come late, after a promise or a broken one."""
    currency, rate, digits = _MONEY[one.country]
    # Some large houses pay for their offices abroad in dollars.
    if dice.chance(0.06):
        currency, rate, digits = "USD", 1.0, -1
    seats = max(2.0, one.firm.employees * 0.06)
    amount = float(max(round(seats * dice.between(90, 160) * rate, digits), 10.0))
    invoice = f"INV-{one.id}-{bought // DAY + 1000}"
    order = f"SO-{one.id}-{bought // DAY + 1000}"
    diary.write(
        bought, "purchase", channel=Channel.EMAIL, product="omnichannel", amount=amount, currency=currency, order=order
    )
    due = bought + 30 * DAY
    if dice.chance(0.88):
        on_time = diary.daytime(bought + dice.between(3, 29) * DAY)
        diary.write(on_time, "payment_received", amount=amount, currency=currency, invoice=invoice, days_overdue=0)
        return
    late = dice.whole(8, 45)
    diary.write(due + 7 * DAY, "invoice_overdue", amount=amount, currency=currency, invoice=invoice, days_overdue=7)
    diary.write(due + 8 * DAY, "promise_to_pay", amount=amount, currency=currency, invoice=invoice)
    if dice.chance(0.3):
        diary.write(due + 20 * DAY, "promise_broken", amount=amount, currency=currency, invoice=invoice)
        late += 20
    paid_at = due + late * DAY
    diary.write(paid_at, "payment_received", amount=amount, currency=currency, invoice=invoice, days_overdue=late)


def live_on(dice: Dice, diary: Diary, one: Person, bought: int) -> None:
    """Write down the life of a customer from an order on, until the sample ends."""
    until = LAST
    if dice.chance(0.15):
        until = bought + dice.whole(20, 200) * DAY
    second = bought + dice.whole(1, 10) * DAY
    while second < until:
        if second >= 0:
            used = diary.daytime(second)
            diary.write(used, "product_used", channel=Channel.APP, product="omnichannel", feature=dice.pick(_FEATURES))
        second += int(dice.between(6, 28) * DAY)
    _again(dice, diary, one, bought, until)
    _voice(dice, diary, bought, until)


def _again(dice: Dice, diary: Diary, one: Person, bought: int, until: int) -> None:
    """Order again: a second package, the renewal after a year."""
    renewed = bought + 360 * DAY
    while renewed < until:
        if dice.chance(0.8):
            paid(dice, diary, one, diary.daytime(renewed))
        renewed += 360 * DAY
    if dice.chance(0.25):
        more = diary.daytime(bought + dice.between(40, 250) * DAY)
        if more < until:
            paid(dice, diary, one, more)


def _voice(dice: Dice, diary: Diary, bought: int, until: int) -> None:
    span = (max(bought, 0), max(until, 1))
    if dice.chance(0.25):
        joined = diary.daytime(bought + dice.between(20, 120) * DAY)
        diary.write(joined, "loyalty_joined", channel=Channel.APP, programme="Sahabat")
    if dice.chance(0.15):
        diary.write(diary.daytime(dice.between(*span)), "referral_made", channel=Channel.WHATSAPP)
    if dice.chance(0.4):
        score = float(dice.weighted({10: 3.0, 9: 4.0, 8: 4.0, 7: 2.0, 5: 1.0, 3: 0.6}))
        diary.write(diary.daytime(dice.between(*span)), "feedback_given", channel=Channel.EMAIL, score=score)
    if dice.chance(0.12):
        moment = diary.daytime(dice.between(*span))
        topic = dice.pick(("billing", "speed", "support"))
        diary.write(moment, "complaint_made", channel=Channel.WHATSAPP, topic=topic)


def earlier_life(dice: Dice, diary: Diary, one: Person) -> None:
    """Write down the life of somebody who had bought before the sample's year began."""
    first = max(one.begins + dice.whole(10, 60) * DAY, -400 * DAY)
    bought = diary.daytime(min(first, -12 * DAY))
    if not dice.chance(0.34):
        paid(dice, diary, one, bought)
        live_on(dice, diary, one, bought)
        return
    # Bought, used it for a while, and fell silent before the year began.
    diary.write(bought, "purchase", channel=Channel.EMAIL, product="voice", order=f"SO-{one.id}-1")
    silent = diary.daytime(dice.between(bought + DAY, -5 * DAY))
    diary.write(silent, "product_used", channel=Channel.APP, product="voice", feature="voice")
    if dice.chance(0.25):
        back = diary.daytime(silent + dice.between(370, 600) * DAY)
        if dice.chance(0.75):
            paid(dice, diary, one, back)
        live_on(dice, diary, one, back)

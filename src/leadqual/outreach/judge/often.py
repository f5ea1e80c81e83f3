"""Rules about how often a contact is reached: limits within a length of time, and days of rest after a conversation."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.model.time import from_micros
from leadqual.outreach.facts.history import Attempt, concerns
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.judge.clock import first_day_after
from leadqual.outreach.judge.finding import Finding, allow, deny, deny_until
from leadqual.outreach.rules.kinds import CoolDownRule, FrequencyRule


def frequency(rule: FrequencyRule, situation: Situation) -> Finding:
    """Return whether the limit leaves room for another attempt; unknown debts and campaigns count."""
    now, length = situation.question.instant, rule.within.micros
    kept = sorted(
        one.instant
        for one in _counted(rule, situation)
        if one.instant > now - length and (rule.counts == "attempts" or one.reached is not False)
    )
    if len(kept) < rule.at_most:
        return allow("OK_FREQUENCY", count=len(kept), at_most=rule.at_most, within=rule.within)
    free = kept[-rule.at_most] + length if rule.at_most else None
    if free is None:
        return deny(rule.code, count=len(kept), at_most=0, within=rule.within)
    return deny_until(rule.code, free, count=len(kept), at_most=rule.at_most, within=rule.within)


def cool_down(rule: CoolDownRule, situation: Situation) -> Finding:
    """Return whether the days of rest since the last conversation are over."""
    last = max(
        (one.instant for one in _counted(rule, situation) if one.reached is not False or rule.after == "attempt"),
        default=None,
    )
    if last is None:
        return allow("OK_FREQUENCY", count=0, at_most=0, within=f"{rule.days}d")
    free = first_day_after(last, rule.days, situation)
    if free is None:
        return deny("TIMEZONE_UNKNOWN", unknown="contact.time_zone")
    if situation.question.instant < free:
        return deny_until(rule.code, free, last=from_micros(last), days=rule.days)
    return allow("OK_FREQUENCY", count=0, at_most=0, within=f"{rule.days}d")


def _counted(rule: FrequencyRule | CoolDownRule, situation: Situation) -> Iterator[Attempt]:
    """Yield the attempts that a rule counts. What nobody recorded (purpose, debt, campaign) counts as this one's."""
    question = situation.question
    channels = rule.counted_channels or rule.channels
    inbound_too = isinstance(rule, CoolDownRule) or rule.counts == "conversations"
    for one in situation.told.attempts:
        if one.channel is not None and one.channel not in channels:
            continue
        if not one.outbound and (not inbound_too or one.reached is False):
            continue
        if not rule.any_purpose and not concerns(one.purpose, question.purpose):
            continue
        if rule.per == "debt" and question.debt is not None and one.debt not in (None, question.debt):
            continue
        if rule.per == "campaign" and question.campaign is not None and one.campaign not in (None, question.campaign):
            continue
        yield one

"""Rules about registries, and about what is known of a contact that no history tells."""

from __future__ import annotations

from typing import Any

from leadqual.model.time import micros
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.judge.finding import Finding, allow, deny
from leadqual.outreach.rules.kinds import CircumstanceRule, RegistryAgeRule, RegistryRule


def registry(rule: RegistryRule, situation: Situation) -> Finding:
    """Return whether the contact's number stands on the registry."""
    copy = situation.question.registries.get(rule.registry)
    if copy is None:
        return deny("DNC_MISSING", unknown=f"registries[{rule.registry!r}]", registry=rule.registry)
    number = situation.person.contact.phone
    listed = None if number is None else copy.lookup(number)
    if listed is None:
        return deny("DNC_NOT_COVERED", unknown="contact.phone in the registry", registry=copy.name)
    if listed:
        return deny("NATIONAL_DNC", registry=copy.name)
    return allow("OK_NOT_REGISTERED", registry=copy.name)


def registry_age(rule: RegistryAgeRule, situation: Situation) -> Finding:
    """Return whether the copy of the registry is young enough, and was there at the instant asked about."""
    copy = situation.question.registries.get(rule.registry)
    if copy is None:
        return deny("DNC_MISSING", unknown=f"registries[{rule.registry!r}]", registry=rule.registry)
    age = situation.question.instant - micros(copy.obtained_at)
    if 0 <= age <= rule.max_age.micros:
        return allow("OK_SNAPSHOT_AGE", obtained=copy.obtained_at, max_age=rule.max_age)
    return deny("DNC_SNAPSHOT_STALE", obtained=copy.obtained_at, max_age=rule.max_age)


def circumstance(rule: CircumstanceRule, situation: Situation) -> Finding:
    """Return whether what is recorded of the contact stands in the way."""
    found = situation.person.attribute(rule.attribute)
    unknown = f"contact.attributes[{rule.attribute!r}]"
    if found is None:
        if rule.when_missing == "allow":
            return allow("OK_NOT_KNOWN_OTHERWISE", attribute=rule.attribute)
        return deny(rule.code, unknown=unknown, attribute=rule.attribute)
    values = {_plain(value) for value in (found if isinstance(found, tuple) else (found,))}
    denied, allowed = set(map(_plain, rule.denies)), set(map(_plain, rule.allows))
    if values & denied:
        return deny(rule.code, attribute=rule.attribute, found=found)
    strange = not values <= allowed if allowed else {type(value) for value in values} != {type(_plain(rule.denies[0]))}
    if strange:  # nobody knows what such a value means
        return deny(rule.code, unknown=unknown, attribute=rule.attribute, found=found)
    return allow("OK_CIRCUMSTANCE", attribute=rule.attribute, found=found)


def _plain(value: Any) -> Any:
    """Return a recorded value as it is compared: text without regard to capital letters."""
    return value.strip().casefold() if isinstance(value, str) else value

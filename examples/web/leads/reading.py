"""What comes in, read: everything that is wrong with it is said at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import leadqual as lq
from leads.log import Arrival
from leads.problems import Refused
from leads.tables import LONGEST

MOST: Final = 1000
"""How many interactions may come at once."""


def arrivals_of(policy: lq.Policy, body: Any) -> list[Arrival]:
    """Return the interactions of a body: one object, or a list of them."""
    rows = body if isinstance(body, list) else [body]
    if not 0 < len(rows) <= MOST:
        raise Refused(lq.Problem("bad-request", f"a list holds 1 to {MOST:,} interactions", found=f"{len(rows):,}"))
    read, problems = list[Arrival](), list[lq.Problem]()
    for number, row in enumerate(rows):
        try:
            read.append(_arrival(policy, row))
        except (lq.InputError, Refused) as error:
            problems += [_inside(problem, number) for problem in error.problems] if rows is body else error.problems
    if problems:
        raise Refused(problems)
    return read


def _arrival(policy: lq.Policy, row: Any) -> Arrival:
    if not isinstance(row, Mapping):
        raise Refused(lq.Problem("wrong-type", "an interaction is an object", found=repr(row)[:80]))
    whose = row.get("contact_id")
    problems = [*_id_problems(whose, "contact_id"), *_id_problems(row.get("id"), "id")]
    if problems:
        raise Refused(problems)
    return Arrival(str(whose), policy.parse_interaction({name: row[name] for name in row if name != "contact_id"}))


def _inside(problem: lq.Problem, number: int) -> lq.Problem:
    path = f"[{number}]" if problem.place.path is None else f"[{number}].{problem.place.path}"
    return problem.at(path=path)


def contact_of(policy: lq.Policy, contact_id: str, body: Any) -> lq.Contact:
    """Return the contact of a body; its id is the one in the address."""
    if not isinstance(body, Mapping):
        raise Refused(lq.Problem("wrong-type", "a contact is an object", found=repr(body)[:80]))
    if problems := list(_id_problems(contact_id, "id")):
        raise Refused(problems)
    if body.get("id", contact_id) != contact_id:
        raise Refused(lq.Problem("bad-request", "the body names another contact", lq.Place(path="id"), body["id"]))
    return lq.Contact.model_validate({**body, "id": contact_id})


def _id_problems(given: object, name: str) -> Iterator[lq.Problem]:
    place, expected = lq.Place(path=name), f"a text of 1 to {LONGEST} characters"
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST:
        missing = given is None
        code, message = ("missing-field", f"{name} is missing") if missing else ("bad-id", f"this is no {name}")
        yield lq.Problem(code, message, place, None if missing else repr(given)[:80], expected)
    elif "\0" in given or (not given.isascii() and any("\ud800" <= letter <= "\udfff" for letter in given)):
        yield lq.Problem("bad-id", f"{name} holds what no database keeps", place, repr(given)[:80], expected)


def instant_of(text: str, zone: str) -> datetime:
    """Return the instant that a text names; a day alone is its beginning where the application is.

    Examples
    --------
    >>> instant_of("2026-03-03", "Asia/Jakarta").isoformat()
    '2026-03-03T00:00:00+07:00'
    """
    try:
        # A plus sign in a query means a space, unless it is written as %2B.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    except ValueError:
        expected = "2026-03-03, or 2026-03-03T10:00:00Z"
        raise Refused(lq.Problem("bad-time", "this is no time", lq.Place(path="at"), text, expected)) from None
    if moment.utcoffset() is None and moment.time() == time() and len(text.strip()) == len("2026-03-03"):
        return moment.replace(tzinfo=ZoneInfo(zone))
    if moment.utcoffset() is None:
        hint = "add Z or an offset such as +07:00"
        message = "the time has no time zone, so it names no instant"
        raise Refused(lq.Problem("naive-datetime", message, lq.Place(path="at"), text, hint=hint))
    return moment


def stages_of(policy: lq.Policy, given: Sequence[str]) -> list[str]:
    """Return stages once the policy has them all."""
    known = ", ".join(policy.stages)
    problems = [
        lq.Problem("unknown-stage", f"the policy has no stage {name!r}", lq.Place(path="stages"), name, known)
        for name in given
        if name not in policy.stages
    ]
    if problems:
        raise Refused(problems)
    return list(given)

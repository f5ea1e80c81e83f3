"""What comes in, read: everything that is wrong with it is said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from difflib import get_close_matches
from typing import Any, Final
from zoneinfo import ZoneInfo

import leadqual as lq
from leads.log import Arrival
from leads.problems import Refused
from leads.tables import LONGEST, can_be_kept

MOST: Final = 1000
"""How many interactions may come at once."""
Strangers = Callable[[Iterable[str]], set[str]]
"""What says which of some ids no contact has."""
_HINTS: Final = {
    "float-type": "write a number as JSON has it, with a point and no quotation marks: 12.5",
    "int-type": "write a whole number as JSON has it, without quotation marks: 12",
    "bool-type": "write true or false, without quotation marks",
    "string-type": "write a text, in quotation marks",
}
"""How to mend what is no value of its type; leadqual says only what is wrong with it."""


def nobody_is_strange(_: Iterable[str]) -> set[str]:
    """Return nobody, for whoever leaves it to the desk to say which contacts are not there."""
    return set()


def arrivals_of(policy: lq.Policy, body: Any, strangers: Strangers = nobody_is_strange) -> list[Arrival]:
    """Return the interactions of a body: one object, or a list of them.

    Raises
    ------
    Refused
        With everything that is wrong with any of them, and which contacts are not there.
    """
    rows = body if isinstance(body, list) else [body]
    if not 0 < len(rows) <= MOST:
        raise Refused(lq.Problem("bad-request", f"a list holds 1 to {MOST:,} interactions", found=f"{len(rows):,}"))
    read, problems = list[Arrival](), list[lq.Problem]()
    unknown = strangers({whose for row in rows if (whose := _whose(row)) is not None})
    for number, row in enumerate(rows):
        wrong = [unknown_contact(str(_whose(row)))] if _whose(row) in unknown else []
        try:
            read.append(_arrival(policy, row))
        except Refused as error:
            wrong += error.problems
        problems += [_inside(problem, number) for problem in wrong] if rows is body else wrong
    if problems:
        raise Refused(problems)
    return read


def _arrival(policy: lq.Policy, row: Any) -> Arrival:
    if not isinstance(row, Mapping):
        raise Refused(lq.Problem("wrong-type", "an interaction is an object", found=repr(row)[:80]))
    whose = row.get("contact_id")
    problems = [*_id_problems(whose, "contact_id"), *_id_problems(row.get("id"), "id")]
    told = {problem.place.path for problem in problems}
    fields = {name: row[name] for name in row if name != "contact_id"}
    try:
        interaction = policy.parse_interaction(fields)
    except lq.InputError as error:
        problems += [_taught(problem) for problem in error.problems if problem.place.path not in told]
        if any(problem.place.path == "kind" for problem in error.problems):
            told |= {problem.place.path for problem in problems}
            problems += [problem for problem in _shared_problems(fields) if problem.place.path not in told]
    if problems:
        raise Refused(problems)
    return Arrival(str(whose), interaction)


def _shared_problems(fields: Mapping[str, Any]) -> Iterable[lq.Problem]:
    """Return what is wrong with the fields that interactions of every kind have."""
    known = {name: fields[name] for name in fields if name in lq.Interaction.model_fields}
    try:
        lq.Interaction.model_validate(known)
    except lq.InputError as error:
        return map(_taught, error.problems)
    return ()


def _taught(problem: lq.Problem) -> lq.Problem:
    return problem if problem.hint is not None else replace(problem, hint=_HINTS.get(problem.code))


def _whose(row: Any) -> str | None:
    """Return the id of the contact of a row, if it may be one."""
    whose = row.get("contact_id") if isinstance(row, Mapping) else None
    return whose if isinstance(whose, str) and not list(_id_problems(whose, "contact_id")) else None


def unknown_contact(contact_id: str, path: str = "contact_id") -> lq.Problem:
    """Return the problem of a contact that nobody recorded."""
    message, hint = f"there is no contact {contact_id!r}", "PUT /contacts/{id} first, then send it again"
    return lq.Problem("unknown-contact", message, lq.Place(path=path), contact_id, hint=hint)


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


def did_you_mean(given: str, known: Iterable[str]) -> str | None:
    """Return a hint with the nearest of some names."""
    near = get_close_matches(given[:LONGEST], known, n=1)
    return f"did you mean {near[0]!r}?" if near else None


def _id_problems(given: object, name: str) -> Iterator[lq.Problem]:
    place, expected = lq.Place(path=name), f"a text of 1 to {LONGEST} characters"
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST:
        missing = given is None
        code, message = ("missing-field", f"{name} is missing") if missing else ("bad-id", f"this is no {name}")
        yield lq.Problem(code, message, place, None if missing else repr(given)[:80], expected)
    elif not can_be_kept(given):
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
        lq.Problem(
            "unknown-stage",
            f"the policy has no stage {name!r}",
            lq.Place(path=f"stages[{number}]"),
            name,
            known,
            did_you_mean(name, policy.stages),
        )
        for number, name in enumerate(given)
        if name not in policy.stages
    ]
    if problems:
        raise Refused(problems)
    return list(given)

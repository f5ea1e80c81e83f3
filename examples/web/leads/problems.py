"""What goes wrong, as problem details (RFC 9457): JSON for programs, with every problem that leadqual names."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy import exc
from starlette.exceptions import HTTPException

import leadqual as lq

MEDIA_TYPE: Final = "application/problem+json"
_RETRY: Final = {"Retry-After": "1"}
_STATUS: Final = {"duplicate-id": 409, "unknown-contact": 404}
"""The status that a code of leadqual gets; the others are 422."""


class ProblemDetails(BaseModel):
    """The body of every answer that is not a success."""

    type: str = Field(description="Which sort of problem: a stable name, with the code at its end.")
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="What is wrong, in one sentence.")
    problems: list[dict[str, Any]] = Field(
        [], description="Everything that is wrong: code, message, path, found, expected, hint."
    )


class Refused(Exception):
    """A request that cannot be done as it is."""

    def __init__(self, problems: lq.Problem | Iterable[lq.Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, lq.Problem) else tuple(problems)
        super().__init__(self.problems)


class Unusable(Refused):
    """What is on file cannot be used: our fault, and nothing that a client could mend."""


def answer_problems(app: FastAPI) -> None:
    """Let every error of an application be answered with problem details."""
    handlers: Mapping[Any, Any] = {
        Unusable: lambda _, error: _answer(500, error.problems),
        Refused: lambda _, error: _answer(_status(error.problems), error.problems),
        lq.InputError: lambda _, error: _answer(_status(error.problems), error.problems),
        lq.EvaluationError: lambda _, error: _answer(422, error.problems),
        lq.UnknownNameError: lambda _, error: _answer(404, error.problems),
        RequestValidationError: _invalid,
        HTTPException: _http,
        exc.OperationalError: _busy,
        exc.InterfaceError: _busy,
        exc.TimeoutError: _busy,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _status(problems: Iterable[lq.Problem]) -> int:
    found = {_STATUS.get(problem.code, 422) for problem in problems}
    return found.pop() if len(found) == 1 else 422  # what is wrong in several ways is wrong in itself


def _answer(status: int, problems: Iterable[lq.Problem], headers: Mapping[str, str] | None = None) -> Response:
    listed = list(problems)
    more = f" (and {len(listed) - 1} more)" if len(listed) > 1 else ""
    details = ProblemDetails(
        type=f"urn:leadqual:problem:{listed[0].code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=listed[0].message + more,
        problems=[problem.as_dict() for problem in listed],
    )
    # In ASCII: what was sent may be no text that UTF-8 has, and is told all the same.
    return Response(json.dumps(details.model_dump()), status, headers, media_type=MEDIA_TYPE)


def _invalid(_: Request, error: RequestValidationError) -> Response:
    problems = [
        lq.Problem("bad-request", one["msg"], lq.Place(path=".".join(map(str, one["loc"])))) for one in error.errors()
    ]
    return _answer(422, problems)


def _http(_: Request, error: HTTPException) -> Response:
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return _answer(error.status_code, [lq.Problem(code, str(error.detail))], error.headers)


def _busy(_: Request, error: exc.SQLAlchemyError) -> Response:
    logging.getLogger("leads").warning("the database cannot answer: %s", error)
    hint = "try again: nothing was written, and what was written is not written twice"
    problem = lq.Problem("database-unavailable", "the database does not answer in time", hint=hint)
    return _answer(503, [problem], _RETRY)


def _broken(_: Request, error: Exception) -> Response:
    # What it was stands in the log of the server; it is nothing for whoever asked.
    return _answer(500, [lq.Problem("internal-error", "something is broken here, and was written down")])

"""The application: ``uvicorn leads.app:make --factory``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Body, FastAPI, Query, Response

from leads.answers import Explained, Health, History, Qualified, Question, Reachable
from leads.database import Database
from leads.deciding import Deciding
from leads.desk import Clock, Desk, wall_clock
from leads.paths import ContactId, RawPaths
from leads.problems import ProblemDetails, answer_problems
from leads.reaching import Reaching
from leads.reading import arrivals_of, contact_of, instant_of
from leads.settings import Settings

_PROBLEMS: dict[int | str, dict[str, Any]] = {status: {"model": ProblemDetails} for status in (404, 409, 422, 503)}

_ASKED: dict[str, Any] = {
    "requestBody": {"content": {"application/json": {"schema": Question.model_json_schema()}}, "required": True}
}
"""What /permit takes; it is read by our own hand, so that everything that is wrong with it is said at once."""


def make(settings: Settings | None = None, clock: Clock = wall_clock) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    settings : Settings, optional
        By default those of the environment.
    clock : callable
        What says the time.
    """
    settings = settings or Settings.from_environment()
    database = Database(settings.database, settings.patience)
    policy = settings.load_policy()
    desk = Desk(database, Deciding(policy, settings.new_policy), clock)
    reaching = Reaching.of(desk, settings)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        database.prepare()
        yield
        database.close()

    app = FastAPI(title="Leads", version=policy.version, lifespan=running, responses=_PROBLEMS)
    app.add_middleware(RawPaths)
    answer_problems(app)

    # Plain functions: FastAPI runs them in threads, so that one that waits for the database holds up no other.

    @app.post("/interactions")
    def take_in(body: Annotated[Any, Body()]) -> list[Qualified]:
        """Take in one interaction or a list of them; answer when they are on disk, with every contact's standing."""
        return [Qualified.of_taken(taken) for taken in desk.take_in(arrivals_of(policy, body, desk.strangers))]

    @app.put("/contacts/{contact_id}", responses={201: {"model": Qualified}})
    def put(contact_id: ContactId, body: Annotated[Any, Body()], response: Response) -> Qualified:
        """Record a contact, or change its profile."""
        taken, is_new = desk.put(contact_of(policy, contact_id, body))
        response.status_code = 201 if is_new else 200
        return Qualified.of_taken(taken)

    @app.get("/contacts/{contact_id}")
    def decide(contact_id: ContactId, at: Annotated[str | None, Query()] = None) -> Explained:
        """Say where a contact stands and why: now, or on any day in the past."""
        when = None if at is None else instant_of(at, settings.time_zone)
        return Explained.of_decision(desk.decide(contact_id, when), settings.time_zone)

    @app.get("/contacts/{contact_id}/history")
    def history(contact_id: ContactId) -> History:
        """Say what happened with a contact, when that was known, and every move that was decided."""
        return History.of(desk.story(contact_id))

    @app.post("/permit", openapi_extra=_ASKED)
    def permit(body: Annotated[Any, Body()]) -> Reachable:
        """Say whom we may reach now. This is no legal advice."""
        return reaching.answer(reaching.question_of(body))

    @app.get("/health")
    def health() -> Health:
        """Say whether the database answers."""
        with database.reading() as connection:
            connection.execute(sa.select(1))
        return Health(status="ok", database=database.engine.dialect.name, policy=str(policy.ref))

    return app

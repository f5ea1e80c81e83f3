"""Ids with slashes: in an address they stand as %2F, and are no other address for that."""

from __future__ import annotations

from typing import Annotated, TypeAlias
from urllib.parse import unquote

from fastapi import Depends, Path
from starlette.types import ASGIApp, Receive, Scope, Send

import leadqual as lq
from leads.problems import Refused


class RawPaths:
    """Lets routes see the path as it was sent, so that ``a%2Fb`` is one part of it and ``a/b`` are two."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (raw := scope.get("raw_path")):
            scope = {**scope, "path": raw.partition(b"?")[0].decode("ascii", "replace")}
        await self.app(scope, receive, send)


def _contact_id(contact_id: Annotated[str, Path()]) -> str:
    try:
        return unquote(contact_id, errors="strict")
    except UnicodeDecodeError:
        raise Refused(lq.Problem("bad-id", "the id is not UTF-8", lq.Place(path="id"), contact_id)) from None


ContactId: TypeAlias = Annotated[str, Depends(_contact_id)]

"""Both databases of the examples, each empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/leads.db"
        return
    with postgres.database() as url:
        yield url


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    from support.web import POLICY  # noqa: PLC0415 - httpx is optional

    file = tmp_path / "small.yaml"
    file.write_text(POLICY, encoding="utf-8")
    return file

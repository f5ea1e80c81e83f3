from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Literal

import pytest

from leadqual.errors import InputError
from leadqual.model.interactions import BUILT_IN, CustomInteraction, Interaction, parse_interaction

AT = datetime(2026, 11, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "code", "hint"),
    [
        ({"id": "i", "occurred_at": AT}, "missing-field", None),
        ({"id": "i", "occurred_at": AT, "kind": None}, "missing-field", None),
        ({"id": "i", "occurred_at": AT, "kind": 3}, "wrong-type", None),
        ({"id": "i", "occurred_at": AT, "kind": ["purchase"]}, "wrong-type", None),
        ({"id": "i", "occurred_at": AT, "kind": "demo_requestd"}, "unknown-kind", "'demo_requested'"),
        ({"id": "i", "occurred_at": AT, "kind": "🙂"}, "unknown-kind", "declare it"),
        (["purchase"], "wrong-type", None),
    ],
)
def test_what_names_no_kind_is_refused(data, code, hint):
    with pytest.raises(InputError) as caught:
        parse_interaction(data)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert hint is None or hint in (problem.hint or "")


def test_kinds_of_ones_own_are_read_beside_the_built_in_ones():
    class RoiCalculated(Interaction):
        kind: Literal["roi_calculated"] = "roi_calculated"
        saving: float

    kinds = {**BUILT_IN, "roi_calculated": RoiCalculated, "visit": CustomInteraction}
    data = {"id": "i", "occurred_at": "2026-11-01T10:00:00+07:00"}
    assert parse_interaction({**data, "kind": "roi_calculated", "saving": 2}, kinds).value("saving") == 2
    assert (
        parse_interaction({**data, "kind": "visit", "properties": {"toko": "Bandung"}}, kinds).value("toko")
        == "Bandung"
    )
    assert parse_interaction({**data, "kind": "purchase"}, kinds).occurred_at == AT


def test_the_mapping_of_kinds_behaves_like_one():
    assert len(BUILT_IN) == len(list(BUILT_IN)) == len(set(BUILT_IN))
    assert BUILT_IN.get("sold") is None
    with pytest.raises(KeyError):
        BUILT_IN["sold"]


def test_asking_for_one_kind_loads_one_room():
    code = (
        "import sys; from leadqual.model.interactions import BUILT_IN, PageViewed; 'purchase' in BUILT_IN;"
        "rooms = [name for name in sys.modules if name.startswith('leadqual.model.interactions.')];"
        "print(*sorted(name.rsplit('.', 1)[1] for name in rooms))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert output.split() == ["base", "registry", "web"]

"""Whatever stands in a file of tests: it is read and run, or refused with a place in the file; nothing else happens."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import event, given, settings
from hypothesis import strategies as st

from leadqual import policies
from leadqual.errors import InputError
from leadqual.testing import load_cases

TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["sql", "lead", "lead -> mql", "->", "demo", "intent.demo", "contact.country", "hot", "ID", "."]),
    st.sampled_from(["2026-02-30", "2026-11-01", "0001-01-01", "9999-12-31", "3d", "36600d", "0d", "Asia/Jakarta"]),
    st.sampled_from([">= 3", "> -1", "score.intent > 3", "contact.country == 'ID'", "bad-time"]),
)
FINITE = st.floats(allow_nan=False, allow_infinity=False, width=16)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 20_000), FINITE, TEXTS)
OF_FILES = "policy name at time_zone contact company interactions standing expect kind on ago times every since id path"
OF_EXPECTATIONS = "stage because moves scores grades reasons missing holds error intent fit country employees x"
KEYS = st.sampled_from([*OF_FILES.split(), *OF_EXPECTATIONS.split()])
ANYTHING = st.recursive(
    SCALARS, lambda one: st.lists(one, max_size=3) | st.dictionaries(KEYS, one, max_size=4), max_leaves=6
)


def fields(needed=None, **optional):
    return st.fixed_dictionaries(needed or {}, optional=optional)


INTERACTION = st.one_of(
    fields({"kind": st.sampled_from(["demo_requested", "email_opened"])}, ago=st.sampled_from(["3d", "36600d"])),
    fields({"kind": st.just("page_viewed"), "path": st.text(min_size=1, max_size=3)}, on=st.just("2026-11-01")),
    fields({"kind": st.just("email_clicked")}, times=st.integers(1, 9), every=st.sampled_from(["1d", "9000d"])),
)
EXPECT = fields(
    {"stage": st.sampled_from(["lead", "mql", "sql"])},
    because=st.sampled_from(["demo", "marketing"]),
    moves=st.lists(st.sampled_from(["demo", "lead -> mql"])),
    scores=fields(intent=st.sampled_from([None, 3, [0, 9], "< 5"])),
    grades=fields(temperature=st.sampled_from([None, "hot"])),
    reasons=st.sampled_from(["demo", ["intent.demo"], {"demo": 3}]),
    missing=st.sampled_from([[], "contact.country"]),
    holds=st.sampled_from(["score.intent > 3", ["contact.country == 'ID'", "company.employees > 3"]]),
    error=st.sampled_from(["bad-time", "unknown-kind"]),
)
CASE = fields(
    {"name": st.text("abcdef", min_size=1, max_size=9), "expect": EXPECT},
    contact=fields(country=st.sampled_from(["ID", "SG"]), company=fields(employees=st.integers(0, 999))),
    interactions=st.lists(INTERACTION, max_size=3),
    standing=fields({"stage": st.sampled_from(["lead", "mql"]), "since": st.just("2026-10-01")}),
    at=st.sampled_from(["2026-11-22", "9999-12-31", "0001-01-02"]),
    time_zone=st.sampled_from(["UTC", "Asia/Jakarta"]),
)
SOUND = st.builds(lambda cases: {"at": "2026-11-22", "cases": cases}, st.lists(CASE, min_size=1, max_size=3))


@st.composite
def files(draw):
    """Return a file that is sound, or one in which something stands that does not belong there."""
    data = draw(SOUND)
    if draw(st.booleans()):
        part = data
        while isinstance(part, dict | list) and part and draw(st.integers(0, 4)):
            owner, key = part, draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
            part = owner[key]
            if not isinstance(part, dict | list):
                owner[key] = draw(ANYTHING)
        if isinstance(part, dict):
            part[draw(KEYS)] = draw(ANYTHING)
        elif isinstance(part, list):
            part.append(draw(ANYTHING))
    return data


def made_of(path):
    """Return what comes of every case of a file; what is refused has its place."""
    try:
        file = load_cases(path)
    except InputError as error:
        return [error]
    return [_made(file, number) for number in range(len(file.cases))]


def _made(file, number):
    try:
        return file.run(number, policies.sales())
    except InputError as error:
        return error


@given(files() | ANYTHING)
@settings(max_examples=int(settings().max_examples * 5))
def test_a_file_is_run_or_refused_with_its_place(data):
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.policytest.json")
        path.write_text(json.dumps(data))
        made = made_of(path)
    assert made
    for one in made:
        event(type(one).__name__)
        problems = one.problems if isinstance(one, InputError) else ()
        assert all(problem.place.source == str(path) and problem.place.line for problem in problems)
        assert str(one)

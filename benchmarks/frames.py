"""Whole tables: `frames.score` beside queries by hand, beside loops, and over more rows, rules and files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Final

from benchmarks import frames_job
from benchmarks.frames_job import Job, Library, Took, Way
from benchmarks.peers import INSTALL, MissingPeer
from benchmarks.timing import Figure, Target, of_pairs

NEEDED: Final = ("numpy", "polars", "pyarrow", "narwhals", "duckdb", "pandas")
POLICIES: Final = ("sales", "twelve")
BY_HAND: Final[dict[Library, str]] = {
    "polars": "Polars in memory / Polars by hand",
    "lazy": "Polars lazy, Parquet / Polars by hand",
    "duckdb": "DuckDB / SQL by hand",
}
LOOPS: Final[dict[Way, str]] = {
    "decide": "a contact / a decision in a loop",
    "record": "a contact / the bare scores of the record engine in a loop",
    "pandas": "a contact / a loop over pandas, a rule at a time",
}
MEMORY: Final = 2.0 * 2**30
"""The most memory that scoring files may take, in bytes."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured, and how often."""

    contacts: int
    interactions: int
    of_rules: int
    """Interactions under the policies of many rules."""
    of_files: tuple[int, int]
    """Interactions in files."""
    sample: int
    agreeing: int
    repeats: int


FULL: Final = Size(1_000_000, 10_000_000, 5_000_000, (10_000_000, 30_000_000), 1_000, 200, 3)
QUICK: Final = Size(500, 5_000, 2_000, (2_000, 6_000), 10, 10, 1)


def figures(*, quick: bool) -> list[Figure]:
    """Measure everything about tables, each time in an interpreter of its own."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise MissingPeer(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed: {INSTALL}")
    size = QUICK if quick else FULL
    for policy in POLICIES:
        frames_job.took(Job("agree", policy, size.contacts, size.interactions, sample=size.agreeing))
    lines = [line for policy in POLICIES for line in [*by_hand(size, policy), *loops(size, policy)]]
    return [*lines, *more_rows(size), *more_rules(size), *files(size)]


def by_hand(size: Size, policy: str) -> Iterable[Figure]:
    """Yield ours beside a query by hand in each library: processor time, then time on the wall and memory."""
    for library, name in BY_HAND.items():
        hand = Job("hand", policy, size.contacts, size.interactions, library)
        yield from _all_three(f"{policy}, {name}", replace(hand, way="score"), hand, size.repeats, Target(1.25, True))
        yield _processor(f"{policy}, rows checked, {name}", replace(hand, way="checked"), hand, size.repeats)


def loops(size: Size, policy: str) -> Iterable[Figure]:
    """Yield ours for a contact beside loops over a sample of the contacts."""
    ours = Job("score", policy, size.contacts, size.interactions)
    for way, name in LOOPS.items():
        loop = replace(ours, way=way, sample=size.sample // 10 if way == "pandas" else size.sample)
        pairs = _pairs(ours, loop, size.repeats)
        each = [(mine.processor / size.contacts, theirs.processor) for mine, theirs in pairs]
        yield of_pairs(f"{policy}, {name}", each, Target(1 / 200, True) if way == "decide" else None)


def more_rows(size: Size) -> Iterable[Figure]:
    """Yield the time for all rows beside that for a tenth of them."""
    libraries: tuple[Library, ...] = ("polars", "lazy", "duckdb")
    for library in libraries:
        many = Job("score", "sales", size.contacts, size.interactions, library)
        few = replace(many, contacts=size.contacts // 10, interactions=size.interactions // 10)
        yield _processor(f"sales, {library}, ten times the rows / once", many, few, size.repeats, Target(11, True))


def more_rules(size: Size) -> Iterable[Figure]:
    """Yield the time for many rules beside that for half and a quarter of them, which all read interactions."""
    most = Job("score", "200", size.of_rules // 10, size.of_rules)
    for fewer, factor in ((100, 2.0), (50, 4.0)):
        few = replace(most, policy=str(fewer))
        yield _processor(f"200 rules / {fewer} rules", most, few, size.repeats, Target(factor, True))


def files(size: Size) -> Iterable[Figure]:
    """Yield what scoring files takes in memory, beside what it may take, and how that and the time grow."""
    few, many = (Job("files", "sales", rows // 10, rows) for rows in size.of_files)
    name = " / ".join(_millions(job.interactions) for job in (many, few))
    pairs = _pairs(many, few, 1)
    for job, took in ((few, pairs[0][1]), (many, pairs[0][0])):
        line = f"files, memory, {_millions(job.interactions)} interactions / allowed"
        yield of_pairs(line, [(took.memory, MEMORY)], Target(1.0), "bytes")
    yield of_pairs(f"files, memory, {name}", [(mine.memory, theirs.memory) for mine, theirs in pairs], unit="bytes")
    yield of_pairs(f"files, {name}", [(mine.processor, theirs.processor) for mine, theirs in pairs])


def _millions(rows: int) -> str:
    return f"{rows / 1e6:g} million"


def _pairs(ours: Job, peer: Job, repeats: int) -> list[tuple[Took, Took]]:
    return [(frames_job.took(ours), frames_job.took(peer)) for _ in range(repeats)]


def _processor(name: str, ours: Job, peer: Job, repeats: int, target: Target | None = None) -> Figure:
    pairs = _pairs(ours, peer, repeats)
    return of_pairs(name, [(mine.processor, theirs.processor) for mine, theirs in pairs], target)


def _all_three(name: str, ours: Job, peer: Job, repeats: int, target: Target) -> Iterable[Figure]:
    pairs = _pairs(ours, peer, repeats)
    yield of_pairs(name, [(mine.processor, theirs.processor) for mine, theirs in pairs], target)
    yield of_pairs(f"{name}, on the wall", [(mine.wall, theirs.wall) for mine, theirs in pairs])
    yield of_pairs(f"{name}, memory", [(mine.memory, theirs.memory) for mine, theirs in pairs], unit="bytes")

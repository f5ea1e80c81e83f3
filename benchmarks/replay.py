"""Every move of every contact: `frames.replay` beside folding one by one, with reviews, and over more rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Final

from benchmarks import frames_job
from benchmarks.frames import NEEDED
from benchmarks.frames_job import Job, Took
from benchmarks.peers import INSTALL, MissingPeer
from benchmarks.timing import Figure, Target, of_pairs

MEMORY: Final = 24.0 * 2**30
"""The most memory that a replay may take, in bytes."""

Round = dict[Job, Took]
"""What each job took, one after another: every pair of them was measured in turns."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured, and how often."""

    contacts: int
    interactions: int
    dense: tuple[int, int]
    """Contacts and interactions where each contact has many."""
    sample: int
    agreeing: int
    repeats: int


FULL: Final = Size(1_000_000, 10_000_000, (50_000, 5_000_000), 10_000, 500, 2)
QUICK: Final = Size(500, 5_000, (50, 2_000), 20, 10, 1)


class Jobs:
    """What is run in a round."""

    def __init__(self, size: Size) -> None:
        self.plain = Job("replay", "unreviewed", size.contacts, size.interactions)
        self.fold = replace(self.plain, way="fold", sample=size.sample)
        self.fold_tables = replace(self.fold, way="fold_tables")
        self.reviewed, self.fold_reviewed = (replace(job, policy="sales") for job in (self.plain, self.fold))
        self.tenth = replace(self.plain, contacts=size.contacts // 10, interactions=size.interactions // 10)
        self.dense = replace(self.plain, contacts=size.dense[0], interactions=size.dense[1])
        self.sparse = replace(self.dense, interactions=size.dense[1] // 10)
        self.standings = replace(self.reviewed, way="standings")
        self.tables = replace(self.plain, way="tables")

    def round(self) -> Round:
        """Run each once; those that are compared most stand side by side."""
        order = (
            self.tenth,
            self.fold,
            self.plain,
            self.fold_tables,
            self.reviewed,
            self.fold_reviewed,
            self.standings,
            self.dense,
            self.sparse,
            self.tables,
        )
        return {job: frames_job.took(job) for job in order}


def figures(*, quick: bool) -> list[Figure]:
    """Measure the replays, each in an interpreter of its own, after their moves were held to the fold's."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise MissingPeer(f"not installed: {', '.join(missing)}; {INSTALL}")
    size = QUICK if quick else FULL
    jobs = Jobs(size)
    for policy in (jobs.plain.policy, jobs.reviewed.policy):
        frames_job.took(replace(jobs.tenth, way="agree_moves", policy=policy, sample=size.agreeing))
    rounds = [jobs.round() for _ in range(size.repeats)]
    return [*beside_folding(jobs, rounds), *reviews(jobs, rounds), *more_rows(jobs, rounds), *memory(jobs, rounds)]


def beside_folding(jobs: Jobs, rounds: list[Round]) -> Iterable[Figure]:
    """Yield a contact's part of a replay beside folding one contact, without and with reviews."""
    for name, ours, fold, target in (
        ("no reviews", jobs.plain, jobs.fold, Target(1 / 20, True)),
        ("no reviews, from tables", jobs.plain, jobs.fold_tables, Target(1 / 20, True)),
        ("daily reviews", jobs.reviewed, jobs.fold_reviewed, None),
    ):
        for unit, seconds in (("", _processor), (", on the wall", _wall)):
            each = [(seconds(took[ours]) / ours.contacts, seconds(took[fold])) for took in rounds]
            line = f"replay, {name}, a contact / folding one{unit}"
            yield of_pairs(line, each, None if unit else target)


def reviews(jobs: Jobs, rounds: list[Round]) -> Iterable[Figure]:
    """Yield what daily reviews add, and how long somebody waits for where all stood on a day in the past."""
    name = "replay, daily reviews / none"
    yield _line(name, rounds, jobs.reviewed, jobs.plain, _processor, Target(3, True))
    yield _line(f"{name}, on the wall", rounds, jobs.reviewed, jobs.plain, _wall)
    name = "standings on 3 March, rows checked / replay"
    yield _line(name, rounds, jobs.standings, jobs.reviewed, _processor)
    yield _line(f"{name}, on the wall", rounds, jobs.standings, jobs.reviewed, _wall)


def more_rows(jobs: Jobs, rounds: list[Round]) -> Iterable[Figure]:
    """Yield the time for ten times the interactions: of ten times the contacts, and of the same."""
    target = Target(12, True)
    yield _line("replay, ten times the contacts / once", rounds, jobs.plain, jobs.tenth, _processor, target)
    yield _line("replay, ten times as many a contact / once", rounds, jobs.dense, jobs.sparse, _processor, target)


def memory(jobs: Jobs, rounds: list[Round]) -> Iterable[Figure]:
    """Yield what a replay takes in memory, its tables included, beside what it may take and what the tables take."""
    for name, job in (("no reviews", jobs.plain), ("daily reviews", jobs.reviewed)):
        pairs = [(took[job].memory, MEMORY) for took in rounds]
        yield of_pairs(f"replay, {name}, memory / allowed", pairs, Target(1, True), "bytes")
        pairs = [(took[job].memory, took[jobs.tables].memory) for took in rounds]
        yield of_pairs(f"replay, {name}, memory / the tables loaded", pairs, unit="bytes")


def _processor(took: Took) -> float:
    return took.processor


def _wall(took: Took) -> float:
    return took.wall


def _line(
    name: str, rounds: list[Round], ours: Job, peer: Job, seconds: Callable[[Took], float], target: Target | None = None
) -> Figure:
    return of_pairs(name, [(seconds(took[ours]), seconds(took[peer])) for took in rounds], target)

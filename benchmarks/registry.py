"""A do-not-call registry of 260 million numbers in a mapped file: look-ups, memory, and what reading a list costs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.timing import Figure, Target, calls, compared, of_pairs
from leadqual.outreach.registries.about import Origin
from leadqual.outreach.registries.blocks import BLOCK, BLOCK_BYTES
from leadqual.outreach.registries.building import built
from leadqual.outreach.registries.filling import Filling
from leadqual.outreach.registries.registry import DoNotCallRegistry
from leadqual.outreach.registries.rejected import Rejected

AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
AREA_CODES: Final = range(200, 578)
"""As many as the United States have."""
EXCHANGES: Final = range(20, 100)
"""The blocks of an area code in which there are numbers: none begins with 0 or 1."""
ALLOWED: Final = 1e-6
"""Seconds of processor time for a number that is looked up."""
MEMORY: Final = 600e6
"""Bytes that the numbers may take."""
MINUTES: Final = 300.0
"""Seconds in which the list of the whole country is read; nobody asked for less than a few minutes."""
ALL_LINES: Final = 258_500_000
_SEED: Final = 20_261_122


def figures(*, quick: bool) -> list[Figure]:
    """Build a registry in a file of its own, look numbers up in it, and read a list."""
    codes, asked, lines = (AREA_CODES[:8], 20_000, 100_000) if quick else (AREA_CODES, 1_000_000, 20_000_000)
    repeats = 1 if quick else 7
    with tempfile.TemporaryDirectory() as folder:
        registry = synthetic(Path(folder) / "synthetic.dnc", codes)
        numbers = numbers_of(codes, asked)
        found = [look_ups(registry, numbers, repeats), one_by_one(registry, numbers, repeats), memory(registry)]
        return [*(line for part in found for line in part), reading(Path(folder), codes, lines)]


def synthetic(path: Path, codes: range) -> DoNotCallRegistry:
    """Return a registry in a file, of which about one bit in twelve is set at random."""
    blocks = np.concatenate([code * 100 + np.array(EXCHANGES) for code in codes])

    def fill(filling: Filling) -> Rejected:
        filling.add(blocks * BLOCK)
        for at in range(BLOCK_BYTES, (len(blocks) + 1) * BLOCK_BYTES, 100 * BLOCK_BYTES):
            part = filling.room.bits[at : min(at + 100 * BLOCK_BYTES, (len(blocks) + 1) * BLOCK_BYTES)]
            part |= sparse(random, len(part))
        return Rejected()

    random = np.random.default_rng(_SEED)
    built(fill, Origin.of("US", "synthetic", AT), "all", path)
    return DoNotCallRegistry.open(path)


def sparse(random: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """Return bytes with one bit set in about twelve: as dense as the registry is in its area codes."""
    a, b, c, d, e, f, g = (np.frombuffer(random.bytes(size), np.uint8) for _ in range(7))
    return a & b & c & (d | e & (f | g))


def numbers_of(codes: range, count: int) -> NDArray[np.int64]:
    """Return random numbers of area codes."""
    random = np.random.default_rng(_SEED + 1)
    return random.choice(np.array(codes), count) * 10_000_000 + random.integers(2_000_000, 10_000_000, count)


def look_ups(registry: DoNotCallRegistry, numbers: NDArray[np.int64], repeats: int) -> list[Figure]:
    """Measure many look-ups at once."""
    texts = pl.Series("phone", numbers).cast(pl.String).str.pad_start(12, "0").str.replace("^00", "+1")
    held = f"{len(registry) / 1e6:.3g} million numbers, a look-up"
    ways = {f"{held} in bulk, texts": texts, f"{held} in bulk, integers": numbers}
    return [
        compared(
            f"{name} / {ALLOWED * 1e6:g} µs", each(partial(registry.lookup_all, column), len(numbers)),
            allowed, repeats, Target(1),
        )
        for name, column in ways.items()
    ]  # fmt: skip


def one_by_one(registry: DoNotCallRegistry, numbers: NDArray[np.int64], repeats: int) -> list[Figure]:
    """Measure look-ups of one number each, none of which was looked up shortly before."""
    texts = cycle([f"+1{number}" for number in numbers.tolist()])
    sample = calls(lambda: registry.lookup(next(texts)), len(numbers) // 10)
    return [compared("one by one / 1 µs", sample, allowed, repeats)]


def memory(registry: DoNotCallRegistry) -> list[Figure]:
    """Return the size of the file, all of which is in memory at most."""
    size = float(registry.path.stat().st_size) if registry.path else 0.0
    return [of_pairs(f"its pages / {MEMORY / 1e6:g} MB", [(size, MEMORY)], Target(1, inclusive=True), "bytes")]


def reading(folder: Path, codes: range, lines: int) -> Figure:
    """Measure reading a list, as the time that the list of the whole country would take."""
    file = folder / "list.txt"
    texts = pl.Series(np.sort(numbers_of(codes, lines))).cast(pl.String)
    table = pl.DataFrame({"area": texts.str.head(3), "local": texts.str.tail(7)})
    table.write_csv(file, include_header=False)
    read = each(lambda: DoNotCallRegistry.from_files(file, obtained_at=AT, into=folder / "list.dnc"), lines)
    name = f"reading {ALL_LINES / 1e6:g} million lines, from {lines / 1e6:g} million / {MINUTES:g} s"
    taken = read()
    return of_pairs(name, [(taken * ALL_LINES, MINUTES)], Target(1))


def each(run: Callable[[], object], number: int) -> Callable[[], float]:
    """Return the measurement of one number's part of a call."""
    sample = calls(run, 1)
    return lambda: sample() / number


def allowed() -> float:
    """Return the time that a look-up may take."""
    return ALLOWED

"""How Splink learns from contacts of which nobody has said who is who."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import polars as pl

from leadqual.files.leads import Progress

_RECALL: Final = 0.7
"""The share of duplicates that also share a key, as far as nobody knows better."""
_LEAST: Final = 0.01
"""How often records of one person meet a level at least, whatever the examples say."""
_PAIRS: Final = 1e6 + 1  # Splink warns of its default, which is 1e6
_FROM: Final = (("email",), ("phone",), ("full_name",))
"""Contacts alike in one of these are looked at, to learn how records of one person agree in the rest."""


def trained(linker: Any, seen: pl.DataFrame, block_on: Callable[..., Any], seed: int, told: Progress) -> None:
    """Let a linker learn: how many pairs are one person, how often people agree by chance, and one person's records."""
    keys = [block_on(*block) for block in _FROM if _several(seen, block)]
    certain = [block_on(*block) for block in _FROM[:2] if _several(seen, block)]
    if certain:
        linker.training.estimate_probability_two_random_records_match(certain, recall=_RECALL)
    told("learning", 0.1)
    linker.training.estimate_u_using_random_sampling(max_pairs=_PAIRS, seed=seed)
    told("learning", 0.5)
    for number, rule in enumerate(keys):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=_PAIRS)
        told("learning", 0.5 + 0.5 * (number + 1) / len(keys))
    told("learning", 1.0)


def _several(seen: pl.DataFrame, block: tuple[str, ...]) -> bool:
    """Return whether there are contacts that are alike in these columns."""
    if not set(block) <= set(seen.columns):
        return False
    held = seen.select(block).drop_nulls()
    return held.n_unique() < held.height


def without_certainty(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model in which no level is impossible among records of one person: few examples prove nothing.

    Examples
    --------
    >>> levels = [{"is_null_level": True}, {"m_probability": 1.0}, {"m_probability": 1e-12}]
    >>> ours = without_certainty({"comparisons": [{"comparison_levels": levels}]})
    >>> [round(level["m_probability"], 4) for level in ours["comparisons"][0]["comparison_levels"][1:]]
    [0.9901, 0.0099]
    """
    comparisons = [{**one, "comparison_levels": _smoothed(one["comparison_levels"])} for one in model["comparisons"]]
    return {**model, "comparisons": comparisons}


def _smoothed(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = [max(_LEAST, level["m_probability"]) for level in levels if level.get("m_probability") is not None]
    whole = sum(known)
    return [
        {**level, "m_probability": max(_LEAST, level["m_probability"]) / whole}
        if level.get("m_probability") is not None else level
        for level in levels
    ]  # fmt: skip


def is_trained(ours: Any) -> bool:
    """Return whether settings are those of a model: some level says how often it is met."""
    if not isinstance(ours, Mapping):
        return False
    levels = (level for one in ours.get("comparisons", ()) if isinstance(one, Mapping)
              for level in one.get("comparison_levels", ()))  # fmt: skip
    return any(isinstance(level, Mapping) and "m_probability" in level for level in levels)


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(" ".join(record.getMessage().removeprefix("WARNING:").split()))


@contextmanager
def quietly() -> Iterator[list[str]]:
    """Keep what Splink says while a block runs, in place of printing it."""
    logger, kept = logging.getLogger("splink"), _Kept()
    before = logger.handlers[:], logger.propagate, logger.level
    logger.handlers, logger.propagate = [kept], False
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield kept.said
    finally:
        logger.handlers, logger.propagate = before[0], before[1]
        logger.setLevel(before[2])

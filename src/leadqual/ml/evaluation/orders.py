"""Rows sorted once by a score, so that thousands of weightings of them can be measured in a moment each."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from leadqual.ml.evaluation.measures import Array


class Order:
    """Rows in the order of a score, the best first, apart for each period.

    Rows of one period with the same score stand together in a block: nothing tells which of them comes first. What is
    asked of an order changes only at blocks with a row that converted, so the others are passed over.

    Parameters
    ----------
    converted : array of float of shape (n,)
        1 for a row that converted, else 0.
    score : array of float of shape (n,)
        The scores; minus infinity for a row that has none.
    period : array of int of shape (n,)
        The place of the row's period, from 0 on.
    """

    def __init__(self, converted: Array, score: Array, period: Array) -> None:
        self.order = np.lexsort((-score, period))
        told, when = score[self.order], period[self.order]
        new_period = np.append(True, when[1:] != when[:-1])
        starts = np.flatnonzero(new_period | np.append(True, told[1:] != told[:-1]))
        hits = np.flatnonzero(converted[self.order] == 1)
        block = np.searchsorted(starts, hits, side="right") - 1
        paying, self.block_of_hit = np.unique(block, return_inverse=True)
        self.hit_rows = self.order[hits]
        self.begins, self.ends = starts[paying], np.append(starts, len(told))[paying + 1]
        self.edges = np.append(np.flatnonzero(new_period), len(told))
        """Where each period begins, and the end."""
        self.block_edges = np.searchsorted(self.begins, self.edges)
        self.period = np.searchsorted(self.edges, self.begins, side="right") - 1
        """The period of each block that has a row that converted."""

    def sums(self, weight: Array) -> Sums:
        """Return how much of each block there is under a weight for each row, in the rows' first order."""
        running = np.append(0.0, np.cumsum(weight[self.order]))
        return Sums(self, running, np.bincount(self.block_of_hit, weight[self.hit_rows], len(self.begins)))


class Sums:
    """The blocks of an order under one weighting.

    Parameters
    ----------
    order : Order
        The order.
    running : array of float of shape (n + 1,)
        How many rows come before each.
    hits : array of float of shape (blocks,)
        How many conversions a block has.
    """

    def __init__(self, order: Order, running: Array, hits: Array) -> None:
        self.order, self.hits = order, hits
        self.before, self.after = running[order.begins], running[order.ends]
        self.hits_after = np.append(0.0, np.cumsum(hits))
        self.begun = running[order.edges[:-1]]
        """How many rows come before each period."""
        self.all_rows = np.diff(running[order.edges])
        self.hits_begun = self.hits_after[order.block_edges[:-1]]
        self.all_hits = np.diff(self.hits_after[order.block_edges])

    def areas(self) -> tuple[Array, Array]:
        """Return of each period how many pairs are told apart rightly (ties half), and how many pairs there are."""
        period, all_misses = self.order.period, self.all_rows - self.all_hits
        hits_before = self.hits_after[:-1] - self.hits_begun[period]
        misses_before = self.before - self.begun[period] - hits_before
        misses = self.after - self.before - self.hits
        beaten = all_misses[period] - misses_before - misses / 2
        right = np.bincount(period, self.hits * beaten, len(all_misses))
        return right, self.all_hits * all_misses

    def average_precision(self) -> float:
        """Return the area under precision and recall of all blocks, taken as one period."""
        hits = self.hits_after[1:]
        precision = np.divide(hits, self.after, out=np.zeros_like(hits), where=self.after > 0)
        return float((self.hits * precision).sum() / self.hits_after[-1]) if self.hits_after[-1] > 0 else float("nan")

    def caught(self, room: Array) -> Array:
        """Return how many conversions there are among the best so many rows of each period.

        Of rows tied at the edge each is taken in part, as drawing lots gives on average.

        Parameters
        ----------
        room : array of float of shape (periods, k)
            How many rows of each period are taken; several such answers at once.
        """
        found = np.zeros_like(room)
        corners = np.column_stack([self.before, self.after]).ravel()
        heights = np.column_stack([self.hits_after[:-1], self.hits_after[1:]]).ravel()
        for place, (first, end) in enumerate(pairwise(self.order.block_edges * 2)):
            if end > first:
                taken = corners[first:end] - self.begun[place]
                found[place] = np.interp(room[place], taken, heights[first:end] - self.hits_begun[place])
        return found

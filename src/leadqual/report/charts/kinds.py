"""What a chart shows, as plain data: no library that draws is needed to say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

Values: TypeAlias = Sequence[float | None]
"""One number for each place on the axis; None where nothing is known, which leaves a gap."""
Interval: TypeAlias = tuple[float, float] | None
"""From where to where a value may lie; None where that is not known."""


@dataclass(frozen=True)
class Bars:
    """A bar for each category and each series.

    Parameters
    ----------
    categories : sequence of str
        What the bars are of, in their order.
    series : mapping of str to sequence
        For each name, one value for each category.
    horizontal : bool, optional
        Bars go to the right, which leaves room for long names. They do so anyway where names are too long to stand
        side by side.
    stacked : bool, optional
        Series stand on one another, so that the whole bar is their sum.
    unit : str, optional
        Of what the values count, such as ``contacts``.
    percent : bool, optional
        Values are shares between 0 and 1, shown in percent.
    intervals : mapping of str to sequence, optional
        For each series, from where to where each value may lie.
    counts : sequence of int, optional
        For each category, of how many its share is: told beside it, since a share of three says little.

    Examples
    --------
    >>> Bars(["lead", "mql"], {"contacts": [120, 40]}, unit="contacts").series["contacts"]
    [120, 40]
    """

    categories: Sequence[str]
    series: Mapping[str, Values]
    horizontal: bool = False
    stacked: bool = False
    unit: str = ""
    percent: bool = False
    intervals: Mapping[str, Sequence[Interval]] = field(default_factory=dict)
    counts: Sequence[int] = ()


@dataclass(frozen=True)
class Areas:
    """How a whole and its parts change over time: areas that stand on one another.

    Parameters
    ----------
    times : sequence of datetime
        The instants, from the earliest on.
    series : mapping of str to sequence
        For each part, one value for each instant. The first part stands at the bottom.
    unit : str, optional
        Of what the values count.
    """

    times: Sequence[datetime]
    series: Mapping[str, Values]
    unit: str = ""


@dataclass(frozen=True)
class Lines:
    """How values go with a number or with time.

    Parameters
    ----------
    places : sequence of float or datetime
        Where on the lower axis, from the smallest on.
    series : mapping of str to sequence
        For each name, one value for each place.
    axis : str, optional
        What the lower axis shows, such as ``days after entering``.
    unit : str, optional
        Of what the values count.
    percent : bool, optional
        Values are shares between 0 and 1, shown in percent.
    """

    places: Sequence[float] | Sequence[datetime]
    series: Mapping[str, Values]
    axis: str = ""
    unit: str = ""
    percent: bool = False


@dataclass(frozen=True)
class Flow:
    """How many go from each stage to each other one.

    Parameters
    ----------
    stages : sequence of str
        All stages, in the order of the funnel.
    links : sequence of (str, str, int)
        From which stage, to which stage, how many.
    unit : str, optional
        Of what the links count, such as ``moves``.
    """

    stages: Sequence[str]
    links: Sequence[tuple[str, str, int]]
    unit: str = ""


@dataclass(frozen=True)
class Spread:
    """How values of each category are spread: the middle half, the middle eight tenths, and the median.

    Parameters
    ----------
    categories : sequence of str
        What the values are of, in their order.
    p10, p25, p50, p75, p90 : sequence of float or None
        For each category, what a tenth, a quarter, half, three quarters and nine tenths of the values lie under.
        None where so many were never reached.
    unit : str, optional
        In what the values are measured, such as ``days``.
    """

    categories: Sequence[str]
    p10: Values
    p25: Values
    p50: Values
    p75: Values
    p90: Values
    unit: str = ""


Chart: TypeAlias = Bars | Areas | Lines | Flow | Spread
"""Whatever a figure can show."""

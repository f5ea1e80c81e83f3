"""What all plots of an evaluation share: a picture without a background, lines that differ in more than colour."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Literal

import matplotlib as mpl
import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

_INK: Final = "#7f868e"
"""Between black and white, so that it can be read on both."""
_SMALL: Final = 8.5
_STYLES: Final = (
    ("#3b82d0", "-", "o"), ("#d9762b", "--", "s"), ("#2f9e6e", "-.", "^"), ("#b066c9", ":", "D"),
    ("#c9556b", (0, (6, 2, 1, 2, 1, 2)), "v"), ("#8f8a2c", (0, (1, 3)), "P"),
)  # fmt: skip


Key = Literal["best", "lower left", "lower right", "upper right"]
"""Where within axes the key of the lines stands."""


class Picture(Figure):
    """A figure that shows itself in a notebook, whether or not pyplot is in use."""

    def _repr_png_(self) -> bytes:
        target = BytesIO()
        self.savefig(target, format="png", dpi=110)
        return target.getvalue()


@dataclass(frozen=True)
class Style:
    """How the line of a scorer looks.

    Parameters
    ----------
    colour : str
        Its colour.
    line : object
        Its dashes.
    marker : str
        Its points.
    """

    colour: str
    line: Any
    marker: str


def style_of(place: int) -> Style:
    """Return how the line of a scorer looks, by its place among them."""
    return Style(*_STYLES[place % len(_STYLES)])


def ink() -> str:
    """Return the colour of texts and axes: that of a style in use, else one for light and dark pages."""
    told = mpl.rcParams["text.color"]
    return _INK if told in ("black", "k") else str(told)


def picture(width: float, height: float) -> Picture:
    """Return an empty figure without a background; pyplot does not know of it."""
    return Picture(figsize=(width, height), layout="constrained", facecolor="none")


def axes_of(ax: Axes | None, height: float = 3.6) -> Axes:
    """Return axes to draw on, new ones where none are given, in plain dress."""
    axes = picture(5.0, height).subplots() if ax is None else ax
    colour = ink()
    axes.set_facecolor("none")
    axes.tick_params(colors=colour, labelsize=_SMALL)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(colour)
    axes.grid(visible=True, color=colour, alpha=0.2, linewidth=0.6)
    axes.set_axisbelow(True)
    return axes


def labelled(axes: Axes, title: str, across: str, up: str, *, key: Key | None) -> Axes:
    """Give axes their texts, and a key of the lines at a place within."""
    colour = ink()
    axes.set_title(title, color=colour, fontsize=10, loc="left")
    axes.set_xlabel(across, color=colour, fontsize=_SMALL)
    axes.set_ylabel(up, color=colour, fontsize=_SMALL)
    if key:
        axes.legend(frameon=False, fontsize=_SMALL, labelcolor=colour, loc=key)
    return axes


def key_below(axes: Axes) -> None:
    """Give axes a key of the points below them, where no point lies."""
    figure = axes.get_figure(root=True)
    down = ScaledTranslation(0, -18 / 72, figure.dpi_scale_trans)  # type: ignore[union-attr] # axes have a figure
    axes.legend(
        frameon=False, fontsize=_SMALL, labelcolor=ink(), loc="upper left", bbox_to_anchor=(0, 0),
        bbox_transform=axes.transAxes + down, borderaxespad=0, ncols=2,
    )  # fmt: skip


def line_with_band(
    axes: Axes, table: pl.DataFrame, across: str, up: str, style: Style, name: str, *, marked: bool
) -> None:
    """Draw a curve, and its intervals as a band around it; a curve without one has no band."""
    x, y = _of(table, across), _of(table, up)
    low, high = _of(table, f"{up}_low"), _of(table, f"{up}_high")
    axes.plot(
        x, y, color=style.colour, linestyle=style.line, linewidth=1.6, label=name,
        marker=style.marker if marked else None, markersize=4,
    )  # fmt: skip
    axes.fill_between(x, low, high, color=style.colour, alpha=0.18, linewidth=0)


def points(axes: Axes, x: Any, y: Any, style: Style, name: str | None, *, hollow: bool) -> None:
    """Draw points without a line; with a name they stand in the key."""
    face = "none" if hollow else style.colour
    axes.plot(
        x, y, linestyle="none", marker=style.marker, markersize=5, color=style.colour, markerfacecolor=face, label=name
    )


def chance(axes: Axes, x: Any, y: Any) -> None:
    """Draw what chance, or the truth, would be."""
    axes.plot(x, y, color=ink(), linewidth=1, linestyle=(0, (2, 2)), zorder=1)


def _of(table: pl.DataFrame, name: str) -> Any:
    column = table[name]
    return column.fill_null(np.nan).to_numpy() if column.dtype == pl.Float64 else column.to_list()

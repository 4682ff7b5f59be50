"""One panel of a figure of many methods: a row for each method on one forget set."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from regression_unlearning.reporting.drawing import GREY, SMALL
from regression_unlearning.reporting.drawn import Drawn
from regression_unlearning.reporting.numerals import short
from regression_unlearning.reporting.styles import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The upper rows.
UPPER = {"original": "Doing nothing", "retrained": "Two retrained (floor)"}
#: Whether a method is closer than doing nothing, None where that is undecided: the words in the
#: legend, and how much of the marker is filled.
VERDICTS: dict[bool | None, tuple[str, Literal["full", "left", "none"]]] = {
    True: ("closer than doing nothing", "full"),
    None: ("cannot be told", "left"),
    False: ("no closer", "none"),
}
#: A distance lies beyond the axis if it is `FAR` times the references' and the median distance; an
#: interval's end, if it is `WIDE` times the largest distance inside.
FAR, WIDE = 3, 1.5
#: From here on numbers at an axis are long: they have commas, and there are few of them.
LONG = 1000
#: Size of a marker in points; a star's, in which one can see whether it is filled.
MARK, STAR = 4.6, 7.5


def distances(
    axis: "Axes",
    keys: Sequence[str],
    cells: Sequence[Drawn],
    verdicts: Sequence[bool | None],
    titles: Sequence[str],
) -> list[str]:
    """Draw a marker with its interval in each row.

    Parameters
    ----------
    axis : Axes
        The panel.
    keys, cells, verdicts, titles : sequence
        Of each row: the method's key, its numbers, whether it is closer than doing nothing (None:
        undecided), and its title. The first two rows are the references `UPPER`.

    Returns
    -------
    list of str
        Notes of distances and intervals beyond the axis.
    """
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    limit = _limit(cells)
    axis.set_xlim(-0.03 * limit, 1.04 * limit)
    if limit >= LONG:
        axis.xaxis.set_major_locator(MaxNLocator(2))
        axis.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    for key, cell in zip(keys, cells, strict=True):
        if key in UPPER:
            _band(axis, key, cell)
    beyond = []
    for row, (key, cell) in enumerate(zip(keys, cells, strict=True)):
        look = style(key)
        color = look.color
        if math.isnan(cell.mean):
            row_text(axis, row, "not measured")
            continue
        if cell.mean > limit:
            _arrow(axis, row, limit, color)
            axis.text(0.93 * limit, row, short(cell.mean), fontsize=SMALL, va="center",
                      ha="right", color=GREY)  # fmt: skip
            beyond.append(f"{titles[row]} at {short(cell.mean)}")
            continue
        if cell.has_interval:
            low, high = max(cell.low, 0.0), min(cell.high, limit)
            axis.hlines(row, low, high, color=color, linewidth=1, zorder=3)
            if cell.high > limit:
                _arrow(axis, row, limit, color)
                beyond.append(f"{titles[row]} to {short(cell.high)}")
            if cell.low < 0:
                axis.plot(-0.01 * limit, row, "<", color=color, ms=3, mew=0, zorder=5)
                beyond.append(f"{titles[row]} from {short(cell.low)}")
        dots = [value for value in cell.dots if value <= limit]
        beyond += [f"{titles[row]} at {short(value)}" for value in cell.dots if value > limit]
        axis.plot(dots, [row] * len(dots), "o", color=color, ms=1.6, mew=0, zorder=3)
        fill = VERDICTS[True if key in UPPER else verdicts[row]][1]
        axis.plot(cell.mean, row, linestyle="none", zorder=4, **marker(look.marker, color, fill))
    for words, fill in VERDICTS.values():
        axis.plot([], [], linestyle="none", label=words, **marker("o", GREY, fill))
    return beyond


def marker(kind: str, color: str, fill: Literal["full", "left", "none"]) -> dict[str, Any]:
    """Arguments of a marker that is filled, half filled or white."""
    return {
        "marker": kind,
        "markersize": STAR if kind == "*" else MARK,
        "fillstyle": "left" if fill == "left" else "full",
        "markerfacecolor": "white" if fill == "none" else color,
        "markerfacecoloralt": "white",
        "markeredgecolor": color,
        "markeredgewidth": 0.8,
    }


def with_floor(cells: Sequence[Drawn]) -> Drawn:
    """The first cell, with the first known interval of the floor as its own interval."""
    bands = [(cell.floor_low, cell.floor_high) for cell in cells]
    low, high = next((band for band in bands if math.isfinite(sum(band))), (math.nan, math.nan))
    return cells[0] if math.isnan(low) else replace(cells[0], low=low, high=high)


def _band(axis: "Axes", key: str, cell: Drawn) -> None:
    """A line through all rows for a reference, and a band where its interval is known."""
    look = style(key)
    if cell.has_interval:
        axis.axvspan(cell.low, cell.high, color=look.color, alpha=0.13, linewidth=0, zorder=1)
    if math.isfinite(cell.mean):
        axis.axvline(cell.mean, color=look.color, linestyle=look.dashes, linewidth=1, zorder=2)


def _limit(cells: Sequence[Drawn]) -> float:
    """End of the axis, by `FAR` and `WIDE`; the first two cells are the references."""
    means = sorted(cell.mean for cell in cells if math.isfinite(cell.mean)) or [1.0]
    compared = [cell.mean for cell in cells[:2] if math.isfinite(cell.mean)]
    most = FAR * max([means[len(means) // 2], *compared])
    largest = max(mean for mean in means if mean <= max(most, means[0])) or 1.0
    ends = [
        end
        for cell in cells
        if cell.mean <= largest
        for end in (cell.high, *cell.dots)
        if end <= WIDE * largest
    ]
    return max(largest, *ends, 0.0)


def _arrow(axis: "Axes", row: int, limit: float, color: str) -> None:
    axis.plot(1.02 * limit, row, ">", color=color, ms=3, mew=0, clip_on=False, zorder=5)


def row_text(axis: "Axes", row: int, words: str) -> None:
    """Write words in a row that has no marker."""
    axis.text(0.5, row, words, transform=axis.get_yaxis_transform(),
              fontsize=SMALL, color="#777777", va="center", ha="center",
              bbox={"facecolor": "white", "linewidth": 0, "pad": 0.6, "alpha": 0.85})  # fmt: skip

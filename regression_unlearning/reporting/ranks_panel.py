"""The panel of mean ranks, with bars that join tied methods."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from regression_unlearning.reporting.drawing import GREY
from regression_unlearning.reporting.styles import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Size of a marker in points.
MARK = 4
#: Distance from the panel to the first bar, and between bars, over the panel's width.
BAR = 0.025


def draw_ranks(
    axis: "Axes",
    names: Mapping[str, str],
    ranks: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    cliques: Sequence[Collection[str]],
) -> None:
    """Draw a row for each method, the best first, and to their right a bar for each clique.

    Parameters
    ----------
    axis : Axes
        The panel.
    names : mapping of str to str
        Key of each method to its title.
    ranks, lows, highs : sequence of float [methods]
        Mean ranks with the ends of their intervals, in the order of `names`.
    cliques : sequence of collections of str
        Keys of methods of which every two are tied. A clique inside another is left out.
    """
    mean = dict(zip(names, ranks, strict=True))
    keys = sorted(names, key=lambda key: mean[key])
    rows = {key: row for row, key in enumerate(keys)}
    for key, rank, low, high in zip(names, ranks, lows, highs, strict=True):
        look = style(key)
        axis.hlines(rows[key], low, high, color=look.color, linewidth=1, zorder=3)
        axis.plot(
            rank, rows[key], look.marker, color=look.color, markersize=MARK, mew=0.8, zorder=4
        )
    for bar, tied in _bars([sorted(rows[key] for key in clique) for clique in cliques]):
        axis.plot(
            [1 + BAR * (bar + 1)] * len(tied), tied, "o-", color=GREY, markersize=2, linewidth=1.2,
            transform=axis.get_yaxis_transform(), clip_on=False, label="_tied",
        )  # fmt: skip
    axis.set_yticks(range(len(keys)), [names[key] for key in keys], parse_math=False)
    axis.set_ylim(len(keys) - 0.5, -0.5)
    axis.set_xlim(min(1.0, *lows) - 0.3, max(float(len(keys)), *highs) + 0.3)
    axis.locator_params(axis="x", integer=True, nbins=8)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel("Mean rank (1: the best of all)")
    for row in range(0, len(keys), 2):
        axis.axhspan(row - 0.5, row + 0.5, color="#F4F4F4", linewidth=0, zorder=0)


def _bars(cliques: Sequence[list[int]]) -> list[tuple[int, list[int]]]:
    """Rows of each clique that is in no other, with its bar's column, so that no bars overlap."""
    whole = [
        rows
        for number, rows in enumerate(cliques)
        if len(rows) > 1
        and not any(
            set(rows) < set(other) or (rows == other and place < number)
            for place, other in enumerate(cliques)
        )
    ]
    ends: list[int] = []  # the last row of each bar's place so far
    bars = []
    for rows in sorted(whole):
        place = next((n for n, end in enumerate(ends) if end < rows[0]), len(ends))
        ends[place:] = [rows[-1], *ends[place + 1 :]]
        bars.append((place, rows))
    return bars

"""Closeness of many methods to the retrained model, and their cost, in one figure."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from regression_unlearning.reporting.distances_panel import (
    MARK,
    UPPER,
    distances,
    row_text,
    with_floor,
)
from regression_unlearning.reporting.drawing import (
    FAINT,
    SMALL,
    TEXT,
    TWO_COLUMNS,
    canvas,
    divided,
    place,
    rows,
    save_figure,
)
from regression_unlearning.reporting.drawn import Drawn, uncertainty
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.remarks import (
    COST,
    HALF,
    TENTH,
    W1,
    Figures,
    closer_here,
    numbers,
)
from regression_unlearning.reporting.styles import style
from regression_unlearning.reporting.wrapping import text_width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEEDS = ("wasserstein", "row_distance", "cost")
SEE = (
    "a row for each method, ordered by the mean over the forget sets of its distance over that of "
    "doing nothing. The upper two rows, their lines and bands are the model that forgot nothing "
    "and what two retrained models differ by: no method can be told to come nearer. A filled "
    "marker is closer than doing nothing both in Wasserstein distance and row by row, a white one "
    "is not, and of a half filled one it cannot be told with so many seeds. On the right, seconds "
    "over those of retraining, the mean and the range over the forget sets; the upright lines are "
    "a tenth, a half and all of them. Below stand references, which are no unlearning: a method "
    "that comes no nearer than they do makes no use of the original."
)
ORDERED = "Rows: ordered by distance over doing nothing's, mean over the forget sets."
UNORDERED = "Rows: as in the settings, for no distance can be compared with doing nothing's."
#: Height of a method's row in inches; most forget sets side by side; width of the cost's panel over
#: that of a forget set.
ROW, COLUMNS, COST_WIDTH = 0.155, 3, 0.8


def order(figures: Figures, layout: Layout) -> list[str]:
    """Methods, the closest first, then the references.

    The order is by distance over doing nothing's, as a mean over forget sets; methods without any
    distance come last.

    Parameters
    ----------
    figures : dict
        See `remarks.numbers`.
    layout : Layout
        Methods and forget sets.
    """
    methods = sorted(layout.unlearning, key=lambda method: _far(figures, layout, method))
    return [*methods, *layout.references]


def _far(figures: Figures, layout: Layout, method: str) -> float:
    shares = [
        figures[*group, method, W1][0] / figures[*group, "original", W1][0]
        for group in layout.groups
        if (*group, method, W1) in figures and figures.get((*group, "original", W1), (0.0,))[0]
    ]
    shares = [share for share in shares if math.isfinite(share)]
    return sum(shares) / len(shares) if shares else math.inf


def draw(given: Given) -> None:
    """Draw a panel for each forget set and one for the cost, with a row for each method."""
    layout = given.layout
    figures = numbers(given.summaries, layout)
    methods = order(figures, layout)
    ordered = any(math.isfinite(_far(figures, layout, method)) for method in methods)
    shown = [*UPPER, *methods]
    titles = [UPPER.get(key) or layout.methods[key] for key in shown]
    blocks = divided(list(layout.groups), COLUMNS)
    notes = [ORDERED if ordered else UNORDERED]
    cells = {
        (group, key): Drawn.of(given.summaries.get((*group, key, W1)))
        for group in layout.groups
        for key in shown
    }
    for group in layout.groups:
        cells[group, "retrained"] = with_floor([cells[group, key] for key in ("retrained", *shown)])
    notes += uncertainty(cells.values())
    beyond = []
    with canvas(TWO_COLUMNS) as figure:
        names = max(text_width(figure, title, SMALL + 0.5) for title in titles) + 0.1
        for block, row in zip(blocks, rows(figure, len(blocks)), strict=True):
            last = block is blocks[-1]
            ratios = [1.0] * len(block) + [COST_WIDTH] * last
            inches = (TWO_COLUMNS - names - 0.1) / sum(ratios) - 0.1
            axes = row.subplots(1, len(ratios), squeeze=False, sharey=True, width_ratios=ratios)[0]
            for axis, group in zip(axes, block, strict=False):
                drawn = [cells[group, key] for key in shown]
                verdicts = [closer_here(given.compared, group, key) for key in shown]
                outside = distances(axis, shown, drawn, verdicts, titles)
                beyond += [f"{layout.groups[group]}: {'; '.join(outside)}"] if outside else []
                axis.set_title(layout.groups[group])
                label = [
                    line
                    for part in ("Wasserstein distance", f"({given.unit})")
                    for line in wrapped(figure, part, inches, TEXT)
                ]
                axis.set_xlabel("\n".join(label), parse_math=False)
            if last:
                _costs(axes[-1], shown, figures, list(layout.groups))
            for axis in axes:
                _rows(axis, len(shown), len(layout.references))
            axes[0].set_yticks(range(len(shown)), titles, parse_math=False)
        if beyond:
            notes.append(f"Beyond the axes (arrows): {'. '.join(beyond)}.")
        place(figure, layout.title, layout.line, notes, high=ROW * len(shown), names=names)
        save_figure(figure, given.stem)


def _costs(
    axis: "Axes", keys: Sequence[str], figures: Figures, groups: Sequence[tuple[str, str]]
) -> None:
    """Draw the last panel: share of retraining's seconds, mean and range over forget sets."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axis.set_title("Cost")
    axis.set_xlabel("Seconds /\nretraining's")
    for line in (TENTH, HALF, 1):
        axis.axvline(line, color=FAINT, linewidth=0.6, zorder=1)
    lowest, highest = TENTH / 10, 1.0
    for row, key in enumerate(keys):
        if key == "original":
            row_text(axis, row, "none")  # its seconds are those of training, not of unlearning
            continue
        shares = [figures.get((*group, key, COST), (math.nan,))[0] for group in groups]
        shares = [share for share in shares if math.isfinite(share)]
        if not shares or min(shares) <= 0:
            if key not in UPPER:
                row_text(axis, row, "too short to measure" if shares else "not measured")
            continue
        look = style(key)
        mean = sum(shares) / len(shares)
        axis.hlines(row, min(shares), max(shares), color=look.color, linewidth=1, zorder=3)
        axis.plot(mean, row, look.marker, color=look.color, markersize=MARK, zorder=4)
        lowest, highest = min(lowest, *shares), max(highest, *shares)
    axis.set_xscale("log")
    axis.set_xlim(lowest / 1.6, highest * 1.6)
    powers = range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
    axis.xaxis.set_major_locator(FixedLocator([10.0**power for power in powers]))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _rows(axis: "Axes", count: int, references: int) -> None:
    """Draw a faint band behind every other row.

    Lines separate the methods from the two rows above and from the references below.
    """
    if references:
        axis.axhline(count - references - 0.5, color="#888888", linewidth=0.6, zorder=1)
    axis.set_ylim(count - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    axis.axhline(len(UPPER) - 0.5, color="#888888", linewidth=0.6, zorder=1)
    for row in range(0, count, 2):
        axis.axhspan(row - 0.5, row + 0.5, color="#F4F4F4", linewidth=0, zorder=0)

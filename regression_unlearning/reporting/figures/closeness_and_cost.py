"""Many methods in one picture: how close each comes to the retrained model, and what it costs."""

import math
from typing import TYPE_CHECKING, Any

from regression_unlearning.reporting.drawing import FLOOR, STYLES, canvas, place, save_figure
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.remarks import (
    COST,
    HALF,
    TENTH,
    UNKNOWN,
    W1,
    Figures,
    numbers,
)

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

NEEDS = ("wasserstein", "cost")
SEE = (
    "a row for each method, the closest to the retrained model first. The dotted line is the model "
    "that forgot nothing, the dashed one what two retrained models differ by: no method can be "
    "told to come nearer. On the right, seconds over those of retraining; the upright lines are a "
    "tenth and a half."
)
#: What the axis of the costs is named, and the two other lines of a panel.
SHARE = "Seconds / retraining's"
FLOOR_LABEL = "Two retrained models (floor)"
NOTHING: dict[str, Any] = {
    "color": "#999999",
    "linestyle": (0, (1, 1.5)),
    "linewidth": 1.5,
    "zorder": 2,
}
NOTHING_LABEL = "Doing nothing"
DOT, BAR = STYLES[0][0], STYLES[1][0]
#: Inches of a panel, of a method's row, of all that stands above and below, of a name's letter.
WIDTH, ROW, AROUND, LETTER = 2.5, 0.235, 2.0, 0.072
#: Inches of the names at least, and of what stands beside them.
NAMES, BESIDE = 1.75, 0.15
#: Inches that the legend needs.
LEAST = 7.6


def order(found: Figures, layout: Layout) -> list[str]:
    """Methods, the closest first: by the mean over forget sets of the share of nothing's distance.

    Methods without a single distance come last.
    """

    def far(method: str) -> float:
        shares = [
            found[*group, method, W1][0] / found[*group, "original", W1][0]
            for group in layout.groups
            if (*group, method, W1) in found and (*group, "original", W1) in found
        ]
        shares = [share for share in shares if math.isfinite(share)]
        return sum(shares) / len(shares) if shares else math.inf

    return sorted(layout.unlearning, key=far)


def draw(given: Given) -> None:
    """Draw a row a method, a panel a forget set, and the cost."""
    layout = given.layout
    found = numbers(given.summaries, layout)
    methods = order(found, layout)
    groups = list(layout.groups.items())
    letters = max((len(layout.methods[name]) for name in methods), default=0)
    names = max(NAMES, BESIDE + LETTER * letters)
    wide = max(names + WIDTH * (len(groups) + 1), LEAST)
    with canvas(wide, AROUND + ROW * len(methods)) as figure:
        *panels, last = figure.subplots(1, len(groups) + 1, sharey=True)
        for axis, (group, title) in zip(panels, groups, strict=True):
            _distances(axis, found, group, methods)
            axis.set_title(title, fontsize=10, color="#222222", parse_math=False)
            axis.set_xlabel(f"Wasserstein distance\n({given.unit})", parse_math=False)
        _costs(last, found, [group for group, _ in groups], methods)
        for axis in (*panels, last):
            _rows(axis, len(methods))
        panels[0].set_yticks(
            range(len(methods)), [layout.methods[name] for name in methods], parse_math=False
        )
        place(figure, [*panels, last], layout.title, layout.line, last=FLOOR_LABEL)
        figure.subplots_adjust(left=names / wide, wspace=0.1)
        save_figure(figure, given.stem)


def _distances(axis: "Axes", found: Figures, group: tuple[str, str], methods: list[str]) -> None:
    """One forget set: a dot and its interval each method; lines for nothing and for the floor."""
    import numpy as np

    gold = found.get((*group, "retrained", W1), UNKNOWN)
    original = found.get((*group, "original", W1), UNKNOWN)
    rows = np.array([found.get((*group, name, W1), UNKNOWN) for name in methods])
    mean, low, high, _ = rows.T
    ends = np.nan_to_num([mean - np.maximum(low, 0), high - mean]).clip(min=0)
    at = np.arange(len(methods))
    axis.axvline(0, color="#BBBBBB", linewidth=0.9, zorder=1)
    if math.isfinite(gold[0]):
        axis.axvline(gold[0], label=FLOOR_LABEL, **FLOOR)
    if math.isfinite(original[0]):
        axis.axvline(original[0], label=NOTHING_LABEL, **NOTHING)
    axis.errorbar(
        mean, at, xerr=ends, fmt="o", color=DOT, markersize=5, linewidth=1.3, zorder=3,
        label="Method, 95 % interval over seeds",
    )  # fmt: skip
    _mark_absent(axis, at[np.isnan(mean)])
    largest = np.nanmax([*mean, original[0], gold[0], 1e-9])
    shown = np.nanmax([largest, *np.minimum(high, 1.5 * largest)])
    axis.set_xlim(-0.03 * shown, 1.05 * shown)


def _costs(axis: "Axes", found: Figures, groups: list[tuple[str, str]], methods: list[str]) -> None:
    """The last panel: the share of retraining's seconds, the mean over the forget sets."""
    import numpy as np
    from matplotlib.ticker import FuncFormatter

    rows = [[found.get((*g, name, COST), UNKNOWN)[0] for g in groups] for name in methods]
    known = [[share for share in row if math.isfinite(share) and share > 0] for row in rows]
    shares = np.array([sum(row) / len(row) if row else math.nan for row in known])
    at = np.arange(len(methods))
    axis.set_title("Cost", fontsize=10, color="#222222")
    axis.set_xlabel(f"{SHARE}\n(mean over the forget sets)")
    for line in (TENTH, HALF):
        axis.axvline(line, color="#BBBBBB", linewidth=0.9, zorder=1)
    _mark_absent(axis, at[np.isnan(shares)])
    low = min(np.nanmin([*shares, TENTH]) / 1.6, 0.01)
    high = max(np.nanmax([*shares, HALF]) * 1.3, 1.0)
    axis.set_xscale("log")
    axis.hlines(at, low, shares, color=BAR, linewidth=3.2, zorder=2)
    axis.plot(shares, at, "s", color=BAR, markersize=4.5, zorder=3)
    axis.set_xlim(low, high)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _mark_absent(axis: "Axes", rows: "np.ndarray") -> None:
    for row in rows:
        axis.text(0.5, row, "not measured", transform=axis.get_yaxis_transform(),
                  fontsize=7.5, color="#888888", va="center", ha="center")  # fmt: skip


def _rows(axis: "Axes", count: int) -> None:
    """A faint band behind every other row leads the eye from a name to its numbers."""
    axis.set_ylim(count - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    for row in range(0, count, 2):
        axis.axhspan(row - 0.5, row + 0.5, color="#F5F5F5", linewidth=0, zorder=0)

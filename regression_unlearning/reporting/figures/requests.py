"""Requests one after the other: errors and the attack after each of them (paper, Figure 7)."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from regression_unlearning.reporting.drawing import STYLES, canvas, place, save_figure
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.summaries import Summaries, Summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from regression_unlearning.evaluation.measure import Quantity

NEEDS = ("errors", "membership")
SEE = (
    "the forget sets are asked for one after the other, and each method goes on from its own "
    "model. Forgotten rows are those of all requests that a point names, and the retrained model "
    "has seen none of them: the nearer to it, the better. Bars are 95 % intervals over training "
    "seeds."
)
#: What is followed, a panel each.
FOLLOWED = ("error_retain_test", "error_forget_train", "attack_label_rate")
#: The two models that no method has touched: dashed and dotted in grey.
REFERENCES = {
    "retrained": {"color": "#222222", "linestyle": (0, (4, 2)), "marker": "s", "zorder": 2.5},
    "original": {"color": "#999999", "linestyle": (0, (1, 1.5)), "marker": "o", "zorder": 2},
}
WIDTH, HEIGHT = 3.4, 3.9
#: Letters of a line below the x-axis.
LETTERS = 13
#: How far apart two models' points of one request are drawn.
APART = 0.06


def follow(summaries: Summaries, layout: Layout) -> "dict[tuple[str, str, str], np.ndarray]":
    """Take mean and interval of each model after each request out of summaries.

    Parameters
    ----------
    summaries : dict
        See `summary.summarise`.
    layout : Layout
        Its groups are the requests, in their order.

    Returns
    -------
    dict of (dataset, measure, method) to array (requests, 3)
        Mean and the interval's ends; NaN where it was not measured or has no interval.
    """
    import numpy as np

    found = {}
    for dataset in dict.fromkeys(dataset for dataset, _ in layout.groups):
        requests = [forget_set for one, forget_set in layout.groups if one == dataset]
        for measure in FOLLOWED:
            for method in layout.methods:
                cells = [summaries.get((dataset, one, method, measure)) for one in requests]
                found[dataset, measure, method] = np.array([_ends(cell) for cell in cells], float)
    return found


def _ends(cell: Summary | None) -> tuple[float | None, ...]:
    return (cell.mean.value, cell.low, cell.high) if cell else (None, None, None)


def draw(given: Given) -> None:
    """Draw the requests: a row a dataset, a panel a measure."""
    layout = given.layout
    numbers = follow(given.summaries, layout)
    datasets = list(dict.fromkeys(dataset for dataset, _ in layout.groups))
    with canvas(WIDTH * len(FOLLOWED), HEIGHT * len(datasets)) as figure:
        grid = figure.subplots(len(datasets), len(FOLLOWED), squeeze=False)
        for row, dataset in zip(grid, datasets, strict=True):
            requests = [title for (one, _), title in layout.groups.items() if one == dataset]
            for axis, measure in zip(row, FOLLOWED, strict=True):
                lines = {name: numbers[dataset, measure, name] for name in layout.methods}
                _panel(axis, lines, layout.methods)
                _labels(axis, lines, requests, layout.words(measure), given.unit)
        place(figure, list(grid.flat), layout.title, layout.line, last=layout.methods["retrained"])
        figure.subplots_adjust(wspace=0.28, hspace=0.45)
        save_figure(figure, given.stem)


def _panel(axis: "Axes", lines: "Mapping[str, np.ndarray]", titles: Mapping[str, str]) -> None:
    """One panel: a line a model, its intervals as bars, side by side."""
    import numpy as np

    methods = [name for name in lines if name not in REFERENCES]
    styles = {
        name: {"color": color, "linestyle": dashes, "marker": "o", "zorder": 3}
        for name, (color, dashes) in zip(methods, STYLES * len(methods), strict=False)
    }
    for number, name in enumerate([*REFERENCES, *methods]):
        if name not in lines:
            continue
        mean, low, high = lines[name].T
        at = np.arange(len(mean)) + APART * (number - (len(lines) - 1) / 2)
        bars = np.nan_to_num([mean - low, high - mean])
        look = (REFERENCES | styles)[name]
        axis.errorbar(
            at, mean, bars, label=titles[name], markersize=4, linewidth=1.6, capsize=2, **look
        )


def _range(lines: "Mapping[str, np.ndarray]", least: float) -> tuple[float, float]:
    """Ends of the y-axis: all means are inside; of wide intervals only what nothing else hides.

    Errors and shares are never negative, however wide the interval of two seeds.
    """
    import numpy as np

    numbers = np.concatenate([*lines.values(), np.zeros((1, 3))])
    means, ends = np.nanmax(numbers[:, 0]), np.nanmax(np.nan_to_num(numbers[:, 2]))
    top = 1.08 * max(means, min(ends, 1.6 * means), least)
    return -0.02 * top, top


def _labels(
    axis: "Axes",
    lines: "Mapping[str, np.ndarray]",
    requests: Sequence[str],
    words: "Quantity",
    unit: str,
) -> None:
    """Name a panel's measure, and on the x-axis what was asked for."""
    axis.set_title(words.title, fontsize=10, color="#222222", parse_math=False)
    axis.set_xticks(range(len(requests)))
    texts = ["\n".join(wrap(title, LETTERS, break_on_hyphens=False)) for title in requests]
    axis.set_xticklabels(texts, fontsize=8, parse_math=False)
    axis.set_xlim(-0.4, len(requests) - 0.6)
    share = words.unit == "share"
    axis.set_ylim(*_range(lines, 0.1 if share else 0.01))
    axis.set_ylabel("Share of the forgotten rows" if share else unit, parse_math=False)
    axis.grid(axis="y", color="#EEEEEE", linewidth=0.8)

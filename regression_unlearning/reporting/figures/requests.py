"""Errors and the attack after each of several successive requests (paper, Figure 7)."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from regression_unlearning.reporting.drawing import (
    LINE,
    SMALL,
    TEXT,
    TWO_COLUMNS,
    canvas,
    divided,
    panel_height,
    place,
    rows,
    save_figure,
)
from regression_unlearning.reporting.drawn import Drawn, uncertainty
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.numerals import short
from regression_unlearning.reporting.styles import REFERENCES, style
from regression_unlearning.reporting.summaries import Summaries
from regression_unlearning.reporting.wrapping import wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regression_unlearning.evaluation.measure import Quantity

NEEDS = ("errors", "membership")
SEE = (
    "the forget sets are asked for one after the other, and each method goes on from its own "
    "model. Forgotten rows are those of all requests that a point names, and the retrained model "
    "has seen none of them: the nearer to it, the better. Bars are 95 % intervals over training "
    "seeds; where there are too few seeds for one, dots are the seeds' own values. Models of one "
    "point stand side by side."
)
#: Quantities, a panel each.
FOLLOWED = ("error_retain_test", "error_forget_train", "attack_label_rate")
#: Most distance between two models' points of one request, and between the outermost points.
APART, WIDEST = 0.09, 0.7
#: Most methods in a panel.
MOST = 6
#: The requests' numbers in a forget set's title.
_NUMBERS = re.compile(r"\bRequests? (?P<numbers>\d+(-\d+)?):")
SHARE = "Share of forgotten rows"
#: Width of a panel in inches.
WIDE = TWO_COLUMNS / len(FOLLOWED) - 0.45
Lines = Mapping[str, Sequence[Drawn]]


def follow(summaries: Summaries, layout: Layout) -> dict[tuple[str, str, str], list[Drawn]]:
    """Each model's numbers after each request, from summaries.

    Parameters
    ----------
    summaries : dict
        See `summary.summarise`.
    layout : Layout
        Its groups are the requests, in their order.

    Returns
    -------
    dict of (dataset, measure, method) to list of Drawn
        One for each request.
    """
    return {
        (dataset, measure, method): [
            Drawn.of(summaries.get((dataset, forget_set, method, measure)))
            for name, forget_set in layout.groups
            if name == dataset
        ]
        for dataset in dict.fromkeys(dataset for dataset, _ in layout.groups)
        for measure, method in product(FOLLOWED, layout.methods)
    }


def draw(given: Given) -> None:
    """Draw a row of panels for each dataset, and a panel for each quantity.

    More methods than `MOST` are divided among several rows.
    """
    layout = given.layout
    numbers = follow(given.summaries, layout)
    datasets = list(dict.fromkeys(dataset for dataset, _ in layout.groups))
    always = [key for key in layout.methods if key in REFERENCES]
    parts = divided([key for key in layout.methods if key not in REFERENCES], MOST) or [[]]
    notes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with canvas(TWO_COLUMNS) as figure:
        high = panel_height(len(datasets) * len(parts))
        lines = rows(figure, len(datasets) * len(parts))
        for (dataset, part), row in zip(product(datasets, parts), lines, strict=True):
            requests = [title for (name, _), title in layout.groups.items() if name == dataset]
            own = f"{dataset}, " if len(datasets) > 1 else ""
            ticks = _ticks(requests)
            notes["Forgotten"][dataset] = list(ticks.values())
            for axis, measure in zip(row.subplots(1, len(FOLLOWED)), FOLLOWED, strict=True):
                words = layout.words(measure)
                every = {key: numbers[dataset, measure, key] for key in layout.methods}
                axis.set_ylim(_range(every, 0.1 if words.unit == "share" else 0.01))
                shown = {key: every[key] for key in (*always, *part)}
                for kind, texts in _panel(axis, shown, layout.methods, list(ticks), high).items():
                    notes[kind][f"{own}{words.title}: "] += texts
                _labels(axis, list(ticks), words)
                unit = SHARE if words.unit == "share" else given.unit
                axis.set_ylabel("\n".join(wrapped(figure, unit, high, TEXT)), parse_math=False)
            row.supxlabel("Requests so far", fontsize="medium")
        sentences = uncertainty(cell for cells in numbers.values() for cell in cells)
        for kind, by_panel in notes.items():
            whole = [
                (where if where.endswith(": ") else "") + "; ".join(dict.fromkeys(texts))
                for where, texts in by_panel.items()
            ]
            sentences.append(f"{kind}: {'. '.join(whole)}.")
        last = layout.methods["retrained"]
        place(figure, layout.title, layout.line, sentences, names=0.8, last=last)
        save_figure(figure, given.stem)


def _ticks(requests: Sequence[str]) -> dict[str, str]:
    """A short label for each point, such as 1-2 for ``Requests 1-2: ...``, and its meaning."""
    matches = [_NUMBERS.search(title) for title in requests]
    return {
        match["numbers"] if match else str(number): title if match else f"{number}: {title}"
        for number, (match, title) in enumerate(zip(matches, requests, strict=True), 1)
    }


def _panel(
    axis: "Axes", lines: Lines, titles: Mapping[str, str], ticks: Sequence[str], tall: float
) -> dict[str, list[str]]:
    """Draw a panel with a line for each model; return notes of what it cannot show, by kind."""
    import numpy as np

    bottom, top = axis.get_ylim()
    notes: dict[str, list[str]] = defaultdict(list)
    step = min(APART, WIDEST / len(lines))
    for number, (key, cells) in enumerate(lines.items()):
        at = np.arange(len(cells)) + step * (number - (len(lines) - 1) / 2)
        look = style(key)
        above = 2.5 if key in REFERENCES else 3
        mean, low, high = (
            np.array([getattr(cell, part) for cell in cells], float)
            for part in ("mean", "low", "high")
        )
        axis.plot(at, mean, label=titles[key], zorder=above, **look.line)
        axis.vlines(at, low.clip(bottom), high.clip(max=top), color=look.color, lw=1, zorder=above)
        dots = [(x, y) for x, cell in zip(at, cells, strict=True) for y in cell.dots]
        axis.plot(*np.array(dots, float).reshape(-1, 2).T, "o", color=look.color, ms=1.6, mew=0)
        for wide, end, arrow in ((high > top, high, "^"), (low < bottom, low, "v")):
            if not wide.any():
                continue
            inside = 0.02 * (bottom - top if arrow == "^" else top - bottom)
            edge = np.full(wide.sum(), (top if arrow == "^" else bottom) + inside)
            axis.plot(at[wide], edge, arrow, color=look.color, ms=3, mew=0, zorder=4)
            ends = ", ".join(
                f"{short(end[n])} at {ticks[n]}" for n in np.flatnonzero(wide).tolist()
            )
            way = "to" if arrow == "^" else "from"
            notes["Intervals beyond the axis (arrows)"] += [f"{titles[key]} {way} {ends}"]
        notes["Not measured"] += [
            f"{titles[key]} at {ticks[place]}" for place in np.flatnonzero(np.isnan(mean)).tolist()
        ]
    notes["Lines that coincide"] += _hidden(lines, titles, (top - bottom) / tall)
    return {kind: texts for kind, texts in notes.items() if texts}


def _hidden(lines: Lines, titles: Mapping[str, str], inch: float) -> list[str]:
    """Notes of lines that lie under others at all requests."""
    import numpy as np

    from regression_unlearning.reporting.coincidence import hidden

    count = max(map(len, lines.values()), default=1)
    scale = 72 * np.array([WIDE / count, 1 / inch])
    corners = {
        titles[key]: np.array([(n, cell.mean) for n, cell in enumerate(cells)]) * scale
        for key, cells in lines.items()
        if not np.isnan([cell.mean for cell in cells]).any()
    }
    return [f"{name} under {other}" for name, other in hidden(corners, LINE).items()]


def _range(lines: Lines, least: float) -> tuple[float, float]:
    """Ends of the y-axis, with all means and dots inside, and intervals unless they are too wide.

    Errors and shares are never negative. The axis starts at 0 unless all lies far above it.
    """
    import numpy as np

    cells = [cell for cells in lines.values() for cell in cells]
    points = np.array([*(cell.mean for cell in cells), *(y for cell in cells for y in cell.dots)])
    points = points[np.isfinite(points)] if np.isfinite(points).any() else np.array([0.0, least])
    span = max(np.ptp(points), least, 0.1 * points.max())
    ends = np.array([end for cell in cells for end in (cell.low, cell.high)])
    inside = ends[(ends >= points.min() - span) & (ends <= points.max() + span)]
    low, high = min(points.min(), *inside, points.max()), max(points.max(), *inside, least)
    low = 0.0 if low < 0.4 * high else low - 0.05 * (high - low)
    return low - 0.02 * (high - low), high + 0.05 * (high - low)


def _labels(axis: "Axes", ticks: Sequence[str], words: "Quantity") -> None:
    """Set a panel's title and the labels of its x-axis."""
    axis.set_title(words.title)
    axis.set_xticks(range(len(ticks)))
    axis.set_xticklabels(ticks, fontsize=SMALL, parse_math=False)
    axis.set_xlim(-0.5, len(ticks) - 0.5)
    axis.locator_params(axis="y", nbins=6)
    axis.grid(axis="y", color="#EEEEEE", linewidth=0.6)

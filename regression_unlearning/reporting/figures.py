"""Figures as PNG and PDF: the same samples, the same bytes."""

import logging
import textwrap
from collections.abc import Iterable, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from regression_unlearning.files import whole
from regression_unlearning.reporting.differences import Panel
from regression_unlearning.reporting.layout import EMBEDDED_LINE

#: Colours after Okabe and Ito, told apart with any colour vision; dashes for print in grey.
STYLES = (
    ("#0072B2", "-"),
    ("#D55E00", (0, (9, 1.5))),
    ("#009E73", (0, (6, 1.5, 1.5, 1.5))),
    ("#CC79A7", "-"),
    ("#E69F00", (0, (9, 1.5))),
    ("#56B4E9", (0, (6, 1.5, 1.5, 1.5))),
    ("#000000", (0, (1, 1))),
    ("#882255", "-"),
)
FLOOR = {"color": "#555555", "linestyle": (0, (3, 2.5)), "linewidth": 1.3, "zorder": 2.5}
FLOOR_LABEL = "Retrained, other seed (floor)"
LOOK = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": "#222222",
    "axes.axisbelow": True,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "pdf.fonttype": 42,
}
POINTS = 400
WIDTH, HEIGHT = 3.6, 4.4
#: Of a title, an inch holds so many.
CHARACTERS = 9.2


def difference_densities(
    panels: Sequence[Panel],
    stem,
    title: str,
    unit: str,
    embedded: bool = False,
    relative: bool = False,
) -> None:
    """Draw Figure 4 (relative: Figures 2 and 3) as ``{stem}.png`` and ``{stem}.pdf``.

    One panel per forget set; in each, a density curve per method of its prediction minus the
    retrained model's, and a dashed one between retrained models of different seeds.

    Parameters
    ----------
    panels : sequence of Panel
        See `differences.panel`.
    stem : path
        Where to write, without a suffix.
    title, unit : str
        Title of the figure; unit of the prediction, such as ``"points of the score"``.
    embedded : bool, optional
        Whether the data are made by this project; the figure then says so.
    relative : bool, optional
        Whether the samples are absolute differences over the label.
    """
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(max(WIDTH * len(panels), 5.6), HEIGHT))
        FigureCanvasAgg(figure)
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for number, (axis, panel) in enumerate(zip(axes, panels, strict=True)):
            _draw(axis, panel, relative)
            axis.set_xlabel(_axis_label(unit, relative), parse_math=False)
            axis.set_ylabel("" if number else "Density (per unit of the x-axis)")
        place(figure, axes, title, _subtitle(panels, embedded))
        save_figure(figure, stem)


def save_figure(figure: Figure, stem) -> None:
    """Write a figure as PNG and PDF without dates or program names."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph
    with whole(f"{stem}.png") as part:
        figure.savefig(part, format="png", dpi=150, metadata={"Software": None})
    with whole(f"{stem}.pdf") as part:
        nothing = {"CreationDate": None, "Creator": None, "Producer": None}
        figure.savefig(part, format="pdf", metadata=nothing)


def density(sample: np.ndarray, grid: np.ndarray, relative: bool = False) -> np.ndarray | None:
    """Estimate a density on a grid; None where all values are one value.

    Relative differences cannot be negative: their density is folded back at 0.
    """
    from scipy.stats import gaussian_kde

    if len(sample) < 2 or np.ptp(sample) <= 1e-9 * max(1.0, float(np.abs(sample).max())):
        return None
    estimate = gaussian_kde(sample)
    return estimate(grid) + estimate(-grid) if relative else estimate(grid)


def _draw(axis: Axes, panel: Panel, relative: bool) -> None:
    """Draw one panel: a curve per method, the floor, the line at zero."""
    grid = _grid([*panel.samples.values(), panel.floor], relative)
    axis.axvline(0, color="#BBBBBB", linewidth=0.9, zorder=1)
    for index, (name, sample) in enumerate(panel.samples.items()):
        color, dashes = STYLES[index % len(STYLES)]
        look = {"color": color, "linestyle": dashes, "linewidth": 1.8, "zorder": 3}
        _curve(axis, name, sample, grid, relative, look)
    _curve(axis, FLOOR_LABEL, panel.floor, grid, relative, FLOOR)
    axis.set_title(panel.title, fontsize=10, color="#222222", parse_math=False)
    axis.set_xlim(grid[0], grid[-1])
    axis.set_ylim(bottom=0)
    axis.grid(axis="y", color="#EEEEEE", linewidth=0.8)


def _curve(axis: Axes, name: str, sample: np.ndarray, grid, relative: bool, look: dict) -> None:
    """Draw one density; a single repeated value becomes an upright line, no values nothing."""
    if not len(sample):
        return
    curve = density(sample, grid, relative)
    if curve is None:
        axis.axvline(float(sample[0]), label=name, **look)
    else:
        axis.plot(grid, curve, label=name, **look)


def place(
    figure: Figure, axes: Sequence[Axes], title: str, subtitle: str, last: str = FLOOR_LABEL
) -> None:
    """Put title, panels and legend at fixed distances (inches) from the figure's edges.

    The legend names `last` after all others.
    """
    found = {}
    for axis in axes:
        handles, labels = axis.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    names = sorted(found, key=lambda name: name == last)
    wide, high = figure.get_size_inches()
    lines = textwrap.wrap(title, max(20, int(CHARACTERS * (wide - 0.8))))
    further = 0.22 * (len(lines) - 1)
    columns = max(1, min(len(names), int(wide / 2.1)))
    legend = 0.24 * -(-len(names) // columns)
    figure.subplots_adjust(
        left=0.65 / wide,
        right=1 - 0.15 / wide,
        bottom=(legend + 0.8) / high,
        top=1 - (further + (1.0 if subtitle else 0.75)) / high,
        wspace=0.2,
    )
    head = {"fontsize": 12.5, "weight": "bold", "color": "#111111", "parse_math": False}
    for number, line in enumerate(lines):
        figure.text(0.65 / wide, 1 - (0.3 + 0.22 * number) / high, line, **head)
    below = 1 - (0.54 + further) / high
    figure.text(0.65 / wide, below, subtitle, fontsize=9.5, color="#B03A00")
    shown = figure.legend(
        [found[name] for name in names],
        names,
        loc="lower center",
        bbox_to_anchor=(0.5, 0.02),
        ncols=columns,
        frameon=False,
        handlelength=3,
    )
    for text in shown.get_texts():
        text.set_parse_math(False)


def _grid(samples: Iterable[np.ndarray], relative: bool) -> np.ndarray:
    """Points that hold nearly all of every sample, and zero, with some room."""
    share = (0.0, 0.95) if relative else (0.005, 0.995)
    ends = [np.quantile(sample, share) for sample in samples if len(sample)]
    low = min((end[0] for end in ends), default=0.0)
    high = max((end[1] for end in ends), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    room = 0.08 * (high - low) or 1.0
    return np.linspace(0.0 if relative else low - room, high + room, POINTS)


def _axis_label(unit: str, relative: bool) -> str:
    if relative:
        return "|Prediction − retrained model's|\n/ label"
    return f"Prediction − retrained model's\n({unit})"


def _subtitle(panels: Sequence[Panel], embedded: bool) -> str:
    """What a reader must know: made-up data, no floor, rows left out."""
    said = [EMBEDDED_LINE] if embedded else []
    if not all(len(panel.floor) for panel in panels):
        said.append("one retrained seed: no floor")
    if left_out := sum(panel.left_out for panel in panels):
        said.append(f"{left_out} predictions left out: their label is 0")
    return "; ".join(said)

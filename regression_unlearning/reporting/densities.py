"""Densities of how far predictions on a forget set lie from the retrained model's."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from regression_unlearning.reporting.differences import Panel, panel
from regression_unlearning.reporting.drawing import (
    FLOOR,
    FLOOR_LABEL,
    STYLES,
    canvas,
    place,
    save_figure,
)
from regression_unlearning.reporting.figure import Given

POINTS = 400
WIDTH, HEIGHT = 3.6, 4.4


def draw(given: Given, relative: bool) -> None:
    """Draw differences from the retrained model, a panel each forget set, a curve each method.

    A dashed curve shows what retrained models of different seeds differ by.

    Parameters
    ----------
    given : Given
        With observations.
    relative : bool
        Whether to draw absolute differences over the label.
    """
    layout = given.layout
    methods = {key: name for key, name in layout.methods.items() if key != "retrained"}
    panels = [
        panel(
            title,
            {name: given.observations[*group, key] for key, name in methods.items()},
            given.observations[*group, "retrained"],
            relative,
        )
        for group, title in layout.groups.items()
    ]
    title = f"{layout.title} ({layout.dataset_title})"
    draw_panels(panels, given.stem, title, given.unit, layout.line, relative)


def draw_panels(
    panels: Sequence[Panel],
    stem: str | Path,
    title: str,
    unit: str,
    line: str = "",
    relative: bool = False,
) -> None:
    """Draw panels as ``{stem}.png`` and ``{stem}.pdf``; see `draw`."""
    with canvas(max(WIDTH * len(panels), 5.6), HEIGHT) as figure:
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for number, (axis, shown) in enumerate(zip(axes, panels, strict=True)):
            _draw(axis, shown, relative)
            axis.set_xlabel(_axis_label(unit, relative), parse_math=False)
            axis.set_ylabel("" if number else "Density (per unit of the x-axis)")
        place(figure, axes, title, _subtitle(panels, line))
        save_figure(figure, stem)


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


def _curve(
    axis: Axes,
    name: str,
    sample: np.ndarray,
    grid: np.ndarray,
    relative: bool,
    look: dict[str, Any],
) -> None:
    """Draw one density; a single repeated value becomes an upright line, no values nothing."""
    if not len(sample):
        return
    curve = density(sample, grid, relative)
    if curve is None:
        axis.axvline(float(sample[0]), label=name, **look)
    else:
        axis.plot(grid, curve, label=name, **look)


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


def _subtitle(panels: Sequence[Panel], line: str) -> str:
    """What a reader must know: the layout's line, no floor, rows left out."""
    said = [line] if line else []
    if not all(len(panel.floor) for panel in panels):
        said.append("one retrained seed: no floor")
    if left_out := sum(panel.left_out for panel in panels):
        said.append(f"{left_out} predictions left out: their label is 0")
    return "; ".join(said)

"""Figures of the densities of differences from the retrained model's predictions."""

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from regression_unlearning.evaluation.draws import FEWEST
from regression_unlearning.reporting.coincidence import listed, sentence
from regression_unlearning.reporting.density_panel import PAIRS, DensityPanel
from regression_unlearning.reporting.differences import Panel, panel
from regression_unlearning.reporting.drawing import (
    FLOOR_LABEL,
    ONE_COLUMN,
    TWO_COLUMNS,
    canvas,
    divided,
    panel_height,
    place,
    rows,
    save_figure,
)
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.smoothing import MANY
from regression_unlearning.reporting.styles import REFERENCES

#: Most methods in a panel, and most panels in a row.
MOST, COLUMNS = 6, 3


def draw(given: Given, relative: bool) -> None:
    """Draw a panel for each forget set, with a curve for each method.

    A dashed curve shows the differences between retrained models of different seeds. More methods
    than `MOST` are divided among rows of panels.

    Parameters
    ----------
    given : Given
        With observations.
    relative : bool
        Whether to draw absolute differences over the label.
    """
    layout = given.layout
    panels = [
        panel(
            title,
            {key: given.observations[*group, key] for key in layout.methods if key != PAIRS},
            given.observations[*group, PAIRS],
            relative,
        )
        for group, title in layout.groups.items()
    ]
    title = f"{layout.title} ({layout.dataset_title})"
    draw_panels(panels, layout.methods, given.stem, title, given.unit, layout.line, relative)


def draw_panels(
    panels: Sequence[Panel],
    names: Mapping[str, str],
    stem: str | Path,
    title: str,
    unit: str,
    warned: str = "",
    relative: bool = False,
) -> None:
    """Draw panels as ``{stem}.png`` and ``{stem}.pdf``.

    Parameters
    ----------
    panels : sequence of Panel
        One for each forget set.
    names : mapping of str to str
        Titles of the methods by key.
    stem : path
        Path without its ending.
    title : str
        Title of the figure.
    unit : str
        Unit of a prediction.
    warned : str
        A line under the title; may be empty.
    relative : bool
        Whether differences are relative: see `differences.panel`.
    """
    shown = [DensityPanel.of(panel, {**names, PAIRS: FLOOR_LABEL}, relative) for panel in panels]
    keys = list(dict.fromkeys(key for panel in panels for key in panel.samples))
    always = [key for key in keys if key in REFERENCES]
    parts = divided([key for key in keys if key not in REFERENCES], MOST) or [[]]
    lines = divided(shown, COLUMNS)
    columns = max(len(line) for line in lines)
    wide = ONE_COLUMN if len(panels) == 1 and len(parts) <= 2 else TWO_COLUMNS
    under = []
    with canvas(wide) as figure:
        high = panel_height(len(lines) * len(parts))
        scale = 72 * ((wide - 0.5) / columns - 0.15), 72 * high
        for (line, part), row in zip(
            product(lines, parts), rows(figure, len(lines) * len(parts)), strict=True
        ):
            axes = row.subplots(1, columns, squeeze=False)[0]
            for axis, panel in zip(axes, line, strict=False):
                panel.draw(axis, [*always, *part, PAIRS], scale)
                under.append((panel.title, panel.under([*always, *part, PAIRS], scale)))
            for axis in axes[len(line) :]:
                axis.set_visible(False)
            row.supxlabel(_axis_label(unit, relative), fontsize="medium", parse_math=False)
            row.supylabel("Density", fontsize="medium")
        notes = [*_bands(shown), *_without(shown), *_beyond(shown), *sentence(under)]
        place(figure, title, _warning(panels, warned), notes)
        save_figure(figure, stem)


def _axis_label(unit: str, relative: bool) -> str:
    if relative:
        return "|Prediction − retrained model's| / label"
    return f"Prediction − retrained model's ({unit})"


def _bands(shown: Sequence[DensityPanel]) -> list[str]:
    """Note what the bands are, and which methods have none."""
    seeds = {
        panel.names[key]: len(samples)
        for panel in shown
        for key, samples in panel.samples.items()
        if key != PAIRS
    }
    alone = [name for name, count in seeds.items() if count == 1]
    if len(alone) == len(seeds):
        return ["One training seed: no bands."]
    without = f" One seed, hence no band: {listed(alone)}." if alone else ""
    most = max(len(samples) for panel in shown for samples in panel.samples.values())
    many = " (of ten and more the middle 80 %)" if most >= MANY else ""
    bands = f"Lines: all training seeds together; bands: lowest to highest seed{many}."
    return [f"{bands}{without}"]


def _without(shown: Sequence[DensityPanel]) -> list[str]:
    """Note which methods have no density: too few values, or all equal."""
    missing = [
        f"{panel.names[key]} ({panel.title})"
        for panel in shown
        for key, curve in panel.curves.items()
        if curve is None
    ]
    why = f"fewer than {FEWEST} values, or all alike, shown as lines at their ends"
    return [f"No density: {why}: {listed(missing)}."] if missing else []


def _beyond(shown: Sequence[DensityPanel]) -> list[str]:
    notes = [note for panel in shown if (note := panel.beyond())]
    return [f"Differences beyond the axes: {', '.join(notes)}."] if notes else []


def _warning(panels: Sequence[Panel], line: str) -> str:
    """Warnings under the title: the layout's line, a missing floor, rows left out."""
    warnings = [line] if line else []
    if not all(len(panel.floor) for panel in panels):
        warnings.append("one retrained seed: no floor")
    if left_out := sum(panel.left_out for panel in panels):
        warnings.append(f"{left_out} predictions left out: their label is 0")
    return "; ".join(warnings)

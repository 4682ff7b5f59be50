"""The Pareto front of closeness to the retrained model, attack and error over methods' settings."""

from regression_unlearning.reporting.claim import settings_of
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
    wrapped,
)
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.front import AXES, front
from regression_unlearning.reporting.numerals import short
from regression_unlearning.reporting.styles import style

NEEDS = ("row_distance", "representation", "errors")
SEE = (
    "a marker for each method at each of its settings; the nearer to the lower left corner, the "
    "closer to the retrained model and the harder to attack. Large markers are on the Pareto front "
    "of these two and of the error on test rows, which is written beside them: no other one is as "
    "good in all three and better in one. Lines join the settings of one method; all but its "
    "own are hollow."
)
#: Most panels side by side; size in points of a marker on the front, and of another.
COLUMNS, LARGE, LITTLE = 3, 6, 3
#: Inches that a label at the left may be long.
HIGH = 1.7


def draw(given: Given) -> None:
    """Draw a panel for each forget set."""
    layout = given.layout
    fronts = front(given.summaries, layout)
    titles = [layout.words(axis).title for axis in AXES]
    notes = [
        f"Large: on the Pareto front of both axes and {titles[2].lower()}, which is beside it. "
        "Filled: a method's own setting; a line joins all of them.",
        "Sizes of means over seeds.",
    ]
    methods = settings_of(list(layout.methods))
    blocks = divided(list(layout.groups), COLUMNS)
    with canvas(TWO_COLUMNS) as figure:
        for block, row in zip(blocks, rows(figure, len(blocks)), strict=True):
            for axis, group in zip(
                row.subplots(1, len(block), squeeze=False)[0], block, strict=True
            ):
                points = fronts[group]
                together: dict[tuple[str, str], list[tuple[float, ...]]] = {}
                for method, point in points.items():
                    look = style(method)
                    together.setdefault((look.color, look.marker), []).append(point.sizes[:2])
                    size = LARGE if point.on_front else LITTLE
                    named = {"label": layout.methods[method]} if method in methods else {}
                    axis.plot(*point.sizes[:2], linestyle="none", ms=size, zorder=3,
                              **named, **look.points)  # fmt: skip
                    if point.on_front:
                        axis.annotate(short(point.sizes[2]), point.sizes[:2], (4, 3),
                                      textcoords="offset points", fontsize=SMALL)  # fmt: skip
                for (color, _), line in together.items():
                    axis.plot(
                        *zip(*sorted(line), strict=True), color=color, linewidth=0.5, zorder=2
                    )
                if not points:
                    axis.text(0.5, 0.5, "not measured", transform=axis.transAxes, ha="center")
                axis.axhline(0, color=FAINT, linewidth=0.6, zorder=1)
                axis.set_title(layout.groups[group])
                axis.set_xlabel(titles[0], parse_math=False)
                axis.set_ylabel(
                    "\n".join(wrapped(figure, f"{titles[1]}, size", HIGH, TEXT)), parse_math=False
                )
        place(figure, layout.title, layout.line, notes)
        save_figure(figure, given.stem)

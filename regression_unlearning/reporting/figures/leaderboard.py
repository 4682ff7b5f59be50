"""Mean ranks of many methods, with intervals and ties."""

from regression_unlearning.reporting.drawing import (
    SMALL,
    TWO_COLUMNS,
    canvas,
    place,
    rows,
    save_figure,
)
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.ranks import Ranks
from regression_unlearning.reporting.ranks_panel import draw_ranks
from regression_unlearning.reporting.wrapping import text_width

NEEDS = ("errors", "membership", "row_distance", "cost")
SEE = (
    "a row for each method, the best mean rank first, with its 95 % interval over training seeds. "
    "Bars on the right join methods that cannot be told apart (Tukey's critical difference of mean "
    "ranks)."
)
#: Height of a method's row in inches.
ROW = 0.155


def draw(given: Given) -> None:
    """Draw the leaderboard, or a notice why nothing can be ranked."""
    layout, ranks = given.layout, given.ranks
    with canvas(TWO_COLUMNS) as figure:
        if not isinstance(ranks, Ranks):
            place(figure, layout.title, f"Not drawn: {ranks}.", high=0.5)
            save_figure(figure, given.stem)
            return
        names = {key: layout.methods[key] for key in ranks.means}
        left = max(text_width(figure, title, SMALL + 0.5) for title in names.values()) + 0.1
        (panel,) = rows(figure, 1)
        lows, highs = zip(*(ranks.intervals[key] for key in names), strict=True)
        draw_ranks(panel.subplots(), names, list(ranks.means.values()), lows, highs, ranks.ties)
        measures = ", ".join(layout.words(key).title.lower() for key in ranks.measures)
        notes = [
            f"Ranked by {measures}, on {len(layout.groups)} forget sets with {ranks.seeds} seeds.",
            "Bars on the right join methods that cannot be told apart: those whose mean ranks are "
            f"less than {ranks.difference:.2f} apart.",
        ]
        place(figure, layout.title, layout.line, notes, high=ROW * len(names), names=left)
        save_figure(figure, given.stem)

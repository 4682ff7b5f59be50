"""Notices in place of figures that cannot be drawn."""

from pathlib import Path


def notice(stem: str | Path, title: str, reason: str) -> None:
    """Write ``{stem}.png`` and ``{stem}.pdf`` with a title and the reason that nothing is drawn.

    Parameters
    ----------
    stem : path
        Path without its ending.
    title, reason : str
        What would be shown, and why it is not.
    """
    from regression_unlearning.reporting.drawing import TWO_COLUMNS, canvas, place, save_figure

    with canvas(TWO_COLUMNS) as figure:
        place(figure, title, f"Not drawn: {reason}", high=0.5)
        save_figure(figure, stem)

"""A figure that cannot be drawn says why."""

import textwrap
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
    from matplotlib.figure import Figure

    from regression_unlearning.reporting.drawing import save_figure

    figure = Figure(figsize=(7, 2.2))
    figure.text(0.03, 0.85, title, weight="bold", va="top")
    figure.text(0.03, 0.65, "\n".join(textwrap.wrap(f"Not drawn: {reason}", 80)), va="top")
    save_figure(figure, stem)

"""What all figures share: colours, type, where titles and legends stand, PNG and PDF files.

Nothing here imports matplotlib before a figure is drawn. The same numbers give the same bytes.
"""

import logging
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regression_unlearning.files import whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
FLOOR: dict[str, Any] = {
    "color": "#555555",
    "linestyle": (0, (3, 2.5)),
    "linewidth": 1.3,
    "zorder": 2.5,
}
FLOOR_LABEL = "Retrained, other seed (floor)"
LOOK: dict[Any, Any] = {
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
#: Of a title, an inch holds so many.
CHARACTERS = 9.2
#: Inches of height that a long legend leaves to the panels: the figure becomes higher for it.
PANEL = 1.5


@contextmanager
def canvas(wide: float, high: float) -> "Iterator[Figure]":
    """Give an empty figure of so many inches, in the look that all share while it is drawn."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(wide, high))
        FigureCanvasAgg(figure)
        yield figure


def save_figure(figure: "Figure", stem: str | Path) -> None:
    """Write a figure as PNG and PDF without dates or program names."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph
    with whole(f"{stem}.png") as part:
        figure.savefig(part, format="png", dpi=150, metadata={"Software": None})
    with whole(f"{stem}.pdf") as part:
        nothing = {"CreationDate": None, "Creator": None, "Producer": None}
        figure.savefig(part, format="pdf", metadata=nothing)


def place(
    figure: "Figure", axes: "Sequence[Axes]", title: str, subtitle: str, last: str = FLOOR_LABEL
) -> None:
    """Put title, panels and legend at fixed distances (inches) from the figure's edges.

    The legend names `last` after all others.
    """
    found: dict[str, Any] = {}
    for axis in axes:
        handles, labels = axis.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    names = sorted(found, key=lambda name: name == last)
    wide, high = figure.get_size_inches()
    lines = textwrap.wrap(title, max(20, int(CHARACTERS * (wide - 0.8))))
    further = 0.22 * (len(lines) - 1)
    under = textwrap.wrap(subtitle, max(26, int(1.3 * CHARACTERS * (wide - 0.8))))
    columns = max(1, min(len(names), int(wide / 2.1)))
    below = 0.24 * -(-len(names) // columns) + 0.8
    above = further + 0.75 + (0.25 + 0.18 * (len(under) - 1) if under else 0)
    high = max(high, below + PANEL + above)
    figure.set_size_inches(wide, high)
    figure.subplots_adjust(
        left=0.65 / wide,
        right=1 - 0.15 / wide,
        bottom=below / high,
        top=1 - above / high,
        wspace=0.2,
    )
    head: dict[str, Any] = {
        "fontsize": 12.5,
        "weight": "bold",
        "color": "#111111",
        "parse_math": False,
    }
    for number, line in enumerate(lines):
        figure.text(0.65 / wide, 1 - (0.3 + 0.22 * number) / high, line, **head)
    small: dict[str, Any] = {"fontsize": 9.5, "color": "#B03A00", "parse_math": False}
    for number, line in enumerate(under):
        at = 1 - (0.54 + further + 0.18 * number) / high
        figure.text(0.65 / wide, at, line, **small)
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

"""Common parts of all figures: sizes, typeface, title, legends, notes, PNG and PDF files.

A figure is made at the size at which it is printed. Nothing here imports matplotlib before a figure
is drawn. The same numbers give the same bytes.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from regression_unlearning.files import whole
from regression_unlearning.reporting.styles import REFERENCES
from regression_unlearning.reporting.wrapping import wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.legend import Legend

_T = TypeVar("_T")
#: Width in inches of one column of a page, and of two with the gap between them.
ONE_COLUMN, TWO_COLUMNS = 3.3, 6.9
DPI = 300
#: Font sizes in points: a figure's title, other text, and the smallest text.
TITLE, TEXT, SMALL = 8.5, 7, 6
#: In inches: the margin of a figure, and a panel's height with up to two rows and with more.
MARGIN, PANEL, LOW_PANEL = 0.06, 1.5, 1.1
#: Height of a line of text over its font size.
LEADING = 1.3
#: In points: the width of a curve, and of a marker.
LINE, MARK = 1.2, 3.5
FLOOR: dict[str, Any] = {
    "color": REFERENCES["retrained"].color,
    "linestyle": REFERENCES["retrained"].dashes,
    "linewidth": 1.0,
    "zorder": 2.5,
}
FLOOR_LABEL = "Retrained, other seed (floor)"
GREY, FAINT = "#444444", "#BBBBBB"
LOOK: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.labelsize": TEXT,
    "xtick.labelsize": SMALL + 0.5,
    "ytick.labelsize": SMALL + 0.5,
    "legend.fontsize": SMALL + 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.titlepad": 3,
    "axes.labelpad": 2,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.pad": 2,
    "ytick.major.pad": 2,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": "#222222",
    "axes.axisbelow": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "lines.linewidth": LINE,
    "lines.markersize": MARK,
    "legend.frameon": False,
    "legend.handlelength": 3.6,
    "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.3,
    "legend.labelspacing": 0.25,
    "legend.borderpad": 0.2,
    "figure.constrained_layout.w_pad": 0.05,
    "figure.constrained_layout.h_pad": 0.04,
    "pdf.fonttype": 42,
}


@contextmanager
def canvas(wide: float, high: float = PANEL) -> "Iterator[Figure]":
    """Yield an empty figure in the common style, `wide` and `high` in inches."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(wide, high), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        yield figure


def save_figure(figure: "Figure", stem: str | Path) -> None:
    """Write a figure as PNG and PDF without dates or program names.

    Parameters
    ----------
    figure : Figure
        The figure.
    stem : path
        Path without its ending.
    """
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it logs every glyph
    with whole(f"{stem}.png") as part:
        figure.savefig(part, format="png", dpi=DPI, metadata={"Software": None})
    with whole(f"{stem}.pdf") as part:
        nothing = {"CreationDate": None, "Creator": None, "Producer": None}
        figure.savefig(part, format="pdf", metadata=nothing)


def rows(figure: "Figure", count: int) -> "list[SubFigure]":
    """Divide a figure into rows, each with its own panels and legend."""
    return list(figure.subfigures(count, 1, squeeze=False)[:, 0])


def panel_height(count: int) -> float:
    """Height of a panel in inches, so that all rows fit on one page."""
    return PANEL if count <= 2 else LOW_PANEL


def divided(things: "Sequence[_T]", most: int) -> "list[list[_T]]":
    """Divide a sequence evenly, in order, into parts of at most `most` elements."""
    count = -(-len(things) // most)
    size = -(-len(things) // max(count, 1))
    return [list(things[size * n : size * (n + 1)]) for n in range(count)]


def place(
    figure: "Figure",
    title: str,
    subtitle: str = "",
    notes: Sequence[str] = (),
    high: float | None = None,
    names: float = 0.35,
    last: str = FLOOR_LABEL,
) -> None:
    """Put the title on top, a legend over each row of panels, notes at the bottom.

    The figure's height is set to what they need.

    Parameters
    ----------
    figure : Figure
        Its panels are in `rows`.
    title, subtitle : str
        The headline, and a warning under it.
    notes : sequence of str
        Notes at the bottom, in the smallest type.
    high : float, optional
        Height of a panel in inches; `panel_height` by default.
    names : float
        Width in inches of the labels left of a row's first panel.
    last : str
        Label of the legend's last entry.
    """
    wide = float(figure.get_figwidth())
    high = high or panel_height(len(figure.subfigs))
    room = wide - 2 * MARGIN
    bold: dict[str, Any] = {"fontsize": TITLE, "color": "#111111", "weight": "bold"}
    head = [(line, bold) for line in wrapped(figure, title, room, TITLE, "bold")]
    warning: dict[str, Any] = {"fontsize": TEXT, "color": "#B03A00"}
    head += [(line, warning) for line in wrapped(figure, subtitle, room, TEXT)]
    small: dict[str, Any] = {"fontsize": SMALL, "color": GREY}
    foot = [(line, small) for note in notes for line in wrapped(figure, note, room, SMALL)]
    needed = 0.0
    figure.set_size_inches(wide, (high + 1) * len(figure.subfigs))  # large enough to measure in
    for row in figure.subfigs:
        inches = (room - names) / len(row.get_axes()) - 0.22
        for axis in _panels(row):
            title_lines = wrapped(figure, axis.get_title(), inches, TEXT)
            axis.set_title("\n".join(title_lines), parse_math=False)
        needed = max(needed, high + _around(figure, row) + _legend(figure, row, last))
    above, below = _high(head) + 2 * MARGIN, _high(foot) + 2 * MARGIN
    total = above + needed * len(figure.subfigs) + below
    figure.set_size_inches(wide, total)
    rect = (0, below / total, 1, 1 - (above + below) / total)
    engine: Any = figure.get_layout_engine()
    engine.set(rect=rect)
    for lines, top in ((head, total - MARGIN), (foot, below - MARGIN)):
        for line, look in lines:
            figure.text(MARGIN / wide, top / total, line, va="top", parse_math=False, **look)
            top -= LEADING * look["fontsize"] / 72


def _high(lines: "Sequence[tuple[str, dict[str, Any]]]") -> float:
    return sum(LEADING * look["fontsize"] / 72 for _, look in lines)


def _around(figure: "Figure", row: "SubFigure") -> float:
    """Height in inches of titles, ticks and labels above and below the panels of a row."""
    canvas: Any = figure.canvas
    renderer = canvas.get_renderer()

    def beyond(axis: "Axes") -> float:
        box: Any = axis.get_tightbbox(renderer)
        return float(box.height - axis.get_window_extent(renderer).height)

    shared = LEADING * TEXT / 72 + 0.05 if row.get_supxlabel() else 0.0
    return max(beyond(axis) for axis in _panels(row)) / DPI + shared + 0.1


def _panels(row: "SubFigure") -> "list[Axes]":
    """The visible panels of a row."""
    axes: Any = row.axes
    return [axis for axis in axes if axis.get_visible()]


def _legend(figure: "Figure", row: "SubFigure", last: str) -> float:
    """Add the legend of a row, in as many columns as fit; return its height in inches."""
    handle_of: dict[str, Any] = {}
    for axis in _panels(row):
        handles, labels = axis.get_legend_handles_labels()
        handle_of |= dict(zip(labels, handles, strict=True))
    names = sorted(handle_of, key=lambda name: name == last)
    if not names:
        return 0.0
    canvas: Any = figure.canvas
    room = (figure.get_figwidth() - 2 * MARGIN) * DPI

    def shown(columns: int) -> "Legend":
        handles = [handle_of[name] for name in names]
        return row.legend(handles, names, loc="outside upper center", ncols=columns)

    for columns in range(len(names), 0, -1):
        lines = -(-len(names) // columns)
        if columns > -(-len(names) // lines):
            continue  # as many lines with fewer columns
        legend = shown(columns)
        for text in legend.get_texts():
            text.set_parse_math(False)
        box = legend.get_window_extent(canvas.get_renderer())
        if box.width <= room or columns == 1:
            break
        legend.remove()
    return float(box.height) / DPI + 0.06

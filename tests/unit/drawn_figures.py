"""What a figure shows when it is drawn: its texts with their boxes, its lines, its page."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text


@dataclass
class Page:
    """Texts as (words, points, box), boxes in inches as left, bottom, right, top."""

    figure: Figure | None = None
    texts: list = field(default_factory=list)

    @property
    def size(self):
        return self.figure.get_size_inches()

    @property
    def words(self):
        return "\n".join(words for words, *_ in self.texts)

    @property
    def axes(self):
        return [axis for axis in self.figure.findobj() if hasattr(axis, "get_xlim")]

    def lines(self):
        """Color, dashes and marker of each named line, by its name."""
        found = {}
        for axis in self.axes:
            for line in axis.get_lines():
                if not line.get_label().startswith("_"):
                    found[line.get_label()] = look(line)
        return found


def look(line):
    return line.get_color(), line._unscaled_dash_pattern, line.get_marker()


@contextmanager
def page():
    """Catch the page of a figure that is written, without writing it."""
    found = Page()
    original = Text.draw

    def draw(text, renderer):
        if text.get_visible() and text.get_text().strip():
            box = text.get_window_extent(renderer).extents / text.get_figure(root=True).dpi
            found.texts.append((text.get_text(), text.get_fontsize(), box))
        return original(text, renderer)

    def save(figure, path, **_):
        path.touch()
        if found.figure is None:
            found.figure = figure
            with patch.object(Text, "draw", draw):
                figure.canvas.draw()

    with patch.object(Figure, "savefig", save):
        yield found


def overlaps(texts, least=0.01):
    """Pairs of texts whose boxes share more than `least` inches both ways."""
    boxes = np.array([box for *_, box in texts])
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    both = np.triu((high - low > least).all(axis=2), 1)
    return [(texts[one][0], texts[other][0]) for one, other in np.argwhere(both)]

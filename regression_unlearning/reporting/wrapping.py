"""Line breaks in text by its printed width."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def wrapped(
    figure: "Figure", text: str, inches: float, size: float, weight: str = "normal"
) -> list[str]:
    """Break a text into lines of at most `inches`; a longer word is divided."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(figure, longer, size, weight) <= inches:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and text_width(figure, lines[-1] + letter, size, weight) > inches:
                lines.append("")
            lines[-1] += letter
    return lines


def text_width(figure: "Figure", text: str, size: float, weight: str = "normal") -> float:
    """Width in inches of a line of text; `size` is the font size in points."""
    from matplotlib.font_manager import FontProperties

    font = FontProperties(size=size, weight=weight)
    canvas: Any = figure.canvas
    wide = canvas.get_renderer().get_text_width_height_descent(text, font, ismath=False)[0]
    return float(wide) / figure.dpi

"""Mean ranks: the best first, ties joined by bars, and nothing on anything else."""

from drawn_figures import overlaps, page
from made_figures import LABELS

from regression_unlearning.reporting.drawing import TWO_COLUMNS, canvas, place, rows, save_figure
from regression_unlearning.reporting.ranks_panel import draw_ranks
from regression_unlearning.reporting.styles import style


def drawn(tmp_path, names, ranks, cliques):
    with page() as found, canvas(TWO_COLUMNS) as figure:
        (row,) = rows(figure, 1)
        ends = ([rank + way for rank in ranks] for way in (-0.7, 0.7))
        draw_ranks(row.subplots(), names, ranks, *ends, cliques)
        place(figure, "Mean ranks", high=0.155 * len(names), names=1.5)
        save_figure(figure, tmp_path / "f")
    return found


def ties(found):
    """Rows of each bar by its place."""
    return sorted(
        (round(float(line.get_xdata()[0]), 3), [int(row) for row in line.get_ydata()])
        for axis in found.axes for line in axis.get_lines() if line.get_label() == "_tied"
    )  # fmt: skip


def test_the_best_comes_first_in_its_own_look(tmp_path):
    names = {"sure": "SURE", "ssd": "SSD", "blindspot": "Blindspot"}
    found = drawn(tmp_path, names, [3, 1.5, 1.4], [])
    (axis,) = {axis for axis in found.axes if axis.get_yticklabels()}
    assert [text.get_text() for text in axis.get_yticklabels()] == ["Blindspot", "SSD", "SURE"]
    dots = {(line.get_color(), line.get_marker()): line.get_xdata()[0] for line in axis.get_lines()}
    for key, rank in zip(names, [3, 1.5, 1.4], strict=True):
        assert dots[style(key).color, style(key).marker] == rank


def test_ties_are_joined_once_and_bars_do_not_touch(tmp_path):
    names = dict(list(LABELS.items())[:6])
    a, b, c, d, e, f = names
    cliques = [(b, a), (c, b, a), (c, d), (e, f), (a, b, c), (d,)]
    found = drawn(tmp_path, names, [1, 2, 3, 4, 5, 6], cliques)
    assert ties(found) == [(1.025, [0, 1, 2]), (1.025, [4, 5]), (1.05, [2, 3])]


def test_many_methods_can_be_read(tmp_path):
    names = dict(list(LABELS.items())[:23])
    keys = list(names)
    found = drawn(tmp_path, names, range(1, 24), [keys[n : n + 9] for n in range(0, 15, 3)])
    wide, high = found.size
    assert not overlaps(found.texts)
    for words, points, (left, bottom, right, top) in found.texts:
        assert points >= 6 and left >= 0 and bottom >= 0 and right <= wide and top <= high, words

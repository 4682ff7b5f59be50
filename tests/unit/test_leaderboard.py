"""The leaderboard as a figure: from mean ranks, or saying why there are none."""

import pytest
from drawn_figures import overlaps, page
from made_figures import LABELS, layout, ranked

from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.figures.leaderboard import draw
from regression_unlearning.reporting.ranks import Ranks


def drawn(tmp_path, own, seeds):
    found = ranked(own, seeds)
    with page() as figure:
        draw(Given(own, tmp_path / "f", "years", ranks=found))
    return found, figure


@pytest.mark.parametrize("count", [2, 23])
def test_every_method_has_a_row_in_the_order_of_its_rank(tmp_path, count):
    keys = list(LABELS)[:count]
    own = layout(keys, 2)
    found, figure = drawn(tmp_path, own, 5)
    assert isinstance(found, Ranks)
    (axis,) = {axis for axis in figure.axes if axis.get_yticklabels()}
    titles = [text.get_text() for text in axis.get_yticklabels()]
    assert titles == [own.methods[key] for key in found.means] and len(titles) == count
    assert not overlaps(figure.texts)
    assert (tmp_path / "f.png").is_file() and (tmp_path / "f.pdf").is_file()


def test_without_ranks_it_says_why(tmp_path):
    found, figure = drawn(tmp_path, layout(list(LABELS)[:3], 1), 2)
    assert isinstance(found, str)
    assert any("fewer than 3 seeds" in str(text) for text in figure.texts)

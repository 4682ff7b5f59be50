"""Every figure at the size at which it is printed: nothing too small, outside, or on other text."""

import itertools

import pytest
from drawn_figures import overlaps, page
from made_figures import LABELS, draw

from regression_unlearning import registry
from regression_unlearning.reporting.absent import notice
from regression_unlearning.reporting.drawing import ONE_COLUMN, TWO_COLUMNS

KINDS = registry.known("figure")
SMALLEST, PAGE = 6, 9.8
#: Seeds for each number of forget sets: one, two and five are all drawn.
SEEDS = {1: 5, 2: 2, 3: 1}
#: Numbers of forget sets and methods that the plain test command draws; `.ci/run` draws all.
AT_ONCE = ((1, 6), (3, 1))


def check(found):
    wide, high = found.size
    assert wide in (ONE_COLUMN, TWO_COLUMNS) and 0.5 < high <= PAGE
    assert len(found.texts) >= 2 and min(points for _, points, _ in found.texts) >= SMALLEST
    for words, _, (left, bottom, right, top) in found.texts:
        assert left >= 0 and bottom >= 0 and right <= wide and top <= high, words
    assert not overlaps(found.texts)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("sets", "count"),
    [
        pytest.param(*case, marks=() if case in AT_ONCE else pytest.mark.slow)
        for case in itertools.product(SEEDS, (1, 6, 23))
    ],
)
def test_all_text_can_be_read(kind, sets, count, tmp_path, recwarn):
    with page() as found:
        draw(kind, tmp_path / "f", list(LABELS)[:count], sets, SEEDS[sets])
    check(found)
    assert not recwarn.list


def test_a_figure_that_cannot_be_drawn_is_as_wide(tmp_path):
    reason = "AgeDB is given out by its authors on request. " * 8
    with page() as found:
        notice(tmp_path / "f", "Relative deviation, as in the paper's Figure 2 " * 2, reason)
    check(found)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_numbers_give_the_same_bytes(kind, tmp_path):
    for stem in ("a", "b"):
        draw(kind, tmp_path / stem, ["finetune", "blindspot"], 1, 2)
    for suffix in (".png", ".pdf"):
        one = (tmp_path / f"a{suffix}").read_bytes()
        assert one == (tmp_path / f"b{suffix}").read_bytes() and len(one) > 5000
        assert b"CreationDate" not in one and b"Matplotlib" not in one


def test_an_overlap_is_found():
    texts = [("a", 7, (0, 0, 1, 1)), ("b", 7, (0.5, 0.5, 2, 2)), ("c", 7, (1, 0, 2, 0.5))]
    assert overlaps(texts) == [("a", "b")]

"""The Pareto front: by brute force, in a table and a figure, and as a claim."""

import numpy as np
import pytest
from drawn_figures import page
from made_figures import layout
from made_summaries import NOT_MEASURED, cell

from regression_unlearning.evaluation.measure import quantities
from regression_unlearning.reporting.claim import GOAL, Part, Term, unbeaten
from regression_unlearning.reporting.claims_sure import _FRONT
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.figures import front as figure
from regression_unlearning.reporting.front import AXES, front, front_table, on_front

KEYS = ("finetune", "neggrad", "scrub", "sure", "ssd")


@pytest.mark.parametrize("seed", range(5))
def test_a_point_is_on_the_front_where_no_other_one_is_as_good_and_better(seed):
    """Small whole numbers, so that there are ties and equals."""
    made = np.random.default_rng(seed).integers(0, 4, size=(12, 3))
    found = on_front({str(number): tuple(map(float, one)) for number, one in enumerate(made)})
    for number, own in enumerate(made):
        beaten = any((other <= own).all() and (other < own).any() for other in made)
        assert found[str(number)].on_front == (not beaten)
    assert any(point.on_front for point in found.values())


def summaries(own):
    """Negative excess counts by its size; the last method lacks a value; SURE beats FineTune."""
    values = {"finetune": (0.4, -0.3, 0.3), "neggrad": (0.1, 0.3, 0.4), "scrub": (0.5, 0.0, 0.1)}
    values |= {"sure": (0.3, -0.1, 0.2), "ssd": (0.0, NOT_MEASURED, 0.0)}
    return {
        (*group, key, axis): cell(value)
        for group in own.groups
        for key, three in values.items()
        for axis, value in zip(AXES, three, strict=True)
    }


def test_the_table_says_what_is_on_the_front():
    own = layout(KEYS, 2)
    found = front(summaries(own), own)
    assert len(found) == 2
    for points in found.values():
        assert {key for key, one in points.items() if one.on_front} == {"neggrad", "scrub", "sure"}
        assert set(points) == set(KEYS) - {"ssd"}
    (block,) = front_table(summaries(own), own).blocks
    told = [[one.text for one in row.cells] for row in block.rows][: len(KEYS)]
    assert told[0] == ["0.4", "0.3", "0.3", "no"] and told[3] == ["0.3", "0.1", "0.2", "yes"]
    assert told[4] == ["not measured"] * 4


def test_the_figure_marks_the_front(tmp_path):
    own = layout(KEYS, 2)
    with page() as drawn:
        figure.draw(Given(own, tmp_path / "f", "years", summaries(own)))
    assert (tmp_path / "f.png").is_file() and (tmp_path / "f.pdf").is_file()
    for axis in (one for one in drawn.axes if one.get_visible()):
        sizes = {
            line.get_label(): line.get_markersize()
            for line in axis.lines
            if line.get_label() in own.methods.values()
        }
        large = {title for title, size in sizes.items() if size == figure.LARGE}
        assert large == {own.methods[key] for key in ("neggrad", "scrub", "sure")}
        assert len(sizes) == 4


def test_axes_are_quantities_with_the_least_as_the_best():
    words = quantities(figure.NEEDS)
    assert all(words[axis].least is not None for axis in AXES)
    assert set(_FRONT) == set(AXES)


def test_a_method_is_unbeaten_that_is_better_in_one_against_each_other():
    needs = unbeaten({"a": "", "b": GOAL}, "sure")(["finetune", "sure", "sure_strong", "surer"])
    assert needs == tuple(
        (
            Part("below", Term("sure", "a"), Term(rival, "a")),
            Part("below", Term("sure", "b", GOAL), Term(rival, "b", GOAL)),
        )
        for rival in ("finetune", "surer")
    )

"""The Pareto front: by brute force, in a table and a figure, and as a claim."""

import numpy as np
import pytest
from drawn_figures import page
from made_figures import layout
from made_summaries import NOT_MEASURED, cell

from regression_unlearning.evaluation.measure import quantities
from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting.claim import settings_of
from regression_unlearning.reporting.claims import claims_of
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.figures import front as figure
from regression_unlearning.reporting.front import (
    AXES,
    front,
    front_table,
    on_front,
    volume,
    volumes,
)
from regression_unlearning.reporting.verdicts import FAILS, HOLDS

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


LABELS = ("finetune", "finetune_learning_rate_0_1", "sure", "sure_ceiling_2", "surer")


def test_settings_of_a_method_bear_its_name():
    assert settings_of(LABELS) == {
        "finetune": ["finetune", "finetune_learning_rate_0_1"],
        "sure": ["sure", "sure_ceiling_2"],
        "surer": ["surer"],
    }


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_volume_behind_a_front_is_that_of_a_grid(count):
    """Points on the grid: their boxes are whole cells, which are counted one by one."""
    made = np.random.default_rng(count).integers(0, 9, size=(count, 3))
    cells = np.stack(np.meshgrid(*3 * [np.arange(8)], indexing="ij"), -1).reshape(-1, 1, 3)
    share = (cells >= made).all(2).any(1).mean()
    assert volume([tuple(one / 8) for one in made]) == pytest.approx(share, abs=1e-12)


def front_values(sizes):
    """Three seeds' values of the axes, by label."""
    return [
        Value("d", "f", label, axis, seed, None, size + 0.001 * seed * len(label))
        for label, three in sizes.items()
        for axis, size in zip(AXES, three, strict=True)
        for seed in range(3)
    ]


def gold_values():
    """Three retrained models: of pairs the distance and the excess, of each the error."""
    pairs = {(0, 1): 0.1, (0, 2): 0.2, (1, 2): 0.3}
    found = [
        Value("d", "f", "retrained", axis, *pair, size)
        for axis in AXES[:2]
        for pair, size in pairs.items()
    ]
    return found + [Value("d", "f", "retrained", AXES[2], s, None, 0.5) for s in range(3)]


def test_the_retrained_model_s_volume_is_against_the_others():
    found = {one.seed: one.value for one in volumes(gold_values(), ["retrained"])}
    assert found == pytest.approx({0: 0.5 * 0.85**2, 1: 0.5 * 0.8**2, 2: 0.5 * 0.75**2})


def test_volumes_are_of_a_method_s_settings_together():
    sizes = {"finetune": (0.5, 0.5, 0.5), "finetune_learning_rate_0_1": (0.2, 0.9, 0.5)}
    found = volumes(front_values(sizes)[:-3], list(sizes))
    assert [(one.method, one.seed) for one in found] == [("finetune", seed) for seed in range(3)]
    assert found[0].value == pytest.approx(0.5**3)  # the other setting lacks an axis
    found = volumes(front_values(sizes), list(sizes))
    assert found[0].value == pytest.approx(0.5 * (0.25 + 0.08 - 0.05))


@pytest.mark.parametrize(("sure", "verdict"), [((0.1, 0.1, 0.1), HOLDS), ((0.7, 0.7, 0.7), FAILS)])
def test_the_claim_compares_fronts_not_settings(sure, verdict):
    """A setting of FineTune that is the best in one size is no rival by itself."""
    sizes = {"finetune": (0.5, 0.4, 0.4), "finetune_learning_rate_0_1": (0.01, 0.9, 0.5)}
    sizes |= {"sure": (0.9, 0.9, 0.9), "sure_ceiling_2": sure}
    layout = {"about": "sure_front", "title": "Front", "measures": list(figure.NEEDS)}
    layout |= {"places": [["d", "f", "F", [["d", "f"]], True]]}
    layout |= {"methods": [["original", "Original"], ["retrained", "Retrained"]]}
    layout["methods"] += [[one, one.upper()] for one in sizes]
    (found,) = claims_of(gold_values() + front_values(sizes), {"claims": [layout]})
    assert (found.id, found.verdict, found.seeds) == ("sure_front", verdict, 3)
    assert found.figures[0].startswith("Volume behind the front: FINETUNE ")

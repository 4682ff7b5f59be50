"""The picture of many methods: what stands in it, in which order, and that it is drawn."""

import math
from dataclasses import replace

import matplotlib.image
import numpy as np
import pytest
from made_summaries import NOT_MEASURED, at_least, cell

from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.figures.closeness_and_cost import draw, numbers, order
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.remarks import COST, W1

LAYOUT = Layout(
    title="Every <method>, $and$ its cost",
    dataset_title="D",
    groups={("d", "low"): "Low", ("d", "high"): "High $1$"},
    methods={
        "original": "Original",
        "retrained": "Retrained",
        "worse": "Worse",
        "absent": "Absent",
        "mixed": "Mixed",
        "best": "Best",
    },
)


FOUND = {
    ("d", forget_set, method, measure): cell(*numbers, floor=0.1)
    for forget_set, method, measure, *numbers in (
        ("low", "original", W1, 2.0),
        ("high", "original", W1, 0.5),
        ("low", "retrained", W1, 0.1),
        ("high", "retrained", W1, 0.1),
        ("low", "worse", W1, 3.0, 2.0, 4.0),
        ("high", "worse", W1, 0.6, -1.0, 2.0),
        ("low", "absent", W1, NOT_MEASURED),
        ("low", "mixed", W1, 0.2),
        ("high", "mixed", W1, at_least(0.4)),
        ("low", "best", W1, 0.1),
        ("high", "best", W1, 0.05),
        ("low", "best", COST, 0.02),
        ("high", "best", COST, 0.04),
        ("low", "worse", COST, 0.9),
        ("low", "best", "error_retain_test", 7.0),
    )
}
FIRST = dict(list(FOUND.items())[:1])


def test_numbers_are_those_of_the_frame_and_a_bound_is_none():
    found = numbers(FOUND, LAYOUT)
    assert found["d", "high", "worse", W1] == (0.6, -1, 2, 0.1)
    assert math.isnan(found["d", "high", "mixed", W1][0])
    assert found["d", "low", "best", COST][0] == 0.02
    assert len(found) == len(FOUND) - 1  # no other measure


def test_the_closest_comes_first_and_what_was_not_measured_last():
    """Best: (0.1 / 2 + 0.05 / 0.5) / 2 = 0.075; Mixed: 0.2 / 2 = 0.1, of one set; Worse: 1.35."""
    assert order(numbers(FOUND, LAYOUT), LAYOUT) == ["best", "mixed", "worse", "absent"]
    without = {key: one for key, one in FOUND.items() if key[2] != "original"}
    assert order(numbers(without, LAYOUT), LAYOUT) == ["worse", "absent", "mixed", "best"]


@pytest.mark.parametrize("found", [FOUND, FIRST, {}], ids=["all", "one", "none"])
def test_it_is_drawn_the_same_bytes_twice_and_warns_of_nothing(found, tmp_path, recwarn):
    for stem in ("a", "b"):
        draw(Given(replace(LAYOUT, embedded=True), tmp_path / stem, "years", found))
    for suffix in (".png", ".pdf"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    image = matplotlib.image.imread(tmp_path / "a.png")[..., :3]
    assert image.shape[1] > 1000 and len(np.unique(image.reshape(-1, 3), axis=0)) > 50
    assert not recwarn.list

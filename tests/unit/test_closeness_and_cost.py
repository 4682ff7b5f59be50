"""The picture of many methods: what stands in it, in which order, and that it is drawn."""

import math
from dataclasses import replace

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from regression_unlearning.reporting.closeness_and_cost import draw, numbers, order
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.remarks import COST, W1
from regression_unlearning.reporting.summary import COLUMNS

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


def row(forget_set, method, measure, mean, low="", high="", floor="0.1"):
    return ["d", forget_set, method, measure, mean, low, high, 3, floor, "", ""]


FRAME = pd.DataFrame(
    [
        row("low", "original", W1, "2"),
        row("high", "original", W1, "0.5"),
        row("low", "retrained", W1, "0.1"),
        row("high", "retrained", W1, "0.1"),
        row("low", "worse", W1, "3", "2", "4"),
        row("high", "worse", W1, "0.6", "-1", "2"),
        row("low", "absent", W1, "not measured"),
        row("low", "mixed", W1, "0.2"),
        row("high", "mixed", W1, ">= 0.4"),
        row("low", "best", W1, "0.1"),
        row("high", "best", W1, "0.05"),
        row("low", "best", COST, "0.02"),
        row("high", "best", COST, "0.04"),
        row("low", "worse", COST, "0.9"),
        row("low", "best", "error_retain_test", "7"),
    ],
    columns=COLUMNS,
)


def test_numbers_are_those_of_the_frame_and_a_bound_is_none():
    found = numbers(FRAME, LAYOUT)
    assert found["d", "high", "worse", W1].tolist() == [0.6, -1, 2, 0.1]
    assert math.isnan(found["d", "high", "mixed", W1][0])
    assert found["d", "low", "best", COST][0] == 0.02
    assert len(found) == len(FRAME) - 1  # no other measure


def test_the_closest_comes_first_and_what_was_not_measured_last():
    """Best: (0.1 / 2 + 0.05 / 0.5) / 2 = 0.075; Mixed: 0.2 / 2 = 0.1, of one set; Worse: 1.35."""
    assert order(numbers(FRAME, LAYOUT), LAYOUT) == ["best", "mixed", "worse", "absent"]
    without = FRAME[FRAME["method"] != "original"]
    assert order(numbers(without, LAYOUT), LAYOUT) == ["worse", "absent", "mixed", "best"]


@pytest.mark.parametrize("frame", [FRAME, FRAME[:1], FRAME[:0]], ids=["all", "one", "none"])
def test_it_is_drawn_the_same_bytes_twice_and_warns_of_nothing(frame, tmp_path, recwarn):
    for stem in ("a", "b"):
        draw(frame, replace(LAYOUT, embedded=True), tmp_path / stem, "years")
    for suffix in (".png", ".pdf"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    image = matplotlib.image.imread(tmp_path / "a.png")[..., :3]
    assert image.shape[1] > 1000 and len(np.unique(image.reshape(-1, 3), axis=0)) > 50
    assert not recwarn.list

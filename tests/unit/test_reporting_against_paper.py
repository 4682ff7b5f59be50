"""The paper's printed values beside ours: distances in units of our interval, readings, notes."""

import math

from made_summaries import WORDS, cell

from regression_unlearning.reporting.against_paper import (
    NEARER,
    Apart,
    against,
    as_markdown,
    with_nearer,
    within,
)
from regression_unlearning.reporting.layout import Layout

TRAIN, TEST = "error_forget_train", "error_forget_test"
LAYOUT = Layout(
    "T",
    "D",
    {("stsb", "f"): "Scores 0-2"},
    {"original": "Original", "retrained": "Retrained"},
    quantities=WORDS,
)


def place(method, quantity):
    return ("stsb", "f", method, quantity)


FOUND = {
    place("original", TRAIN): cell(1.0, 0.8, 1.4, paper="1.40"),
    place("original", TEST): cell(1.5, 1.4, 1.6),
    place("retrained", TRAIN): cell(2.7, 2.6, 2.8, paper="2.75"),
    place("retrained", TEST): cell(2.9, 2.8, 3.0),
    place("original", "wasserstein_train"): cell(1.7, paper="1.64"),
}


def test_the_unit_is_the_interval_on_the_side_of_the_printed_value():
    units = {one.key[2:]: one.units for one in against(FOUND, LAYOUT)}
    assert math.isclose(units["original", TRAIN], 1.0)  # 1.40 is the upper end
    assert math.isclose(units["original", TEST], 1.0)  # 1.40 is the lower end
    assert math.isclose(units["retrained", TRAIN], 0.5)
    assert math.isclose(units["retrained", TEST], 1.5)
    assert math.isnan(units["original", "wasserstein_train"])
    below = Apart(place("a", TRAIN), "0.70", cell(1.0, 0.8, 1.4))
    assert math.isclose(below.units, 1.5)
    assert Apart(place("a", TRAIN), "1.0", cell(1.0, 1.0, 1.0)).units == 0
    assert Apart(place("a", TRAIN), "1.1", cell(1.0, 1.0, 1.0)).units == math.inf


def test_printed_values_inside_are_counted_where_there_is_an_interval():
    # at an interval's very end rounding decides: kept away from it here
    found = against({**FOUND, place("original", TEST): cell(1.5, 1.2, 1.6)}, LAYOUT)
    inside = [one for one in found if one.units < 0.99]
    assert len(inside) == 2 and within(inside) == (2, 2)
    assert within(found)[1] == 4


def test_the_nearer_reading_is_said_and_both_show_the_printed_value():
    found = with_nearer(FOUND)
    assert found[place("original", TEST)].paper == found[place("original", TRAIN)].paper == "1.40"
    assert found[place("original", TRAIN)].notes == (f"{NEARER} test rows",)
    assert found[place("retrained", TEST)].notes == (f"{NEARER} train rows",)
    assert found[place("original", "wasserstein_train")].notes == ()
    assert FOUND[place("original", TEST)].paper == ""


def test_protocols_stand_side_by_side():
    text = as_markdown([("One", FOUND, LAYOUT), ("Two", {}, LAYOUT)])
    lines = text.splitlines()
    assert lines[0].startswith("| Forget set | Model | Measure | Paper | One | units | Two | units")
    assert (
        "| Scores 0-2 | Retrained | Forget error, train | 2.75 | 2.7 [2.6, 2.8] | 0.5 |  |  |"
        in lines
    )
    assert "Two: 0 of 0 printed values within the interval" in lines[-1]

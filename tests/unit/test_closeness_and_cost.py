"""The picture of many methods: what stands in it, in which order, and that it is drawn."""

import math
from dataclasses import replace

import matplotlib.image
import numpy as np
import pytest
from drawn_figures import page
from made_summaries import NOT_MEASURED, at_least, cell
from matplotlib.collections import LineCollection

from regression_unlearning.reporting.comparing import BETTER, SAME, UNTOLD, WORSE, Comparison
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.figures.closeness_and_cost import draw, numbers, order
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.remarks import (
    COST,
    DISTANCES,
    W1,
    closer_here,
    closer_than_nothing,
)
from regression_unlearning.reporting.styles import style
from regression_unlearning.reporting.summaries import Number, Summary

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
        "best": "Best-k",
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
    assert image.shape[1] == 2070 and len(np.unique(image.reshape(-1, 3), axis=0)) > 50
    assert not recwarn.list


def drawn(tmp_path, cells=FOUND, layout=LAYOUT, compared=()):
    with page() as found:
        draw(Given(layout, tmp_path / "f", "years", cells, compared=dict(compared)))
    return found, found.words.replace("\n", " ")


def markers(found, panel, row):
    """The markers of a row in a panel, by their x: kind, and how much of it is filled."""
    axis = next(one for one in found.axes if one.get_title().startswith(panel))
    return {
        float(line.get_xdata()[0]): (
            line.get_marker(),
            "none" if line.get_markerfacecolor() == "white" else line.get_fillstyle(),
        )
        for line in axis.get_lines()
        if line.get_linestyle() == "None" and len(line.get_xdata()) and line.get_ydata()[0] == row
    }


def test_the_order_is_said(tmp_path):
    assert "Rows: ordered by distance over doing nothing's, mean" in drawn(tmp_path)[1]
    without = {key: one for key, one in FOUND.items() if key[2] != "original"}
    assert "Rows: as in the settings" in drawn(tmp_path, without)[1]


@pytest.mark.parametrize(
    ("verdicts", "filled"),
    [
        ((BETTER, BETTER), "full"),
        ((BETTER, SAME), "none"),
        ((WORSE, UNTOLD), "none"),
        ((BETTER, UNTOLD), "left"),
        ((BETTER,), "left"),
    ],
)
def test_how_much_of_a_marker_is_filled_is_the_tables_verdict(verdicts, filled, tmp_path):
    """On both distances; the first two rows are doing nothing and the floor."""
    compared = {
        ("d", "low", "best", "original", distance): Comparison(verdict=verdict)
        for distance, verdict in zip(DISTANCES, verdicts, strict=False)
    }
    found, words = drawn(tmp_path, compared=compared)
    assert all(said in words for said in ("closer than doing nothing", "cannot be told", "no clos"))
    assert markers(found, "Low", 2) == {0.1: (style("best").marker, filled)}
    assert markers(found, "Low", 4) == {3.0: (style("worse").marker, "left")}
    assert markers(found, "Low", 0) == {2.0: (style("original").marker, "full")}
    here = closer_here(compared, ("d", "low"), "best")
    assert {True: "full", None: "left", False: "none"}[here] == filled
    assert (
        closer_than_nothing(compared, replace(LAYOUT, groups={("d", "low"): "L"}), "best") is here
    )


def test_what_is_not_there_is_said_in_its_row(tmp_path):
    words = drawn(tmp_path)[1]
    assert words.count("not measured") == 3 + 2  # distances of absent and a bound; costs of two
    short = {**FOUND, ("d", "low", "best", COST): cell(0.0)}
    assert "too short to measure" in drawn(tmp_path, short)[1]


def test_a_distance_far_away_leaves_the_others_their_room(tmp_path):
    far = {**FOUND, ("d", "low", "worse", W1): cell(5000.0, 4000.0, 6000.0, floor=0.1)}
    found, words = drawn(tmp_path, far)
    assert "Beyond the axes (arrows): Low: Worse at 5,000" in words
    (axis,) = {one for one in found.axes if one.get_title() == "Low"}
    assert axis.get_xlim()[1] < 3
    wide = {**FOUND, ("d", "low", "best", W1): cell(0.1, -0.5, 90.0, floor=0.1)}
    words = drawn(tmp_path, wide)[1]
    assert "Low: Best-k to 90; Best-k from −0.5" in words


def test_nothing_and_the_floor_have_their_intervals_as_bands(tmp_path):
    known = {
        **FOUND,
        ("d", "low", "original", W1): cell(2.0, 1.5, 2.5),
        ("d", "low", "best", W1): Summary(
            Number(0.1), 0.08, 0.12, 5, Number(0.1), floor_interval=(0.07, 0.15)
        ),
    }
    found, _ = drawn(tmp_path, known)
    (axis,) = {one for one in found.axes if one.get_title() == "Low"}
    bands = {
        tuple(np.round(patch.get_x() + np.array([0, patch.get_width()]), 6))
        for patch in axis.patches
        if patch.get_height() == 1
    }
    assert {(1.5, 2.5), (0.07, 0.15)} <= bands


def test_few_seeds_are_dots(tmp_path):
    few = {
        **FOUND,
        ("d", "high", "best", W1): Summary(
            Number(0.2), seeds=2, floor=Number(0.1), values=(0.1, 0.3)
        ),
    }
    found, words = drawn(tmp_path, few)
    assert "Small dots: the values of single seeds" in words
    (axis,) = {one for one in found.axes if one.get_title().startswith("High")}
    dots = [line for line in axis.get_lines() if line.get_markersize() < 2]
    assert [0.1, 0.3] in [list(line.get_xdata()) for line in dots]


def test_costs_are_a_mean_and_a_range_on_a_logarithmic_axis(tmp_path):
    found, _ = drawn(tmp_path)
    (axis,) = {one for one in found.axes if one.get_title() == "Cost"}
    assert axis.get_xscale() == "log"
    assert "none" in {text.get_text() for text in axis.texts}  # what doing nothing costs
    assert list(markers(found, "Cost", 2)) == [pytest.approx(0.03)]
    ranges = [one.get_segments() for one in axis.collections if isinstance(one, LineCollection)]
    assert [(0.02, 2.0), (0.04, 2.0)] in [list(map(tuple, np.round(r[0], 9))) for r in ranges]

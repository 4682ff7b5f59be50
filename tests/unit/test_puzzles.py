"""What is said of the paper's odd values follows from the numbers, whichever way they fall."""

import math
from dataclasses import replace

import pytest

from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.puzzles import explained
from regression_unlearning.reporting.summaries import Number, Summary

LAYOUT = Layout(
    "T",
    "D",
    {("d", "score_0_2"): "Scores 0-2", ("d", "random_1000"): "Random"},
    {"original": "Original", "retrained": "Retrained"},
)


def cell(mean, paper="", half=0.01):
    return Summary(Number(mean), mean - half, mean + half, 5, paper=paper)


def cells(attack=0.1, released=0.7, kept="1.0", forgotten="2.0", whole="1.58"):
    """Half of the test rows are forgotten: errors of 1 and 2, over all the root of 2.5."""
    found = {}
    for method, printed in (("original", "0.7"), ("retrained", "0.1")):
        for name, mean in (("attack_label_rate", attack), ("attack_released_label_rate", released)):
            paper = printed if name == "attack_label_rate" else ""
            found["d", "score_0_2", method, name] = cell(mean, paper)
    found["d", "score_0_2", "original", "error_retain_test"] = cell(1.0, kept)
    found["d", "score_0_2", "original", "error_forget_test"] = cell(2.0, forgotten)
    found["d", "random_1000", "original", "error_retain_test"] = cell(math.sqrt(2.5), whole)
    return found


def said(found):
    return explained([("Text", found, LAYOUT)])


def test_each_printed_share_is_given_to_the_readings_that_hold_it():
    text = said(cells())
    assert "0.7 lies within the interval of attack_released_label_rate (text)." in text
    assert "0.1 lies within the interval of attack_label_rate (text)." in text
    assert "No one reading" in text


def test_a_reading_that_gives_both_is_named_and_so_is_the_nearest_where_none_does():
    wide = {key: replace(one, low=0.0, high=1.0) for key, one in cells().items()}
    assert "Both lie within the interval of" in said(wide)
    assert "nearest is attack_label_rate (text), with 0.3" in said(cells(0.3, 3.0))


@pytest.mark.parametrize(
    ("kept", "forgotten", "fits"), [("1.0", "2.0", "as they stand"), ("2.0", "1.0", "exchanged")]
)
def test_two_errors_are_put_together_by_the_share_of_forgotten_rows(kept, forgotten, fits):
    found = cells(kept=kept, forgotten=forgotten, whole="1.3")
    # our errors of 1 and 2 make the root of 1.75 = 0.75 * 1 + 0.25 * 4 over all rows
    found["d", "random_1000", "original", "error_retain_test"] = cell(math.sqrt(1.75), "1.3")
    text = said(found)
    makes = [math.sqrt(1.75), math.sqrt(0.75 * 4 + 0.25 * 1)]
    straight, swapped = makes if fits == "as they stand" else makes[::-1]
    assert "25 % of the test rows" in text
    assert (
        f"make {straight:.3g} over all test rows as they stand, and {swapped:.3g} exchanged."
        in text
    )
    assert f"{fits.capitalize()} they fit better." in text
    counts = (2, 0) if fits == "as they stand" else (0, 2)
    assert "{} lie within our intervals as they stand, {} exchanged".format(*counts) in text


def test_without_the_values_nothing_is_said():
    assert said({}).strip() == ""

"""Sentences about a table say what its comparisons say, and nothing that they do not."""

import pytest
from made_values import by_seed, floor

from regression_unlearning.reporting.findings import NAMED, findings, nearest, tally
from regression_unlearning.reporting.tabling import Tabling

SEEDS = 8
#: Seed by seed: apart by steps that are small beside the differences between methods.
STEPS = [0.01 * (seed - (SEEDS - 1) / 2) for seed in range(SEEDS)]


def tabling(distances, shares=None, gold=0.05):
    """A table of methods whose distances row by row, and Wasserstein distances, are made up."""
    values = []
    for quantity in ("row_distance_train", "wasserstein_train"):
        models = {
            name: [middle + step * (1 if number % 2 else -1) for step in STEPS]
            for number, (name, middle) in enumerate(distances.items())
        }
        values += by_seed(quantity, **models) + floor(quantity, gold, SEEDS)
    for name, share in (shares or {}).items():
        values += by_seed("seconds_over_retraining", **{name: [share] * SEEDS})
    methods = [*distances, "retrained"]
    settings = {
        "title": "Toy",
        "paper": None,
        "kind": "measures",
        "datasets": [{"name": "d", "title": "D", "loss": "l1", "unit": "years", "embedded": False}],
        "groups": [["d", "f", "F"]],
        "measures": ["wasserstein", "row_distance", "cost"],
        "methods": [[name, name.upper()] for name in methods],
    }
    return Tabling(values, settings)


def test_the_nearest_is_named_and_so_are_those_that_cannot_be_told_from_it():
    made = tabling({"original": 5.0, "a": 1.0, "b": 1.001, "c": 3.0})
    found = nearest(made, ("d", "f"))
    assert (found.method, found.tied, found.closer) == ("a", ("b",), True)
    assert found.distance == pytest.approx(1.0) and found.floor == pytest.approx(0.05)
    said = "\n".join(findings(made))
    assert "F: nearest row by row is A (" in said and "not told from it: B." in said
    assert "floor 0.05" in said


def test_a_method_alone_in_front_is_said_to_be_alone():
    said = "\n".join(findings(tabling({"original": 5.0, "a": 1.0, "b": 2.0})))
    assert "all others are farther" in said


def test_nobody_is_called_near_who_is_not_told_from_doing_nothing():
    said = "\n".join(findings(tabling({"original": 1.0, "a": 1.0005, "b": 2.0})))
    assert "no method can be told to be nearer" in said and "nearest row by row is" not in said
    assert "row by row: F, 0 of 2 methods" in said


def test_many_ties_are_counted():
    methods = {f"m{number}": 1.0 + 1e-4 * number for number in range(NAMED + 3)}
    said = "\n".join(findings(tabling({"original": 5.0, **methods})))
    assert f"{NAMED + 2} of the other {NAMED + 2} are not told from it" in said


def test_costs_are_the_median_and_the_dearest():
    made = tabling({"original": 5.0, "a": 1.0, "b": 2.0, "c": 3.0},
                   {"a": 0.04, "b": 0.1, "c": 0.8})  # fmt: skip
    said = "\n".join(findings(made))
    assert "The median cost is 10 %" in said and "the dearest, C, takes 80 %" in said


def test_a_table_without_the_measures_says_nothing():
    made = tabling({"original": 5.0, "a": 1.0})
    bare = Tabling([one for one in made.values if "distance" not in one.quantity], made.settings)
    assert not any("nearest" in said for said in findings(bare)) and tally([]) == ""

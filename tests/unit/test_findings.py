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


@pytest.mark.parametrize(
    ("distances", "sentence"),
    [
        (
            {"original": 5.0, "a": 1.0, "b": 1.001, "c": 3.0},
            "row by row, in years: F, A (1; floor 0.05; not distinguishable from it: B).",
        ),
        (
            {"original": 5.0, "a": 1.0, "b": 2.0},
            "row by row, in years: F, A (1; floor 0.05; all others are",
        ),
        (
            {"original": 1.0, "a": 1.0005, "b": 2.0},
            "Row by row, no method can be told to be nearer than doing nothing on F.",
        ),
        (
            {"original": 5.0, **{f"m{number}": 1.0 + 1e-4 * number for number in range(NAMED + 3)}},
            f"{NAMED + 2} of the other {NAMED + 2} are not distinguishable from it",
        ),
    ],
    ids=["a tie", "alone", "no nearer than nothing", "many ties"],
)
def test_the_second_sentence_names_the_nearest(distances, sentence):
    made = tabling(distances)
    assert sentence in findings(made)[1]
    best = nearest(made, ("d", "f"))
    assert best.distance == pytest.approx(min(v for k, v in distances.items() if k != "original"))


def test_the_first_sentence_counts_who_is_closer_than_doing_nothing():
    found = findings(tabling({"original": 2.0, "a": 1.0, "b": 3.0, "c": 2.0005}))[0]
    assert found == (
        "Closer to the retrained model than doing nothing, in Wasserstein distance and row by row: "
        "F, 1 of 3 methods."
    )


def test_the_third_sentence_is_of_ranks_and_costs():
    shares = {"a": 0.04, "b": 0.1, "c": 0.8}
    found = findings(tabling({"original": 5.0, "a": 1.0, "b": 2.0, "c": 3.0}, shares))[2]
    assert found == (
        "A has the best mean rank (all others are farther); the median cost is 10 % of "
        "retraining's seconds, and the dearest, C, takes 80 %."
    )


def test_what_was_not_measured_is_said_and_no_more():
    made = tabling({"original": 5.0, "a": 1.0, "b": 2.0})
    bare = [one for one in made.values if "row_distance" not in one.quantity]
    rows = [one for one in made.values if "wasserstein" not in one.quantity]
    only_rows = {**made.settings, "measures": ["row_distance"]}
    assert "row by row: F, 2 of 2 methods" in findings(Tabling(rows, only_rows))[0]
    assert "Wasserstein" not in findings(Tabling(rows, only_rows))[0]
    assert findings(Tabling(bare, {**made.settings, "measures": ["errors"]})) == (
        "Closeness to the retrained model was not measured.",
        "The distance row by row was not measured.",
        "Costs were not measured.",
    )
    assert tally([]) == ""

"""Tug of war, by hand."""

import numpy as np
import pytest

from regression_unlearning.evaluation import inputs, tow
from regression_unlearning.evaluation.observations import Observation

TARGET = {
    "retain": [1.0, 3.0, 2.0, 2.0],  # mean 2
    "forget": [4.0, 0.0, 4.0, 0.0],  # 2 from it
    "test": [3.0, 1.0, 3.0, 1.0],  # 1 from it
}


def observation(errors, loss="l1"):
    """A model that is wrong by a given number on every row of a part."""
    arrays = {"loss": np.array(loss)}
    for part, target in TARGET.items():
        wrong = np.full(4, errors[part])
        arrays[f"{part}/target"] = np.array(target, np.float32)
        arrays[f"{part}/loss"] = (wrong**2 if loss == "mse" else wrong).astype(np.float32)
    return Observation(arrays)


GOLD = {"retain": 0.1, "forget": 1.0, "test": 0.5}


def test_it_is_the_product_of_three_shares():
    ours = {"retain": 0.2, "forget": 0.5, "test": 0.3}
    gaps = (1 - 0.1 / 0.5) * (1 - 0.5 / 2) * (1 - 0.2 / 1)  # the mean is 0.5, 2 and 1 off
    found, note = tow.tug_of_war(observation(ours), observation(GOLD))
    assert (found, note) == (pytest.approx(gaps), "")
    root = (1 - 0.1 / 0.5**0.5) * (1 - 0.5 / 2) * (1 - 0.2 / 1)
    found, _ = tow.tug_of_war(observation(ours, "mse"), observation(GOLD, "mse"))
    assert found == pytest.approx(root)


def test_gold_itself_is_1_and_a_wild_model_0():
    gold = observation(GOLD)
    assert tow.tug_of_war(gold, gold) == (1.0, "")
    assert tow.tug_of_war(observation({**GOLD, "forget": 50.0}), gold) == (0.0, "")


def test_what_cannot_be_said_says_why():
    other = observation(GOLD, "quantile")
    assert tow.tug_of_war(other, other)[0] is None
    assert "quantile" in tow.tug_of_war(other, other)[1]


def test_a_row_a_seed_and_for_gold_a_row_a_pair(tmp_path):
    files = {}
    for seed in (0, 1, 2):
        files[seed] = tmp_path / f"{seed}.npz"
        np.savez(files[seed], **observation({**GOLD, "test": 0.5 + 0.1 * seed}).arrays)
    given = {"observations": files, "gold_observations": dict.fromkeys(files, files[0])}
    rows = tow.measure(inputs.Inputs("finetune", given), tow.Settings())
    assert [one["value"] for one in rows] == pytest.approx([1, 0.9, 0.8])
    gold = inputs.Inputs("retrained", {"observations": files, "gold_observations": files})
    rows = tow.measure(gold, tow.Settings())
    assert [(one["seed"], one["other_seed"]) for one in rows] == [(0, 1), (0, 2), (1, 2)]
    assert [one["value"] for one in rows] == pytest.approx([0.1, 0.2, 0.1])
    assert "distance of the product from 1" in rows[0]["note"]

"""Tug of war, by hand."""

import numpy as np
import pytest
import torch
from rounding import close

from regression_unlearning.evaluation import inputs, tow
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import write_npz
from regression_unlearning.training.losses import quantile

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


def test_under_the_quantile_loss_the_constants_are_the_retain_sets_quantiles():
    """No constants do better on the retain set, by search; the loss is training's own."""
    shares = np.array([0.1, 0.5, 0.9])
    generator = np.random.default_rng(0)
    target = generator.normal(size=41)
    arrays = {"loss": np.array("quantile"), "quantiles": shares}
    arrays |= {f"{part}/target": target.astype(np.float32) for part in TARGET}
    found = tow.scale_of(Observation(arrays), "retain")
    tried = torch.tensor(np.sort(target)).repeat(3, 1).T
    losses = [
        quantile(row.expand(41, 3), torch.tensor(target), [share]).mean().item() / 3
        for share in shares for row in tried
    ]  # fmt: skip
    best = np.array(losses).reshape(3, 41).min(1).sum()
    close(found, best, 1, np.abs(target).max())  # targets are kept in single precision


def test_the_unit_under_the_quantile_loss_is_said():
    gold = {**observation(GOLD, "quantile").arrays, "quantiles": np.array([0.5])}
    ours = {**observation({**GOLD, "test": 0.7}, "quantile").arrays, "quantiles": np.array([0.5])}
    value, note = tow.tug_of_war(Observation(ours), Observation(gold))
    assert value == pytest.approx(1 - 0.2 / 0.5)  # the median is 2, half of |apart| is 0.5
    assert note == "in units of the error of the retain set's own quantiles"


def test_what_cannot_be_said_says_why():
    same = observation(GOLD)
    same.arrays["test/target"] = np.full(4, 2.0, np.float32)
    assert tow.tug_of_war(same, same) == (None, "all targets of test are the same")


def test_a_row_a_seed_and_for_gold_a_row_a_pair(tmp_path):
    files = {}
    for seed in (0, 1, 2):
        files[seed] = tmp_path / f"{seed}.npz"
        write_npz(files[seed], observation({**GOLD, "test": 0.5 + 0.1 * seed}).arrays)
    own = inputs.Sources({"observations": files})
    first = inputs.Sources({"observations": dict.fromkeys(files, files[0])})
    rows = tow.measure(inputs.Inputs("d", "f", "finetune", own, first), tow.Settings())
    assert [one.value for one in rows] == pytest.approx([1, 0.9, 0.8])
    rows = tow.measure(inputs.Inputs("d", "f", "retrained", own, own), tow.Settings())
    assert [(one.seed, one.other_seed) for one in rows] == [(0, 1), (0, 2), (1, 2)]
    assert [one.value for one in rows] == pytest.approx([0.1, 0.2, 0.1])
    assert "distance of the product from 1" in rows[0].note

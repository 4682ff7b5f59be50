"""The embedding attack on made-up activations."""

import numpy as np
import pytest

from regression_unlearning.evaluation import (
    inputs,
    probes,
    representation,
    representation_adaptive,
    representation_earlier,
    values,
)
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import write_npz

SETTINGS = representation.Settings(iterations=50)


def observation(shift=0.0, *, forget=150, test=120, like=80, seed=0):
    """Forget rows whose activations lie `shift` away from those of test rows like them."""
    generator = np.random.default_rng(seed)
    marked = np.zeros(test, bool)
    marked[:like] = True
    held_out = generator.normal(size=(test, 4))
    held_out[~marked] += 50  # rows of another kind: easy to tell, and not to be used
    return Observation(
        {
            "forget/activation": generator.normal(size=(forget, 4)) + shift,
            "test/activation": held_out,
            "test/activation_index": np.arange(test),
            "test/like_forget": marked,
        }
    )


def write(folder, name, seen):
    path = folder / f"{name}.npz"
    write_npz(path, seen.arrays)
    return path


def given(method, files, gold_values=None):
    own = inputs.Sources({"observations": files})
    return inputs.Inputs("d", "f", method, own, own, gold_values or {})


def test_it_tells_a_shift_and_nothing_else():
    same, note = representation.attack(observation(), SETTINGS)
    apart, _ = representation.attack(observation(2.0), SETTINGS)
    assert note == "5 folds, 80 rows a class"
    assert all(0.35 < auc < 0.65 for auc in same.values())
    assert all(auc > 0.95 for auc in apart.values())


def test_the_network_sees_what_a_line_cannot():
    seen = observation(forget=400, test=400, like=400)
    ring = seen.arrays["forget/activation"]
    seen.arrays["forget/activation"] = 6 * ring / np.linalg.norm(ring, axis=1, keepdims=True)
    found, _ = representation.attack(seen, SETTINGS)
    assert found["linear"] < 0.65 and found["network"] > 0.95


def test_random_rows_are_compared_with_test_rows_at_large():
    seen = observation(like=0)
    assert len(probes.never_seen(seen)) == 120
    assert len(probes.never_seen(observation())) == 80


def test_never_seen_rows_are_of_the_training_period_where_there_are_some():
    """Forget rows lie at 0, test rows at 3, rows held out of the training period at 0."""
    seen = observation()
    seen.arrays["test/activation"][:80] += 3
    assert representation.attack(seen, SETTINGS)[0]["linear"] > 0.95
    held_out = observation(seed=1).arrays
    seen.arrays["unseen_test/row_id"] = np.arange(120)
    for name in ("activation", "activation_index", "like_forget"):
        seen.arrays[f"unseen_test/{name}"] = held_out[f"test/{name}"]
    assert representation.attack(seen, SETTINGS)[0]["linear"] < 0.65


@pytest.mark.parametrize(("like", "said"), [(6, "6 rows a class"), (1, "1 row a class")])
def test_too_few_rows_say_so(like, said):
    found, note = representation.attack(observation(like=like), SETTINGS)
    assert not found and note == f"{said}, too few for 5 folds"


@pytest.mark.parametrize("method", ["sure", "retrained"])
def test_rows_of_the_measure(tmp_path, method):
    gold = {seed: write(tmp_path, f"gold_{seed}", observation(seed=seed)) for seed in (0, 1)}
    ours = {seed: write(tmp_path, f"ours_{seed}", observation(2.0, seed=seed)) for seed in (0, 1)}
    alone = representation.measure(given("retrained", gold), SETTINGS)
    values.write(tmp_path / "gold.csv", alone)
    taken = inputs.by_seed(values.read(tmp_path / "gold.csv"))
    found = (
        alone
        if method == "retrained"
        else representation.measure(given(method, ours, taken), SETTINGS)
    )
    excess = [row for row in found if row.quantity == "representation_linear_excess"]
    if method == "retrained":
        assert [(row.seed, row.other_seed) for row in excess] == [(0, 1)]
        assert 0 <= excess[0].value < 0.2
    else:
        assert [row.seed for row in excess] == [0, 1]
        by_hand = (
            representation.attack(observation(2.0, seed=1), SETTINGS)[0]["linear"]
            - representation.attack(observation(seed=1), SETTINGS)[0]["linear"]
        )
        assert excess[1].value == by_hand > 0.3  # to the last bit, through the file


def test_without_rows_the_measure_says_why(tmp_path):
    path = write(tmp_path, "few", observation(like=3))
    gold = representation.measure(given("retrained", {0: path}), SETTINGS)
    found = representation.measure(given("sure", {0: path}, inputs.by_seed(gold)), SETTINGS)
    assert len(found) == 4
    assert all(row.value is None and "too few" in row.note for row in found)


@pytest.mark.parametrize("method", ["sure", "retrained"])
@pytest.mark.parametrize(("limit", "suppressed"), [(0.8, True), (1.0, False)])
def test_an_excess_over_a_retrained_model_that_is_told_itself_is_none(
    tmp_path, method, limit, suppressed
):
    """As for hours that all come after those of training: every model's probe tells them apart."""
    settings = representation.Settings(iterations=50, gold_most=limit)
    files = {seed: write(tmp_path, f"late_{seed}", observation(3.0, seed=seed)) for seed in (0, 1)}
    gold = inputs.by_seed(representation.measure(given("retrained", files), settings))
    found = representation.measure(given(method, files, gold), settings)
    excess = [row for row in found if row.quantity == "representation_linear_excess"]
    assert len(excess) == (1 if method == "retrained" else 2)
    mean = (gold[0]["representation_linear"] + gold[1]["representation_linear"]) / 2
    said = f"the probe reaches AUC {mean:.2f} on the retrained model: it measures something else"
    for row in excess:
        assert (row.value is None) == suppressed == (said in row.note)
    assert all(row.value > 0.95 for row in found if not row.quantity.endswith("excess"))


def test_the_retrained_models_are_judged_by_their_mean():
    assert not representation.no_excess_note([0.79, 0.81], 0.8)
    assert not representation.no_excess_note(
        [None, 0.5], 0.8
    ) and not representation.no_excess_note([], 0.8)
    assert "AUC 0.85 on" in representation.no_excess_note([0.79, None, 0.91], 0.8)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_probes_are_asked_as_by_scikit_learns_own_cross_validation():
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    features, labels, _ = representation.examples(observation(0.5), SETTINGS)
    found, _ = representation.attack(observation(0.5), SETTINGS)
    folds = StratifiedKFold(SETTINGS.folds, shuffle=True, random_state=SETTINGS.seed)
    for name, probe in probes.probes(SETTINGS).items():
        told = cross_val_predict(probe, features, labels, cv=folds, method="predict_proba")
        assert found[name] == roc_auc_score(labels, told[:, 1])


def test_an_earlier_layer_is_attacked_where_it_was_observed(tmp_path):
    """The last layer's activations tell nothing, the earlier ones everything."""
    seen, hidden = observation(), observation(2.0)
    for part in ("forget", "test"):
        seen.arrays[f"{part}/earlier"] = hidden.arrays[f"{part}/activation"]
    files = {0: write(tmp_path, "own", seen)}
    found = representation_earlier.measure(given("retrained", files), SETTINGS)
    assert [one.value > 0.95 for one in found] == [True, True]
    without = {0: write(tmp_path, "old", observation())}
    found = representation_earlier.measure(given("retrained", without), SETTINGS)
    assert {(one.value, one.note) for one in found} == {(None, representation_earlier.ABSENT)}


def seed_of_a_method(seed, shift, forget=120, test=110, width=6):
    """Rows that every model sees alike but for a rotation; forget rows shifted on one axis."""
    rows, own = np.random.default_rng(0), np.random.default_rng(seed)
    arrays = {"test/like_forget": np.ones(test, bool)}
    turn = np.linalg.qr(own.normal(size=(width, width)))[0] * own.uniform(1, 3)
    for part, count in {"retain": 300, "forget": forget, "test": test}.items():
        activation = rows.normal(size=(count, width)) * np.arange(1, width + 1)
        activation += own.normal(size=activation.shape) / 4
        if part == "forget":
            activation[:, 0] += shift
        arrays |= {
            f"{part}/activation": activation @ turn + 5,
            f"{part}/activation_index": np.arange(count),
            f"{part}/row_id": np.arange(count),
        }
    return Observation(arrays)


@pytest.mark.parametrize(("shift", "low", "high"), [(4.0, 0.95, 1.0), (0.0, 0.35, 0.65)])
def test_the_adaptive_attack_finds_what_every_model_of_a_method_has(shift, low, high):
    first, *others = (seed_of_a_method(seed, shift) for seed in (1, 2, 3))
    found, note = representation_adaptive.attack(first, others, SETTINGS)
    assert note == "5 folds, 110 rows a class, learnt on 2 other seeds"
    assert all(low < auc <= high for auc in found.values())


def test_a_model_is_turned_onto_another_by_rotation_and_scale():
    """Two models that differ by these alone become the same, to the error of an SVD."""
    own = seed_of_a_method(1, 0.0)
    turn = np.linalg.qr(np.random.default_rng(9).normal(size=(6, 6)))[0]
    there = {
        name: 2.5 * one @ turn - 3 if name.endswith("activation") else one
        for name, one in own.arrays.items()
    }
    rows = own.arrays["forget/activation"]
    found = representation_adaptive.mapped(rows, own, Observation(there))
    largest = np.abs(there["retain/activation"]).max()
    rounding = 300 * np.finfo(float).eps * largest * 6
    assert np.abs(found - there["forget/activation"]).max() <= rounding


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ([], representation_adaptive.ALONE),
        ([seed_of_a_method(2, 0.0, forget=119)], representation_adaptive.DIFFER),
        ([seed_of_a_method(2, 0.0, test=8)], representation_adaptive.DIFFER),
    ],
)
def test_the_adaptive_attack_says_why_it_cannot_learn(others, why):
    assert representation_adaptive.attack(seed_of_a_method(1, 0.0), others, SETTINGS) == ({}, why)

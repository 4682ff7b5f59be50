"""What measures say of observed classes, against what is written out here."""

import numpy as np
import pytest

from regression_unlearning.evaluation import accuracy, deviation, row_distance, tow
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import UNFIT, unfit
from regression_unlearning.evaluation.membership import cases
from regression_unlearning.evaluation.observations import Observation

CLASSES = 4


def softmax(logits):
    risen = np.exp(logits.astype(float) - logits.max(1, keepdims=True))
    return risen / risen.sum(1, keepdims=True)


def seen(seed, loss="cross_entropy", **rows):
    """An observation of random logits, the same rows for every seed."""
    random = np.random.default_rng(seed)
    arrays = {"loss": np.array(loss)}
    for part, count in {"retain": 30, "forget": 12, "validation": 9, "test": 20, **rows}.items():
        logits = random.normal(size=(count, CLASSES)).astype(np.float32)
        target = np.random.default_rng(7).integers(CLASSES, size=count)
        shares = softmax(logits)
        arrays |= {
            f"{part}/row_id": np.arange(count, dtype=np.int32),
            f"{part}/target": target.astype(np.float32),
            f"{part}/logits": logits,
            f"{part}/prediction": logits.argmax(1).astype(np.float32),
            f"{part}/loss": -np.log(shares[np.arange(count), target]).astype(np.float32),
            f"{part}/output_gradient": (shares - np.eye(CLASSES)[target]).astype(np.float32),
            f"{part}/activation_index": np.arange(count, dtype=np.int32),
            f"{part}/activation": random.normal(size=(count, 5)).astype(np.float32),
            f"{part}/like_forget": np.arange(count) < count // 2,
        }
    if loss != "cross_entropy":
        arrays = {name: one for name, one in arrays.items() if not name.endswith("logits")}
    arrays["last_layer/weight"] = random.normal(size=(CLASSES, 5)).astype(np.float32)
    return Observation(arrays)


class Held:
    def __init__(self, observations):
        self.observations = observations


def inputs(models, gold, method="finetune"):
    return Inputs("d", "f", method, Held(models), Held(gold))


def values(found):
    return {one.quantity: one.value for one in found}


def test_accuracy_counts_right_classes():
    one = seen(0)
    found = values(accuracy.measure(inputs({0: one}, {}), accuracy.Settings()))
    arrays = one.arrays
    right = arrays["test/logits"].argmax(1) == arrays["test/target"]
    unlike = ~arrays["test/like_forget"]
    assert found["accuracy_retain_test"] == right[unlike].mean()
    assert found["accuracy_forget_test"] == right[~unlike].mean()
    wanted = arrays["forget/loss"].astype(float).mean()
    assert found["cross_entropy_forget_train"] == pytest.approx(wanted, rel=1e-12)


def test_rows_are_as_far_apart_as_their_probabilities_in_total_variation():
    ours, gold = seen(0), seen(1)
    found = row_distance.measure(inputs({0: ours}, {0: gold}), row_distance.Settings())
    apart = np.abs(softmax(ours.arrays["forget/logits"]) - softmax(gold.arrays["forget/logits"]))
    wanted = (apart.sum(1) / 2).mean()
    assert values(found)["row_distance_train"] == pytest.approx(wanted, rel=1e-12)
    same = row_distance.measure(inputs({0: ours}, {0: ours}), row_distance.Settings())
    assert values(same)["row_distance_train"] == 0


def test_tug_of_war_is_of_accuracies():
    """The source's form: the product of 1 - |difference of accuracies|."""
    ours, gold = seen(0), seen(1)
    wanted = 1.0
    for part in ("forget", "retain", "test"):
        a, b = (
            (one.arrays[f"{part}/prediction"] == one.arrays[f"{part}/target"]).mean()
            for one in (ours, gold)
        )
        wanted *= 1 - abs(a - b)
    found = values(tow.measure(inputs({0: ours}, {0: gold}), tow.Settings()))
    assert found["tow"] == pytest.approx(wanted, rel=1e-12)


def test_attacks_read_loss_confidence_and_entropy():
    one = seen(0)
    found, shares = cases(one), softmax(one.arrays["forget/logits"])
    entropy = -(shares * np.log(shares)).sum(1)
    wanted = np.column_stack([one.arrays["forget/loss"], shares.max(1), entropy])
    assert found["attack_outputs"].forget == pytest.approx(wanted, rel=1e-12)
    assert found["attack"].forget[:, :3] == pytest.approx(wanted, rel=1e-12)
    assert found["attack"].forget.shape[1] == 3 + 5 + 5
    target = one.arrays["forget/target"].astype(int)
    assert found["attack_baseline"].forget.tolist() == np.eye(CLASSES)[target].tolist()
    true = shares[np.arange(len(target)), target]
    assert found["attack_released"].forget[:, 0] == pytest.approx(1 - true, rel=1e-12)


@pytest.mark.parametrize(
    ("measure", "loss", "why"),
    [
        (deviation, "cross_entropy", UNFIT["numbers"]),
        (deviation, "mse", None),
        (accuracy, "mse", UNFIT["classes"]),
        (accuracy, "cross_entropy", None),
        (row_distance, "cross_entropy", None),
    ],
)
def test_a_measure_without_a_meaning_says_so(measure, loss, why):
    found = unfit(measure, inputs({0: seen(0, loss), 1: seen(1, loss)}, {}))
    said = [(one.quantity, one.seed, one.value, one.note) for one in found]
    wanted = [(q.key, seed, None, why) for seed in (0, 1) for q in measure.QUANTITIES]
    assert said == (wanted if why else [])

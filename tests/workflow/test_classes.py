"""Unlearning where targets are classes, by the real rules and programs."""

import pytest
from projects import checked
from tiny_project import keep

from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.measure import UNFIT

METHODS = ["finetune", "neggrad", "scrub", "sure"]


def small(params):
    """The experiment on classes alone: two epochs, half of a class, every measure, in place."""
    params["experiment"] = "demo_classes"
    keep(params["experiments"], "demo_classes")
    keep(params["datasets"], "demo_classes")
    dataset = params["datasets"]["demo_classes"]
    dataset["training"].update(epochs=2)
    dataset["unlearning"].update(epochs=1)
    dataset["methods"] = {name: dataset["methods"][name] for name in METHODS}
    dataset["methods"]["finetune"].update(epochs=1)
    dataset["methods"]["scrub"].update(epochs=1, forget_epochs=1)
    dataset["relearning"].update(orders=1, cap=4)
    params["measures"]["membership"].update(rows=40, draws=2)
    table = params["experiments"]["demo_classes"]["tables"]["methods"]
    table.update(forget_sets=["half_of_1"], measures=list(params["measures"]))


@pytest.mark.slow
def test_digits_are_unlearned_as_classes(project):
    project.edit_params(small)
    checked(project.snakemake("--cores", 2))
    found = values.read(project.root / "measures/demo_classes/demo_classes/half_of_1.csv")
    shown = {(one.method, one.quantity, one.seed): one for one in found if one.other_seed is None}
    for method in ("original", "retrained", *METHODS):
        for seed in (0, 1):
            error = shown[method, "error_retain_test", seed].value
            assert 0 <= error <= 1
            assert shown[method, "accuracy_retain_test", seed].value == pytest.approx(1 - error)
            for quantity in ("cross_entropy_retain_test", "attack_outputs_label_rate"):
                assert shown[method, quantity, seed].value is not None
            for quantity in ("wasserstein_train", "deviation_density"):
                assert shown[method, quantity, seed].value is None
                assert shown[method, quantity, seed].note == UNFIT["numbers"]
            if method in METHODS:
                assert 0 <= shown[method, "row_distance_train", seed].value <= 1
                assert 0 <= shown[method, "tow", seed].value <= 1
    text = (project.root / "results/demo_classes/methods.md").read_text(encoding="utf-8")
    assert "error rate on test rows outside the forget set" in text
    assert "total variation between this and the retrained model's probabilities" in text
    assert "in the target's unit" not in text
    assert all(f"| {title} " in text for title in ("FineTune", "NegGrad+", "SCRUB", "SURE"))

"""Unlearning where targets are classes, by the real rules and programs."""

import pytest
from projects import checked
from tiny_project import as_yaml

from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.measure import UNFIT
from regression_unlearning.settings.reading import read_yaml

METHODS = ("finetune", "neggrad", "scrub", "sure")
OWN = "examples/classes.yaml"


def small(values):
    """Few epochs, half of a class, every measure, in place."""
    dataset = values["datasets"]["demo_classes"]
    dataset["training"] = {"epochs": 2}
    dataset["unlearning"] = {"epochs": 1}
    dataset["methods"]["finetune"] = {"epochs": 1}
    dataset["methods"]["scrub"].update(epochs=1, forget_epochs=1)
    dataset["relearning"] = {"orders": 1, "cap": 4, "goal": "accuracy"}
    values["measures"] = {"membership": {"rows": 40, "draws": 2}}
    experiment = values["experiments"]["demo_classes"]
    table = experiment["tables"]["measures"]
    table["forget_sets"] = experiment["figures"]["pareto"]["forget_sets"] = ["half_of_1"]
    table["measures"] += ["wasserstein", "deviation"]


@pytest.mark.slow
def test_digits_are_unlearned_as_classes(project):
    chosen = read_yaml(project.root / OWN)
    small(chosen)
    (project.root / OWN).write_text(as_yaml(chosen), encoding="utf-8")
    checked(project.snakemake("--configfile", OWN, "--config", "experiment=demo_classes"))
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
    assert "alpha 0.8" not in text
    front = (project.root / "results/demo_classes/front.md").read_text(encoding="utf-8")
    assert all(f"| {title} " in front for title in ("NegGrad+, alpha 0.8", "SURE, ceiling 3"))
    assert (project.root / "results/demo_classes/pareto.png").is_file()
    claims = (project.root / "results/demo_classes/claims.md").read_text(encoding="utf-8")
    assert "each over its settings" in claims

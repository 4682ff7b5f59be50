"""Networks learn scaled targets; what is seen of them is in the user's unit."""

from dataclasses import replace
from statistics import fmean, pstdev

import numpy as np
import pytest
import torch
from method_tasks import make_task, prepared, same, trained

from regression_unlearning.data.scaling import SAME, Scale, scale_of
from regression_unlearning.errors import UserError
from regression_unlearning.methods import reg_amnesiac
from regression_unlearning.pipeline.plan import network
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.settings.document import load_settings
from regression_unlearning.settings.jobs import NetworkJob
from regression_unlearning.settings.measuring import Observation as Settings
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.target_scale import FixedScale
from regression_unlearning.training.losses import LOSSES, loss_unit
from regression_unlearning.training.observe import observe
from regression_unlearning.training.task import Task
from regression_unlearning.training.unlearn import unlearn

ROUNDING = 2.0**-24  # of one float32
FACTOR, SHIFT = 1000.0, 7.0


def with_scale(data, chosen):
    scale = scale_of(chosen, data.target.numpy(), data.split.numpy() == 0)
    return replace(data, target=scale.applied(data.target), scale=scale, own_target=data.target)


def parts_of(task):
    held_out, test = task.data.rows_of("validation"), task.data.rows_of("test")
    sides = {"validation": held_out.split([20, 12]), "test": test.split([10, 6])}
    found = {"retain": task.retain, "forget": task.forget}
    for name, (kept, like) in sides.items():
        found |= {f"{name}_retain": kept, f"{name}_forget": like}
    return found


@pytest.mark.parametrize(
    ("chosen", "shift", "divide"),
    [
        ("none", 0, 1),
        ("standardise", fmean([1, 2, 6]), pstdev([1, 2, 6])),  # the fourth row is of no training
        (FixedScale(shift=3, divide=4), 3, 4),
    ],
)
def test_the_scale_is_that_of_the_training_rows(chosen, shift, divide):
    target = np.array([1, 2, 6, 90], np.float32)
    found = scale_of(chosen, target, np.array([True, True, True, False]))
    assert (found.shift, found.divide) == pytest.approx((shift, divide), rel=1e-15)
    scaled = found.applied(torch.from_numpy(target))
    assert scaled.tolist() == [float(np.float32((y - found.shift) / found.divide)) for y in target]
    np.testing.assert_allclose(found.undone(scaled), target, rtol=4 * ROUNDING, atol=0)


@pytest.mark.parametrize(
    ("chosen", "target", "said"),
    [
        ("standardise", [2, 2, 5], "all training rows have the target 2"),
        (FixedScale(divide=1e-39), [1, 2, 3], "beyond float32"),
    ],
)
def test_what_cannot_be_scaled_is_refused(chosen, target, said):
    with pytest.raises(UserError, match=said):
        scale_of(chosen, np.array(target, np.float32), np.array([True, True, False]))


def test_without_a_scale_nothing_is_touched():
    values = torch.tensor([0.1, -0.0])
    assert SAME.applied(values) is values
    assert SAME.undone(values) is values


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("finetune", {}),
        ("gaussian_amnesiac", {}),
        ("reg_amnesiac", {}),
        ("neggrad", {}),
        ("gaussian_matching", {}),
        ("scrub", {"forget_batch_size": 8}),
    ],
)
def test_predictions_follow_the_user_s_unit(method, options):
    """Targets times 1000 plus 7: the same network, and 1000 times its predictions plus 7."""
    data = prepared()
    data = replace(data, target=(64 * data.target).round() / 64)  # the other unit is then exact
    other = replace(data, target=FACTOR * data.target + SHIFT)
    fit = {"epochs": 2, "learning_rate": 0.01, "batch_size": 16, **options}
    models, seen = [], []
    for one in (data, other):
        task = make_task(data=with_scale(one, "standardise"))
        model = unlearn(trained(task, epochs=3), task, method, **fit)
        models.append(model)
        seen.append(observe(model, task, parts_of(task), Settings(max_rows=100)))
    assert same(*models)
    ours, theirs = seen
    for part in ("retain", "forget", "validation", "test"):
        before, after = (one[f"{part}/prediction"].astype(float) for one in seen)
        bound = ROUNDING * (2 * np.abs(after) + 2 * FACTOR * np.abs(before))
        assert (np.abs(after - (FACTOR * before + SHIFT)) <= bound).all()
        before, after = (np.sqrt(one[f"{part}/loss"].astype(float)) for one in seen)
        assert (np.abs(after - FACTOR * before) <= bound + 4 * ROUNDING * after).all()
        assert (ours[f"{part}/activation"] == theirs[f"{part}/activation"]).all()
        expected = FACTOR * ours[f"{part}/target"] + SHIFT
        assert (theirs[f"{part}/target"] == expected).all()


@pytest.mark.parametrize("loss", ["mse", "l1", "quantile"])
def test_what_is_seen_is_of_a_network_that_speaks_the_user_s_unit(loss):
    """The last layer, the loss and its gradient, each worked out anew in float64."""
    quantiles = (0.1, 0.5, 0.9) if loss == "quantile" else ()
    data = with_scale(prepared(), FixedScale(shift=30, divide=100))
    task = make_task(data=data, loss=loss, quantiles=quantiles)
    seen = observe(task.new_model(), task, parts_of(task), Settings(max_rows=100))
    weight, bias = (seen[f"last_layer/{name}"].astype(float) for name in ("weight", "bias"))
    output = torch.from_numpy(seen["test/activation"].astype(float) @ weight.T + bias)
    output.requires_grad_()
    target = torch.from_numpy(seen["test/target"].astype(float))
    found = LOSSES[loss](output, target, *([quantiles] if quantiles else []))
    found.sum().backward()
    size = 100 * (1 + np.abs(seen["test/activation"]).max()) * weight.shape[1]
    near = {"rtol": 0, "atol": 8 * ROUNDING * size}
    point = output[:, len(quantiles) // 2].detach()
    np.testing.assert_allclose(seen["test/prediction"], point, **near)
    steepest = {"mse": 2 * (output - target[:, None]).abs().max().item(), "l1": 1, "quantile": 3}
    near["atol"] *= steepest[loss]
    np.testing.assert_allclose(seen["test/loss"], found.detach(), **near)
    np.testing.assert_allclose(seen["test/output_gradient"], output.grad, **near)
    targets = task.data.own_target[task.data.rows_of("test")]
    assert (seen["test/target"] == targets.numpy()).all()


@pytest.mark.parametrize("loss", ["mse", "l1", "quantile"])
def test_a_loss_in_another_unit(loss):
    output, target = torch.tensor([[1.5], [-2.0]]), torch.tensor([4.0, 3.0])
    more = [(0.25,)] if loss == "quantile" else []
    scaled, own = (LOSSES[loss](f * output, f * target, *more) for f in (1.0, 8.0))
    assert (own == scaled * loss_unit(loss, 8.0)).all()


def test_whole_numbers_are_drawn_in_the_user_s_unit(monkeypatch):
    task, drawn = make_task(data=with_scale(prepared(), FixedScale(shift=3, divide=4))), []
    monkeypatch.setattr(Task, "fit", lambda *_, targets, **__: drawn.append(targets))
    settings = {"epochs": 1, "learning_rate": 0.1, "integers": [5, 5]}
    reg_amnesiac.unlearn(None, task, validated(reg_amnesiac.Settings, settings))
    assert (drawn[0][task.forget] == 0.5).all()
    assert (drawn[0][task.retain] == task.data.target[task.retain]).all()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"target_scale": "standardize"}, ".target_scale: unknown scale 'standardize'; did you"),
        ({"target_scale": 100}, ".target_scale: must be none, standardise, or {shift"),
        ({"target_scale": {"divide": 0}}, ".target_scale.divide: must be greater than 0"),
        ({"target_scale": {"times": 2}}, ".target_scale: unknown key 'times'"),
        ({"original": "mine.safetensors"}, "target_scale: say what the model of `original`"),
    ],
)
def test_a_wrong_scale_is_one_line(told, said):
    entry = load_settings("params.yaml").datasets["demo_pairs"].plain()
    del entry["target_scale"]
    assert validated(Dataset, entry).target_scale == "standardise"
    with pytest.raises(UserError) as error:
        validated(Dataset, {**entry, **told}, "datasets.d")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("chosen", ["none", "standardise", {"shift": 1.5, "divide": 2.0}])
def test_a_job_is_told_what_the_dataset_says(chosen):
    settings = load_settings("params.yaml")
    entry = settings.datasets["demo_pairs"].plain()
    own = validated(Dataset, {**entry, "target_scale": chosen})
    told = network(settings.model_copy(update={"datasets": {"mine": own}}), "mine")
    assert told["target_scale"] == chosen
    assert validated(NetworkJob, told).target_scale == own.target_scale


def test_the_datasets_of_the_paper_and_of_the_demo_keep_their_targets():
    datasets = load_settings("params.yaml").datasets
    scaled = {name for name, one in datasets.items() if one.target_scale != "none"}
    assert scaled == {"california", "demo_rows", "utkface_short"} and "agedb" in datasets
    assert Scale() == SAME

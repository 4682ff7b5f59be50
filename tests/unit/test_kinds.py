"""What a target is, a number or a class, is asked of one object; see `training.kinds`."""

import numpy as np
import pytest
import torch
from image_tasks import image_task

from regression_unlearning.data.prepared import Prepared
from regression_unlearning.errors import UserError
from regression_unlearning.settings.measuring import Observation, Relearning
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.classes import Classes
from regression_unlearning.training.kinds import kind_of
from regression_unlearning.training.numbers import Numbers
from regression_unlearning.training.observe import observe
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.task import Task
from regression_unlearning.training.unlearn import unlearn
from regression_unlearning.tuning.closeness import Closeness

KINDS = {
    "mse": Numbers("mse"),
    "l1": Numbers("l1"),
    "quantile": Numbers("quantile", (0.1, 0.5, 0.9)),
    "cross_entropy": Classes(4),
}


def class_task(**changes):
    """The images of `image_task`, their brightness cut into three classes."""
    task = image_task(loss="cross_entropy", **changes)
    target = ((task.data.target - 20) / 14).floor().clamp(0, 2)
    data = Prepared(task.data.inputs, target, task.data.split)
    return task.having(data=data)


def softmax(logits):
    risen = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    return risen / risen.sum(1, keepdims=True)


def drawn(kind, rows=6, seed=0, scale=3.0):
    generator = torch.Generator().manual_seed(seed)
    output = scale * torch.randn(rows, kind.outputs, generator=generator, dtype=torch.float64)
    return output, torch.randint(kind.outputs, (rows,), generator=generator).double()


def test_cross_entropy_is_minus_the_log_probability_of_the_class():
    output, target = drawn(KINDS["cross_entropy"])
    shares = softmax(output.numpy())
    wanted = -np.log(shares[np.arange(6), target.long()])
    assert KINDS["cross_entropy"].per_row(output, target).numpy() == pytest.approx(
        wanted, rel=1e-12
    )
    other = drawn(KINDS["cross_entropy"], seed=1)[0]
    wanted = -(softmax(other.numpy()) * np.log(shares)).sum(1)
    assert KINDS["cross_entropy"].per_row(output, other).numpy() == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_classes_are_apart_by_the_divergence_from_what_is_taught(temperature):
    kind = KINDS["cross_entropy"]
    ours, taught = drawn(kind)[0], drawn(kind, seed=1)[0]
    p, q = (softmax(one.numpy() / temperature) for one in (taught, ours))
    wanted = temperature**2 * (p * np.log(p / q)).sum(1)
    assert kind.apart(ours, taught, temperature).numpy() == pytest.approx(wanted, rel=1e-11)
    assert kind.apart(ours, ours).numpy() == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "linear"), [("mse", False), ("l1", True), ("cross_entropy", False)]
)
def test_curved_is_the_hessian_times_a_change(name, linear):
    kind = KINDS[name]
    output, target = drawn(kind)
    change = drawn(kind, seed=2)[0]
    found = kind.curved(output, target, change)
    for row in range(len(output)):
        hessian = torch.autograd.functional.hessian(
            lambda one, row=row: kind.per_row(one[None], target[row : row + 1]).sum(), output[row]
        )
        wanted = change[row] if linear else hessian @ change[row]
        assert found[row].numpy() == pytest.approx(wanted.numpy(), rel=1e-9, abs=1e-12)


def test_labels_of_classes_are_uniform_and_never_true():
    kind, own = KINDS["cross_entropy"], torch.arange(4.0).repeat(3000)
    new = kind.relabelled(own, own[:1], torch.Generator().manual_seed(0), "gaussian")
    assert new.dtype == own.dtype
    offset = torch.bincount(((new - own) % 4).long(), minlength=4) / len(own)
    # four standard deviations of a share
    assert offset.numpy() == pytest.approx([0, *[1 / 3] * 3], abs=4 * (0.25 / len(own)) ** 0.5)
    assert not (new == own).any()


@pytest.mark.parametrize("name", list(KINDS))
def test_what_knows_nothing_has_an_output_a_row(name):
    kind = KINDS[name]
    known = torch.tensor([0.0, 1.0, 1.0, 3.0])
    said = kind.ignorant(known)
    assert said.shape == (kind.outputs,)
    if name == "cross_entropy":
        loss = kind.per_row(said.repeat(4, 1), known)
        assert loss.numpy() == pytest.approx(np.log(4), rel=1e-6)
    else:
        assert said.tolist() == [1.25] * kind.outputs


@pytest.mark.parametrize(
    ("target", "classes", "wanted"),
    [
        ([0.0, 2.0], None, 3),
        ([0.0, 2.0], 5, 5),
        ([0.0, 1.5], None, "row 1 of rows.csv has 1.5"),
        ([0.0, -1.0], None, "row 1 of rows.csv has -1"),
        ([0.0, 2.0], 2, "from 0 to 1; row 1 of rows.csv has 2"),
        ([0.0, 0.0], None, "two classes at least"),
    ],
)
def test_classes_are_found_in_the_targets(target, classes, wanted):
    if isinstance(wanted, int):
        found = kind_of("cross_entropy", (), classes, torch.tensor(target))
        assert found == Classes(wanted)
        return
    with pytest.raises(UserError) as caught:
        kind_of("cross_entropy", (), classes, torch.tensor(target))
    assert wanted in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_observation_of_classes_holds_logits_and_the_gradient_of_the_loss():
    task = class_task()
    model = task.new_model().eval()
    assert model.output.out_features == task.kind.outputs == 3
    parts = {
        "retain": task.retain,
        "forget": task.forget,
        **{
            f"{split}_{side}": rows
            for split in ("validation", "test")
            for side, rows in (("retain", task.validation), ("forget", task.held_out))
        },
    }
    seen = observe(model, task, parts, Observation())
    assert str(seen["loss"]) == "cross_entropy"
    for part in ("retain", "forget", "test"):
        logits, target = seen[f"{part}/logits"], seen[f"{part}/target"].astype(int)
        shares, hot = softmax(logits), np.eye(3)[target]
        assert seen[f"{part}/prediction"].tolist() == logits.argmax(1).tolist()
        assert seen[f"{part}/loss"] == pytest.approx(-np.log((shares * hot).sum(1)), rel=1e-5)
        assert seen[f"{part}/output_gradient"] == pytest.approx(shares - hot, abs=1e-6)


@pytest.mark.parametrize("method", ["finetune", "neggrad", "scrub", "bad_teacher", "sure"])
def test_methods_learn_and_unlearn_classes(method):
    task = class_task()
    model = task.new_model()
    before = task.mean_loss(model, task.train)
    task.fit(model, Fit(epochs=10, learning_rate=0.01, batch_size=16), rows=task.train)
    assert task.mean_loss(model, task.train) < before
    found = unlearn(model, task, method, epochs=2, learning_rate=0.001, batch_size=16)
    assert task.outputs(found, task.forget).isfinite().all()


def test_a_search_compares_classes_by_total_variation_and_error_rates():
    task = class_task()
    models = [task.having(seed=seed).new_model() for seed in (0, 1)]
    rows = {"forget": task.forget, "retain": task.retain}
    apart = wrong = 0.0
    for side, own in rows.items():
        shares, errors = [], []
        for model in models:
            output = task.outputs(model, own).numpy()
            shares.append(softmax(output).mean(0))
            errors.append((output.argmax(1) != task.data.target[own].numpy()).mean())
        apart += np.abs(shares[0] - shares[1]).sum() / 2
        gap = errors[0] - errors[1]
        wrong += abs(gap) if side == "forget" else max(0, gap)
    found = Closeness(task, models[1], rows)
    assert found.value(models[0]) == pytest.approx((apart + wrong) / 2, rel=1e-5)
    assert found.value(models[1]) == 0


@pytest.mark.parametrize("method", ["gaussian_matching", "gaussian_amnesiac"])
def test_a_method_of_numbers_refuses_classes(method):
    task = class_task()
    with pytest.raises(
        UserError, match=f"^{method}: loss: cross_entropy makes the targets classes: "
    ):
        unlearn(task.new_model(), task, method, epochs=1, learning_rate=0.1)


def test_classes_are_relearnt_to_an_accuracy(monkeypatch):
    """The limit is the share of the original's accuracy, and the count that of a plain loop."""
    task = class_task()
    model, error = task.new_model(), 0.1
    settings = Relearning(goal="accuracy", alpha=0.2, orders=1, cap=40, batch_size=16)
    looked = []
    whole = Task.mean_loss

    def watched(self, model, rows, of=None):
        looked.append(whole(self, model, rows, of))
        return looked[-1]

    monkeypatch.setattr(Task, "mean_loss", watched)
    (count,) = relearn(model, task, error, settings)
    assert count["reached"] and 0 < count["steps"] < 40
    assert looked[-1] <= 1 - 0.8 * 0.9
    assert all(one > 1 - 0.8 * 0.9 for one in looked[:-1])
    assert all(one * len(task.forget) == round(one * len(task.forget)) for one in looked)

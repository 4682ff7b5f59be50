"""A forecaster of quantiles: its loss, what methods make of it, and how it is observed."""

import copy

import numpy as np
import pytest
import torch
from rounding import close, depth
from sklearn.metrics import mean_pinball_loss
from test_methods_all import METHODS, moving

from regression_unlearning.data.families.load_windows.batch import KNOWN, Inputs
from regression_unlearning.data.prepared import Prepared
from regression_unlearning.errors import UserError
from regression_unlearning.methods import blindspot
from regression_unlearning.models.modules.activations import recorded
from regression_unlearning.models.tft import Settings as TFT
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.losses import l1, mse, quantile
from regression_unlearning.training.task import Task
from regression_unlearning.training.train import train
from regression_unlearning.training.unlearn import unlearn

QUANTILES = (0.1, 0.5, 0.9)
HISTORY, CUSTOMERS, HOURS = 6, 3, 40


def prepared():
    """Every window of three customers: 24 hours to train, 5 for validation, 5 for testing."""
    generator = torch.Generator().manual_seed(0)
    customer, hour = torch.meshgrid(
        torch.arange(CUSTOMERS), torch.arange(HISTORY, HOURS), indexing="ij"
    )
    load = torch.randn(CUSTOMERS, HOURS, generator=generator).cumsum(1) / 3
    arrays = {
        "load": load,
        "known": torch.randn(HOURS, len(KNOWN), generator=generator),
        "customer": customer.flatten().int(),
        "hour": hour.flatten().int(),
        "history": torch.tensor([HISTORY], dtype=torch.int32),
    }
    split = (hour.flatten() >= 30).byte() + (hour.flatten() >= 35).byte()
    return Prepared(Inputs(arrays), load[arrays["customer"].long(), arrays["hour"].long()], split)


def make_task(**changes):
    data = prepared()
    rows, held_out = data.rows_of("train"), data.rows_of("validation")
    low = data.target[rows] <= data.target[rows].quantile(0.3)
    values = {
        "data": data,
        "loss": "quantile",
        "quantiles": QUANTILES,
        "network": TFT(name="tft", hidden=4, hidden_continuous=2, embedding=2, heads=2),
        "retain": rows[~low],
        "forget": rows[low],
        "validation": held_out,
        "held_out": held_out,
        "seed": 5,
    }
    return Task(**{**values, **changes})


@pytest.fixture(scope="module")
def original():
    return train(make_task(), Fit(epochs=1, learning_rate=0.01, batch_size=16))


def test_the_loss_is_the_sum_of_pinball_losses():
    """Against scikit-learn's, one row and one quantile at a time."""
    random = np.random.default_rng(0)
    target, output = random.normal(size=7), random.normal(size=(7, 3))
    output[0, 1] = target[0]
    found = quantile(torch.tensor(output), torch.tensor(target), QUANTILES)
    wanted = [
        sum(mean_pinball_loss([y], [o], alpha=q) for o, q in zip(row, QUANTILES, strict=True))
        for y, row in zip(target, output, strict=True)
    ]
    close(found, wanted, 6, dtype="float64")


@pytest.mark.parametrize("loss", [mse, l1, lambda o, t: quantile(o, t, QUANTILES)])
def test_against_another_model_each_output_has_its_own_target(loss):
    generator = torch.Generator().manual_seed(0)
    output, taught = torch.randn(2, 5, 3, generator=generator)
    assert torch.equal(loss(output, output), torch.zeros(5))  # least where the two agree
    one = loss(output, taught[:, 1])
    close(one, loss(output, taught[:, 1:2].expand(5, 3)), 3)
    away = taught.clone()
    away[:, 2] += 1
    assert not torch.equal(loss(output, taught), loss(output, away))


def apart(ours, theirs, form):
    """Eq. 8 for one row and layer: vectors (units,) or sequences (hours, units)."""
    if form == "norm":
        return (ours - theirs).square().sum().sqrt().item()
    if form == "released":
        if ours.ndim == 1:
            return 0.0  # a single number, scaled to 1
        ours, theirs = ours.T, theirs.T  # the mean is over hours
    maps = [a.square() if a.ndim == 1 else a.square().mean(1) for a in (ours, theirs)]
    first, second = (m / m.square().sum().sqrt() for m in maps)
    return (first - second).square().mean().item()


@pytest.mark.parametrize("form", ["attention", "released", "norm"])
@pytest.mark.parametrize("held", [0, 2**26])
def test_blindspot_is_eq_9_for_every_quantile(double, original, form, held, monkeypatch):
    """Written out row by row, whether the helper is read once or anew."""
    monkeypatch.setattr(blindspot, "HELD", held)
    task, original = make_task(), copy.deepcopy(original).double()
    helper = task.new_model("helper").eval()
    kept = {}

    class Watched(Task):
        def fit(self, model, settings, *, objective=None, **more):
            kept["objective"] = objective
            return super().fit(model, settings, objective=objective, **more)

    made = {name: value for name, value in vars(task).items() if name in Task.__dataclass_fields__}
    task = Watched(**{**made, "helpers": {"blindspot": helper}})
    plan = {"epochs": 2, "learning_rate": 0.01, "batch_size": 32, "lambda": 3.0, "form": form}
    unlearn(original, task, "blindspot", **plan)
    rows = torch.cat([task.retain[:4], task.forget[:3], task.retain[4:6]])
    total = magnitude = 0.0
    for row in rows:
        x = task.data.batch(row[None])
        layers = original.layers[:-1]
        with recorded(original, layers) as ours, recorded(helper, layers) as theirs:
            said, taught = original(x)[0].tolist(), helper(x)[0].tolist()
        forgotten = row in task.forget
        wanted = taught if forgotten else [task.data.target[row].item()] * 3
        for share, y, output in zip(QUANTILES, wanted, said, strict=True):
            total += max(share * (y - output), (share - 1) * (y - output))
            magnitude += abs(y) + abs(output)
        for layer in layers if forgotten else ():
            total += 3.0 * apart(ours[layer][0], theirs[layer][0], form)
            lengths = ours[layer].norm() + theirs[layer].norm()
            magnitude += 3.0 * (lengths.item() if form == "norm" else 1.0)
    found = kept["objective"](original.eval(), rows)
    of_a_row = magnitude / len(rows)
    close(found, total / len(rows), depth(original, HISTORY), of_a_row, "float64")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_runs_on_the_forecaster(method, original):
    task = make_task()
    task = task.having(helpers={"blindspot": task.new_model("helper").eval()})
    few = {"epochs": 1} if "epochs" in moving(method) else {}
    found = unlearn(original, task, method, **{**moving(method), **few})
    assert found.output.out_features == 3
    assert all(torch.isfinite(value).all() for value in found.state_dict().values())
    before = original.state_dict()
    assert any(not torch.equal(value, before[name]) for name, value in found.state_dict().items())


def test_training_lowers_the_loss_and_orders_the_quantiles():
    task = make_task()
    model = task.new_model()
    before = task.mean_loss(model, task.train)
    task.fit(model, Fit(epochs=15, learning_rate=0.01, batch_size=16), rows=task.train)
    after = task.mean_loss(model, task.train)
    assert after < 0.6 * before
    low, _, high = task.outputs(model, task.train).mean(0).tolist()
    assert low < high


def test_quantiles_go_with_their_loss():
    values = {
        "loader": "demo_load", "title": "T", "model": {"name": "tft"}, "loss": "quantile",
        "training": {"epochs": 1, "learning_rate": 0.1},
        "blindspot": {"epochs": 1, "learning_rate": 0.1},
        "forget_sets": {}, "methods": {},
    }  # fmt: skip
    assert validated(Dataset, {**values, "quantiles": QUANTILES}).quantiles == QUANTILES
    for wrong in ((), (0.1, 0.9), (0.5, 0.1, 0.9), (0.5, 0.5, 0.9)):
        with pytest.raises(UserError, match="odd number of rising quantiles"):
            validated(Dataset, {**values, "quantiles": wrong})
    with pytest.raises(UserError, match="they go with loss: quantile"):
        validated(Dataset, {**values, "loss": "l1", "quantiles": QUANTILES})
    with pytest.raises(UserError, match="multiple of heads"):
        validated(Dataset, {**copy.deepcopy(values), "model": {"name": "tft", "hidden": 9}})

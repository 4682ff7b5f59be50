"""Every method on every network where a set, or what is left for a last batch, is a single row."""

import pytest
import test_quantiles
import test_row_networks
import torch
from image_tasks import Images, images
from method_tasks import STEPS, prepared
from rounding import close, depth, rounding
from test_methods_all import METHODS, OPTIONS, fits
from torch import nn

from regression_unlearning.data.prepared import Prepared
from regression_unlearning.models.allcnn import Settings as AllCNN
from regression_unlearning.models.lstm import Settings as LSTM
from regression_unlearning.models.mobilenet_v3 import Settings as MobileNetV3
from regression_unlearning.models.modules.normalisation import by_running_statistics
from regression_unlearning.models.resnet18 import Settings as ResNet18
from regression_unlearning.settings.measuring import Observation, Relearning
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.batches import drawn_beside, in_turn, shuffled
from regression_unlearning.training.fit import fit
from regression_unlearning.training.observe import observe
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.task import Task
from regression_unlearning.training.unlearn import unlearn


def text(**rows):
    network = LSTM(name="lstm", hidden=4, dropout=0.2, head=(4, 4))
    return Task(data=prepared(12, 2), loss="mse", network=network, seed=3, **rows)


def load(**rows):
    return test_quantiles.make_task(**rows)


def of_images(network, **rows):
    """Images of 32 pixels: the last feature maps of MobileNetV3 and ResNet18 are one pixel."""
    split = torch.zeros(16, dtype=torch.uint8)
    split[12:14], split[14:] = 1, 2
    data = Prepared(Images(images(16)), torch.arange(16.0), split)
    return Task(data=data, loss="l1", network=network, seed=3, **rows)


def of_table(network, **rows):
    data = test_row_networks.rows(12, 2)
    return Task(data=data, loss="mse", network=test_row_networks.NETWORKS[network], seed=3, **rows)


NETWORKS = {
    "lstm": text,
    "tft": load,
    "mlp": lambda **rows: of_table("mlp", **rows),
    "tabular_resnet": lambda **rows: of_table("tabular_resnet", **rows),
    "allcnn": lambda **rows: of_images(AllCNN(name="allcnn", width=0.05), **rows),
    "mobilenet_v3": lambda **rows: of_images(MobileNetV3(name="mobilenet_v3"), **rows),
    "resnet18": lambda **rows: of_images(ResNet18(name="resnet18"), **rows),
}
LARGE = ("mobilenet_v3", "resnet18")
#: Forget rows, retain rows, rows of a batch: of three retain rows in twos, one is left over.
CASES = {
    "one forget row, and a last batch of one row": (1, 3, 2),
    "batches of one row": (2, 3, 1),
    "one retained row": (4, 1, 2),
}


def task_of(network, forget, retain):
    rows = torch.arange(12)
    held_out = torch.tensor([12, 13])
    return NETWORKS[network](
        forget=rows[:forget],
        retain=rows[forget : forget + retain],
        validation=held_out,
        held_out=held_out,
    )


def options(method, size, epochs):
    chosen = {"epochs": epochs, "learning_rate": 1e-3, "batch_size": size} if fits(method) else {}
    less = {"noisy_finetune": {"noisy_steps": 2}, "influence": {"iterations": 1}}
    sizes = {
        # without rewinding, which may end at the original
        "scrub": {"forget_epochs": 2, "forget_batch_size": size, "rewind": False},
        "sure": {"domain_rows": 2},
    }
    return {**chosen, **OPTIONS.get(method, {}), **less.get(method, {}), **sizes.get(method, {})}


def run(method, network, case, **more):
    forget, retain, size = CASES[case]
    task = task_of(network, forget, retain)
    original, helper = task.new_model().eval(), task.new_model("helper").eval()
    task = task.having(helpers={"blindspot": helper})
    chosen = {**options(method, size, 1 if network in LARGE else 2), **more}
    return unlearn(original, task, method, **chosen), original


ALL = [(case, network) for case in CASES for network in NETWORKS if network not in LARGE]
ALL += [(case, "mobilenet_v3") for case in list(CASES)[:2]] + [(next(iter(CASES)), "resnet18")]


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("case", "network"), ALL)
def test_every_method_on_every_network(case, network, method):
    found, original = run(method, network, case)
    assert all(value.isfinite().all() for value in found.state_dict().values())
    before = dict(original.named_parameters())
    assert any(not torch.equal(weight, before[name]) for name, weight in found.named_parameters())


@pytest.mark.parametrize(
    ("network", "more"),
    [
        (name, more)
        for name in NETWORKS
        for more in ({"form": "released"}, {"form": "norm"}, {"keep": "best"})
        # the released form compares maps and sequences, which networks for tables have none of
        if name not in LARGE
        and not (name in test_row_networks.NETWORKS and "released" in str(more))
    ],
)
@pytest.mark.parametrize("case", CASES)
def test_blindspot_s_forms_on_every_network(case, network, more):
    found, original = run("blindspot", network, case, **more)
    assert all(value.isfinite().all() for value in found.state_dict().values())
    before = dict(original.named_parameters())
    assert any(not torch.equal(weight, before[name]) for name, weight in found.named_parameters())


def bound(model, task, rows):
    """Roundings on the way to the mean loss of some rows, and what they are roundings of.

    The largest number of any layer and any target stands for all; where an output is off, a squared
    loss is by twice its distance from the target, which is at most twice that number, as much.
    """
    found = [task.data.target.abs().max()]

    def look(_module, _inputs, output):
        parts = output if isinstance(output, tuple) else (output,)
        found.extend(part.abs().max() for part in parts if isinstance(part, torch.Tensor))

    handles = [module.register_forward_hook(look) for module in model.modules()]
    task.mean_loss(model, rows)
    for handle in handles:
        handle.remove()
    largest = max(one.item() for one in found)
    slope = 4 * largest if task.loss == "mse" else 1.0
    return 2 * depth(model, STEPS) + len(rows), slope * largest


def test_a_row_alone_is_normalised_as_at_the_end_and_moves_no_running_mean(double):
    """Its loss is that of evaluation mode; dropout still drops; modes come back."""
    task = task_of("mobilenet_v3", 1, 3)
    task = task.having(network=MobileNetV3(name="mobilenet_v3", dropout=0.0))
    model = task.new_model()
    expected, before = task.mean_loss(model, task.forget), dict(model.named_buffers())
    before = {name: value.clone() for name, value in before.items()}
    seen = []

    def objective(model, rows):
        seen.append([module.training for module in model.modules()])
        return task.supervised()(model, rows)

    plan = Fit(epochs=1, learning_rate=1e-3, batch_size=2)
    told = fit(model, objective, task.forget, plan, seed=0)
    count, magnitude = bound(task.new_model(), task, task.forget)
    close(told.history[0]["loss"], expected, count, magnitude, "float64")
    assert all(torch.equal(value, before[name]) for name, value in model.named_buffers())
    assert all(module.training for module in model.modules())
    kinds = [isinstance(module, nn.BatchNorm2d) for module in model.modules()]
    assert any(kinds) and seen == [[not kind for kind in kinds]]
    fit(model, objective, task.retain, plan, seed=0)
    assert any(not torch.equal(value, before[name]) for name, value in model.named_buffers())


def test_layers_without_running_means_stay_in_their_mode():
    model = nn.Sequential(nn.BatchNorm1d(2, track_running_stats=False), nn.BatchNorm1d(2))
    model[1].eval()
    with by_running_statistics(model):
        assert [layer.training for layer in model] == [True, False]
    assert [layer.training for layer in model] == [True, False]


def test_batches_of_one_row_are_not_joined():
    rows, generator = torch.arange(5), torch.Generator().manual_seed(0)
    for plan in (shuffled(rows, 1), in_turn(rows, 1, 1, rows, 1)):
        assert {len(batch) for batch in plan(0, generator)} == {1}
    beside = drawn_beside(rows, 1, torch.tensor([7]), each=1)(0, generator)
    assert [len(batch) for batch in beside] == [2] * 5


@pytest.mark.parametrize("network", ["lstm", "tft", "allcnn", "mobilenet_v3"])
def test_a_forget_set_of_one_row_is_observed_and_relearnt(network, double):
    task = task_of(network, 1, 3)
    model = task.new_model().eval()
    none = task.forget[:0]
    rows = {"retain": task.retain, "forget": task.forget}
    for split in ("validation", "test"):
        rows |= {f"{split}_retain": task.validation, f"{split}_forget": none}
    seen = observe(model, task, rows, Observation(batch_size=2))
    loss = task.mean_loss(model, task.forget)
    count, magnitude = bound(model, task, task.forget)
    # an observation is kept in single precision: one rounding more
    assert abs(seen["forget/loss"].item() - loss) <= rounding(1, loss) + rounding(
        count, magnitude, "float64"
    )
    assert seen["forget/activation"].shape[0] == 1
    (count,) = relearn(model, task, 0.0, Relearning(cap=3, orders=1, batch_size=1))
    assert count == {"order": 0, "steps": 3, "reached": False}

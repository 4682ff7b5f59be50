"""Which epoch's weights a fit leaves behind: the last one's, or the best one's."""

import signal

import pytest
import torch
from method_tasks import make_task, prepared, same, trained
from torch import nn

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Fit
from regression_unlearning.training import interruption
from regression_unlearning.training.fit import fit
from regression_unlearning.training.train import train
from regression_unlearning.training.unlearn import unlearn

EPOCHS = 6
#: Validation losses; the least comes twice, first in epoch 3.
LOSSES = (3.0, 2.0, 1.0, 1.5, 1.0, 4.0)
PLAN = {"epochs": EPOCHS, "learning_rate": 0.02, "batch_size": 16}
#: Methods that can only mean the weights they end with.
REFUSING = ("neggrad", "scrub", "sure")


class Network(nn.Module):
    """A linear layer with a batch's own means: running means are kept beside the weights."""

    def __init__(self):
        super().__init__()
        self.norm, self.dropout, self.output = nn.BatchNorm1d(3), nn.Dropout(0.3), nn.Linear(3, 1)

    def forward(self, rows):
        """Predict."""
        return self.output(self.dropout(self.norm(rows)))


def run(keep="best", losses=LOSSES, epochs=EPOCHS, **options):
    """Train on 40 rows; the monitor reads the given losses, whatever the weights are."""
    torch.manual_seed(0)
    inputs, target, model = torch.randn(40, 3), torch.randn(40, 1), Network()
    seen = options.pop("seen", [])

    def monitor(_model):
        seen.append(None)
        return losses[len(seen) - 1]

    told = fit(
        model, lambda model, rows: (model(inputs[rows]) - target[rows]).square().mean(),
        torch.arange(40), Fit(**{**PLAN, "epochs": epochs, "keep": keep}),
        seed=1, monitor=monitor, **options,
    )  # fmt: skip
    return model, told


def test_the_first_of_the_best_epochs_is_put_back_with_its_running_means():
    best, told = run()
    third, _ = run("last", epochs=3)
    last, told_of_last = run("last")
    assert same(best, third) and not same(best, last)
    assert torch.equal(best.norm.running_mean, third.norm.running_mean)
    assert (told.kept, told.epochs, told_of_last.kept) == (3, EPOCHS, EPOCHS)
    assert told.history == told_of_last.history  # what is kept changes no training


@pytest.mark.parametrize("losses", [(1, 2, 3, 4, 5, 6), (6, 5, 4, 3, 2, 1), (2,) * 6])
def test_the_first_and_the_last_epoch_can_be_best(losses):
    found, told = run(losses=losses)
    kept = 6 if losses[0] == 6 else 1
    assert told.kept == kept and same(found, run("last", epochs=kept)[0])


@pytest.mark.parametrize("point", [2, 7, 9, 10, 17, 18])
def test_interrupted_and_resumed_equals_uninterrupted(tmp_path, point):
    """Before, at and after the best epoch; 3 mini-batches are an epoch."""
    whole, told = run()
    file, seen = tmp_path / "state.safetensors", []

    def ask(_model, steps):
        interruption._asked = signal.SIGTERM if steps == point else None
        return False

    with pytest.raises(interruption.Interrupted):
        run(state_file=file, after_step=ask, seen=seen)
    interruption._asked = None
    resumed, told_again = run(state_file=file, seen=seen)
    assert same(resumed, whole) and told_again.history == told.history
    assert told_again.kept == told.kept == 3


def test_without_a_validation_loss_nothing_is_best():
    with pytest.raises(UserError, match="keep: best needs a validation loss; take keep: last"):
        fit(Network(), None, torch.arange(4), Fit(**PLAN, keep="best"), seed=0)
    task = make_task()
    task = task.having(validation=task.validation[:0])
    with pytest.raises(UserError, match="keep: best needs a validation loss"):
        train(task, Fit(**PLAN, keep="best"))


def losses_after(task, make):
    """Validation loss of what `make` gives after each number of epochs."""
    return [task.mean_loss(make(epochs), task.validation) for epochs in range(1, EPOCHS + 1)]


def test_a_training_keeps_the_least_loss_on_the_validation_rows():
    """The validation targets are turned round: what is learnt makes them worse, epoch by epoch."""
    task = make_task()
    task.data.target[task.validation] *= -1
    losses = losses_after(task, lambda epochs: train(task, Fit(**{**PLAN, "epochs": epochs})))
    wanted = losses.index(min(losses)) + 1
    assert wanted < EPOCHS  # else the last epoch would do
    found = train(task, Fit(**PLAN, keep="best"))
    assert same(found, train(task, Fit(**{**PLAN, "epochs": wanted})))


def methods():
    """Methods with a training loop."""
    found = {name: registry.load("method", name) for name in registry.known("method")}
    return [name for name, module in found.items() if issubclass(module.Settings, Fit)]


@pytest.mark.parametrize("method", [name for name in methods() if name not in REFUSING])
def test_every_method_that_trains_can_keep_its_best_epoch(method):
    task = make_task(data=prepared(48, 16), forget=12)
    original = trained(task, 2)
    task = task.having(helpers={"blindspot": task.new_model("helper").eval()})
    more = {"noisy_steps": 2} if method == "noisy_finetune" else {}
    options = {"epochs": 3, "learning_rate": 0.05, "batch_size": 16, **more}

    def made(**changes):
        mine = task.having()
        return unlearn(original, mine, method, **{**options, **changes}), mine.fitted[-1]

    kept, told = made(keep="best")
    losses = [epoch["monitored"] for epoch in told.history]
    assert told.kept == losses.index(min(losses)) + 1
    # the kept weights are those that had this loss
    assert task.mean_loss(kept, task.validation) == min(losses)
    assert made()[1].kept == 3


@pytest.mark.parametrize("method", REFUSING)
def test_a_method_that_cannot_mean_it_refuses(method):
    settings = registry.load("method", method).Settings
    values = {"epochs": 1, "learning_rate": 0.1, "keep": "best"}
    with pytest.raises(
        UserError, match=f"^{method}.keep: best cannot be meant here: .*; take last$"
    ):
        validated(settings, values, method)
    assert validated(settings, {**values, "keep": "last"}).keep == "last"

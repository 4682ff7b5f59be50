"""Methods on a network with running means (batch normalisation) and three outputs."""

import pytest
import torch
from method_tasks import WIDTH, make_task, same
from test_methods_all import METHODS, moving, options
from torch import nn
from torch.nn.functional import mse_loss

from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task
from regression_unlearning.training.unlearn import unlearn


class Normalised(nn.Module):
    """Mean word vectors, a linear layer, batch normalisation, three outputs."""

    layers = ("first", "means", "output")

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2 * WIDTH, 5)
        self.means = nn.BatchNorm1d(5)
        self.output = nn.Linear(5, 3)

    def forward(self, words):
        return self.output(self.means(self.first(words.mean(2).flatten(1)).relu()))


class NormalisedTask(Task):
    """A task whose networks are of that kind."""

    def new_model(self, purpose="weights"):
        with torch.random.fork_rng():
            torch.manual_seed(seed_for(self.seed, purpose))
            return Normalised()


@pytest.fixture
def task():
    made = vars(make_task(loss="quantile", quantiles=(0.1, 0.5, 0.9))).items()
    return NormalisedTask(
        **{name: value for name, value in made if name in Task.__dataclass_fields__}
    )


@pytest.fixture
def original(task):
    """A trained network whose running means are far from a fresh one's."""
    model = task.new_model("original")
    model.train()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.02)
    for _ in range(60):
        optimiser.zero_grad()
        output = model(task.data.batch(task.train))
        mse_loss(output, task.data.target[task.train, None].expand_as(output)).backward()
        optimiser.step()
    return model.eval()


@pytest.mark.parametrize("method", METHODS)
def test_every_method_runs(method, task, original):
    task = task.having(helpers={"blindspot": task.new_model("helper").eval()})
    found = unlearn(original, task, method, **moving(method))
    assert all(torch.isfinite(value.float()).all() for value in found.state_dict().values())
    before = dict(original.named_parameters())
    assert any(not torch.equal(weight, before[name]) for name, weight in found.named_parameters())


@pytest.mark.parametrize("method", ["cf_k", "eu_k"])
def test_running_means_of_frozen_layers_stay(method, task, original):
    found = unlearn(original, task, method, k=1, **{**options(method), "epochs": 1})
    assert torch.equal(found.means.running_mean, original.means.running_mean)
    again = unlearn(original, task, method, k=2, **{**options(method), "epochs": 1})
    assert not torch.equal(again.means.running_mean, original.means.running_mean)


def test_the_certificate_forgets_the_running_means(task, original):
    """Two originals that differ in nothing but their running means end in the same bits."""
    other = task.new_model()
    other.load_state_dict(original.state_dict())
    other.means.running_mean += 100
    chosen = options("noisy_finetune")
    first, second = (
        unlearn(model, task, "noisy_finetune", **chosen) for model in (original, other)
    )
    assert same(first, second)

"""Influence and EU-k against ridge regression in closed form."""

import pytest
import torch
from method_tasks import make_task, prepared
from rounding import close
from test_row_networks import rows

from regression_unlearning.models.mlp import Settings as MLP
from regression_unlearning.models.modules.activations import evaluating, penultimate
from regression_unlearning.models.tabular_resnet import Settings as TabularResNet
from regression_unlearning.training.curvature import conjugate_gradients
from regression_unlearning.training.unlearn import unlearn

#: Networks that are fixed but for their last layer.
TASKS = {
    "lstm": lambda: make_task(head=(), hidden=4, dropout=0.0, data=prepared(160)),
    "mlp": lambda: make_task(data=rows(160, 32), network=MLP(name="mlp", hidden=(4,), embedding=2)),
    "tabular_resnet": lambda: make_task(
        data=rows(160, 32),
        network=TabularResNet(name="tabular_resnet", width=4, hidden=4, dropout=0.0, embedding=2),
    ),
}


@pytest.fixture(params=TASKS)
def task(request):
    return TASKS[request.param]()


def features(model, task, rows):
    """What the head reads, with a column of ones, in double precision."""
    with penultimate(model) as seen, evaluating(model):
        model(task.data.batch(rows))
    found = seen["activation"].double()
    return torch.cat([found, torch.ones(len(found), 1, dtype=torch.float64)], 1)


def ridge(model, task, rows, penalty):
    """Least sum of squares plus penalty / 2 times the squared length, in closed form."""
    x, y = features(model, task, rows), task.data.target[rows].double()
    matrix = 2 * x.T @ x + penalty * torch.eye(x.shape[1], dtype=torch.float64)
    return torch.linalg.solve(matrix, 2 * x.T @ y)


def put(model, solution):
    with torch.no_grad():
        model.output.weight.copy_(solution[None, :-1])
        model.output.bias.copy_(solution[-1:])
    return model


def head(model):
    return torch.cat([model.output.weight[0], model.output.bias]).detach().double()


@pytest.mark.parametrize("penalty", [0.5, 5.0])
def test_influence_is_exact_for_ridge_regression(task, penalty):
    model = task.new_model()
    original = put(model, ridge(model, task, task.train, penalty))
    wanted = ridge(model, task, task.retain, penalty)
    assert (head(original) - wanted).abs().max() > 0.05
    found = unlearn(
        original,
        task,
        "influence",
        layers=1,
        damping=penalty / len(task.retain),
        rows=None,
        iterations=200,
        tolerance=1e-6,
    )
    torch.testing.assert_close(head(found), wanted, rtol=1e-3, atol=2e-3)
    assert task.facts["conjugate_gradients_residual"] < 1e-5


def test_influence_leaves_the_layers_below_alone(task):
    model = task.new_model()
    found = unlearn(model, task, "influence", layers=1)
    for (name, before), after in zip(model.named_parameters(), found.parameters(), strict=True):
        assert torch.equal(before, after) != name.startswith("output")


def test_the_original_is_where_no_row_is_to_be_forgotten(task):
    """With half the step, half the way."""
    model = task.new_model()
    moves = [
        head(unlearn(model, task, "influence", layers=1, step=step, damping=0.1)) - head(model)
        for step in (1.0, 0.5)
    ]
    # the same direction twice; each weight is rounded where it is moved
    close(moves[0], 2 * moves[1], 4, head(model).abs().max() + moves[0].abs().max())


def test_conjugate_gradients_solve_what_a_direct_solver_solves():
    torch.manual_seed(0)
    root = torch.randn(12, 12, dtype=torch.float64)
    matrix, right = root @ root.T + torch.eye(12), torch.randn(12, dtype=torch.float64)
    found, residual = conjugate_gradients(
        lambda v: matrix @ v, right, iterations=60, tolerance=1e-10
    )
    # no eigenvalue of the matrix is below 1: the error's length is at most the residual's
    off = (found - torch.linalg.solve(matrix, right)).norm()
    assert off <= 2e-10 * right.norm()
    assert residual < 1e-9


@pytest.mark.parametrize("task", ["lstm", "mlp"], indirect=True)  # Adam gets there in time
def test_eu_k_of_the_last_layer_ends_at_least_squares(task):
    task = task.having(validation=task.validation[:0])  # so that the plateau is the training loss's
    original = task.new_model("original")
    found = unlearn(
        original,
        task,
        "eu_k",
        k=1,
        epochs=1500,
        learning_rate=0.05,
        batch_size=1000,
        schedule={"name": "plateau", "factor": 0.5, "patience": 30},
    )
    x, y = features(original, task, task.retain), task.data.target[task.retain].double()
    wanted = x @ ridge(original, task, task.retain, 0.0)
    torch.testing.assert_close(x @ head(found), wanted, rtol=0, atol=0.02)
    assert ((x @ head(found) - y) ** 2).mean() <= 1.001 * ((wanted - y) ** 2).mean()

"""The certificate of noisy fine-tuning against accounting by other means."""

import math

import numpy as np
import pytest
import torch
from method_tasks import make_task
from rounding import close
from scipy.optimize import minimize, minimize_scalar

from regression_unlearning.methods import noisy_finetune
from regression_unlearning.training.optimiser import NoisySGD
from regression_unlearning.training.unlearn import unlearn

FIT = {"epochs": 1, "learning_rate": 0.001, "batch_size": 16}


def settings(**changes):
    values = {"model_clip": 2.0, "gradient_clip": 0.5, "decay": 3.0, "noise": 0.3}
    values |= {"noisy_steps": 8, "noisy_learning_rate": 0.1, "delta": 1e-5}
    return noisy_finetune.Settings(**FIT, **{**values, **changes})


@pytest.mark.parametrize("decay", [0.0, 3.0])
@pytest.mark.parametrize("steps", [1, 8])
def test_the_shifts_are_the_best_that_an_optimiser_finds(decay, steps):
    """Least sum of squared shifts that bring two runs together, each distance at least 0."""
    chosen = settings(decay=decay, noisy_steps=steps)
    rho = 1 - chosen.noisy_learning_rate * chosen.decay
    added = 2 * chosen.noisy_learning_rate * chosen.gradient_clip

    def distances(shifts):
        apart, found = 2 * chosen.model_clip, []
        for shift in shifts:
            apart = rho * apart + added - shift
            found.append(apart)
        return np.array(found)

    start = np.full(steps, added)
    start[0] += rho * 2 * chosen.model_clip
    best = minimize(
        lambda shifts: np.sum(shifts**2),
        start,
        method="SLSQP",
        constraints=[
            {"type": "eq", "fun": lambda shifts: distances(shifts)[-1]},
            {"type": "ineq", "fun": lambda shifts: distances(shifts)[:-1]},
        ],
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert best.success
    assert noisy_finetune.sensitivity(chosen) == pytest.approx(math.sqrt(best.fun), rel=1e-4)


def test_epsilon_is_that_of_the_best_renyi_order():
    chosen = settings()
    rate = noisy_finetune.sensitivity(chosen) ** 2 / (2 * chosen.noise**2)
    best = minimize_scalar(
        lambda a: a * rate + math.log(1 / chosen.delta) / (a - 1),
        bounds=(1.0001, 500),
        method="bounded",
    )
    assert noisy_finetune.certificate(chosen)["epsilon"] == pytest.approx(best.fun, rel=1e-6)


def test_epsilon_bounds_that_of_the_gaussian_mechanism():
    """With one step the models are Gaussians at that distance: the exact delta is below ours."""
    chosen = settings(noisy_steps=1, noise=5.0)
    apart = noisy_finetune.sensitivity(chosen) / chosen.noise
    rho = 1 - chosen.noisy_learning_rate * chosen.decay
    by_hand = rho * 2 * 2.0 + 2 * 0.1 * 0.5
    assert apart * chosen.noise == pytest.approx(by_hand)
    epsilon = noisy_finetune.certificate(chosen)["epsilon"]

    def below(x):
        return 0.5 * math.erfc(-x / math.sqrt(2))

    half, ratio = apart / 2, epsilon / apart
    exact = below(half - ratio) - math.exp(epsilon) * below(-half - ratio)
    assert 0 <= exact <= chosen.delta


def test_more_noise_and_more_steps_certify_more():
    epsilon = [
        noisy_finetune.certificate(settings(**changes))["epsilon"]
        for changes in ({}, {"noise": 0.6}, {"noisy_steps": 20}, {"delta": 1e-9})
    ]
    assert epsilon[1] < epsilon[0] and epsilon[2] < epsilon[0] < epsilon[3]


def test_a_step_is_its_formula():
    torch.manual_seed(0)
    weights = [torch.randn(3, 2, requires_grad=True), torch.randn(4, requires_grad=True)]
    for weight in weights:
        weight.grad = torch.randn_like(weight)
    before = [weight.detach().clone() for weight in weights]
    optimiser = NoisySGD(weights, lr=0.1, gradient_clip=0.5, decay=2.0, noise=0.3)
    torch.manual_seed(5)
    optimiser.step()
    torch.manual_seed(5)
    length = torch.cat([weight.grad.flatten() for weight in weights]).norm()
    assert length > 0.5
    for old, weight in zip(before, weights, strict=True):
        clipped = weight.grad * 0.5 / length
        wanted = old - 0.1 * (clipped + 2 * old) + 0.3 * torch.randn_like(old)
        close(weight, wanted, 10 + 10)  # a length over ten numbers, and ten operations


def test_the_record_holds_the_certificate_and_the_steps_are_as_many_as_asked():
    task = make_task()
    chosen = settings(noisy_steps=7)
    unlearn(task.new_model(), task, "noisy_finetune", **chosen.plain())
    left = {"original_share_left": (1 - 0.1 * chosen.decay) ** 7}
    assert task.facts == noisy_finetune.certificate(chosen) | left
    assert [part.steps for part in task.fitted] == [7, -(-len(task.retain) // 16)]


def test_a_rate_that_turns_the_weights_over_is_refused():
    task = make_task()
    with pytest.raises(ValueError, match="below 1"):
        unlearn(task.new_model(), task, "noisy_finetune", **settings(decay=10.0).plain())

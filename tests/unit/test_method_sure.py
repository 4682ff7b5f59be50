"""SURE: the reversed gradient against the two players' gradients by hand, schedule, batches."""

import math

import pytest
import torch
from method_tasks import STEPS, make_task, trained
from rounding import close, depth
from torch.nn.functional import binary_cross_entropy_with_logits

from regression_unlearning.errors import UserError
from regression_unlearning.methods import sure
from regression_unlearning.models.modules.activations import penultimate, recorded
from regression_unlearning.training.task import Task
from regression_unlearning.training.unlearn import unlearn

FIT = {"epochs": 2, "learning_rate": 0.01, "batch_size": 16}


def test_the_schedule_is_dann_s_at_both_ends():
    settings = sure.Settings(**FIT, ceiling=2.0)
    assert sure.weight_of(0.0, settings) == 0
    assert sure.weight_of(1.0, settings) == pytest.approx(2 * (2 / (1 + math.exp(-10)) - 1))
    assert sure.weight_of(1.0, settings) == pytest.approx(2, abs=2e-4)
    half = sure.weight_of(0.5, sure.Settings(**FIT, steepness=2.0))
    assert half == pytest.approx(math.tanh(0.5))


def test_reversal_keeps_the_values_and_turns_the_gradient():
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(5, 3, generator=generator, requires_grad=True)
    shown = sure.reversed_gradient(values, 0.7)
    assert torch.equal(shown, values)
    (shown * torch.arange(3.0)).sum().backward()
    close(values.grad, -0.7 * torch.arange(3.0).expand(5, 3), 2)


class Caught(Exception):
    """Carries what the method handed to the training loop."""


def handed_over(original, monkeypatch, **options):
    """Objective, players and options that SURE gives to the loop."""
    found = {}

    def fit(self, players, settings, **given):
        found.update(players=players, settings=settings, **given)
        raise Caught

    monkeypatch.setattr(Task, "fit", fit)
    task = make_task(dropout=0.0)
    with pytest.raises(Caught):
        unlearn(original, task, "sure", **FIT, domain_rows=8, **options)
    return task, found


@pytest.mark.parametrize("reverse", ["both", "forget"])
@pytest.mark.parametrize("layer", ["penultimate", "head.0"])
def test_one_backward_pass_gives_both_players_gradients(double, reverse, layer, monkeypatch):
    task = make_task(dropout=0.0)
    original = trained(task)
    task, found = handed_over(original, monkeypatch, reverse=reverse, layer=layer)
    players, share = found["players"], 0.3
    found["before_step"](share)
    batch = found["batches"](0, torch.Generator().manual_seed(0))[0]
    found["objective"](players, batch).backward()
    together = {name: weight.grad for name, weight in players.named_parameters()}

    kept = torch.isin(batch, task.retain)
    model, judge = players["model"], players["judge"]
    forgotten = task.is_forgotten(batch)[~kept].double()
    weights = list(model.parameters())

    def told(detach_held_out):
        reading = penultimate(model) if layer == "penultimate" else recorded(model, [layer])
        with reading as seen:
            model(task.data.batch(batch))
        shown = next(iter(seen.values()))[~kept]
        if detach_held_out:
            rows = zip(shown, forgotten, strict=True)
            shown = torch.stack([row if forget else row.detach() for row, forget in rows])
        return binary_cross_entropy_with_logits(judge(shown)[:, 0], forgotten)

    output = model(task.data.batch(batch[kept]))
    supervised = (output[:, 0] - task.data.target[batch[kept]]).square().mean()
    of_task = torch.autograd.grad(supervised, weights, materialize_grads=True)
    of_judge = torch.autograd.grad(told(reverse == "forget"), weights, materialize_grads=True)
    strength = sure.weight_of(share, found["settings"])
    assert strength > 0.5
    count = 2 * (depth(model, STEPS) + depth(judge)) + len(batch)
    largest = max(part.abs().max() for part in (*of_task, *of_judge))
    for (name, _), first, second in zip(model.named_parameters(), of_task, of_judge, strict=True):
        wanted = first - strength * second
        of_both = (1 + strength) * largest
        close(together[f"model.{name}"], wanted, count, of_both, "float64", what=name)
    own = torch.autograd.grad(told(False), list(judge.parameters()))
    largest = max(part.abs().max() for part in own)
    for (name, _), wanted in zip(judge.named_parameters(), own, strict=True):
        close(together[f"judge.{name}"], wanted, count, largest, "float64", what=name)


def test_batches_are_balanced_and_cover_the_retain_set(monkeypatch):
    original = trained(make_task(dropout=0.0), epochs=1)
    task, found = handed_over(original, monkeypatch)
    batches = found["batches"](0, torch.Generator().manual_seed(1))
    each = min(8, len(task.held_out))
    for batch in batches:
        assert task.is_forgotten(batch).sum() == torch.isin(batch, task.held_out).sum() == each
    kept = torch.cat([batch[torch.isin(batch, task.retain)] for batch in batches])
    assert torch.equal(kept.sort().values, task.retain)


def test_the_players_have_rates_of_their_own(monkeypatch):
    original = trained(make_task(dropout=0.0), epochs=1)
    _, found = handed_over(original, monkeypatch, discriminator_learning_rate=0.5)
    optimiser = found["make_optimiser"](found["players"], found["settings"])
    assert [group["lr"] for group in optimiser.param_groups] == [0.01, 0.5]
    for group, name in zip(optimiser.param_groups, ("model", "judge"), strict=True):
        own = list(found["players"][name].parameters())
        assert all(a is b for a, b in zip(group["params"], own, strict=True))


@pytest.mark.parametrize("discriminator", ["linear", "mlp"])
def test_a_strong_reversal_fools_the_judge(discriminator):
    """Against no reversal, forget and held-out rows come nearer to each other."""
    task = make_task(dropout=0.0, held_out=torch.arange(96, 128))
    original = trained(task, epochs=40)

    def gap(ceiling):
        model = unlearn(
            original, task, "sure", epochs=60, learning_rate=0.005, batch_size=16,
            ceiling=ceiling, discriminator=discriminator,
        )  # fmt: skip
        with penultimate(model) as seen, torch.no_grad():
            model(task.data.batch(task.forget))
            forget = seen["activation"]
            model(task.data.batch(task.held_out))
        scale = torch.cat([forget, seen["activation"]]).std(0) + 1e-6
        return ((forget.mean(0) - seen["activation"].mean(0)) / scale).norm().item()

    assert gap(1.0) < gap(0.0)


def test_without_held_out_rows_it_says_so():
    task = make_task(held_out=torch.empty(0, dtype=torch.int64))
    with pytest.raises(UserError, match="no held-out rows"):
        unlearn(task.new_model(), task, "sure", **FIT)


def test_a_wrong_layer_names_the_nearest():
    task = make_task()
    with pytest.raises(UserError, match="did you mean 'head.1'"):
        unlearn(task.new_model(), task, "sure", **FIT, layer="head.11")

"""Blindspot's form of the released code, against that rule written anew, layer by layer."""

import copy
from typing import ClassVar

import pytest
import torch
from image_tasks import image_task
from method_tasks import STEPS, make_task, same, trained
from rounding import close, depth
from torch import nn

from regression_unlearning.errors import UserError
from regression_unlearning.methods import blindspot
from regression_unlearning.models.modules.activations import evaluating, recorded, whole_sequences
from regression_unlearning.training.task import Task
from regression_unlearning.training.unlearn import unlearn

PLAIN = {"epochs": 2, "learning_rate": 0.01, "batch_size": 16, "form": "released"}
WEIGHT = 50.0


class Caught(Task):
    """A task that keeps the objectives that it met and trains all the same."""

    met: ClassVar[list] = []

    def fit(self, model, settings, *, objective=None, **more):
        self.met.append(objective)
        return super().fit(model, settings, objective=objective, **more)


def caught(task, helper):
    made = {name: value for name, value in vars(task).items() if name in Task.__dataclass_fields__}
    return Caught(**{**made, "helpers": {"blindspot": helper}, "facts": {}})


def text_by_hand(model, words):
    """The released text network from our weights: output, two sequences, two linear layers.

    One LSTM after the other over every word, the last state of each into the linear layers, whose
    values before ReLU are returned of the first two.
    """
    first, second = (model.lstm(words[:, n])[0] for n in (0, 1))
    output, linear = torch.cat([first[:, -1], second[:, -1]], 1), []
    for layer in model.head:
        output = nn.functional.linear(output, layer[0].weight, layer[0].bias)
        linear.append(output)
        output = output.clamp_min(0)
    output = nn.functional.linear(output, model.output.weight, model.output.bias)
    return output[:, 0], [first, second, *linear[:2]]


def images_by_hand(model, images):
    """The released image networks: output and every convolution's feature maps."""
    names = [name for name in model.layers if name != "output"]
    with recorded(model, names) as seen:
        output = model(images)[:, 0]
    return output, [seen[name] for name in names]


def scaled(activation):
    """Squares, their mean over dimension 1, flattened a row, over the row's length."""
    squares = (activation**2).mean(1).reshape(len(activation), -1)
    lengths = (squares**2).sum(1, keepdim=True).sqrt()
    return squares / torch.where(lengths > 1e-12, lengths, torch.full_like(lengths, 1e-12))


def loss_by_hand(model, helper, task, rows, by_hand):
    """A batch's loss: both halves' means, weighed by the forget rows' share of the batch."""
    inputs, target = task.data.batch(rows), task.data.target[rows]
    mine, ours = by_hand(model, inputs)
    theirs, taught = by_hand(helper, inputs)
    forgotten = torch.isin(rows, task.forget)
    share = forgotten.sum() / len(rows)
    apart = (lambda a, b: (a - b).abs()) if task.loss == "l1" else (lambda a, b: (a - b) ** 2)
    total = torch.zeros(())
    if (~forgotten).any():
        total = total + (1 - share) * apart(mine, target)[~forgotten].mean()
    if forgotten.any():
        proxy = apart(mine, theirs)[forgotten].mean()
        for a, b in zip(ours, taught, strict=True):
            proxy = proxy + WEIGHT * ((scaled(a) - scaled(b))[forgotten] ** 2).mean()
        total = total + share * proxy
    return total


CASES = {
    "text": (lambda **more: make_task(dropout=0.0, **more), text_by_hand),
    "images": (image_task, images_by_hand),
}


@pytest.mark.parametrize("kind", CASES)
def test_it_is_the_released_loss_of_a_batch_and_its_gradient(kind, double):
    make, by_hand = CASES[kind]
    plain = make()
    helper = trained(make(seed=3), epochs=1).eval()
    task, original = caught(plain, helper), plain.new_model("original").eval()
    unlearn(original, task, "blindspot", **PLAIN, **{"lambda": WEIGHT})
    objective = task.met[-1]
    model = copy.deepcopy(original)
    mixed = torch.cat([task.forget[:4], task.retain[:5]])
    for rows in (mixed, task.forget[:3], task.retain[:4]):
        wanted = loss_by_hand(model, helper, task, rows, by_hand)
        found = objective(model, rows)
        # unit vectors times the weight, beside losses
        magnitude = wanted.item() + 4 * WEIGHT * len(model.layers)
        count = 4 * depth(model, STEPS)
        close(found, wanted, count, magnitude, "float64")
        gradients = [
            torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)
            for loss in (found, wanted)
        ]
        largest = max(one.abs().max().item() for one in gradients[1] if one is not None)
        for one, other in zip(*gradients, strict=True):
            if other is None:
                assert one is None or not one.any()
            else:
                # back through the same operations, and through lengths, squares and their quotient
                close(one, other, 4 * count, largest + magnitude, "float64")


def test_attention_compares_last_states_and_the_head_instead(double):
    """The two forms differ on text, in what they compare and so in the loss."""
    task, helper = make_task(dropout=0.0), trained(make_task(dropout=0.0, seed=3), epochs=1)
    original = task.new_model("original").eval()
    compared = {
        form: blindspot.compared(
            helper, task, blindspot.Settings(**{**PLAIN, "form": form, "lambda": WEIGHT})
        )[1]
        for form in ("released", "attention", "norm")
    }
    assert list(compared["released"]) == ["states.0", "states.1"]
    heads = {"sentences": 10, "head.0": 6, "head.1": 5}
    assert compared["attention"] == compared["norm"] == heads  # and never the output
    assert original.layers[-1] == "output"


def test_reading_whole_sequences_changes_no_output_and_dropout_reaches_every_state(double):
    task = make_task(dropout=0.4)
    model, inputs = task.new_model(), task.data.batch(task.train)
    with evaluating(model):
        usual = model(inputs)
        with whole_sequences(model) as names, recorded(model, names) as seen:
            whole = model(inputs)
    assert names == ("states.0", "states.1", "head.0", "head.1", "output")
    close(whole, usual, depth(model, STEPS), dtype="float64")
    assert not model.whole and seen["states.0"].shape == (len(task.train), STEPS, 5)
    model.train()
    with whole_sequences(model) as names, recorded(model, names) as seen:
        model(inputs)
    for name in names[:2]:
        assert 0.3 < (seen[name] == 0).double().mean().item() < 0.5
        assert (seen[name][:, 0] == 0).any() and (seen[name][:, -1] == 0).any()


def test_it_says_where_nothing_is_left_to_compare():
    task = make_task()
    task = task.having(helpers={"blindspot": task.new_model("helper").eval()})
    original = task.new_model()
    with pytest.raises(UserError, match="form: released finds nothing to compare"):
        unlearn(original, task, "blindspot", **PLAIN, layers=2)
    found = [
        unlearn(original, task, "blindspot", **{**PLAIN, "lambda": 0, "form": "attention"}, **more)
        for more in ({}, {"layers": 2})
    ]
    assert same(*found)
    zero = unlearn(original, task, "blindspot", **{**PLAIN, "lambda": 0}, layers=2)
    assert not same(zero, original)

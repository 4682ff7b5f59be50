"""Squares and sizes of per-row gradients against a backward pass a row, for layers of all kinds."""

import logging

import pytest
import torch
from method_tasks import STEPS, make_task
from rounding import close, depth
from torch import nn

from regression_unlearning.training import gradients
from regression_unlearning.training.gradients import (
    mean_gradient,
    mean_sizes,
    mean_squares,
    output_norm,
)
from regression_unlearning.training.per_sample import summed_gradients


def by_hand(model, inputs, value, of):
    total = {name: torch.zeros_like(weight) for name, weight in model.named_parameters()}
    for row in range(len(inputs)):
        model.zero_grad()
        value(model(inputs[row : row + 1])).sum().backward()
        for name, weight in model.named_parameters():
            if weight.grad is not None:
                total[name] += of(weight.grad)
    model.zero_grad()
    return total


def check(model, inputs, of):
    model.eval()

    def value(output):
        return output.square().sum(1)

    wanted = by_hand(model, inputs, value, of)
    found = summed_gradients(model, inputs, value, of)
    agree(found, wanted, 4 * depth(model, inputs[0].numel()))


def agree(found, wanted, count):
    """Gradients of a network's weights go back to the same numbers: all are of their size."""
    assert found.keys() == wanted.keys()
    largest = max(values.abs().max() for values in wanted.values())
    for name, values in wanted.items():
        close(found[name], values, count, largest, "float64", what=name)


class Folded(nn.Module):
    """An LSTM that reads two sequences of a row as two rows, and layers used twice."""

    def __init__(self, batch_first=True):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=batch_first)
        self.shared = nn.Linear(4, 4)
        self.output = nn.Linear(8, 2)

    def forward(self, x):
        words = x.flatten(0, 1)
        if not self.lstm.batch_first:
            words = words.transpose(0, 1)
        _, (state, _) = self.lstm(words)
        hidden = self.shared(self.shared(state[-1]).tanh())
        return self.output(hidden.reshape(len(x), -1))


class Sequence(nn.Module):
    """An encoder whose state starts a decoder; every step's output counts."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(3, 4, batch_first=True)
        self.decoder = nn.LSTM(3, 4, batch_first=True)
        self.norm = nn.LayerNorm(4)
        self.steps = nn.Linear(4, 1, bias=False)

    def forward(self, x):
        coded, state = self.encoder(x[:, :3])
        told, (_, cell) = self.decoder(x[:, 3:], state)
        both = torch.cat([coded, told], 1) + cell[0][:, None]
        return self.steps(self.norm(both))[..., 0]


class Images(nn.Module):
    """Convolutions with strides, padding and groups, batch norm, an in-place ReLU."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(inplace=True),
            nn.Conv2d(4, 4, 3, groups=2),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4, 1),
        )

    def forward(self, x):
        return self.body(x)


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (Folded, (5, 2, 6, 3)),
        (lambda: Folded(batch_first=False), (5, 2, 6, 3)),
        (Sequence, (5, 7, 3)),
        (Images, (5, 3, 9, 9)),
    ],
)
@pytest.mark.parametrize("of", [torch.square, torch.abs])
def test_sums_are_those_of_one_row_at_a_time(double, model, shape, of):
    torch.manual_seed(3)
    check(model(), torch.randn(shape), of)


@pytest.mark.parametrize(("mean", "of"), [(mean_squares, torch.square), (mean_sizes, torch.abs)])
@pytest.mark.parametrize("value", [None, output_norm])
def test_means_over_chunks_of_a_task(value, mean, of, double, monkeypatch):
    task = make_task()
    model = task.new_model()
    monkeypatch.setattr(gradients, "HELD", 5 * max(w.numel() for w in model.parameters()))
    found = mean(model, task, task.retain, value)

    def one(output):
        return output.square().sum(1)

    total = {name: torch.zeros_like(weight) for name, weight in model.named_parameters()}
    model.eval()
    for row in task.retain.split(1):
        model.zero_grad()
        output = model(task.data.batch(row))
        (one(output) if value else (output[:, 0] - task.data.target[row]) ** 2).sum().backward()
        for name, weight in model.named_parameters():
            total[name] += of(weight.grad) / len(task.retain)
    agree(found, total, 4 * depth(model, STEPS) + len(task.retain))


def test_the_mean_gradient_is_that_of_the_mean_loss(double):
    task = make_task()
    model = task.new_model().eval()
    found = mean_gradient(model, task, task.forget, size=7)
    off = model(task.data.batch(task.forget))[:, 0] - task.data.target[task.forget]
    off.square().mean().backward()
    wanted = {name: weight.grad for name, weight in model.named_parameters()}
    agree(found, wanted, 2 * depth(model, STEPS) + len(task.forget))


class Odd(nn.Module):
    """Two uses of one layer on different halves of a batch that is joined the wrong way round."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 3, num_layers=2, batch_first=True)
        self.output = nn.Linear(3, 1)

    def forward(self, x):
        _, (state, _) = self.lstm(torch.cat([x[:, 0], x[:, 1]]))
        first, second = state[-1].chunk(2)
        return self.output(first * second)


def test_a_network_without_a_fast_form_goes_row_by_row(double, caplog):
    task = make_task()
    torch.manual_seed(0)
    model = Odd()
    with caplog.at_level(logging.WARNING):
        found = mean_squares(model, task, task.forget[:6])
    assert "row by row" in caplog.text

    wanted = {name: torch.zeros_like(weight) for name, weight in model.named_parameters()}
    for row in task.forget[:6].split(1):
        model.zero_grad()
        (model(task.data.batch(row))[:, 0] - task.data.target[row]).square().sum().backward()
        for name, weight in model.named_parameters():
            wanted[name] += weight.grad**2 / 6
    agree(found, wanted, 4 * depth(model, STEPS))


def test_rows_folded_the_other_way_round_are_noticed(caplog):
    task = make_task()
    torch.manual_seed(0)
    model = Odd()
    model.lstm = nn.LSTM(6, 3, batch_first=True)
    with caplog.at_level(logging.WARNING):
        mean_squares(model, task, task.forget[:6])
    assert "row by row" in caplog.text

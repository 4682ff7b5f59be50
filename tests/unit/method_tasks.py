"""Small tasks for the tests of methods: random sentence pairs, and a network that learns them."""

import torch

from regression_unlearning.data.families.sentence_pairs.batch import Inputs
from regression_unlearning.data.prepared import Prepared
from regression_unlearning.models.lstm import Settings as LSTM
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.task import Task
from regression_unlearning.training.train import train

VOCABULARY, WIDTH = 40, 6
STEPS = 10  # words of a sentence


def prepared(train_rows=96, validation=32, seed=0):
    """Pairs whose target is a function of their mean vectors, plus noise."""
    generator = torch.Generator().manual_seed(seed)
    rows = train_rows + validation + 16
    vectors = torch.randn(VOCABULARY, WIDTH, generator=generator)
    vectors[0] = 0
    tokens = torch.randint(0, VOCABULARY, (rows, 2, STEPS), generator=generator)
    means = vectors[tokens].mean(2)
    target = 2.5 + 2 * (means[:, 0] * means[:, 1]).sum(1) + means[:, 0, 0]
    target = target + 0.2 * torch.randn(rows, generator=generator)
    split = torch.zeros(rows, dtype=torch.uint8)
    split[train_rows:] = 1
    split[train_rows + validation :] = 2
    return Prepared(Inputs({"tokens": tokens, "vectors": vectors}), target, split)


def make_task(*, head=(6, 5), hidden=5, dropout=0.2, forget=24, data=None, **changes):
    """A task that forgets the training rows with the lowest targets."""
    data = data or prepared()
    train_rows, validation = data.rows_of("train"), data.rows_of("validation")
    order = train_rows[data.target[train_rows].argsort()]
    edge = data.target[order[forget - 1]]
    like = data.target[validation] <= edge
    values = {
        "data": data,
        "loss": "mse",
        "network": LSTM(name="lstm", hidden=hidden, dropout=dropout, head=head),
        "retain": order[forget:].sort().values,
        "forget": order[:forget].sort().values,
        "validation": validation[~like],
        "held_out": validation[like] if like.any() else validation,
        "seed": 7,
    }
    return Task(**{**values, **changes})


def trained(task, epochs=8):
    """The original model of a task."""
    whole = task.having(retain=task.train, forget=task.forget[:0], state_folder=None, fitted=[])
    return train(whole, Fit(epochs=epochs, learning_rate=0.01, batch_size=16))


def same(first, second):
    """Whether two networks have the same bits."""
    other = second.state_dict()
    return all(torch.equal(value, other[name]) for name, value in first.state_dict().items())

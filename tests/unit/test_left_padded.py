"""The LSTM that skips padding against torch's own."""

import pytest
import torch
from rounding import close, depth
from torch import nn

from regression_unlearning.models.modules.left_padded import last_state


def sentences(lengths, steps=6, width=3):
    generator = torch.Generator().manual_seed(0)
    words = torch.randn(len(lengths), steps, width, dtype=torch.float64, generator=generator)
    padding = torch.arange(steps)[None, :] < steps - torch.tensor(lengths)[:, None]
    return words.masked_fill(padding[:, :, None], 0.0)


def network():
    torch.manual_seed(1)
    return nn.LSTM(3, 4, batch_first=True, dtype=torch.float64)


@pytest.mark.parametrize(
    "lengths", [[3, 6, 1, 4], [6, 6], [0, 2, 0, 5], [0, 0], [1], [2, 2, 2], list(range(7)) * 3]
)
def test_state_and_gradients_are_those_of_torch(lengths):
    words, lstm = sentences(lengths), network()
    weights = torch.linspace(-1, 1, len(lengths) * 4, dtype=torch.float64).reshape(-1, 4)

    def gradients(state):
        return torch.autograd.grad((state * weights).sum(), list(lstm.parameters()))

    ours, theirs = last_state(lstm, words), lstm(words)[1][0][-1]
    count = depth(lstm, words.shape[1])
    close(ours, theirs, count, 1.0, "float64")  # a state lies between -1 and 1
    # a gradient is a sum over sentences and words of what a backward pass makes of `weights`
    magnitude = words.shape[1] * weights.abs().sum() * max(1.0, words.abs().max())
    for mine, torchs in zip(gradients(ours), gradients(theirs), strict=True):
        close(mine, torchs, 2 * count + words.shape[0] * words.shape[1], magnitude, "float64")


def test_a_zero_word_inside_a_sentence_is_no_padding():
    words, lstm = sentences([5, 6]), network()
    words[0, 3] = 0.0
    theirs = lstm(words)[1][0][-1]
    close(last_state(lstm, words), theirs, depth(lstm, words.shape[1]), 1.0, "float64")


def test_gradients_by_finite_differences():
    words, lstm = sentences([2, 6, 0]), network()
    shapes = [(name, value.detach().clone()) for name, value in lstm.named_parameters()]

    def state(*values):
        stand_in = type("Weights", (), {n: v for (n, _), v in zip(shapes, values, strict=True)})
        return last_state(stand_in, words)

    assert torch.autograd.gradcheck(state, [value.requires_grad_() for _, value in shapes])


def test_under_autocast_it_computes_in_float32():
    """Its sums are written in place, so a cast gate would have nowhere to go."""
    lstm, words = network(), sentences([6, 2, 4])
    found = []
    for cast in (False, True):
        lstm.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=cast):
            state = last_state(lstm, words)
        state.square().sum().backward()
        found.append([state, *(weight.grad.clone() for weight in lstm.parameters())])
    assert all(torch.equal(plain, other) for plain, other in zip(*found, strict=True))

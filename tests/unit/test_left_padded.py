"""The LSTM that skips padding against torch's own."""

import pytest
import torch
from torch import nn

from regression_unlearning.models.left_padded import last_state


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
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    for mine, torchs in zip(gradients(ours), gradients(theirs), strict=True):
        torch.testing.assert_close(mine, torchs, rtol=1e-10, atol=1e-12)


def test_a_zero_word_inside_a_sentence_is_no_padding():
    words, lstm = sentences([5, 6]), network()
    words[0, 3] = 0.0
    torch.testing.assert_close(
        last_state(lstm, words), lstm(words)[1][0][-1], rtol=1e-12, atol=1e-12
    )


def test_gradients_by_finite_differences():
    words, lstm = sentences([2, 6, 0]), network()
    shapes = [(name, value.detach().clone()) for name, value in lstm.named_parameters()]

    def state(*values):
        stand_in = type("Weights", (), {n: v for (n, _), v in zip(shapes, values, strict=True)})
        return last_state(stand_in, words)

    assert torch.autograd.gradcheck(state, [value.requires_grad_() for _, value in shapes])

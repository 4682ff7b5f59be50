"""The LSTM under autocast, on processors whose library has none in bfloat16 as on the others."""

import pytest
import torch
from torch import nn

from regression_unlearning.models.modules.lstm import LSTM


def both():
    """One LSTM of torch's and one of ours, which takes the other's weights under their names."""
    theirs, ours = nn.LSTM(4, 3, batch_first=True), LSTM(4, 3, batch_first=True)
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def numbers(lstm, inputs, state):
    """All that the LSTM returns, and its weights' gradients."""
    after, last = lstm(inputs, state)
    after.square().sum().backward()
    return [after, *last, *(weights.grad for weights in lstm.parameters())]


@pytest.mark.parametrize("begun", [False, True], ids=["from zeros", "from a state"])
@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16], ids=str)
def test_under_autocast_a_cpu_computes_in_the_precision_of_the_weights(kind, begun):
    theirs, ours = both()
    inputs = torch.randn(5, 6, 4).to(kind)  # as a linear layer before it returns them
    state = tuple(torch.randn(2, 1, 5, 3).to(kind).unbind()) if begun else None
    wanted = numbers(theirs, inputs.float(), state and (state[0].float(), state[1].float()))
    with torch.autocast("cpu", torch.bfloat16):
        found = numbers(ours, inputs, state)
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == torch.float32
        assert torch.equal(one, other)


def test_autocast_goes_on_after_it():
    _, ours = both()
    after = nn.Linear(3, 2)
    with torch.autocast("cpu", torch.bfloat16):
        assert after(ours(torch.randn(5, 6, 4))[0]).dtype == torch.bfloat16

"""Gradients with respect to an LSTM's gates at every step, by backpropagation written out."""

from typing import Any

import torch
from torch import Tensor, nn


def through_time(
    module: nn.LSTM, inputs: Tensor, state: Any, output: Tensor, received: list[Tensor | None]
) -> tuple[Tensor, Tensor, Tensor]:
    """Backpropagate through an LSTM down to its gates, without autograd.

    All hidden states are known from the forward pass, so that the gates of all steps are computed
    at once; only the cell state and the backward pass go step by step.

    Parameters
    ----------
    module : LSTM
        One layer, one direction.
    inputs : Tensor (n, steps, width), or (steps, n, width) without ``batch_first``
        As the layer read it.
    state : tuple of Tensor or None
        Initial hidden and cell state (1, n, hidden).
    output : Tensor (n, steps, hidden), or (steps, n, hidden) without ``batch_first``
        As the layer returned it.
    received : list of Tensor or None
        Gradients of output, last hidden and last cell state.

    Returns
    -------
    inputs, hidden before each step, gradients of the gates : Tensor (n, steps, ...)
    """
    to_time_first = (lambda t: t.transpose(0, 1)) if module.batch_first else (lambda t: t)
    sequence, after = to_time_first(inputs), to_time_first(output.detach())
    steps, batch, size = after.shape
    if state is None:
        start = cell = after.new_zeros(batch, size)
    else:
        start, cell = (part.detach()[0] for part in state)
    before = torch.cat([start[None], after[:-1]])
    gates = sequence @ module.weight_ih_l0.T + before @ module.weight_hh_l0.T
    if module.bias:
        gates += module.bias_ih_l0 + module.bias_hh_l0
    entry, keep, new, out = gates.view(steps, batch, 4, size).unbind(2)
    entry, keep, new, out = entry.sigmoid(), keep.sigmoid(), new.tanh(), out.sigmoid()
    cells = [cell]
    for step in range(steps):
        cells.append(torch.addcmul(keep[step] * cells[-1], entry[step], new[step]))
    cell_before, squashed = torch.stack(cells[:-1]), torch.stack(cells[1:]).tanh()

    to_cell = out * (1 - squashed.square())
    to_gates = torch.stack(
        [
            new * entry * (1 - entry),
            cell_before * keep * (1 - keep),
            entry * (1 - new.square()),
            squashed * out * (1 - out),
        ],
        2,
    )
    of_output, of_hidden, of_cell = received
    arriving = torch.zeros_like(after) if of_output is None else to_time_first(of_output).clone()
    if of_hidden is not None:
        arriving[-1] += of_hidden[0]
    of_cell = torch.zeros_like(cell) if of_cell is None else of_cell[0]
    of_gates = torch.empty_like(to_gates)
    for step in reversed(range(steps)):
        of_hidden = arriving[step]
        if step + 1 < steps:
            of_hidden = torch.addmm(of_hidden, of_gates[step + 1].flatten(1), module.weight_hh_l0)
        of_cell = torch.addcmul(of_cell, of_hidden, to_cell[step])
        torch.mul(of_cell[:, None], to_gates[step, :, :3], out=of_gates[step, :, :3])
        torch.mul(of_hidden, to_gates[step, :, 3], out=of_gates[step, :, 3])
        of_cell = of_cell * keep[step]
    by_row = (sequence, before, of_gates.flatten(2))
    return tuple(values.transpose(0, 1) for values in by_row)

"""An LSTM over sequences padded with zeros on the left, that skips the padding.

While a sequence is still in its padding, its state is that of the padding alone: the same for all.
So one row goes through zeros, and each sequence starts from that row's state at its first word. The
result is that of ``nn.LSTM`` over the padded batch; short sentences cost what their words cost.
"""

from contextlib import nullcontext

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward


class _Steps(torch.autograd.Function):
    """The recurrence over words sorted by step; at step t the first `active[t]` rows have begun."""

    @staticmethod
    def forward(ctx, words, active, w_ih, w_hh, bias):
        """Last states (rows, hidden) from words (sum of active, width); row 0 is the padding's."""
        hidden = w_hh.shape[1]
        gates = torch.addmm(bias, words, w_ih.t())
        # A step's initial states lie where its words lie; each step writes the next one's initial
        # states, and the last step the result.
        states = words.new_empty(len(words) + active[-1], hidden)
        cells, tanh_cells = torch.empty_like(states), torch.empty_like(states)
        states[0] = cells[0] = 0.0
        recurrent, steps = w_hh.t(), []
        start, before = 0, 1
        for rows in active:
            end = start + rows
            if rows > before:
                states[start + before : end] = states[start]
                cells[start + before : end] = cells[start]
            gate = gates[start:end].addmm_(states[start:end], recurrent)
            gate[:, : 2 * hidden].sigmoid_()
            i, f, g, o = gate.chunk(4, 1)
            g.tanh_()
            o.sigmoid_()
            c_before = cells[start:end]
            c = torch.mul(f, c_before, out=cells[end : end + rows]).addcmul_(i, g)
            tanh_c = torch.tanh(c, out=tanh_cells[start:end])
            torch.mul(o, tanh_c, out=states[end : end + rows])
            steps.append((start, end, i, f, g, o, c_before, tanh_c))
            start, before = end, rows
        ctx.save_for_backward(words, states, gates, w_hh)
        ctx.steps = steps
        return states[start:].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx, dh):
        """Back through the steps; a row's first step passes its gradient to the padding's row."""
        words, states, gates, w_hh = ctx.saved_tensors
        dgates = torch.empty_like(gates)
        dc = torch.zeros_like(dh)
        for start, end, i, f, g, o, c_before, tanh_c in reversed(ctx.steps):
            rows = end - start
            if rows < len(dh):
                dh, dc = _hand_over(dh, rows), _hand_over(dc, rows)
            dgate = dgates[start:end]
            di, df, dg, do = dgate.chunk(4, 1)
            _sigmoid_backward(dh * tanh_c, o, grad_input=do)
            dc.add_(_tanh_backward(dh * o, tanh_c))
            _sigmoid_backward(dc * g, i, grad_input=di)
            _sigmoid_backward(dc * c_before, f, grad_input=df)
            _tanh_backward.grad_input(dc * i, g, grad_input=dg)
            dc, dh = dc * f, dgate @ w_hh
        return None, None, dgates.t() @ words, dgates.t() @ states[: len(words)], dgates.sum(0)


def _hand_over(gradient: Tensor, kept: int) -> Tensor:
    """Keep the first rows; add those of the others to row 0, whose state they began with."""
    gradient[0] += gradient[kept:].sum(0)
    return gradient[:kept]


def last_state(lstm: nn.LSTM, words: Tensor) -> Tensor:
    """Last hidden state of each sequence, the same as ``lstm(words)`` returns.

    Parameters
    ----------
    lstm : LSTM
        One layer, one direction, ``batch_first``.
    words : Tensor (rows, steps, width)
        Zeros on the left are the padding. It gets no gradient.

    Returns
    -------
    Tensor (rows, hidden)
        Differentiable once, by the LSTM's weights.
    """
    rows, steps, width = words.shape
    lengths = steps - (words.abs().sum(2) == 0).long().cumprod(1).sum(1)
    ordered, order = lengths.sort(descending=True, stable=True)
    # Row 0 goes through the padding; a sequence is inside from its first word on.
    ordered = torch.cat([ordered.new_full((1,), steps), ordered])
    inside = ordered > torch.arange(steps - 1, -1, -1, device=words.device)[:, None]
    active = inside.sum(1)
    step = torch.arange(steps, device=words.device)[:, None]
    position = torch.cat([order.new_zeros(1), order]) * steps + step
    read = words.reshape(-1, width).index_select(0, position[inside])
    read[active.cumsum(0) - active] = 0.0
    kind = words.device.type
    casts = torch.is_autocast_enabled(kind)  # sums are written in place: no gate may be cast
    with torch.autocast(kind, enabled=False) if casts else nullcontext():
        states = _Steps.apply(
            read,
            active.tolist(),
            lstm.weight_ih_l0,
            lstm.weight_hh_l0,
            lstm.bias_ih_l0 + lstm.bias_hh_l0,
        )
    # A sequence of padding alone never began: its state is row 0's.
    position = torch.empty_like(order)
    position[order] = torch.arange(1, rows + 1, device=words.device)
    return states.index_select(0, torch.where(lengths > 0, position, 0))

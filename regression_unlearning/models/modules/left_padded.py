"""An LSTM over sequences padded with zeros on the left, that skips the padding.

While a sequence is still in its padding, its state is that of the padding alone: the same for all.
So one row walks through zeros, and each sequence joins with that row's state where its first word
stands. The result is that of ``nn.LSTM`` over the padded batch; short sentences cost what their
words cost.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

_aten = torch.ops.aten


class _Steps(torch.autograd.Function):
    """The recurrence over words sorted by step; at each step the first `active[t]` rows are in."""

    @staticmethod
    def forward(ctx, words, active, w_ih, w_hh, bias):
        """Last states (rows, hidden) from words (sum of active, width); row 0 is the padding's."""
        hidden = w_hh.shape[1]
        gates = torch.addmm(bias, words, w_ih.t())
        before = words.new_empty(len(words), hidden)
        h = c = words.new_zeros(1, hidden)
        cells, start = [], 0
        for rows in active:
            joining = rows - len(h)
            if joining:
                h = torch.cat([h, h[:1].expand(joining, hidden)])
                c = torch.cat([c, c[:1].expand(joining, hidden)])
            before[start : start + rows] = h
            gate = gates[start : start + rows].addmm_(h, w_hh.t())
            gate[:, : 2 * hidden].sigmoid_()
            gate[:, 2 * hidden : 3 * hidden].tanh_()
            gate[:, 3 * hidden :].sigmoid_()
            i, f, g, o = gate.split(hidden, 1)
            c_before, c = c, torch.addcmul(f * c, i, g)
            bent = c.tanh()
            h = o * bent
            cells.append((c_before, bent))
            start += rows
        ctx.save_for_backward(words, before, gates, w_hh)
        ctx.cells, ctx.active = cells, active
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx, dh):
        """Back through the steps; rows that leave hand their gradient to the padding's row."""
        words, before, gates, w_hh = ctx.saved_tensors
        hidden = w_hh.shape[1]
        dgates = torch.empty_like(gates)
        dc = torch.zeros_like(dh)
        start = len(words)
        for step in range(len(ctx.active) - 1, -1, -1):
            rows = ctx.active[step]
            start -= rows
            i, f, g, o = gates[start : start + rows].split(hidden, 1)
            c_before, bent = ctx.cells[step]
            dgate = dgates[start : start + rows]
            di, df, dg, do = dgate.split(hidden, 1)
            _aten.sigmoid_backward.grad_input(dh * bent, o, grad_input=do)
            dc = dc + _aten.tanh_backward(dh * o, bent)
            _aten.sigmoid_backward.grad_input(dc * g, i, grad_input=di)
            _aten.sigmoid_backward.grad_input(dc * c_before, f, grad_input=df)
            _aten.tanh_backward.grad_input(dc * i, g, grad_input=dg)
            dc, dh = dc * f, dgate @ w_hh
            kept = ctx.active[step - 1] if step else rows
            if kept < rows:
                dh, dc = _hand_over(dh, kept), _hand_over(dc, kept)
        return None, None, dgates.t() @ words, dgates.t() @ before, dgates.sum(0)


def _hand_over(gradient: Tensor, kept: int) -> Tensor:
    """Keep the first rows; add those of the others to row 0, whose state they began with."""
    rest = gradient[:kept].clone()
    rest[0] += gradient[kept:].sum(0)
    return rest


def last_state(lstm: nn.LSTM, words: Tensor) -> Tensor:
    """Last hidden state of each sequence, as ``lstm(words)`` gives it.

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
    # Row 0 walks through the padding; a sequence is inside from its first word on.
    ordered = torch.cat([ordered.new_full((1,), steps), ordered])
    inside = ordered > torch.arange(steps - 1, -1, -1, device=words.device)[:, None]
    active = inside.sum(1)
    step = torch.arange(steps, device=words.device)[:, None]
    place = torch.cat([order.new_zeros(1), order]) * steps + step
    read = words.reshape(-1, width)[place[inside]]
    read[active.cumsum(0) - active] = 0.0
    states = _Steps.apply(
        read,
        active.tolist(),
        lstm.weight_ih_l0,
        lstm.weight_hh_l0,
        lstm.bias_ih_l0 + lstm.bias_hh_l0,
    )
    # A sequence of padding alone never joined: its state is row 0's.
    place = torch.empty_like(order)
    place[order] = torch.arange(1, rows + 1, device=words.device)
    return states[torch.where(lengths > 0, place, 0)]

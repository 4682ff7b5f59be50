"""An LSTM that runs under autocast on every processor."""

import torch
from torch import Tensor, nn


class LSTM(nn.LSTM):
    """torch's LSTM, which on a CPU keeps its weights' precision under autocast.

    torch's library for CPUs has an LSTM in bfloat16 for some processors only and fails on the
    others. Weights and their names are those of torch's class.
    """

    def forward(self, words: Tensor, state: tuple[Tensor, Tensor] | None = None):
        """States after every step, and the last ones, as torch's class returns them.

        Parameters
        ----------
        words : Tensor (rows, steps, width)
        state : tuple of Tensor (1, rows, hidden), optional
            Hidden and cell state before the first step; zeros if left out.
        """
        if words.device.type != "cpu" or not torch.is_autocast_enabled("cpu"):
            return super().forward(words, state)
        kind = self.weight_ih_l0.dtype
        with torch.autocast("cpu", enabled=False):
            state = state and (state[0].to(kind), state[1].to(kind))
            return super().forward(words.to(kind), state)

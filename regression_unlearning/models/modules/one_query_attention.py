"""The attention of a single hour over all hours, with pytorch-forecasting's weights."""

import torch
from torch import Tensor, nn


class Key(nn.Module):
    """A head's key layer, applied to the query before it meets the hours.

    It is a layer of its own so that code that records each layer's input and gradient finds it.

    Parameters
    ----------
    key : Linear
        Whose weights are used, under their own names.
    """

    def __init__(self, key: nn.Linear):
        super().__init__()
        self.weight, self.bias = key.weight, key.bias

    def forward(self, query: Tensor) -> Tensor:
        """From a query q to K' q and, as last column, q . b.

        Parameters
        ----------
        query : Tensor (batch, head)

        Returns
        -------
        Tensor (batch, width + 1)
        """
        return torch.cat([query @ self.weight, (query @ self.bias)[:, None]], 1)


class OneQueryAttention(nn.Module):
    """Interpretable multi-head attention of the last hour over all hours.

    The heads share their values, and a softmax sums to 1. So the mean of the heads' weights times
    the hours, taken through the value layer once, is what the general form computes; likewise
    q . (K x + b) = (K' q) . x + q . b.

    Parameters
    ----------
    attention : InterpretableMultiHeadAttention
        pytorch-forecasting's, whose weights are used.
    """

    def __init__(self, attention: nn.Module):
        super().__init__()
        self.heads = attention.n_head
        self.values, self.joined = attention.v_layer, attention.w_h
        self.queries = attention.q_layers
        self.keys = nn.ModuleList(Key(layer) for layer in attention.k_layers)
        self.dropout = attention.dropout

    def forward(self, hours: Tensor) -> Tensor:
        """Attend from the last hour over the hours before it.

        Parameters
        ----------
        hours : Tensor (batch, hours, width)

        Returns
        -------
        Tensor (batch, width)
        """
        projected = torch.stack(
            [
                key(query(hours[:, -1]) / query.out_features**0.5)
                for query, key in zip(self.queries, self.keys, strict=True)
            ],
            1,
        )
        scores = projected[:, :, :-1] @ hours.transpose(1, 2) + projected[:, :, -1:]
        # the hour to predict does not attend to itself
        attended = scores[:, :, :-1].softmax(2) @ hours[:, :-1]
        heads = self.dropout(self.values(attended))
        return self.dropout(self.joined(heads.mean(1)))
